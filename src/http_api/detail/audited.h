// SPDX-License-Identifier: Apache-2.0
// Which requests the audit log keeps, and what it says of them. Private to src/http_api.
#pragma once

#include <string_view>

#include "http_api/router.h"
#include "net/server.h"
#include "service/auth.h"
#include "wire/access.h"
#include "wire/routes.h"

namespace aiflow::http_api::detail {

/// What can change something, except what a running task does by itself all the time, and except
/// inference.
[[nodiscard]] bool is_audited(const wire::RouteInfo& route, const service::Principal& who);

/// Whether the request's body only asks what would change; nothing does then.
[[nodiscard]] bool is_preview(const wire::RouteInfo& route, const net::Request& request);

/// The entry of a request, without an outcome; what it is about comes from the address.
[[nodiscard]] wire::AuditEntry entry_of(const net::Request& request, const Match& match,
                                        const service::Principal& who);

/// done, denied or failed.
[[nodiscard]] std::string_view outcome_of(int status);

}  // namespace aiflow::http_api::detail
