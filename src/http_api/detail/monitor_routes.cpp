// SPDX-License-Identifier: Apache-2.0
// The server's state in numbers.
#include "http_api/detail/call.h"
#include "service/monitor/metrics_text.h"

namespace aiflow::http_api::detail {
namespace {

Result<net::Response> get_metrics(Call& call) {
  net::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = call.parts.counters.text() + service::metrics_text(call.parts.figures());
  return response;
}

Result<net::Response> system_history(Call& call) { return one(call.parts.history.samples()); }

}  // namespace

void add_monitor_routes(Table& table) {
  at(table, wire::Route::get_metrics) = get_metrics;
  at(table, wire::Route::system_history) = system_history;
}

}  // namespace aiflow::http_api::detail
