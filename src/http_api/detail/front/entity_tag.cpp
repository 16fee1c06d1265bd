// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/front/entity_tag.h"

#include <algorithm>

#include "digest/sha256.h"

namespace aiflow::http_api::detail {
namespace {

constexpr std::size_t kTagHexDigits = 32;

/// XComs, logs, rendered fields and what is kept for tasks may hold what no browser's disk should.
bool may_be_kept(std::string_view route_path) {
  constexpr std::string_view kNever[] = {"/xcomEntries", "/logs/",     "/log",        "/tries/",
                                         "/connections", "/variables", "/resultCache"};
  return std::ranges::none_of(
      kNever, [&](std::string_view part) { return route_path.find(part) != route_path.npos; });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string entity_tag(const net::Response& response) {
  return "\"" + digest::sha256_of(response.body).substr(0, kTagHexDigits) + "\"";
}

bool holds_tag(std::string_view list, std::string_view tag, bool weakly) {
  if (trim(list) == "*") return true;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    auto one = trim(list.substr(0, comma));
    if (weakly && one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

void tag_answer(const net::Request& request, std::string_view route_path, net::Response& response) {
  const auto tag = entity_tag(response);
  response.headers.emplace_back("ETag", tag);
  if (may_be_kept(route_path)) {
    response.headers.emplace_back("Cache-Control", "private, no-cache");
    response.headers.emplace_back("Vary", "Cookie, Authorization");
  }
  const auto* known = request.header("if-none-match");
  if (known == nullptr || !holds_tag(*known, tag, true)) return;
  response.status = 304;
  response.body.clear();
  response.content_type.clear();
}

}  // namespace aiflow::http_api::detail
