// SPDX-License-Identifier: Apache-2.0
#include "http_api/listeners/door.h"

#include <algorithm>

#include "base/assert.h"
#include "http_api/detail/front/answers.h"
#include "http_api/detail/front/bearer.h"
#include "wire/routes.h"

namespace aiflow::http_api {
namespace {

using wire::Route;

/// Of a route without parameters.
std::string_view path_of(Route route) {
  const auto& all = wire::all_routes();
  const auto found = std::ranges::find(all, route, &wire::RouteInfo::route);
  AIFLOW_ASSERT(found != all.end());
  return found->path;
}

bool is_of_workers(const net::Request& request) {
  static const auto join = path_of(Route::join_worker);
  static const auto link = path_of(Route::worker_link);
  return request.path == join || request.path == link || detail::shows_machine_token(request);
}

}  // namespace

bool Door::lets_in(const net::Request& request) const {
  static const auto health = path_of(Route::health);
  if (request.peer.unix_socket || request.path == health) return true;
  return is_of_workers(request) == (side_ == Side::workers);
}

std::variant<net::BodyRule, net::Response> Door::admit(net::Request& request) {
  if (lets_in(request)) return behind_.admit(request);
  auto why = side_ == Side::workers
                 ? std::string("this address is for workers and their tasks alone")
                 : "workers and their tasks have an address of their own: " + elsewhere_;
  return detail::error_response({421, ErrorCode::unavailable, std::move(why)}, request);
}

void Door::handle(net::Request request, net::Responder responder) {
  behind_.handle(std::move(request), std::move(responder));
}

}  // namespace aiflow::http_api
