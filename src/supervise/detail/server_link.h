// SPDX-License-Identifier: Apache-2.0
// The worker's connection to the server: connects, connects again after a loss with back-off, and
// moves frames. Private to supervise; runs on the worker's event loop.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "os/event_loop.h"
#include "os/file.h"
#include "os/frame.h"
#include "supervise/detail/message.h"

namespace aiflow::supervise::detail {

struct ServerLinkOptions {
  os::Path socket;
  Duration reconnect_min;
  Duration reconnect_max;
  /// The socket is made by this same program, which says itself when there is no server behind it.
  bool is_quiet = false;
};

class ServerLink {
 public:
  struct Events {
    std::function<void()> connected;  ///< say hello now
    std::function<void()> lost;
    std::function<void(std::string_view type, const json::Value& message)> message;
  };

  ServerLink(os::EventLoop& loop, ServerLinkOptions options, Events events)
      : loop_(loop), options_(std::move(options)), events_(std::move(events)) {}
  ~ServerLink();
  ServerLink(const ServerLink&) = delete;
  ServerLink& operator=(const ServerLink&) = delete;

  /// Tries to connect until it works.
  void start();
  /// Sends with the next flush() when connected, else does nothing: what must arrive is sent again
  /// after `connected`. A server that does not read is disconnected when 64 MiB wait for it.
  void send(std::string_view frame);
  /// After each round of the loop: all that the round had to say goes in one piece.
  void flush();
  [[nodiscard]] bool connected() const { return socket_.valid(); }

 private:
  void try_connect();
  void on_ready();
  bool read_some();
  bool write_some();
  void drop(const std::string& reason);

  os::EventLoop& loop_;
  ServerLinkOptions options_;
  Events events_;
  os::Fd socket_;
  os::FrameReader reader_{kFrameBytesMax};
  std::string unsent_;
  bool waits_to_write_ = false;  ///< the loop watches for room too
  Duration back_off_{};
  bool warned_ = false;
};

}  // namespace aiflow::supervise::detail
