// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/call.h"

#include <algorithm>
#include <charconv>

#include "base/utf8.h"
#include "wire/known_names.h"

namespace aiflow::http_api::detail {
namespace {

/// As much as the audit log takes.
constexpr std::size_t kObjectBytesMax = 800;
constexpr std::size_t kDagBytesMax = 250;

}  // namespace

Result<std::int64_t> Call::param_int(std::string_view name) const {
  const std::string& text = param(name);
  const auto* end = text.data() + text.size();
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec == std::errc{} && parsed.ptr == end && value >= 0) return value;
  return fail(ErrorCode::invalid_argument, "'" + std::string(name) + "' must be a whole number");
}

Result<store::VisibleDags> Call::visible_dags() const {
  return parts.store.read([&](db::Connection& db) { return store::VisibleDags::read(db, sight); });
}

Result<store::Page> Call::page() const {
  AIFLOW_ASSIGN(const auto page, wire::parse_page(route.route, query));
  return page_in(page);
}

Result<json::Value> Call::json_body() const {
  auto value = json::parse(request.body, {.depth_max = 64, .bytes_max = 64U << 20});
  if (!value) return fail(std::move(value).error().with_context("the body is not JSON"));
  AIFLOW_TRY(wire::check_members(route.route, *value));
  return value;
}

store::TaskKey Call::task_key(std::int64_t map_index) const {
  return {dag_id(), RunId{param("dag_run_id")}, TaskId{param("task_id")},
          static_cast<int>(map_index)};
}

void Call::about(std::string_view kind, std::string_view id, std::string_view dag) {
  audit.object_kind = kind;
  audit.object_id = whole_characters(id, kObjectBytesMax);
  audit.dag_id = whole_characters(dag, kDagBytesMax);
}

net::Response json_response(const json::Value& value, int status) {
  net::Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = json::write(value);
  return response;
}

std::optional<net::Response> check_order(const Call& call, const std::string& given,
                                         std::span<const std::string_view> words) {
  if (std::ranges::find(words, given) != words.end()) return std::nullopt;
  std::string all;
  for (const auto word : words) all.append(all.empty() ? "" : ", ").append(word);
  const wire::ErrorBody body{.code = std::string(to_string(ErrorCode::invalid_argument)),
                             .message = "'order_by' is one of " + all,
                             .request_id = call.request.id};
  return json_response(json::object({{"error", wire::to_json(body)}}), 422);
}

net::Response nothing() {
  net::Response response;
  response.status = 204;
  return response;
}

net::Response redirect_to(std::string url) {
  net::Response response;
  response.status = 303;
  response.headers.emplace_back("Location", std::move(url));
  return response;
}

}  // namespace aiflow::http_api::detail
