// SPDX-License-Identifier: Apache-2.0
// What is looked at before a request's body is read: the route's permission, and whether a browser
// of another site could have sent it. Private to src/http_api.
#pragma once

#include <optional>
#include <string_view>

#include "http_api/detail/front/answers.h"
#include "net/server.h"
#include "service/auth.h"
#include "wire/routes.h"

namespace aiflow::http_api::detail {

[[nodiscard]] bool is_safe(std::string_view method);

/// nullopt: it may come in, as far as no project decides about it (project_gate.h).
[[nodiscard]] std::optional<Refusal> check_request(const net::Request& request,
                                                   const wire::RouteInfo& route,
                                                   const service::Principal& who);

}  // namespace aiflow::http_api::detail
