// SPDX-License-Identifier: Apache-2.0
#include "app/cli/broker/no_api.h"

#include "log/log.h"
#include "wire/engine.h"

namespace aiflow::app {
namespace {

/// Not 503: asking again is of no use.
constexpr int kNotHere = 501;
constexpr std::string_view kAnswer =
    "this worker has no way to the server's API, which the task asks: start the worker with"
    " --server URL as well";

net::Response answer(int status, std::string_view message, std::string_view request_id) {
  const wire::ErrorBody body{.code = "unavailable",
                             .message = std::string(message),
                             .request_id = std::string(request_id)};
  return {.status = status,
          .content_type = "application/json",
          .body = json::write(json::object({{"error", wire::to_json(body)}}))};
}

}  // namespace

Result<std::unique_ptr<NoApi>> NoApi::start(const std::filesystem::path& socket) {
  std::unique_ptr<NoApi> made(new NoApi);
  net::ServerOptions options;
  options.unix_socket = socket;
  options.handler_threads_max = 1;
  AIFLOW_ASSIGN(made->server_, net::Server::start(options, *made));
  return made;
}

std::variant<net::BodyRule, net::Response> NoApi::admit(net::Request& request) {
  log::warn("a task asks the server's API, which this worker cannot reach without --server URL",
            {{"path", request.path}});
  return answer(kNotHere, kAnswer, request.id);
}

void NoApi::handle(net::Request request, net::Responder responder) {
  std::move(responder).send(answer(kNotHere, kAnswer, request.id));
}

net::Response NoApi::refuse(int status, std::string_view reason, std::string_view request_id) {
  return answer(status, reason, request_id);
}

}  // namespace aiflow::app
