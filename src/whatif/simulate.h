// SPDX-License-Identifier: Apache-2.0
// Plays a workload through sched::step on a virtual clock. Workers are `slots` places that start
// what the scheduler gives them at once; an attempt takes as long as it took, or usually takes.
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.h"
#include "whatif/workload.h"

namespace aiflow::whatif {

/// One attempt in the simulation.
struct Served {
  sched::TaskKey key{};
  PoolName pool{};
  std::int32_t try_number = 1;
  WallTime ready{};  ///< its upstreams were done: from here on it waited for a slot
  WallTime started{};
  WallTime ended{};
};

struct RunServed {
  sched::RunKey key{};
  WallTime arrived{};
  std::optional<WallTime> ended{};  ///< none: it could not end (a pool without slots)
  RunState state = RunState::queued;
};

struct Simulated {
  std::vector<Served> tries{};    ///< by start
  std::vector<RunServed> runs{};  ///< by arrival
  std::size_t never_started = 0;  ///< instances that still waited when nothing could change
  WallTime ended{};               ///< of the last attempt
};

/// More attempts than this are an error: the period is to be made shorter.
inline constexpr std::size_t kAttemptsMax = 1'000'000;

/// Equal workloads give equal results. Errors: invalid_argument (a workload without slots, or with
/// more than kAttemptsMax attempts).
[[nodiscard]] Result<Simulated> simulate(const Workload& workload);

}  // namespace aiflow::whatif
