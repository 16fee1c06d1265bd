// SPDX-License-Identifier: Apache-2.0
#include "http_api/router.h"

#include <algorithm>

#include "net/http.h"

namespace aiflow::http_api {
namespace {

constexpr std::size_t kParameterBytesMax = 250;

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> out;
  std::size_t start = 1;
  while (start <= path.size()) {
    const auto end = std::min(path.find('/', start), path.size());
    out.emplace_back(path.substr(start, end - start));
    start = end + 1;
  }
  return out;
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
  return std::ranges::equal(pattern, path, [](const std::string& want, const std::string& got) {
    return is_parameter(want) ? !got.empty() : want == got;
  });
}

Result<std::string> decode_parameter(const std::string& segment) {
  AIFLOW_ASSIGN(auto value, net::percent_decode(segment));
  const auto is_bad = [](char c) {
    return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  };
  const bool is_good = value.size() <= kParameterBytesMax && value != "." && value != ".." &&
                       std::ranges::none_of(value, is_bad);
  if (!is_good) return fail(ErrorCode::invalid_argument, "the address holds an invalid name");
  return value;
}

}  // namespace

Router::Router() {
  for (const auto& info : wire::all_routes()) entries_.push_back({&info, split(info.path)});
}

const wire::RouteInfo* Router::reader_of(const wire::RouteInfo& route) const {
  const auto found = std::ranges::find_if(entries_, [&](const Entry& entry) {
    return entry.info->method == "GET" && entry.info->path == route.path;
  });
  return found == entries_.end() ? nullptr : found->info;
}

std::expected<Match, Router::Refusal> Router::match(std::string_view method,
                                                    std::string_view path) const {
  if (!path.starts_with('/')) {
    return std::unexpected(Refusal{.status = 400, .message = "not a path", .allow = ""});
  }
  const auto segments = split(path);
  std::string allow;
  for (const auto& entry : entries_) {
    if (!fits(entry.segments, segments)) continue;
    if (entry.info->method != method) {
      allow.append(allow.empty() ? "" : ", ").append(entry.info->method);
      continue;
    }
    Match match{.route = entry.info, .parameters = {}};
    for (std::size_t i = 0; i < segments.size(); ++i) {
      const auto& pattern = entry.segments[i];
      if (!is_parameter(pattern)) continue;
      auto value = decode_parameter(segments[i]);
      if (!value) {
        return std::unexpected(
            Refusal{.status = 400, .message = value.error().message, .allow = ""});
      }
      match.parameters[pattern.substr(1, pattern.size() - 2)] = *std::move(value);
    }
    return match;
  }
  if (allow.empty()) {
    return std::unexpected(
        Refusal{.status = 404, .message = "there is no such address", .allow = ""});
  }
  return std::unexpected(
      Refusal{.status = 405, .message = "this address takes " + allow, .allow = allow});
}

}  // namespace aiflow::http_api
