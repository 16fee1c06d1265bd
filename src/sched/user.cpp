// SPDX-License-Identifier: Apache-2.0
// What people and configuration do beside clear and mark: DAG files, pause, whole runs, pools,
// workers.
#include <algorithm>

#include "sched/detail/load_run.h"
#include "sched/detail/stepper.h"
#include "sched/planted_bug.h"

namespace aiflow::sched::detail {
namespace {

bool same_schedule(const dag::Dag& a, const dag::Dag& b) {
  return a.schedule == b.schedule && a.start_date == b.start_date && a.end_date == b.end_date &&
         a.catchup == b.catchup && a.compat == b.compat && a.timezone == b.timezone;
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
  index_assets(dag_state);
  note_dag(dag_state, "version " + std::to_string(current), {is_new ? "added" : "updated"});
  if (replan) plan_schedule(dag_state);
  start_later(dag_state);
  return {};
}

Reply Stepper::apply(const DagRemoved& event) {
  DagState* dag_state = model_.find_dag(event.dag_id);
  if (dag_state == nullptr || !dag_state->row.active) return {};
  dag_state->row.active = false;
  touch(*dag_state);
  index_assets(*dag_state);
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
  start_later(dag_state);
}

Reply Stepper::apply(const RunMarked& event) {
  Run* run = model_.find_run(event.run);
  if (run == nullptr) return refuse(ErrorCode::not_found, "no such run is known");
  if (event.state == RunState::running) {
    return refuse(ErrorCode::invalid_argument, "a run may be marked success, failed or queued");
  }
  if (event.state == RunState::queued) {
    reopen(*run, {by("run marked queued", event.user), event.user});
    return {};
  }
  mark_run(*run, event.state,
           {by("run marked " + std::string(to_string(event.state)), event.user), event.user});
  return {};
}

void Stepper::mark_run(Run& run, RunState to, const Why& why) {
  const bool success = to == RunState::success;
  std::vector<InstanceIndex> changed;
  for (InstanceIndex at = 0; at < run.instances.size(); ++at) {
    const TaskState state = run.instances[at].state;
    const bool good =
        state == TaskState::success || state == TaskState::skipped || state == TaskState::removed;
    if (success ? good : is_finished(state)) continue;
    const bool begun = is_active(state) || state == TaskState::deferred;
    const TaskState unfinished = begun ? TaskState::failed : TaskState::skipped;
    mark_task(run, at, success ? TaskState::success : unfinished, why);
    changed.push_back(at);
  }
  void_ahead(run, changed);
  if (run.row.state != to) end_run(run, to, why);
}

Reply Stepper::apply(const RunDeleted& event) {
  Run* run = model_.find_run(event.run);
  if (run == nullptr) return refuse(ErrorCode::not_found, "no such run is known");
  if (run->row.state == RunState::running || run->active() > 0) {
    return refuse(ErrorCode::conflict, "run " + quoted(event.run.run_id.value) +
                                           " is running; mark it failed first, then delete it");
  }
  DagState& dag_state = *run->owner;
  if (dag_state.backfill_of(*run) != nullptr) {
    return refuse(ErrorCode::conflict, "run " + quoted(event.run.run_id.value) +
                                           " belongs to a backfill, which counts its runs");
  }
  for (InstanceIndex at = 0; at < run->instances.size(); ++at) leave_epochs(*run, at);
  touch(dag_state);
  out_.changes.push_back({Change::Kind::run,
                          {event.run.dag_id, event.run.run_id, {}, -1},
                          std::string(to_string(run->row.state)),
                          "deleted",
                          0,
                          0,
                          by("deleted", event.user),
                          event.user,
                          now_.wall});
  out_.runs_removed.push_back(event.run);
  forget(*run);
  model_.drop_run(*run);
  start_later(dag_state);
  return {};
}

Reply Stepper::apply(const RunForgotten& event) {
  if (model_.find_run(event.run) != nullptr) {
    return refuse(ErrorCode::conflict, "run " + quoted(event.run.run_id.value) + " is known here");
  }
  DagState* dag_state = model_.find_dag(event.run.dag_id);
  if (dag_state == nullptr) return {};
  dag_state->row.epoch_floor = std::max(dag_state->row.epoch_floor, event.last_epoch + 1);
  touch(*dag_state);
  return {};
}

/// Nothing that this step noted names the run any more.
void Stepper::forget(const Run& run) {
  std::erase_if(dirty_instances_, [&](const Ref& ref) { return ref.run == &run; });
  std::erase(dirty_runs_, &run);
  std::erase(runs_to_check_, &run);
}

Reply Stepper::apply(const PoolPut& event) {
  if (event.pool.name.value.empty() || event.pool.slots < -1) {
    return refuse(ErrorCode::invalid_argument,
                  "a pool has a name and 0 or more slots, or -1 for no limit");
  }
  model_.pools[event.pool.name].row = event.pool;
  std::erase(out_.pools_removed, event.pool.name);  // the last of one step counts
  out_.pools.push_back(event.pool);
  return {};
}

Reply Stepper::apply(const PoolRemoved& event) {
  const auto it = model_.pools.find(event.name);
  if (it == model_.pools.end() || !it->second.row) {
    return refuse(ErrorCode::not_found, "pool " + quoted(event.name.value) + " does not exist");
  }
  if (event.name.value == "default_pool") {
    return refuse(ErrorCode::invalid_argument, "default_pool cannot be removed");
  }
  it->second.row.reset();
  std::erase_if(out_.pools, [&](const PoolRow& pool) { return pool.name == event.name; });
  out_.pools_removed.push_back(event.name);
  return {};
}

Reply Stepper::apply(const WorkersChanged& event) {
  model_.set_workers(event.workers);
  model_.shut_out = event.shut_out;
  return {};
}

}  // namespace aiflow::sched::detail
