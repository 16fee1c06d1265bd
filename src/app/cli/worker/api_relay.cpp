// SPDX-License-Identifier: Apache-2.0
#include "app/cli/worker/api_relay.h"

#include <utility>

#include "log/log.h"
#include "wire/engine.h"

namespace aiflow::app {
namespace {

// The SDK and what fetches packs ask again after 503 alone: a server that is down comes back by
// itself, a certificate does not become another one.
constexpr int kOfNoUse = 502;
constexpr int kAway = 503;

constexpr std::string_view kTrust =
    "; --server has to name the server that gives this worker its tasks; a private authority is"
    " trusted with SSL_CERT_FILE=FILE in the worker's environment";

}  // namespace

Result<std::unique_ptr<ApiRelay>> ApiRelay::start(const std::filesystem::path& socket,
                                                  net::Endpoint server) {
  std::unique_ptr<ApiRelay> made(new ApiRelay);
  AIFLOW_ASSIGN(made->forwarder_,
                net::Forwarder::start(
                    {.socket = socket,
                     .server = std::move(server),
                     .refuse = [raw = made.get()](const Error& why) { return raw->refuse(why); },
                     .reached = [raw = made.get()] { raw->reached(); }}));
  return made;
}

net::Response ApiRelay::refuse(const Error& why) {
  const bool may_pass = why.code == ErrorCode::unavailable || why.code == ErrorCode::timeout;
  const bool is_stranger = why.code == ErrorCode::corrupt;
  const std::string reason = why.message + std::string(is_stranger ? kTrust : "");
  if (std::exchange(told_, reason) != reason) {
    log::warn("the server's API cannot be reached: tasks that ask it are told so",
              {{"reason", reason}});
  }
  const wire::ErrorBody body{.code = std::string(to_string(why.code)),
                             .message = "this worker cannot reach the server's API: " + reason,
                             .request_id = ""};
  return {.status = may_pass ? kAway : kOfNoUse,
          .content_type = "application/json",
          .body = json::write(json::object({{"error", wire::to_json(body)}}))};
}

void ApiRelay::reached() {
  if (std::exchange(told_, "").empty()) return;
  log::info("the server's API can be reached again");
}

}  // namespace aiflow::app
