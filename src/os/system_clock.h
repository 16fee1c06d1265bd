// SPDX-License-Identifier: Apache-2.0
// The real clocks. The only place of the product that asks the kernel for the time.
#pragma once

#include "base/clock.h"

namespace aiflow::os {

/// Wall time from CLOCK_REALTIME, steady time from CLOCK_MONOTONIC. Thread-safe, no state.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] WallTime now() const override;
  [[nodiscard]] SteadyTime steady_now() const override;
};

/// The same, but its steady time (CLOCK_BOOTTIME) goes on while the machine is suspended: for
/// leases that somebody else counts too. It is no time for Deadline.
class BootClock final : public Clock {
 public:
  [[nodiscard]] WallTime now() const override;
  [[nodiscard]] SteadyTime steady_now() const override;
};

/// Lets the calling thread rest. Only for back-off loops that have nothing to wait on.
void sleep_for(Duration duration);

}  // namespace aiflow::os
