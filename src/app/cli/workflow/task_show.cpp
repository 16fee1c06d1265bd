// SPDX-License-Identifier: Apache-2.0
// aiflow tasks show: all that is known of a task instance.
#include "app/cli/workflow/task_show.h"

#include <algorithm>
#include <iostream>

#include "app/cli/workflow/words.h"

namespace aiflow::app {
namespace {

constexpr std::int64_t kTailBytes = 2000;
constexpr std::size_t kTailLines = 5;

std::string took(const wire::TaskTry& one, WallTime now) {
  return one.start_date ? format_duration(one.end_date.value_or(now) - *one.start_date) : "-";
}

std::string cpu_words(const wire::TaskTry& one) {
  if (!one.cpu_user_ms || !one.cpu_system_ms) return "-";
  return format_duration(std::chrono::milliseconds(*one.cpu_user_ms + *one.cpu_system_ms));
}

Status print_tries(const std::vector<wire::TaskTry>& tries, WallTime now) {
  Table table{
      .header = {"TRY", "STATE", "STARTED", "TOOK", "CPU TIME", "MEMORY PEAK", "WORKER", "CAUSE"},
      .rows = {}};
  for (const wire::TaskTry& one : tries) {
    const auto peak = one.memory_peak_bytes;
    table.rows.push_back(
        {std::to_string(one.try_number), state_label(one.state, is_terminal()),
         or_dash(one.start_date, now), took(one, now), cpu_words(one),
         peak ? format_bytes(static_cast<double>(*peak)) : "-",
         one.hostname.empty() ? "-" : one.hostname,
         one.usage_note ? one.cause + " (use: " + *one.usage_note + ")" : one.cause});
  }
  std::cout << render(table);
  return {};
}

void print_rendered(const wire::TryDetails& details) {
  if (!details.rendered_fields || !details.rendered_fields->is_object()) return;
  std::cout << "\nfields of try " << details.try_number << ", rendered:\n";
  for (const auto& [name, value] : details.rendered_fields->as_object()) {
    const std::string text = value.is_string() ? value.as_string() : json::write(value);
    std::cout << "  " << name << ": ";
    for (const char c : text) {
      std::cout << c;
      if (c == '\n') std::cout << "    ";
    }
    std::cout << "\n";
  }
}

/// The last lines of the log, and the command for all of it.
Status print_tail(ApiClient& client, const Invocation& in, const TaskAt& at, std::int64_t number) {
  const std::string path = at.path + "/logs/" + std::to_string(number) + at.name.query();
  const std::string from = path + (at.name.map_index ? "&offset=" : "?offset=");
  AIFLOW_ASSIGN(const auto value, client.get(from + "0"));
  AIFLOW_ASSIGN(auto chunk, wire::parse_log_chunk(value));
  if (chunk.size > chunk.next_offset) {
    AIFLOW_ASSIGN(const auto end, client.get(from + std::to_string(chunk.size - kTailBytes)));
    AIFLOW_ASSIGN(chunk, wire::parse_log_chunk(end));
  }
  std::string_view text = chunk.content;
  while (text.ends_with('\n')) text.remove_suffix(1);
  std::size_t begin = text.size();
  for (std::size_t lines = 0; lines < kTailLines && begin != 0; ++lines) {
    const std::size_t before = text.rfind('\n', begin - 1);
    begin = before == std::string_view::npos ? 0 : before;
  }
  if (begin != 0) text.remove_prefix(begin + 1);
  std::cout << "\nlast lines of its log:\n"
            << text << "\nall of it: aiflow tasks log " << in.text("dag_id") << " '"
            << in.text("task_id") << "' --run '" << at.run << "'\n";
  return {};
}

void print_head(const wire::TaskInstance& ti, const std::string& run) {
  std::cout << shown_name(ti) << " of " << run << " is " << state_label(ti.state, is_terminal())
            << (ti.cause.empty() ? "" : ": " + ti.cause) << "\n";
  if (ti.explanation) std::cout << ti.explanation->text << "\n";
  std::cout << "operator " << ti.operator_name << ", pool " << ti.pool << ", priority "
            << ti.priority_weight << ", try " << ti.try_number << " of " << ti.max_tries + 1
            << "\n";
}

Status show(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const TaskAt at, task_at(client, in));
  AIFLOW_ASSIGN(json::Value item, client.get(at.path + at.name.query()));
  AIFLOW_ASSIGN(const auto ti, wire::parse_task_instance(item));
  AIFLOW_ASSIGN(const auto listed, client.list(at.path + "/tries" + at.name.query()));
  std::vector<wire::TaskTry> tries;
  for (const json::Value& one : listed) {
    AIFLOW_ASSIGN(auto parsed, wire::parse_task_try(one));
    tries.push_back(std::move(parsed));
  }
  json::Array details;
  for (const wire::TaskTry& one : tries) {
    // People get the fields of the last one; a program all there is.
    if (!in.flag("--json") && one.try_number != tries.back().try_number) continue;
    AIFLOW_ASSIGN(auto value, client.get(at.path + "/tries/" + std::to_string(one.try_number) +
                                         at.name.query()));
    details.push_back(std::move(value));
  }
  if (in.flag("--json")) {
    item.set("tries", std::move(details));
    print_object(in, item);
    return {};
  }
  print_head(ti, at.run);
  if (tries.empty()) return {};
  std::cout << "\n";
  AIFLOW_TRY(print_tries(tries, clock.now()));
  AIFLOW_ASSIGN(const auto last, wire::parse_try_details(details.back()));
  print_rendered(last);
  return print_tail(client, in, at, last.try_number);
}

}  // namespace

Command task_show_command(const Clock& clock) {
  return {
      .words = {"tasks", "show"},
      .summary = "a task of a run: its state, its tries and what they used, its rendered fields",
      .parameters = with_common({kDag, kTask, kRun, kIndex}),
      .examples = {"aiflow tasks show etl load", "aiflow tasks show etl 'load[3]' --json",
                   "aiflow tasks show etl load --run manual__2026-11-24T02:00:00Z"},
      .run = bound(clock, show)};
}

}  // namespace aiflow::app
