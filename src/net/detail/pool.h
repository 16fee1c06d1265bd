// SPDX-License-Identifier: Apache-2.0
// A bounded pool that grows to its limit only while work waits: an idle server keeps one thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace aiflow::net::detail {

struct PoolLimits {
  std::size_t threads_max = 16;
  std::size_t queue_max = 256;
};

class Pool {
 public:
  explicit Pool(PoolLimits limits) : limits_(limits) {}
  ~Pool() { stop(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// False when the queue is full or the pool has stopped; `job` then did not run.
  bool submit(std::function<void()> job);
  /// Finishes running jobs, drops waiting ones, joins.
  void stop();
  /// Jobs waiting or running.
  [[nodiscard]] std::size_t busy() const;

 private:
  void work();

  const PoolLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable has_job_;
  std::deque<std::function<void()>> jobs_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  std::size_t running_ = 0;
  bool stopped_ = false;
};

}  // namespace aiflow::net::detail
