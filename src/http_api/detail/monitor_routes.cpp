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

}  // namespace

void add_monitor_routes(Table& table) { at(table, wire::Route::get_metrics) = get_metrics; }

}  // namespace aiflow::http_api::detail
