// SPDX-License-Identifier: Apache-2.0
// What people and configuration do: DAG files, pause, clear, mark, pools, workers.
#include <algorithm>

#include "sched/detail/load_run.h"
#include "sched/detail/stepper.h"
#include "sched/planted_bug.h"

namespace aiflow::sched::detail {
namespace {

std::string by(const std::string& verb, const std::string& user) {
  return user.empty() ? verb : verb + " by " + user;
}

bool same_schedule(const dag::Dag& a, const dag::Dag& b) {
  return a.schedule == b.schedule && a.start_date == b.start_date && a.end_date == b.end_date &&
         a.catchup == b.catchup && a.compat == b.compat && a.timezone == b.timezone;
}

/// Marks `from` and what is upstream of it.
void add_upstream(const dag::Topology& topology, std::vector<bool>& chosen) {
  for (auto it = topology.order().rbegin(); it != topology.order().rend(); ++it) {
    if (!chosen[*it]) continue;
    for (const TaskIndex parent : topology.upstream(*it)) chosen[parent] = true;
  }
}

void add_downstream(const dag::Topology& topology, std::vector<bool>& chosen) {
  for (const TaskIndex task : topology.order()) {
    if (!chosen[task]) continue;
    for (const TaskIndex child : topology.downstream(task)) chosen[child] = true;
  }
}

}  // namespace

void Stepper::note_dag(const DagState& dag_state, std::string to, const Why& why) {
  out_.changes.push_back({Change::Kind::dag,
                          {dag_state.row.dag_id, {}, {}, -1},
                          "",
                          std::move(to),
                          0,
                          0,
                          why.cause,
                          why.user,
                          now_.wall});
}

Reply Stepper::apply(const DagPut& event) {
  const dag::Dag& definition = *event.version.definition;
  DagState& dag_state = model_.dags[definition.dag_id];
  DagRow& row = dag_state.row;
  const bool is_new = row.version == 0;
  const bool was_active = row.active && !is_new;
  if (event.version.version < row.version) return {};
  if (event.version.version == row.version && was_active) return {};
  const bool replan =
      is_new || !was_active || !same_schedule(*dag_state.current().definition, definition);
  row.dag_id = definition.dag_id;
  row.active = true;
  row.version = event.version.version;
  if (is_new && definition.is_paused_upon_creation) {
    row.paused = true;
    row.cause = "paused upon creation";
  }
  auto& versions = dag_state.versions;
  const std::int32_t current = row.version;
  std::erase_if(versions, [&](const auto& entry) {
    return entry.first != current && entry.second.use_count() == 1;
  });
  if (!versions.contains(current)) {
    versions.emplace(current, std::make_shared<const Version>(event.version));
  }
  touch(dag_state);
  note_dag(dag_state, "version " + std::to_string(current), {is_new ? "added" : "updated"});
  if (replan) plan_schedule(dag_state);
  if (!dag_state.to_start) dags_to_start_.push_back(&dag_state);
  dag_state.to_start = true;
  return {};
}

Reply Stepper::apply(const DagRemoved& event) {
  DagState* dag_state = model_.find_dag(event.dag_id);
  if (dag_state == nullptr || !dag_state->row.active) return {};
  dag_state->row.active = false;
  touch(*dag_state);
  note_dag(*dag_state, "removed", {"its file is gone"});
  model_.arm_schedule(*dag_state);
  return {};
}

Reply Stepper::apply(const DagPaused& event) {
  DagState* dag_state = model_.find_dag(event.dag_id);
  if (dag_state == nullptr) {
    return refuse(ErrorCode::not_found, "dag " + quoted(event.dag_id.value) + " is not known");
  }
  if (dag_state->row.paused == event.paused) return {};
  set_paused(*dag_state, event.paused,
             {by(event.paused ? "paused" : "unpaused", event.user), event.user});
  return {};
}

void Stepper::set_paused(DagState& dag_state, bool paused, const Why& why) {
  dag_state.row.paused = paused;
  dag_state.row.cause = why.cause;
  if (!paused) dag_state.row.consecutive_failed_runs = 0;
  touch(dag_state);
  note_dag(dag_state, paused ? "paused" : "unpaused", why);
  model_.arm_schedule(dag_state);
  if (paused) return;
  for (const auto& [order, run] : dag_state.runs) {
    if (run->row.state == RunState::running) push_all(*run);
  }
  if (!dag_state.to_start) dags_to_start_.push_back(&dag_state);
  dag_state.to_start = true;
}

std::vector<TaskIndex> Stepper::to_clear(const Run& run, const TasksCleared& event) const {
  const dag::Topology& topology = run.version->topology;
  std::vector<bool> chosen(topology.size(), event.tasks.empty());
  for (const TaskId& id : event.tasks) chosen[*topology.find(id)] = true;
  std::vector<bool> above = chosen;
  if (event.include_upstream) add_upstream(topology, above);
  if (event.include_downstream) add_downstream(topology, chosen);
  std::vector<TaskIndex> result;
  for (const TaskIndex task : topology.order()) {
    const bool wanted = !event.only_failed || is_failed(run.instances[task].state);
    if ((chosen[task] || above[task]) && wanted) result.push_back(task);
  }
  return result;
}

Reply Stepper::apply(const TasksCleared& event) {
  Run* run = model_.find_run(event.run);
  if (run == nullptr) return refuse(ErrorCode::not_found, "no such run is known");
  for (const TaskId& id : event.tasks) {
    if (run->version->topology.find(id)) continue;
    return refuse(ErrorCode::not_found, "task " + quoted(id.value) + " is not in the run's DAG");
  }
  const Why why{by("cleared", event.user), event.user};
  bool any = false;
  for (const TaskIndex task : to_clear(*run, event)) any = clear_task(*run, task, why) || any;
  if (any) reopen(*run, why);
  return {};
}

/// True if the instance will run again because of this.
bool Stepper::clear_task(Run& run, TaskIndex task, const Why& why) {
  Instance& instance = run.instances[task];
  const TaskState from = instance.state;
  if (from == TaskState::no_status || from == TaskState::removed) return false;
  if (from == TaskState::restarting) return false;
  instance.max_tries = instance.try_number + run.version->task(task).retries;
  instance.branch_followed.reset();
  instance.skip_all_downstream = false;
  if (is_active(from)) cancel(run, task, why.cause);
  if (!planted(PlantedBug::clear_keeps_epoch)) new_epoch(instance);
  if (from == TaskState::running) {
    set_state(run, task, TaskState::restarting, why);  // its lease goes on until it has ended
    return true;
  }
  const std::vector<Instance> kept =
      planted(PlantedBug::clear_keeps_counters) ? run.instances : std::vector<Instance>{};
  set_state(run, task, TaskState::no_status, why);
  for (std::size_t i = 0; i < kept.size(); ++i) run.instances[i].upstream = kept[i].upstream;
  push(run, task);
  return true;
}

void Stepper::reopen(Run& run, const Why& why) {
  if (!run.finished()) return;
  ++run.row.clear_number;
  run.row.started_at.reset();
  run.row.ended_at.reset();
  set_run_state(run, RunState::queued, why);
}

Reply Stepper::apply(const TaskMarked& event) {
  const auto ref = find(event.key);
  if (!ref) {
    return refuse(ErrorCode::not_found, "run " + quoted(event.key.run_id.value) + " has no task " +
                                            quoted(event.key.task_id.value));
  }
  const bool valid = event.state == TaskState::success || event.state == TaskState::failed ||
                     event.state == TaskState::skipped;
  if (!valid) {
    return refuse(ErrorCode::invalid_argument, "a task may be marked success, failed or skipped");
  }
  Run& run = *ref->run;
  const Why why{by("marked " + std::string(to_string(event.state)), event.user), event.user};
  if (run.instances[ref->task].state != event.state) mark_task(run, ref->task, event.state, why);
  bool any = false;
  for (const TaskIndex task : run.version->topology.all_downstream(std::span(&ref->task, 1))) {
    if (is_failed(run.instances[task].state)) any = clear_task(run, task, why) || any;
  }
  if (any) reopen(run, why);
  if (run.finished()) follow_leaves(run, why);  // nothing runs again
  return {};
}

void Stepper::mark_task(Run& run, TaskIndex task, TaskState state, const Why& why) {
  Instance& instance = run.instances[task];
  if (is_active(instance.state)) cancel(run, task, why.cause);
  if (!planted(PlantedBug::mark_keeps_epoch)) new_epoch(instance);
  set_state(run, task, state, why);
}

Reply Stepper::apply(const RunMarked& event) {
  Run* run = model_.find_run(event.run);
  if (run == nullptr) return refuse(ErrorCode::not_found, "no such run is known");
  if (event.state != RunState::success && event.state != RunState::failed) {
    return refuse(ErrorCode::invalid_argument, "a run may be marked success or failed");
  }
  const bool success = event.state == RunState::success;
  const Why why{by("run marked " + std::string(to_string(event.state)), event.user), event.user};
  for (TaskIndex task = 0; task < run->instances.size(); ++task) {
    const TaskState state = run->instances[task].state;
    const bool good =
        state == TaskState::success || state == TaskState::skipped || state == TaskState::removed;
    if (success && !good) mark_task(*run, task, TaskState::success, why);
    if (success || is_finished(state)) continue;
    mark_task(*run, task, is_active(state) ? TaskState::failed : TaskState::skipped, why);
  }
  if (run->row.state != event.state) end_run(*run, event.state, why);
  return {};
}

Reply Stepper::apply(const PoolPut& event) {
  model_.pools[event.pool.name].slots = event.pool.slots;
  out_.pools.push_back(event.pool);
  return {};
}

Reply Stepper::apply(const PoolRemoved& event) {
  const auto it = model_.pools.find(event.name);
  if (it == model_.pools.end() || !it->second.slots) {
    return refuse(ErrorCode::not_found, "pool " + quoted(event.name.value) + " does not exist");
  }
  if (event.name.value == "default_pool") {
    return refuse(ErrorCode::invalid_argument, "default_pool cannot be removed");
  }
  it->second.slots.reset();
  out_.pools_removed.push_back(event.name);
  return {};
}

Reply Stepper::apply(const WorkerSlotsChanged& event) {
  model_.slots = std::max(event.slots, 0);
  return {};
}

}  // namespace aiflow::sched::detail
