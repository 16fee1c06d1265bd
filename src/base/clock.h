// SPDX-License-Identifier: Apache-2.0
// Time as an interface: the real clock is os::SystemClock, tests and the simulator pass a
// ManualClock. Wall time is for schedules and what people read; steady time is for leases,
// time-outs and durations, because wall clocks jump.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aiflow {

/// Microseconds since 1970-01-01 UTC.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;
/// Microseconds since an arbitrary start; never goes back.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual WallTime now() const = 0;
  [[nodiscard]] virtual SteadyTime steady_now() const = 0;
};

/// A clock that stands still until it is moved. Not thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime start = WallTime{}) : wall_(start) {}
  [[nodiscard]] WallTime now() const override { return wall_; }
  [[nodiscard]] SteadyTime steady_now() const override { return steady_; }
  void advance(Duration d) { wall_ += d, steady_ += d; }
  /// Moves only the wall clock, as an operator or NTP would.
  void jump_wall(Duration d) { wall_ += d; }

 private:
  WallTime wall_;
  SteadyTime steady_{};
};

/// RFC 3339 in UTC with microseconds and 'Z': "2026-11-23T18:10:21.000000Z".
[[nodiscard]] std::string format_time(WallTime time);
/// Reads RFC 3339 with 'Z' or a numeric offset, fraction optional. Errors: invalid_argument.
[[nodiscard]] Result<WallTime> parse_time(std::string_view text);

}  // namespace aiflow
