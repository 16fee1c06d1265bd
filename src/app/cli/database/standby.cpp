// SPDX-License-Identifier: Apache-2.0
#include "app/cli/database/standby.h"

#include <string>

#include "json/value.h"
#include "wire/engine.h"

namespace aiflow::app {
namespace {

net::Response error(int status, std::string message, std::string_view request_id) {
  const wire::ErrorBody body{.code = std::string(to_string(ErrorCode::unavailable)),
                             .message = std::move(message),
                             .request_id = std::string(request_id)};
  return {.status = status,
          .content_type = "application/json",
          .headers = {{"Cache-Control", "no-store"}, {"Retry-After", "2"}},
          .body = json::write(json::object({{"error", wire::to_json(body)}}))};
}

std::string message_of(const store::Leader& leader) {
  std::string text = "this server is on standby; ";
  if (leader.holder.empty() || !leader.is_live) return text + "it is about to take the lead";
  text += "the leader is " + leader.holder;
  return leader.url.empty() ? text : text + " at " + leader.url;
}

bool is_page(const net::Request& request) {
  return request.method == "GET" && !request.peer.unix_socket &&
         request.path != "/api/v2/monitor/health";
}

}  // namespace

void StandbyHandler::set_leader(store::Leader leader) {
  const std::scoped_lock lock(mutex_);
  leader_ = std::move(leader);
}

store::Leader StandbyHandler::leader() {
  const std::scoped_lock lock(mutex_);
  return leader_;
}

std::variant<net::BodyRule, net::Response> StandbyHandler::admit(net::Request& request) {
  const store::Leader now = leader();
  net::Response response = error(503, message_of(now), request.id);
  if (is_page(request) && now.is_live && !now.url.empty()) {
    response.status = 307;
    response.headers.emplace_back(
        "Location", now.url + request.path + (request.query.empty() ? "" : "?" + request.query));
  }
  return response;
}

void StandbyHandler::handle(net::Request request, net::Responder responder) {
  std::move(responder).send(error(503, "this server is on standby", request.id));
}

net::Response StandbyHandler::refuse(int status, std::string_view reason,
                                     std::string_view request_id) {
  return error(status, std::string(reason), request_id);
}

}  // namespace aiflow::app
