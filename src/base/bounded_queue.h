// SPDX-License-Identifier: Apache-2.0
// A queue between threads with a fixed limit and a stated policy when full.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "base/assert.h"

namespace aiflow {

enum class WhenFull {
  block,        ///< push waits for room
  drop_oldest,  ///< push removes the oldest element (frames)
  reject,       ///< push returns false (requests)
};

template <class T>
class BoundedQueue {
 public:
  BoundedQueue(std::size_t limit, WhenFull policy) : limit_(limit), policy_(policy) {
    AIFLOW_ASSERT(limit > 0);
  }

  /// False when the queue is closed, or full under `reject`.
  bool push(T value) {
    std::unique_lock lock(mutex_);
    if (policy_ == WhenFull::block) {
      has_room_.wait(lock, [&] { return closed_ || items_.size() < limit_; });
    }
    if (closed_) return false;
    if (items_.size() >= limit_) {
      ++dropped_;
      if (policy_ == WhenFull::reject) return false;
      items_.pop_front();
    }
    items_.push_back(std::move(value));
    has_item_.notify_one();
    return true;
  }

  /// Waits for an element; nullopt when closed and empty.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    has_item_.wait(lock, [&] { return closed_ || !items_.empty(); });
    return take();
  }

  /// As pop, but gives up at `limit`; nullopt then too (see closed()).
  std::optional<T> pop_for(std::chrono::microseconds wait_max) {
    std::unique_lock lock(mutex_);
    has_item_.wait_for(lock, wait_max, [&] { return closed_ || !items_.empty(); });
    return take();
  }

  /// Wakes every waiter; later pushes fail, elements inside can still be popped.
  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    has_item_.notify_all();
    has_room_.notify_all();
  }

  [[nodiscard]] bool closed() const {
    const std::scoped_lock lock(mutex_);
    return closed_;
  }
  [[nodiscard]] std::size_t size() const {
    const std::scoped_lock lock(mutex_);
    return items_.size();
  }
  /// Elements dropped or rejected since the start.
  [[nodiscard]] std::size_t dropped() const {
    const std::scoped_lock lock(mutex_);
    return dropped_;
  }

 private:
  std::optional<T> take() {
    if (items_.empty()) return std::nullopt;
    std::optional<T> value(std::move(items_.front()));
    items_.pop_front();
    has_room_.notify_one();
    return value;
  }

  const std::size_t limit_;
  const WhenFull policy_;
  mutable std::mutex mutex_;
  std::condition_variable has_item_;
  std::condition_variable has_room_;
  std::deque<T> items_;
  bool closed_ = false;
  std::size_t dropped_ = 0;
};

}  // namespace aiflow
