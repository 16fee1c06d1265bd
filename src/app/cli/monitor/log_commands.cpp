// SPDX-License-Identifier: Apache-2.0
#include "app/cli/monitor/log_commands.h"

#include <algorithm>
#include <charconv>
#include <iostream>

#include "app/cli/commands.h"
#include "wire/server_log.h"

namespace aiflow::app {
namespace {

constexpr std::int64_t kPageMax = 1000;

/// "90s", "10m", "2h", "3d" ago, a day (its first moment, UTC) or a time.
Result<WallTime> moment(const Clock& clock, const std::string& text) {
  constexpr std::size_t kDayLength = 10;
  if (text.size() == kDayLength && text[4] == '-') return parse_time(text + "T00:00:00Z");
  std::int64_t count = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error == std::errc() && count >= 0 && count <= 1'000'000 && end - rest == 1) {
    if (*rest == 's') return clock.now() - std::chrono::seconds(count);
    if (*rest == 'm') return clock.now() - std::chrono::minutes(count);
    if (*rest == 'h') return clock.now() - std::chrono::hours(count);
    if (*rest == 'd') return clock.now() - std::chrono::days(count);
  }
  auto at = parse_time(text);
  if (at) return at;
  return fail(ErrorCode::invalid_argument,
              "--since '" + text + "' is no time; say 10m, 2h, 2026-11-29 or 2026-11-29T08:00:00Z");
}

Result<std::string> filters(const Clock& clock, const Invocation& in) {
  std::string query = "&level=" + net::percent_encode(in.text("--level"));
  if (in.given("--text")) query += "&text=" + net::percent_encode(in.text("--text"));
  if (in.given("--since")) {
    AIFLOW_ASSIGN(const auto since, moment(clock, in.text("--since")));
    query += "&since=" + net::percent_encode(format_time(since));
  }
  return query;
}

/// One line each, so that what follows can be read as it comes.
void print(const Invocation& in, const wire::ServerLogPage& page) {
  if (page.missed) std::cerr << "(lines are missing here: they are kept no longer)\n";
  for (const auto& line : page.items) {
    if (in.flag("--json")) {
      std::cout << json::write(wire::to_json(line)) << "\n";
      continue;
    }
    std::string level = line.level;
    level.resize(std::max<std::size_t>(level.size(), 7), ' ');
    std::cout << format_time(line.at).substr(0, 23) << "Z " << level << " " << line.text << "\n";
  }
  std::cout << std::flush;
}

/// The newest lines that fit, oldest first.
Result<std::vector<wire::ServerLogPage>> newest(ApiClient& client, const std::string& query,
                                                std::int64_t lines) {
  std::vector<wire::ServerLogPage> pages;
  std::string before;
  while (lines > 0) {
    const auto limit = std::min(lines, kPageMax);
    AIFLOW_ASSIGN(
        const auto answer,
        client.get("/api/v2/monitor/logs?limit=" + std::to_string(limit) + query + before));
    AIFLOW_ASSIGN(auto page, wire::parse_server_log_page(answer));
    lines -= static_cast<std::int64_t>(page.items.size());
    const auto cursor = page.before_cursor;
    pages.push_back(std::move(page));
    if (!cursor) break;
    before = "&before=" + std::to_string(*cursor);
  }
  std::ranges::reverse(pages);
  return pages;
}

Status show_log(const Clock& clock, const Invocation& in) {
  AIFLOW_ASSIGN(const auto lines, in.number("--lines"));
  if (lines < 1) return fail(ErrorCode::invalid_argument, "--lines is 1 or more");
  AIFLOW_ASSIGN(const auto query, filters(clock, in));
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto pages, newest(client, query, lines));
  for (const auto& page : pages) print(in, page);
  if (!in.flag("--follow")) return {};
  Status read;
  const auto after = std::to_string(pages.back().after_cursor);
  AIFLOW_TRY(client.stream("/api/v2/monitor/logs/stream?after=" + after + query,
                           {.request = {},
                            .on_event =
                                [&](const net::SseMessage& message) {
                                  const auto value = json::parse(message.data);
                                  const auto page = value ? wire::parse_server_log_page(*value)
                                                          : fail(value.error());
                                  if (page) print(in, *page);
                                  if (!page) read = fail(page.error());
                                  return page.has_value() && std::cout.good();
                                },
                            .stop = {}}));
  if (!read || !std::cout) return read;
  return fail(ErrorCode::unavailable,
              "the server has ended; the file logs/server.log of its data "
              "directory says why, aiflow serve starts it again");
}

}  // namespace

std::vector<Command> log_commands(const Clock& clock) {
  return {{.words = {"logs"},
           .summary = "the server's own log: its newest lines, and new ones as they come",
           .parameters = with_common({
               {.name = "--follow", .help = "go on with new lines as they come", .flag = true},
               {.name = "--level",
                .help = "this and more serious ones: debug, info, warning or error",
                .otherwise = "info"},
               {.name = "--text", .help = "lines that hold this; capitals do not matter"},
               {.name = "--since", .help = "10m, 2h, 3d ago, or 2026-11-29, 2026-11-29T08:00:00Z"},
               {.name = "--lines", .help = "the newest ones, at most", .otherwise = "200"},
           }),
           .examples = {"aiflow logs --level warning --since 2h", "aiflow logs --follow",
                        "aiflow logs --text etl --json | jq .text"},
           .run = [&clock](const Invocation& in) { return show_log(clock, in); }}};
}

}  // namespace aiflow::app
