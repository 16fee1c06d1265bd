// SPDX-License-Identifier: Apache-2.0
// A Unix socket whose connections are carried, byte for byte, to a server elsewhere: how a task on
// another machine reaches the server's API. Nothing is added to what goes through: the task shows
// its own token. Thread: one of its own.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "base/result.h"
#include "net/client.h"

namespace aiflow::net {

struct ForwarderOptions {
  std::filesystem::path socket{};  ///< mode 0600; an old file is replaced
  Endpoint server{};
  std::size_t connections_max = 256;  ///< beyond it: closed at once
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

 private:
  struct Impl;
  explicit Forwarder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace aiflow::net
