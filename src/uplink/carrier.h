// SPDX-License-Identifier: Apache-2.0
// What moves the frames of the worker protocol (api/worker.yaml) between a worker elsewhere and its
// server: a web socket, or a broker. A carrier knows no frame from another; what distance needs
// besides (the DAG's files, logs) is done at its two ends by uplink.h and depot.h.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aiflow::uplink {

/// A frame is one JSON object with its "type", as text, without a length before it.
inline constexpr std::size_t kFrameBytesMax = 12U << 20;
/// A peer that does not take what waits for it is cut off, never fed with less.
inline constexpr std::size_t kUnsentBytesMax = 64U << 20;

class Carrier {
 public:
  /// Called from the carrier's threads, one at a time; quick.
  struct Events {
    /// Frames go both ways from now on. The worker says hello.
    std::function<void()> connected;
    /// What was sent may be lost: after the next connected() it is sent again.
    std::function<void()> lost;
    std::function<void(std::string frame)> frame;
    /// The server wants nothing of this worker, and another try is of no use.
    std::function<void(const Error& why)> refused;
  };

  virtual ~Carrier() = default;
  /// Connects, and again after each loss with back-off, until stop().
  virtual void start(Events events) = 0;
  /// From any thread. A frame that cannot be taken ends the connection: lost() follows.
  virtual void send(std::string frame) = 0;
  /// Ends the present connection, so that both sides begin anew.
  virtual void reconnect() = 0;
  /// No event comes after it returns.
  virtual void stop() = 0;
};

}  // namespace aiflow::uplink
