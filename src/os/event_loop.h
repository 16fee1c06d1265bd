// SPDX-License-Identifier: Apache-2.0
// A single-threaded epoll loop with timers: what the worker and other supervisors run on.
// Callbacks run on the loop's thread, one at a time; they may watch, unwatch and set timers freely.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "base/clock.h"
#include "base/result.h"
#include "os/fd.h"

namespace aiflow::os {

class EventLoop {
 public:
  using TimerId = std::uint64_t;

  /// Which events wake the callback; errors and hang-ups always do.
  struct Interest {
    bool read = true;
    bool write = false;
  };

  [[nodiscard]] static Result<std::unique_ptr<EventLoop>> create(const Clock& clock);

  /// Calls `ready` whenever `fd` is ready. A descriptor is watched once (asserted).
  void watch(int fd, Interest interest, std::function<void()> ready);
  void change(int fd, Interest interest);
  /// Must come before the descriptor is closed. Unknown descriptors are ignored.
  void unwatch(int fd);

  /// Calls `due` once, at `time` or soon after.
  TimerId at(SteadyTime time, std::function<void()> due);
  TimerId after(Duration delay, std::function<void()> due);
  /// Unknown or past timers are ignored.
  void cancel(TimerId id);

  /// Waits for events and timers and runs their callbacks once; at most `wait_max`.
  void run_once(Duration wait_max);

 private:
  EventLoop(const Clock& clock, Fd epoll) : clock_(clock), epoll_(std::move(epoll)) {}
  void run_due_timers();

  struct Watch {
    std::uint64_t serial;
    std::shared_ptr<std::function<void()>> ready;
  };
  const Clock& clock_;
  Fd epoll_;
  std::uint64_t next_serial_ = 1;
  std::map<int, Watch> watches_;
  std::map<std::pair<SteadyTime, TimerId>, std::function<void()>> timers_;
  std::map<TimerId, SteadyTime> timer_times_;
};

}  // namespace aiflow::os
