// SPDX-License-Identifier: Apache-2.0
// A connected Unix socket that carries frames of the worker protocol, on an event loop.
// Private to src/uplink.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "os/event_loop.h"
#include "os/frame.h"
#include "uplink/carrier.h"

namespace aiflow::uplink::detail {

class FrameSocket {
 public:
  struct Events {
    std::function<void(std::string payload)> frame;
    /// Once, from the loop and never from inside of send(): the peer has gone, breaks the
    /// protocol, or does not read.
    std::function<void()> closed;
  };

  FrameSocket(os::EventLoop& loop, os::Fd fd, Events events);
  ~FrameSocket();
  FrameSocket(const FrameSocket&) = delete;
  FrameSocket& operator=(const FrameSocket&) = delete;

  /// Nothing after it is closed.
  void send(std::string_view payload);

 private:
  void on_ready();
  void read_all();
  void take_frames();
  void write_some();
  void close();

  os::EventLoop& loop_;
  os::Fd fd_;
  Events events_;
  os::FrameReader reader_{kFrameBytesMax};
  std::string unsent_;
  std::size_t sent_ = 0;  ///< of unsent_
  bool waits_to_write_ = false;
  bool closed_ = false;
  os::EventLoop::TimerId closing_ = 0;
};

}  // namespace aiflow::uplink::detail
