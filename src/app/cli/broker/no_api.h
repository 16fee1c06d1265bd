// SPDX-License-Identifier: Apache-2.0
// The API socket of a worker that does not know where the server's API is: each call is answered
// with what to do about it.
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"
#include "net/server.h"

namespace aiflow::app {

class NoApi final : public net::Handler {
 public:
  /// Errors: those of net::Server::start.
  [[nodiscard]] static Result<std::unique_ptr<NoApi>> start(const std::filesystem::path& socket);

  [[nodiscard]] std::variant<net::BodyRule, net::Response> admit(net::Request& request) override;
  void handle(net::Request request, net::Responder responder) override;
  [[nodiscard]] net::Response refuse(int status, std::string_view reason,
                                     std::string_view request_id) override;

 private:
  NoApi() = default;
  std::unique_ptr<net::Server> server_;
};

}  // namespace aiflow::app
