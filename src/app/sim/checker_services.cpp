// SPDX-License-Identifier: Apache-2.0
// S22: a service counts as succeeded for the tasks after it while it serves; it drains when these
// have ended, and not before.
#include <algorithm>

#include "checker.h"

namespace aiflow::sim {

using sched::ServiceState;
using sched::TaskKey;
using enum TaskState;

void Checker::note_service(const sched::ServiceReported& event) {
  unsteady_.insert(event.key);
  if (event.epoch < shadow_of(event.key).epoch) {
    fail("S3", event.key, "a service's report under an old epoch was accepted");
  }
}

bool Checker::is_served(const TaskKey& key) const {
  const auto shadow = shadows_.find(key);
  return serving_.contains(key) && shadow != shadows_.end() && shadow->second.state == running;
}

/// A task starts while each service before its upstreams is up, or has done its work.
void Checker::check_served(const TaskKey& of, const Database& after) {
  const dag::Task& spec = *task(of, after);
  if (spec.trigger_rule == TriggerRule::always || spec.is_teardown) return;
  std::set<TaskId> above;
  for (std::vector<TaskId> next = spec.upstream; !next.empty();) {
    const TaskId id = next.back();
    next.pop_back();
    const dag::Task& one = *task({of.dag_id, of.run_id, id, -1}, after);
    for (const TaskId& up : one.upstream) {
      if (above.insert(up).second) next.push_back(up);
    }
  }
  for (const TaskId& id : spec.upstream) above.erase(id);  // its trigger rule asks these
  const std::string group = mapped_group(of, of.task_id, after);
  for (const TaskId& id : above) {
    if (!task({of.dag_id, of.run_id, id, -1}, after)->is_service) continue;
    const bool same = !group.empty() && mapped_group(of, id, after) == group;
    for (const TaskKey& key : instances_of(of, id, after)) {
      if (same && std::max(key.map_index, 0) != std::max(of.map_index, 0)) continue;
      const TaskState state = shadows_[key].state;
      if (unsteady_.contains(key) || is_served(key) || state == success || state == removed)
        continue;
      fail("S22", of,
           "it starts, and service " + id.value + " is " + std::string(to_string(state)));
    }
  }
}

void Checker::check_services(const Server& server, const Database& after) {
  std::set<sched::RunKey> touched;
  for (const sched::TaskInstanceRow& row : server.effects.instances) {
    touched.insert({row.key.dag_id, row.key.run_id});
    const bool serves = row.service == ServiceState::serving;
    if (row.service && row.state != running) fail("S22", row.key, "a service that does not run");
    if (serves) serving_.insert(row.key);
    if (!serves) serving_.erase(row.key);
  }
  for (const TaskKey& key : server.effects.instances_removed) serving_.erase(key);
  for (const sched::RunKey& run : touched) {
    if (!after.tables.runs.contains(run) || moved_.contains(run)) continue;
    const TaskKey any{run.dag_id, run.run_id, {}, -1};
    for (const dag::Task& task : definition(any, after)->tasks) {
      for (const TaskKey& key : instances_of(any, task.task_id, after)) check_service(key, after);
    }
  }
  unsteady_.clear();
}

void Checker::check_service(const TaskKey& key, const Database& after) {
  const auto row = after.tables.instances.find(key);
  if (row == after.tables.instances.end() || !row->second.service) return;
  std::set<TaskId> users{key.task_id};
  bool over = true;
  for (const dag::Task& other : definition(key, after)->tasks) {  // each after its upstreams
    const auto follows = [&](const TaskId& id) { return users.contains(id); };
    if (std::ranges::none_of(other.upstream, follows)) continue;
    users.insert(other.task_id);
    for (const TaskKey& one : instances_of(key, other.task_id, after)) {
      over = over && is_finished(shadows_[one].state);
    }
  }
  const bool drains = row->second.service == ServiceState::draining;
  if (users.size() > 1 && over != drains) {
    fail("S22", key, drains ? "it drains though a task needs it" : "it goes on, needed by nobody");
  }
}

}  // namespace aiflow::sim
