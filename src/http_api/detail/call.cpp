// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/call.h"

#include <charconv>

namespace aiflow::http_api::detail {
Result<std::int64_t> Call::param_int(std::string_view name) const {
  const std::string& text = param(name);
  const auto* end = text.data() + text.size();
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec == std::errc{} && parsed.ptr == end && value >= 0) return value;
  return fail(ErrorCode::invalid_argument, "'" + std::string(name) + "' must be a whole number");
}

Result<store::Page> Call::page() const {
  AIFLOW_ASSIGN(const auto page, wire::parse_page(route.route, query));
  return page_in(page);
}

Result<json::Value> Call::json_body() const {
  auto value = json::parse(request.body, {.depth_max = 64, .bytes_max = 64U << 20});
  if (!value) return fail(std::move(value).error().with_context("the body is not JSON"));
  return value;
}

store::TaskKey Call::task_key(std::int64_t map_index) const {
  return {dag_id(), RunId{param("dag_run_id")}, TaskId{param("task_id")},
          static_cast<int>(map_index)};
}

net::Response json_response(const json::Value& value, int status) {
  net::Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = json::write(value);
  return response;
}

net::Response nothing() {
  net::Response response;
  response.status = 204;
  return response;
}

}  // namespace aiflow::http_api::detail
