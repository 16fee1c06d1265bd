// SPDX-License-Identifier: Apache-2.0
// A Redis connection on an event loop: commands go out in order, many in one write, and each
// answer comes to who asked. It connects, and again after each loss, by itself, with back-off.
// One thread: the loop's. Nothing blocks but the resolving of a host's name.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "os/event_loop.h"
#include "redis/address.h"

namespace aiflow::redis {

struct Reply {
  enum class Kind { nil, text, integer, list, error };
  Kind kind = Kind::nil;
  std::string text;  ///< of text and error
  std::int64_t integer = 0;
  std::vector<Reply> items;

  [[nodiscard]] bool is_error() const { return kind == Kind::error; }
};

using Command = std::vector<std::string>;

/// The bytes of a command on the wire (RESP).
[[nodiscard]] std::string encode(const Command& command);
/// All whole replies at the front of `bytes`, for tests and the fuzzer.
/// Errors: corrupt (the bytes are no RESP).
[[nodiscard]] Result<std::vector<Reply>> parse_replies(std::string_view bytes);

class Connection {
 public:
  using Answer = std::function<void(const Reply& reply)>;
  /// From the loop. What was asked and not answered before a loss is never answered.
  struct Events {
    std::function<void()> up;                    ///< commands are taken from now on
    std::function<void(const Error& why)> down;  ///< also for a try that came to nothing
    /// What comes without having been asked: messages of channels, and answers of send(). Without
    /// it, that is an error.
    std::function<void(const Reply& reply)> pushed{};
  };

  /// `loop` and `clock` must outlive it.
  Connection(const Clock& clock, os::EventLoop& loop, const Address& address, Events events);
  /// Not from within a callback of its own.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Dropped while the connection is down. `answer` may be empty.
  void call(const Command& command, Answer answer = {});
  /// A command that answers in its own time, or many times: (UN)SUBSCRIBE, and PING beside them.
  /// Not with call() at the same time.
  void send(const Command& command);
  [[nodiscard]] bool is_up() const;
  /// Ends the present connection; down() follows from the loop.
  void drop(const Error& why);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aiflow::redis
