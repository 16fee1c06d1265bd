// SPDX-License-Identifier: Apache-2.0
// Trigger rules as a pure function over counts of finished direct upstream instances
// (workflow-semantics section 4). Evaluate after each change of a count, not only at the end.
#pragma once

#include <cstdint>
#include <optional>

#include "base/states.h"

namespace aiflow::dag {

/// Counts over the direct upstream instances of one task instance.
struct UpstreamCounts {
  std::int32_t total = 0;
  std::int32_t success = 0;
  std::int32_t failed = 0;
  std::int32_t upstream_failed = 0;
  std::int32_t skipped = 0;
  std::int32_t removed = 0;
  std::int32_t setups = 0;          ///< direct upstreams that are setups
  std::int32_t setups_success = 0;  ///< of these, how many succeeded
  std::int32_t setups_skipped = 0;

  [[nodiscard]] std::int32_t done() const {
    return success + failed + upstream_failed + skipped + removed;
  }
  bool operator==(const UpstreamCounts&) const = default;
};

/// What a rule says now: `new_state` is written (if any), else `runs` decides; neither = wait.
struct RuleVerdict {
  std::optional<TaskState> new_state;
  bool runs = false;
  bool operator==(const RuleVerdict&) const = default;
};

/// `map_index` < 0: not mapped. `compat` 2 leaves out what only Airflow 3 does.
[[nodiscard]] RuleVerdict evaluate_rule(TriggerRule rule, const UpstreamCounts& counts,
                                        std::int32_t map_index = -1, int compat = 3);

}  // namespace aiflow::dag
