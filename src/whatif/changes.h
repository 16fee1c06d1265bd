// SPDX-License-Identifier: Apache-2.0
// What is to be different in a simulation.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "whatif/workload.h"

namespace aiflow::whatif {

struct Changes {
  std::optional<std::int32_t> slots{};                ///< of all workers together
  std::map<PoolName, std::int32_t> pools{};           ///< slots; -1 = no limit
  std::map<std::pair<DagId, TaskId>, int> weights{};  ///< priority_weight of a task
  std::map<DagId, int> max_active_runs{};
  std::map<DagId, int> max_active_tasks{};
  std::map<DagId, bool> paused{};

  /// "slots 4 -> 8, pool gpu 1 -> 2"; "" when nothing changes.
  [[nodiscard]] std::string in_words(const Workload& before) const;
};

/// Errors: not_found when a DAG or task of the changes is not in the workload; invalid_argument
/// when a number is out of its range. A pool that does not exist is made.
[[nodiscard]] Result<Workload> changed(Workload workload, const Changes& changes);

}  // namespace aiflow::whatif
