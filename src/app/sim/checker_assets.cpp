// SPDX-License-Identifier: Apache-2.0
// Assets in the checker: an event comes from an accepted success or from outside (S13), waits at
// every DAG that listens, and is consumed by exactly one run of it.
#include <algorithm>
#include <utility>

#include "checker.h"

namespace aiflow::sim {
namespace {

using Key = std::pair<DagId, dag::AssetName>;

sched::TaskKey key_of(const Key& key) { return {key.first, {key.second.value}, {}, -1}; }

const dag::Dag& newest(const DagId& id, const Database& after) {
  const auto& row = after.tables.dags.at(id);
  return *after.tables.versions.at({id, row.version}).definition;
}

bool names(const dag::Dag& definition, const dag::AssetName& asset) {
  return std::ranges::binary_search(dag::names_of(definition.schedule.assets), asset);
}

/// Something that this batch did may have changed who listens in the middle of it.
bool changes_listeners(const Server& server) {
  return std::ranges::any_of(server.batch, [](const Server::Item& item) {
    return std::holds_alternative<sched::DagPut>(item.event) ||
           std::holds_alternative<sched::DagRemoved>(item.event) ||
           std::holds_alternative<sched::DagPaused>(item.event);
  });
}

}  // namespace

void Checker::check_assets(const Server& server, const Database& after) {
  check_asset_events(server, after);
  for (const auto& row : server.effects.run_assets) check_consumed(row, after);
  check_waiting(server, after);
  asset_queue_ = after.tables.asset_queue;
  for (const auto& [id, row] : after.tables.dags) listening_[id] = row.active && !row.paused;
}

void Checker::check_asset_events(const Server& server, const Database& after) {
  const bool steady = !changes_listeners(server);
  for (const sched::AssetEventRow& event : server.effects.asset_events) {
    if (event.id != ++last_asset_event_) fail("S13", event.source, "an asset event has a gap");
    // By itself: what somebody marks makes nothing new.
    const auto succeeded = [&](const sched::Change& change) {
      return change.key == event.source && change.to == "success" && change.user.empty();
    };
    if (event.user.empty() && std::ranges::none_of(server.effects.changes, succeeded)) {
      fail("S13", event.source, "an asset is new without a success");
    }
    for (const auto& [id, row] : after.tables.dags) {
      const auto before = listening_.find(id);
      const bool listens = row.active && !row.paused && before != listening_.end() &&
                           before->second && names(newest(id, after), event.asset);
      if (!steady || !listens) continue;
      const auto waiting = after.tables.asset_queue.find({id, event.asset});
      const bool waits = waiting != after.tables.asset_queue.end() &&
                         waiting->second.first <= event.id && event.id <= waiting->second.last;
      const auto takes = [&](const sched::RunAssetsRow& taken) {
        return taken.run.dag_id == id && taken.asset == event.asset && taken.first <= event.id &&
               event.id <= taken.last;
      };
      if (!waits && std::ranges::none_of(server.effects.run_assets, takes)) {
        fail("S13", key_of({id, event.asset}), "an event is lost");
      }
    }
  }
}

void Checker::check_consumed(const sched::RunAssetsRow& row, const Database& after) {
  const Key key{row.run.dag_id, row.asset};
  if (row.first <= consumed_[key]) fail("S13", key_of(key), "an event is consumed twice");
  consumed_[key] = row.last;
  const auto run = after.tables.runs.find(row.run);
  const bool right = run != after.tables.runs.end() &&
                     run->second.run_type == RunType::asset_triggered && row.first <= row.last;
  if (!right) fail("S13", key_of(key), "consumed by no run");
}

void Checker::check_waiting(const Server& server, const Database& after) {
  for (const auto& [key, row] : after.tables.asset_queue) {
    if (row.first <= consumed_[key]) fail("S13", key_of(key), "a consumed event goes on waiting");
  }
  for (const auto& [key, row] : asset_queue_) {
    const auto now = after.tables.asset_queue.find(key);
    const bool waits = now != after.tables.asset_queue.end() && now->second.first == row.first;
    const auto& dag = after.tables.dags.at(key.first);
    const bool wanted = dag.active && names(newest(key.first, after), key.second);
    if (waits || consumed_[key] >= row.last || !wanted || changes_listeners(server)) continue;
    fail("S13", key_of(key), "what waited is lost");
  }
  for (const auto& [id, row] : after.tables.dags) {
    const dag::Dag& definition = newest(id, after);
    const auto open = std::ranges::count_if(after.tables.runs, [&](const auto& entry) {
      const sched::RunRow& run = entry.second;
      return run.key.dag_id == id && run.backfill.value == 0 &&
             (run.state == RunState::queued || run.state == RunState::running);
    });
    const bool met = dag::is_met(definition.schedule.assets, [&](const dag::AssetName& name) {
      return after.tables.asset_queue.contains({id, name});
    });
    const bool ready = met && row.active && !row.paused && open < definition.max_active_runs;
    if (ready && ready_.contains(id)) fail("L1", {id, {}, {}, -1}, "its assets are new, no run");
    ready ? static_cast<void>(ready_.insert(id)) : static_cast<void>(ready_.erase(id));
  }
}

}  // namespace aiflow::sim
