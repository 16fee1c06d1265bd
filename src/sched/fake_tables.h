// SPDX-License-Identifier: Apache-2.0
// The scheduler's tables in memory, for tests and the simulator: applies the rows of Effects as a
// transaction would, and gives back what restore() wants.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "sched/effect.h"
#include "sched/event.h"
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
  std::map<dag::BackfillId, BackfillRow> backfills;
  std::map<std::int64_t, AssetEventRow> asset_events;
  std::map<std::pair<DagId, dag::AssetName>, AssetQueueRow> asset_queue;
  std::vector<RunAssetsRow> run_assets;
  std::map<std::pair<dag::BackfillId, std::int32_t>, BackfillDateRow> backfill_dates;

  FakeTables() { pools[{"default_pool"}] = {{"default_pool"}, PoolRow{}.slots}; }

  void apply(const Effects& effects) {
    for (const DagRow& row : effects.dags) dags[row.dag_id] = row;
    for (const RunKey& key : effects.runs_removed) {
      runs.erase(key);
      std::erase_if(instances, [&](const auto& entry) {
        return entry.first.dag_id == key.dag_id && entry.first.run_id == key.run_id;
      });
    }
    for (const RunRow& row : effects.runs) runs[row.key] = row;
    for (const TaskKey& key : effects.instances_removed) instances.erase(key);
    for (const TaskInstanceRow& row : effects.instances) instances[row.key] = row;
    for (const PoolRow& row : effects.pools) pools[row.name] = row;
    for (const PoolName& name : effects.pools_removed) pools.erase(name);
    for (const BackfillRow& row : effects.backfills) backfills[row.id] = row;
    for (const AssetEventRow& row : effects.asset_events) asset_events[row.id] = row;
    for (const AssetQueueRow& row : effects.asset_queue) {
      asset_queue[{row.dag_id, row.asset}] = row;
      if (row.count == 0) asset_queue.erase({row.dag_id, row.asset});
    }
    run_assets.insert(run_assets.end(), effects.run_assets.begin(), effects.run_assets.end());
    for (const BackfillDateRow& row : effects.backfill_dates) {
      backfill_dates[{row.id, row.ordinal}] = row;
    }
  }

  /// The caller stores a version before it sends DagPut.
  void put_version(const DagVersionRow& row) {
    versions[{row.definition->dag_id, row.version}] = row;
  }

  /// For Options::mean_runtime.
  [[nodiscard]] std::optional<Duration> mean_runtime(const RuntimeQuestion& question) const {
    std::vector<const RunRow*> newest;
    for (const auto& [key, run] : runs) {
      const bool counts = run.state == RunState::success && run.started_at && run.ended_at;
      if (key.dag_id != question.dag_id || !counts || *run.ended_at > question.ended_by) continue;
      newest.push_back(&run);
    }
    std::ranges::sort(newest, [](const RunRow* a, const RunRow* b) {
      return std::pair(a->run_after, a->number) > std::pair(b->run_after, b->number);
    });
    if (newest.size() > static_cast<std::size_t>(question.runs_max)) {
      newest.resize(static_cast<std::size_t>(question.runs_max));
    }
    if (newest.size() < static_cast<std::size_t>(question.runs_min)) return std::nullopt;
    Duration total{0};
    for (const RunRow* run : newest) total += *run->ended_at - *run->started_at;
    return total / static_cast<Duration::rep>(newest.size());
  }

  /// For Options::stored_run.
  [[nodiscard]] std::optional<RunLoaded> stored_run(const DagId& dag_id, WallTime date,
                                                    const RunId& run_id) const {
    for (const auto& [key, run] : runs) {
      const bool fits = run.logical_date == date || key.run_id == run_id;
      if (key.dag_id != dag_id || !fits) continue;
      RunLoaded loaded{run, {}, versions.at({dag_id, run.dag_version}), std::nullopt};
      for (const auto& [of, row] : instances) {
        if (of.dag_id == dag_id && of.run_id == key.run_id) loaded.instances.push_back(row);
      }
      if (run.backfill.value != 0) loaded.backfill = backfills.at(run.backfill);
      return loaded;
    }
    return std::nullopt;
  }

  [[nodiscard]] Rows rows() const {
    Rows rows;
    for (const auto& [key, row] : dags) rows.dags.push_back(row);
    for (const auto& [key, row] : versions) rows.versions.push_back(row);
    for (const auto& [key, row] : runs) rows.runs.push_back(row);
    for (const auto& [key, row] : instances) rows.instances.push_back(row);
    for (const auto& [key, row] : pools) rows.pools.push_back(row);
    for (const auto& [key, row] : asset_queue) rows.asset_queue.push_back(row);
    if (!asset_events.empty()) rows.last_asset_event = asset_events.rbegin()->first;
    for (const auto& [id, row] : backfills) {
      const auto is_of = [&](const auto& entry) { return entry.second.backfill == id; };
      const bool wanted = !row.completed_at || std::ranges::any_of(runs, is_of);
      if (wanted) rows.backfills.push_back(row);
    }
    return rows;
  }
};

}  // namespace aiflow::sched
