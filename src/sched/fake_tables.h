// SPDX-License-Identifier: Apache-2.0
// The scheduler's tables in memory, for tests and the simulator: applies the rows of Effects as a
// transaction would, and gives back what restore() wants.
#pragma once

#include <map>
#include <utility>

#include "sched/effect.h"
#include "sched/row.h"
#include "sched/state.h"

namespace aiflow::sched {

class FakeTables {
 public:
  std::map<DagId, DagRow> dags;
  std::map<std::pair<DagId, std::int32_t>, DagVersionRow> versions;
  std::map<RunKey, RunRow> runs;
  std::map<TaskKey, TaskInstanceRow> instances;
  std::map<PoolName, PoolRow> pools;

  FakeTables() { pools[{"default_pool"}] = {{"default_pool"}, PoolRow{}.slots}; }

  void apply(const Effects& effects) {
    for (const DagRow& row : effects.dags) dags[row.dag_id] = row;
    for (const RunRow& row : effects.runs) runs[row.key] = row;
    for (const TaskKey& key : effects.instances_removed) instances.erase(key);
    for (const TaskInstanceRow& row : effects.instances) instances[row.key] = row;
    for (const PoolRow& row : effects.pools) pools[row.name] = row;
    for (const PoolName& name : effects.pools_removed) pools.erase(name);
  }

  /// The caller stores a version before it sends DagPut.
  void put_version(const DagVersionRow& row) {
    versions[{row.definition->dag_id, row.version}] = row;
  }

  [[nodiscard]] Rows rows() const {
    Rows rows;
    for (const auto& [key, row] : dags) rows.dags.push_back(row);
    for (const auto& [key, row] : versions) rows.versions.push_back(row);
    for (const auto& [key, row] : runs) rows.runs.push_back(row);
    for (const auto& [key, row] : instances) rows.instances.push_back(row);
    for (const auto& [key, row] : pools) rows.pools.push_back(row);
    return rows;
  }
};

}  // namespace aiflow::sched
