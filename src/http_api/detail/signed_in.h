// SPDX-License-Identifier: Apache-2.0
// The answer to those who sign in. Private to src/http_api.
#pragma once

#include <string>

#include "http_api/detail/call.h"
#include "http_api/detail/cookie.h"

namespace aiflow::http_api::detail {

/// What the browser calls itself.
inline std::string agent_of(const Call& call) {
  const auto* agent = call.request.header("user-agent");
  return agent == nullptr ? std::string() : *agent;
}

inline Result<net::Response> signed_in(const Call& call, Result<service::SignedIn> made) {
  if (!made) return fail(std::move(made).error());
  auto response = one(made->session);
  response.headers.emplace_back("Set-Cookie",
                                set_cookie(made->cookie.reveal(), call.request.peer.tls));
  return response;
}

}  // namespace aiflow::http_api::detail
