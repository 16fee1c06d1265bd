// SPDX-License-Identifier: Apache-2.0
// The real clock. The only place of the product that asks the kernel for the time.
#pragma once

#include "base/clock.h"

namespace aiflow::os {

/// Wall time from CLOCK_REALTIME, steady time from CLOCK_MONOTONIC. Thread-safe, no state.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] WallTime now() const override;
  [[nodiscard]] SteadyTime steady_now() const override;
};

/// Lets the calling thread rest. Only for back-off loops that have nothing to wait on.
void sleep_for(Duration duration);

}  // namespace aiflow::os
