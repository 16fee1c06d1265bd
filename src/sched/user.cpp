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

/// Instances of a run, each once. Those of one mapped group pull in each other by map index,
/// other relatives with all their instances.
class Choice {
 public:
  explicit Choice(const Run& run)
      : run_(run),
        chosen_(run.instances.size(), false),
        whole_(run.version->topology.size(), false) {}

  void add(InstanceIndex at) {
    if (chosen_[at]) return;
    chosen_[at] = true;
    order_.push_back(at);
  }
  void add_task(TaskIndex task) {
    if (whole_[task]) return;
    whole_[task] = true;
    run_.each(task, [&](InstanceIndex at) { add(at); });
  }
  /// Adds what `edges` lead to, as far as they go.
  template <class Edges>
  void follow(const Edges& edges) {
    for (std::size_t next = 0; next < order_.size(); ++next) {
      const TaskIndex task = run_.instances[order_[next]].task;
      for (const TaskIndex other : edges(task)) {
        if (!run_.version->mapping.together(task, other)) {
          add_task(other);
          continue;
        }
        run_.each_related(order_[next], other, [&](InstanceIndex at) { add(at); });
      }
    }
  }
  [[nodiscard]] bool has(InstanceIndex at) const { return chosen_[at]; }

 private:
  const Run& run_;
  std::vector<bool> chosen_, whole_;
  std::vector<InstanceIndex> order_;
};

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

std::vector<InstanceIndex> Stepper::to_clear(const Run& run, const TasksCleared& event) const {
  const dag::Topology& topology = run.version->topology;
  Choice named(run);
  for (const TaskChoice& choice : event.tasks) {
    if (choice.map_index) {
      named.add(*run.find(choice.task_id, *choice.map_index));
    } else {
      named.add_task(*topology.find(choice.task_id));
    }
  }
  if (event.tasks.empty()) {
    for (const TaskIndex task : topology.order()) named.add_task(task);
  }
  Choice above = named;
  if (event.include_upstream) above.follow([&](TaskIndex task) { return topology.upstream(task); });
  if (event.include_downstream) {
    named.follow([&](TaskIndex task) { return topology.downstream(task); });
  }
  std::vector<InstanceIndex> result;
  for (const TaskIndex task : topology.order()) {
    run.each(task, [&](InstanceIndex at) {
      const bool wanted = !event.only_failed || is_failed(run.instances[at].state);
      if (wanted && (named.has(at) || above.has(at))) result.push_back(at);
    });
  }
  return result;
}

Reply Stepper::apply(const TasksCleared& event) {
  Run* run = model_.find_run(event.run);
  if (run == nullptr) return refuse(ErrorCode::not_found, "no such run is known");
  for (const TaskChoice& choice : event.tasks) {
    const std::string name = quoted(choice.task_id.value);
    if (!run->version->topology.find(choice.task_id)) {
      return refuse(ErrorCode::not_found, "task " + name + " is not in the run's DAG");
    }
    if (!choice.map_index || run->find(choice.task_id, *choice.map_index)) continue;
    return refuse(ErrorCode::not_found, "task " + name + " has no instance " +
                                            std::to_string(*choice.map_index) + " in this run");
  }
  const Why why{by("cleared", event.user), event.user};
  Reply reply;
  bool any = false;
  for (const InstanceIndex at : to_clear(*run, event)) {
    reply.cleared.push_back(run->key_of(at));
    if (!event.dry_run) any = clear_task(*run, at, why) || any;
  }
  if (any) reopen(*run, why);
  return reply;
}

/// It has as many retries as at first, and what it decided and returned is void.
void Stepper::begin_anew(Run& run, InstanceIndex at) {
  Instance& instance = run.instances[at];
  instance.max_tries = instance.try_number + run.spec(at).retries;
  instance.branch_followed.reset();
  instance.skip_all_downstream = false;
  instance.return_length.reset();
}

/// True if the instance will run again because of this.
bool Stepper::clear_task(Run& run, InstanceIndex at, const Why& why) {
  Instance& instance = run.instances[at];
  const TaskState from = instance.state;
  if (from == TaskState::no_status || from == TaskState::removed) return false;
  if (from == TaskState::restarting) return false;
  begin_anew(run, at);
  if (is_active(from)) cancel(run, at, why.cause);
  if (!planted(PlantedBug::clear_keeps_epoch)) new_epoch(instance);
  if (from == TaskState::running) {
    set_state(run, at, TaskState::restarting, why);  // its lease goes on until it has ended
    return true;
  }
  const std::vector<RelativeCounts> kept =
      planted(PlantedBug::clear_keeps_counters) ? run.shared : std::vector<RelativeCounts>{};
  set_state(run, at, TaskState::no_status, why);
  if (!kept.empty()) run.shared = kept;
  push(run, at);
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
  if (ref->instance().state == TaskState::removed) {
    return refuse(ErrorCode::conflict, "task " + name_of(run, ref->at) +
                                           " is removed from this run: " + ref->instance().cause);
  }
  const Why why{by("marked " + std::string(to_string(event.state)), event.user), event.user};
  if (ref->instance().state != event.state) mark_task(run, ref->at, event.state, why);
  const TaskIndex marked = ref->instance().task;
  bool any = false;
  for (const TaskIndex task : run.version->topology.all_downstream(std::span(&marked, 1))) {
    run.each_related(ref->at, task, [&](InstanceIndex at) {
      if (is_failed(run.instances[at].state)) any = clear_task(run, at, why) || any;
    });
  }
  if (any) reopen(run, why);
  if (run.finished()) follow_leaves(run, why);  // nothing runs again
  return {};
}

void Stepper::mark_task(Run& run, InstanceIndex at, TaskState state, const Why& why) {
  Instance& instance = run.instances[at];
  if (is_active(instance.state)) cancel(run, at, why.cause);
  if (!planted(PlantedBug::mark_keeps_epoch)) new_epoch(instance);
  set_state(run, at, state, why);
}

Reply Stepper::apply(const RunMarked& event) {
  Run* run = model_.find_run(event.run);
  if (run == nullptr) return refuse(ErrorCode::not_found, "no such run is known");
  if (event.state != RunState::success && event.state != RunState::failed) {
    return refuse(ErrorCode::invalid_argument, "a run may be marked success or failed");
  }
  mark_run(*run, event.state,
           {by("run marked " + std::string(to_string(event.state)), event.user), event.user});
  return {};
}

void Stepper::mark_run(Run& run, RunState to, const Why& why) {
  const bool success = to == RunState::success;
  for (InstanceIndex at = 0; at < run.instances.size(); ++at) {
    const TaskState state = run.instances[at].state;
    const bool good =
        state == TaskState::success || state == TaskState::skipped || state == TaskState::removed;
    if (success && !good) mark_task(run, at, TaskState::success, why);
    if (success || is_finished(state)) continue;
    const bool begun = is_active(state) || state == TaskState::deferred;
    mark_task(run, at, begun ? TaskState::failed : TaskState::skipped, why);
  }
  if (run.row.state != to) end_run(run, to, why);
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
