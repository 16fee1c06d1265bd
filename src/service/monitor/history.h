// SPDX-License-Identifier: Apache-2.0
// How the server has been: a sample every 5 s for an hour, one every minute for a day, in memory
// (some 0.5 MiB). In: figures, read by a thread of its own, and the times of the scheduler's steps;
// out: samples, and each new one on the event stream. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "conductor/conductor.h"
#include "service/monitor/figures.h"
#include "wire/system.h"

namespace aiflow::service {

class History {
 public:
  static constexpr std::chrono::seconds kEvery{5};
  static constexpr std::size_t kSecondsMax = 720;   ///< an hour
  static constexpr std::size_t kMinutesMax = 1440;  ///< a day
  static constexpr std::size_t kPerMinute = 12;

  using Publish = std::function<void(const wire::SystemSample&)>;
  ~History() { stop(); }

  /// Samples from now on; `read` and `publish` are called from a thread of its own until stop().
  void start(std::function<Figures()> read, Publish publish);
  void stop();

  /// From the conductor's thread; returns at once.
  void step(const conductor::StepTimes& times);
  /// What the thread does every 5 s.
  wire::SystemSample add(const Figures& figures);

  [[nodiscard]] wire::SystemHistory samples() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::vector<conductor::StepTimes> steps_;  ///< since the last sample; guarded by mutex_
  std::int64_t step_count_ = 0;              ///< guarded by mutex_
  std::deque<wire::SystemSample> seconds_;   ///< guarded by mutex_
  std::deque<wire::SystemSample> minutes_;   ///< guarded by mutex_
  std::optional<double> cpu_s_;              ///< at the last sample; guarded by mutex_
  std::optional<os::HostUse> host_;          ///< the same
  std::size_t since_minute_ = 0;             ///< guarded by mutex_
  std::jthread thread_;
};

}  // namespace aiflow::service
