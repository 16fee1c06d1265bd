// SPDX-License-Identifier: Apache-2.0
// How messages are got from one Redis: by subscribing to channels, or by taking them off queues
// (lists, streams), where each stays until it is confirmed. All calls come on the broker's thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "os/event_loop.h"
#include "os/fd.h"
#include "redis/connection.h"
#include "trigger/connection.h"
#include "trigger/host.h"

namespace aiflow::trigger::detail {

/// A message of a queue: where it is, and its id (of a stream) or its text (of a list).
using Taken = std::pair<std::string, std::string>;

/// One of those that it was given to has stored it.
struct Stored {
  Taken message;
  WaitId by = 0;
};

/// What is told from other threads, and the descriptor that wakes the broker's.
struct Confirmed {
  std::mutex mutex;
  std::vector<Stored> stored;  ///< guarded by mutex
  os::Fd wake;

  void wake_up() const;
};

/// What a reader tells its broker.
struct Reading {
  const Clock& clock;
  os::EventLoop& loop;
  const redis::Address& address;
  const Connection& connection;
  /// A message of `name`, to all that wait for it but those in `had`: these. `stored` may be called
  /// on any thread, by each of them once.
  std::function<std::vector<WaitId>(const std::string& name, const json::Value& event,
                                    const std::vector<WaitId>& had,
                                    const std::function<void(WaitId)>& stored)>
      deliver;
  /// Whether something still waits for it.
  std::function<bool(const std::string& name)> is_wanted;
  std::function<void()> up;
  std::function<void(const Error& why)> down;
  /// Redis answers with an error to what is asked of `name`.
  std::function<void(const std::string& name, const std::string& why)> refused;
  std::shared_ptr<Confirmed> confirmed;
};

class RedisReader {
 public:
  virtual ~RedisReader() = default;
  /// From now on these are wanted. Also when nothing but who wants them has changed; `gone` want
  /// nothing any more, nor will they store what they were given.
  virtual void follow(const std::set<std::string>& names, const std::vector<WaitId>& gone) = 0;
  /// Of what it delivered these are stored.
  virtual void confirm(const std::vector<Stored>& stored) = 0;
};

[[nodiscard]] std::unique_ptr<RedisReader> make_channel_reader(Reading reading);
/// `group`: the name under which messages are taken; those that a reader of that name took and has
/// not confirmed come first.
[[nodiscard]] std::unique_ptr<RedisReader> make_list_reader(Reading reading, std::string group);
[[nodiscard]] std::unique_ptr<RedisReader> make_stream_reader(Reading reading, std::string group);

}  // namespace aiflow::trigger::detail
