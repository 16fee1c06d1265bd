// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/front/route_class.h"

namespace aiflow::http_api::detail {
namespace {

constexpr std::string_view kApi = "/api/v2/";

}  // namespace

std::string_view route_class(std::string_view path) {
  if (path.starts_with("/auth/")) return "auth";
  if (path == "/v2" || path.starts_with("/v2/")) return "inference";
  // Runs and their tasks are most of the work: not as one with their DAGs.
  for (const std::string_view noun : {"taskInstances", "dagRuns"}) {
    if (const auto at = path.find(noun); at != std::string_view::npos) {
      return path.substr(at, noun.size());
    }
  }
  path.remove_prefix(path.starts_with(kApi) ? kApi.size() : 1);
  return path.substr(0, path.find('/'));
}

}  // namespace aiflow::http_api::detail
