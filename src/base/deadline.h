// SPDX-License-Identifier: Apache-2.0
// A point in steady time by which a call must be done. Pass it down as it is: it does not restart.
#pragma once

#include "base/clock.h"

namespace aiflow {

class Deadline {
 public:
  static Deadline at(SteadyTime time) { return Deadline(time); }
  static Deadline after(const Clock& clock, Duration d) { return Deadline(clock.steady_now() + d); }
  static Deadline never() { return Deadline(SteadyTime::max()); }

  [[nodiscard]] bool passed(SteadyTime now) const { return now >= time_; }
  /// Time left, never negative. `never()` gives a very long duration.
  [[nodiscard]] Duration left(SteadyTime now) const {
    return passed(now) ? Duration{0} : time_ - now;
  }
  [[nodiscard]] SteadyTime time() const { return time_; }

 private:
  explicit Deadline(SteadyTime time) : time_(time) {}
  SteadyTime time_;
};

}  // namespace aiflow
