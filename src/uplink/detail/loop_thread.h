// SPDX-License-Identifier: Apache-2.0
// An event loop on a thread of its own, with a bounded way in from other threads.
// Private to src/uplink.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "os/event_loop.h"

namespace aiflow::uplink::detail {

class LoopThread {
 public:
  [[nodiscard]] static Result<std::unique_ptr<LoopThread>> create(const Clock& clock);
  ~LoopThread() { stop(); }
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  /// Before start(), and on the thread.
  [[nodiscard]] os::EventLoop& loop() { return *loop_; }
  void start();
  /// Runs `task` on the thread, in order. `bytes`: what it keeps in memory meanwhile. False when
  /// too much waits (kUnsentBytesMax) or the thread has stopped.
  bool post(std::function<void()> task, std::size_t bytes = 0);
  /// Runs what was posted, then ends. Not from the thread.
  void stop();

 private:
  struct Task {
    std::function<void()> run;
    std::size_t bytes;
  };
  LoopThread() = default;
  void run();
  void run_tasks();

  std::unique_ptr<os::EventLoop> loop_;
  os::Fd wake_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::vector<Task> tasks_;  ///< guarded by mutex_
  std::size_t bytes_ = 0;    ///< guarded by mutex_
  std::jthread thread_;
};

}  // namespace aiflow::uplink::detail
