// SPDX-License-Identifier: Apache-2.0
// What waits for the conductor: reports and requests, taken all at once (group commit).
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "conductor/detail/batch.h"

namespace aiflow::conductor::detail {

/// A request of the API or the parser. Exactly one of the two is called, once.
struct Request {
  std::function<void(Batch&)> prepare;  ///< on the conductor's thread
  std::function<void(Error)> refuse;
};
using Item = std::variant<Report, Request>;

class Inbox {
 public:
  explicit Inbox(std::size_t requests_max) : requests_max_(requests_max) {}

  /// Reports are bounded by the workers' slots and the waits, so they are always taken. `patient`
  /// ones wait for company. False when closed.
  bool push(Report report, bool patient) {
    const std::scoped_lock lock(mutex_);
    if (closed_) return false;
    // One that joins others that wait for company need not wake anybody.
    if (!patient || items_.empty()) wake_.notify_one();
    items_.emplace_back(std::move(report));
    if (!patient) urgent_ = true;
    return true;
  }

  /// False, and the request is left as it is, when too many wait or the inbox is closed.
  bool push(Request& request) {
    const std::scoped_lock lock(mutex_);
    if (closed_ || requests_ >= requests_max_) return false;
    items_.emplace_back(std::move(request));
    ++requests_;
    urgent_ = true;
    wake_.notify_one();
    return true;
  }

  /// Waits for something, at most `wait_max`; patient reports wait up to `patience` for more.
  std::vector<Item> wait(Duration wait_max, Duration patience) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, wait_max, [&] { return closed_ || !items_.empty(); });
    if (!items_.empty()) wake_.wait_for(lock, patience, [&] { return closed_ || urgent_; });
    return take();
  }

  std::vector<Item> take_all() {
    const std::scoped_lock lock(mutex_);
    return take();
  }

  [[nodiscard]] std::size_t size() const {
    const std::scoped_lock lock(mutex_);
    return items_.size();
  }

  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    wake_.notify_all();
  }

 private:
  std::vector<Item> take() {
    urgent_ = false;
    requests_ = 0;
    return std::exchange(items_, {});
  }

  const std::size_t requests_max_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Item> items_;
  std::size_t requests_ = 0;
  bool urgent_ = false;
  bool closed_ = false;
};

}  // namespace aiflow::conductor::detail
