// SPDX-License-Identifier: Apache-2.0
// Who waits, by the queue and the pool that its task names. Pure data.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/id.h"

namespace aiflow::sched {

struct Waiting {
  std::int64_t number = 0;          ///< task instances
  std::optional<WallTime> since{};  ///< when the first of them became ready
};

/// Only those that somebody waits for.
struct Waits {
  /// Ready, and no worker has begun them: scheduled or queued.
  std::map<std::string, Waiting> queues;
  /// Ready, and without a place in their pool and limits: scheduled.
  std::map<PoolName, Waiting> pools;
};

}  // namespace aiflow::sched
