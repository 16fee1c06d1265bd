// SPDX-License-Identifier: Apache-2.0
// HOME/run/api.sock of a worker elsewhere: leads to the server's API. While that cannot be reached,
// the log says why once, and each caller is told so.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/forwarder.h"

namespace aiflow::app {

class ApiRelay {
 public:
  /// Errors: those of net::Forwarder::start.
  [[nodiscard]] static Result<std::unique_ptr<ApiRelay>> start(const std::filesystem::path& socket,
                                                               net::Endpoint server);
  /// New calls go there from now on. From any thread.
  void lead_to(net::Endpoint server) { forwarder_->lead_to(std::move(server)); }
  /// Callers are told `why`, until it leads somewhere. From any thread.
  void shut(Error why) { forwarder_->shut(std::move(why)); }
  /// So that the log says now, and not when a task asks, that the server cannot be reached. From
  /// any thread.
  void look() { forwarder_->look(); }

 private:
  ApiRelay() = default;
  net::Response refuse(const Error& why);
  void reached();

  std::string told_;                           ///< in the log; the forwarder's thread alone
  std::unique_ptr<net::Forwarder> forwarder_;  ///< last: it calls the others
};

}  // namespace aiflow::app
