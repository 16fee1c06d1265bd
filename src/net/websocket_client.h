// SPDX-License-Identifier: Apache-2.0
// The client's end of one web socket: connects, and is of no further use once it has ended.
// Thread: one of its own per client, on which the callbacks run. Nothing is ever dropped in
// silence: when too much waits to be sent the connection ends.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/client.h"
#include "net/http.h"

namespace aiflow::net {

struct WebSocketClientOptions {
  Endpoint endpoint{};
  std::string target = "/";
  Headers headers{};
  std::size_t message_bytes_max = 16U << 20;  ///< of what the server sends
  std::size_t unsent_bytes_max = 64U << 20;
  std::chrono::milliseconds connect_timeout{10'000};
  /// Without a sign of life from the server for so long the connection has ended.
  std::chrono::milliseconds idle_timeout{10'000};
  std::function<void()> on_open{};
  std::function<void(std::string_view message)> on_message{};
  /// Exactly once, also when no connection came about; the last call. denied: the server refuses
  /// us (401, 403); not_found: it answers such requests at another address (421); unavailable and
  /// others: worth another try.
  std::function<void(const Error& reason)> on_end{};
};

class WebSocketClient {
 public:
  explicit WebSocketClient(WebSocketClientOptions options);
  /// Cuts the connection and joins; not from a callback.
  ~WebSocketClient();
  WebSocketClient(const WebSocketClient&) = delete;
  WebSocketClient& operator=(const WebSocketClient&) = delete;

  /// From any thread, also before on_open. False when it has ended, or ends because too much waits.
  bool send_text(std::string message);
  /// Ends the connection when all that waits is written, or `within` is over; on_end follows.
  void finish(Duration within);
  /// Ends the connection at once; on_end follows.
  void cut();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aiflow::net
