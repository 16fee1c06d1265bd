// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/call.h"

#include <charconv>

namespace aiflow::http_api::detail {
namespace {

Result<std::int64_t> parse_int(std::string_view name, std::string_view text, IntRange range) {
  std::int64_t value = 0;
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  const bool is_good =
      parsed.ec == std::errc{} && parsed.ptr == end && value >= range.low && value <= range.high;
  if (is_good) return value;
  return fail(ErrorCode::invalid_argument,
              "'" + std::string(name) + "' must be a whole number between " +
                  std::to_string(range.low) + " and " + std::to_string(range.high));
}

}  // namespace

Result<std::int64_t> Call::query_int(std::string_view name, std::int64_t otherwise,
                                     IntRange range) const {
  const auto* text = query_text(name);
  if (text == nullptr) return otherwise;
  return parse_int(name, *text, range);
}

Result<std::optional<WallTime>> Call::query_time(std::string_view name) const {
  const auto* text = query_text(name);
  if (text == nullptr) return std::nullopt;
  auto time = parse_time(*text);
  if (!time) return fail(std::move(time).error().with_context(std::string(name)));
  return *time;
}

Result<std::int64_t> Call::param_int(std::string_view name) const {
  return parse_int(name, param(name), {0, std::numeric_limits<std::int64_t>::max()});
}

Result<store::Page> Call::page() const {
  AIFLOW_ASSIGN(const auto limit, query_int("limit", 100, {1, 1000}));
  AIFLOW_ASSIGN(const auto offset, query_int("offset", 0, {0, 1'000'000'000}));
  return store::Page{.limit = static_cast<int>(limit), .offset = static_cast<int>(offset)};
}

Result<json::Value> Call::json_body() const {
  auto value = json::parse(request.body, {.depth_max = 64, .bytes_max = 64U << 20});
  if (!value) return fail(std::move(value).error().with_context("the body is not JSON"));
  return value;
}

Result<store::TaskKey> Call::task_key() const {
  AIFLOW_ASSIGN(const auto map_index,
                query_int("map_index", store::kNotMapped, {-1, store::kMapIndexMax}));
  return store::TaskKey{dag_id(), RunId{param("dag_run_id")}, TaskId{param("task_id")},
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
