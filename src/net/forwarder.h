// SPDX-License-Identifier: Apache-2.0
// A Unix socket whose connections are carried, byte for byte, to a server elsewhere: how a task on
// another machine reaches the server's API. Nothing is added to what goes through: the task shows
// its own token. While the server cannot be reached, each caller is told why. Thread: one of its
// own.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>

#include "base/result.h"
#include "net/client.h"
#include "net/server.h"

namespace aiflow::net {

struct ForwarderOptions {
  std::filesystem::path socket{};  ///< mode 0600; an old file is replaced
  Endpoint server{};
  std::size_t connections_max = 256;  ///< beyond it: closed at once

  // Both from the forwarder's thread; may be empty.
  /// What a caller is told when the server cannot be reached (status, content_type, body).
  std::function<Response(const Error& why)> refuse{};
  std::function<void()> reached{};  ///< the server has taken a connection
};

class Forwarder {
 public:
  /// Errors: conflict when somebody listens there, denied, unavailable.
  [[nodiscard]] static Result<std::unique_ptr<Forwarder>> start(ForwarderOptions options);
  ~Forwarder();
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  /// New connections are carried there from now on. From any thread.
  void lead_to(Endpoint server);
  /// New connections are refused with `why`, until it leads somewhere. From any thread.
  void shut(Error why);
  /// Connects once, for no caller: `refuse` or `reached` says what came of it. From any thread.
  void look();

 private:
  struct Impl;
  explicit Forwarder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace aiflow::net
