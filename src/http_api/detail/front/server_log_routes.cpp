// SPDX-License-Identifier: Apache-2.0
// The server's own log.
#include "http_api/detail/call.h"
#include "service/monitor/server_log.h"

namespace aiflow::http_api::detail {
namespace {

/// Messages that may wait for a client before it gets no more.
constexpr std::size_t kWaitingMax = 8;

Result<net::Response> list_server_log(Call& call) {
  AIFLOW_ASSIGN(const auto query, wire::parse_server_log_filter(call.query));
  return one(call.parts.server_log.page(query));
}

Status stream_server_log(Call& call, net::Responder& responder) {
  auto asked = call.query;
  // Of a browser that connects again by itself.
  if (const auto* last = call.request.header("last-event-id")) {
    std::erase_if(asked, [](const auto& one) { return one.first == "after"; });
    asked.emplace_back("after", *last);
  }
  AIFLOW_ASSIGN(auto query, wire::parse_server_log_filter(asked));
  const auto events = std::move(responder).open_event_stream();
  events.on_close(call.on_stream_end([events] { events.cut(); }));
  service::ServerLog::Watch watch;
  watch.query = std::move(query);
  watch.send = [events](const wire::ServerLogPage& page) {
    return events.send(
        {.id = std::to_string(page.after_cursor), .data = json::write(to_json(page))});
  };
  watch.is_full = [events] { return events.waiting() > kWaitingMax; };
  watch.is_over = [events, is_over = call.session_over()] {
    if (is_over()) events.cut();
    return !events.is_open();
  };
  call.parts.server_log.follow(std::move(watch));
  return {};
}

}  // namespace

void add_server_log_routes(Table& table) {
  at(table, wire::Route::list_server_log) = list_server_log;
  at(table, wire::Route::stream_server_log) = stream_server_log;
}

}  // namespace aiflow::http_api::detail
