// SPDX-License-Identifier: Apache-2.0
// The token that a request shows. Private to src/http_api.
#pragma once

#include <string_view>

#include "net/server.h"
#include "service/access/api_tokens.h"

namespace aiflow::http_api::detail {

/// Empty without one.
[[nodiscard]] inline std::string_view bearer_of(const net::Request& request) {
  constexpr std::string_view kBearer = "Bearer ";
  const auto* authorization = request.header("authorization");
  if (authorization == nullptr || !authorization->starts_with(kBearer)) return {};
  return std::string_view(*authorization).substr(kBearer.size());
}

/// A running task's, or a worker's; whether it is a good one is found out later.
[[nodiscard]] inline bool shows_machine_token(const net::Request& request) {
  const auto token = bearer_of(request);
  return !token.empty() && !service::ApiTokens::is_token(token);
}

}  // namespace aiflow::http_api::detail
