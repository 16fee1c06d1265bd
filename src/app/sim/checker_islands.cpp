// SPDX-License-Identifier: Apache-2.0
// S23: what an island may have run ahead, cut off, of what a user decides anew is never taken. It
// uses the epochs that follow; so none of these is given out afterwards, of the task itself or of
// those after it.
#include <algorithm>

#include "base/placement.h"
#include "checker.h"

namespace aiflow::sim {

using sched::TaskKey;

namespace {

/// Epochs that an island may have used of one task while it is cut off.
constexpr sched::Epoch kAheadMost = 1000;

}  // namespace

void Checker::note_decided(const TaskKey& key, const Database& after) {
  const dag::Dag* dag = definition(key, after);
  if (dag == nullptr || moved_.contains({key.dag_id, key.run_id})) return;
  std::set<TaskId> chosen{key.task_id};
  for (const dag::Task& task : dag->tasks) {  // each after its upstreams
    const auto follows = [&](const TaskId& id) { return chosen.contains(id); };
    if (std::ranges::any_of(task.upstream, follows)) chosen.insert(task.task_id);
    if (!chosen.contains(task.task_id) || !aiflow::is_of_island(task.placement)) continue;
    const std::string group = mapped_group(key, task.task_id, after);
    const bool is_same = task.task_id == key.task_id ||
                         (!group.empty() && group == mapped_group(key, key.task_id, after));
    for (const TaskKey& one : instances_of(key, task.task_id, after)) {
      const bool is_other = is_same && std::max(one.map_index, 0) != std::max(key.map_index, 0);
      const auto shadow = shadows_.find(one);
      // An instance that this commit makes is none that an island has heard of.
      if (is_other || shadow == shadows_.end() || !shadow->second.known) continue;
      void_until_[one] = shadow->second.epoch + kAheadMost;
    }
  }
}

void Checker::check_not_ahead(const TaskKey& key, sched::Epoch epoch) {
  const auto until = void_until_.find(key);
  if (until == void_until_.end() || epoch > until->second) return;
  fail("S23", key, "epoch " + std::to_string(epoch) + " may be an island's of before");
}

}  // namespace aiflow::sim
