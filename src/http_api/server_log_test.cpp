// SPDX-License-Identifier: Apache-2.0
#include "wire/server_log.h"
#include "http_api/detail/fake_server.h"

namespace aiflow::http_api {
namespace {

constexpr const char* kPath = "/api/v2/monitor/logs";
constexpr WallTime kBegin{std::chrono::sys_seconds(1'764'000'000s)};

TEST_CASE("operators read the server's log, viewers and strangers do not") {
  Bench bench;
  bench.recent_log->add(kBegin, log::Level::warn, "slow disk");
  auto client = bench.tcp();
  const auto status = [&](const net::Headers& headers, const std::string& path) {
    return client.send({.target = path, .headers = headers}, soon()).value().status;
  };
  CHECK(status({}, kPath) == 401);
  const auto viewer = bench.session(Role::viewer);
  CHECK(status(viewer, kPath) == 403);
  CHECK(status(viewer, std::string(kPath) + "/stream") == 403);
  const auto operator_ = bench.session(Role::operator_);
  const auto answer = client.send({.target = kPath, .headers = operator_}, soon()).value();
  REQUIRE(answer.status == 200);
  const auto page = wire::parse_server_log_page(json::parse(answer.body).value()).value();
  REQUIRE(page.items.size() == 1);
  CHECK(page.items[0].level == "warning");
  CHECK(page.items[0].text == "slow disk");
  for (const char* bad : {"?level=loud", "?limit=0", "?limit=1001", "?since=now", "?before=x"}) {
    CHECK_MESSAGE(status(operator_, std::string(kPath) + bad) == 400, bad);
  }
}

TEST_CASE("new lines come over the stream, from a cursor on") {
  Bench bench;
  bench.recent_log->add(kBegin, log::Level::info, "one");
  bench.recent_log->add(kBegin + 1s, log::Level::info, "two");
  const auto first = bench.recent_log->before({}, {}, 9).lines.at(0).id;
  std::string texts;
  std::string last_id;
  const auto read = [&](const std::string& path, net::Headers headers) {
    auto client = bench.local();
    const auto answer = client.stream_events(
        {.request = {.target = path, .headers = std::move(headers)},
         .on_event =
             [&](const net::SseMessage& message) {
               const auto page = wire::parse_server_log_page(json::parse(message.data).value());
               for (const auto& line : page->items) texts += line.text + "|";
               last_id = message.id;
               return false;
             }},
        soon());
    REQUIRE(answer);
    CHECK(answer->status == 200);
  };
  const std::string stream = std::string(kPath) + "/stream";
  read(stream + "?after=" + std::to_string(first), {});
  CHECK(texts == "two|");
  bench.recent_log->add(kBegin + 2s, log::Level::error, "three");
  read(stream + "?after=1", {{"Last-Event-ID", last_id}});
  CHECK(texts == "two|three|");
}

}  // namespace
}  // namespace aiflow::http_api
