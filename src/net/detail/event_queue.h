// SPDX-License-Identifier: Apache-2.0
// The two sides of an open event stream or web socket: any thread puts messages into a bounded
// queue, the loop thread takes them out.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "net/detail/core.h"

namespace aiflow::net::detail {

/// Loop-thread side of a queue: told that there is something to send, or that it was closed.
class Pump {
 public:
  virtual ~Pump() = default;
  virtual void pump() = 0;
};

struct OutMessage {
  /// Never null. Shared, since the same events go to all who follow them.
  std::shared_ptr<const std::string> bytes;
  bool binary = false;
};

struct QueueLimits {
  std::size_t messages_max = 256;
  std::size_t bytes_max = 8U << 20;
  bool drop_oldest = false;  ///< else a full queue ends the stream
};

class EventQueue : public std::enable_shared_from_this<EventQueue> {
 public:
  EventQueue(std::shared_ptr<Core> core, QueueLimits limits)
      : core_(std::move(core)), limits_(limits) {}

  bool push(OutMessage message) {
    const std::scoped_lock lock(mutex_);
    if (!open_ || closing_) return false;
    while (limits_.drop_oldest && !messages_.empty() && is_full(message)) drop_front();
    if (!limits_.drop_oldest && is_full(message)) {
      overflowed_ = true;
      give_up();
    } else {
      bytes_ += message.bytes->size();
      messages_.push_back(std::move(message));
    }
    wake();
    return !overflowed_;
  }

  void close() {
    const std::scoped_lock lock(mutex_);
    closing_ = true;
    wake();
  }

  void cut() {
    const std::scoped_lock lock(mutex_);
    give_up();
    wake();
  }

  void on_close(std::function<void()> callback) {
    {
      const std::scoped_lock lock(mutex_);
      if (open_) {
        callbacks_.push_back(std::move(callback));
        return;
      }
    }
    callback();
  }

  [[nodiscard]] bool is_open() const {
    const std::scoped_lock lock(mutex_);
    return open_ && !closing_;
  }
  /// The stream ends without what still waits, even in the middle of a write.
  [[nodiscard]] bool is_cut() const {
    const std::scoped_lock lock(mutex_);
    return cut_;
  }
  /// The client was too slow.
  [[nodiscard]] bool overflowed() const {
    const std::scoped_lock lock(mutex_);
    return overflowed_;
  }
  [[nodiscard]] std::size_t dropped() const {
    const std::scoped_lock lock(mutex_);
    return dropped_;
  }
  [[nodiscard]] std::size_t waiting() const {
    const std::scoped_lock lock(mutex_);
    return messages_.size();
  }

  // Loop thread:
  void attach(std::weak_ptr<Pump> pump) {
    const std::scoped_lock lock(mutex_);
    pump_ = std::move(pump);
    if (!messages_.empty() || closing_) wake();
  }
  struct Taken {
    std::deque<OutMessage> messages;
    bool closing = false;
  };
  /// At most `count_max` messages.
  [[nodiscard]] Taken take(std::size_t count_max) {
    const std::scoped_lock lock(mutex_);
    woken_ = false;
    Taken taken{.messages = {}, .closing = closing_};
    while (!messages_.empty() && taken.messages.size() < count_max) {
      bytes_ -= messages_.front().bytes->size();
      taken.messages.push_back(std::move(messages_.front()));
      messages_.pop_front();
    }
    return taken;
  }
  /// The client is gone; calls the callbacks, without the lock.
  void ended() {
    std::vector<std::function<void()>> callbacks;
    {
      const std::scoped_lock lock(mutex_);
      open_ = false;
      messages_.clear();
      callbacks.swap(callbacks_);
    }
    for (const auto& callback : callbacks) callback();
  }

 private:
  bool is_full(const OutMessage& next) const {
    return messages_.size() >= limits_.messages_max ||
           (bytes_ > 0 && bytes_ + next.bytes->size() > limits_.bytes_max);
  }
  void give_up() {
    cut_ = true;
    closing_ = true;
    messages_.clear();
    bytes_ = 0;
    woken_ = false;  // the pump that was asked for may wait for a write that never ends
  }
  void drop_front() {
    bytes_ -= messages_.front().bytes->size();
    messages_.pop_front();
    ++dropped_;
  }
  void wake() {
    if (woken_ || pump_.expired()) return;
    woken_ = true;
    core_->post([pump = pump_] {
      if (const auto target = pump.lock()) target->pump();
    });
  }

  const std::shared_ptr<Core> core_;
  const QueueLimits limits_;
  mutable std::mutex mutex_;
  std::deque<OutMessage> messages_;
  std::vector<std::function<void()>> callbacks_;
  std::weak_ptr<Pump> pump_;
  std::size_t bytes_ = 0;
  std::size_t dropped_ = 0;
  bool open_ = true;
  bool closing_ = false;
  bool overflowed_ = false;
  bool cut_ = false;
  bool woken_ = false;
};

}  // namespace aiflow::net::detail

namespace aiflow::net {

struct EventStream::Impl {
  std::shared_ptr<detail::EventQueue> queue;
};
struct WebSocket::Impl {
  std::shared_ptr<detail::EventQueue> queue;
};

}  // namespace aiflow::net
