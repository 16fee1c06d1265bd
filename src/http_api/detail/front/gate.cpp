// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/front/gate.h"

#include <string>

#include "http_api/detail/front/project_gate.h"
#include "service/attempt_token.h"

namespace aiflow::http_api::detail {
namespace {

using service::Principal;

/// Scheme and authority of an Origin must be where the request went.
bool is_same_origin(const net::Request& request) {
  const auto* origin = request.header("origin");
  if (origin == nullptr) return true;
  const auto* host = request.header("host");
  const auto scheme = origin->find("://");
  return host != nullptr && scheme != std::string::npos && origin->substr(scheme + 3) == *host;
}

/// What a browser of another site could send along with our cookie is refused.
std::optional<Refusal> check_origin(const net::Request& request, const Principal& who) {
  const bool can_change = !is_safe(request.method) || request.wants_websocket;
  if (!can_change || request.peer.unix_socket) return std::nullopt;
  // No browser sends a token by itself.
  if (request.header("authorization") != nullptr) return std::nullopt;
  if (!is_same_origin(request)) {
    return Refusal{403, ErrorCode::denied, "the request comes from another site"};
  }
  if (who.kind != Principal::Kind::user || is_safe(request.method)) return std::nullopt;
  const auto* token = request.header("x-csrf-token");
  if (token != nullptr && service::equal_in_constant_time(*token, who.csrf_token)) {
    return std::nullopt;
  }
  return Refusal{403, ErrorCode::denied, "the header X-CSRF-Token is missing or wrong"};
}

/// Forms of other sites can send text and forms, not JSON.
std::optional<Refusal> check_content_type(const net::Request& request,
                                          const wire::RouteInfo& route) {
  const auto* type = request.header("content-type");
  const bool is_raw = route.route == wire::Route::put_blob || is_oip(request.path);
  if (is_safe(request.method) || type == nullptr || is_raw || request.peer.unix_socket) {
    return std::nullopt;
  }
  if (type->starts_with("application/json")) return std::nullopt;
  return Refusal{415, ErrorCode::invalid_argument, "the body must be application/json"};
}

}  // namespace

bool is_safe(std::string_view method) { return method == "GET" || method == "HEAD"; }

std::optional<Refusal> check_request(const net::Request& request, const wire::RouteInfo& route,
                                     const Principal& who) {
  const service::Permission permission{route.permission, route.task_token};
  // Of a thing it is to be found out first whether it is there for somebody.
  const bool asks_project = who.kind == Principal::Kind::user && !who.must_change_password &&
                            service::role_for(route.permission) && names_thing(route.owner);
  if (!asks_project && !service::may(who, permission)) {
    if (who.kind == Principal::Kind::anonymous) {
      return Refusal{401, ErrorCode::denied, "log in first"};
    }
    if (who.must_change_password) {
      return Refusal{403, ErrorCode::denied, "change the one-time password first"};
    }
    return Refusal{403, ErrorCode::denied,
                   "this needs the permission '" + std::string(route.permission) + "'"};
  }
  if (who.read_only && !is_safe(request.method)) {
    return Refusal{403, ErrorCode::denied, "this token may only read"};
  }
  if (auto refusal = check_origin(request, who)) return refusal;
  return check_content_type(request, route);
}

}  // namespace aiflow::http_api::detail
