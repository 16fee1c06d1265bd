// SPDX-License-Identifier: Apache-2.0
// Clear and mark: which task instances, in which runs, and what becomes of them.
#include <algorithm>

#include "base/placement.h"
#include "sched/detail/stepper.h"
#include "sched/planted_bug.h"

namespace aiflow::sched::detail {
namespace {

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
  void add(const Choice& other) {
    for (const InstanceIndex at : other.order_) add(at);
  }
  [[nodiscard]] bool has(InstanceIndex at) const { return chosen_[at]; }

 private:
  const Run& run_;
  std::vector<bool> chosen_, whole_;
  std::vector<InstanceIndex> order_;
};

/// How far a choice goes from the tasks that it names.
struct Reach {
  bool upstream = false;
  bool downstream = false;
};

/// The chosen ones in topological order.
std::vector<InstanceIndex> in_order(const Run& run, const Choice& choice) {
  std::vector<InstanceIndex> result;
  for (const TaskIndex task : run.version->topology.order()) {
    run.each(task, [&](InstanceIndex at) {
      if (choice.has(at)) result.push_back(at);
    });
  }
  return result;
}

/// The named instances and their relatives, in topological order.
std::vector<InstanceIndex> reach_of(const Run& run, Choice named, Reach reach) {
  const dag::Topology& topology = run.version->topology;
  Choice above = named;
  if (reach.upstream) above.follow([&](TaskIndex task) { return topology.upstream(task); });
  if (reach.downstream) named.follow([&](TaskIndex task) { return topology.downstream(task); });
  above.add(named);
  return in_order(run, above);
}

/// With the services above them that have ended, or are about to: what runs again needs them.
std::vector<InstanceIndex> with_services(const Run& run, const std::vector<InstanceIndex>& chosen) {
  const dag::Topology& topology = run.version->topology;
  Choice all(run);
  for (const InstanceIndex at : chosen) all.add(at);
  for (const InstanceIndex at : chosen) {
    for (const TaskIndex task : topology.services_above(run.instances[at].task)) {
      run.each(task, [&](InstanceIndex service) {
        const Instance& instance = run.instances[service];
        const bool over = instance.service == ServiceState::draining ||
                          (is_finished(instance.state) && instance.state != TaskState::removed);
        if (over) all.add(service);
      });
    }
  }
  return in_order(run, all);
}

bool has_group(const Version& version, const std::string& name) {
  return std::ranges::find(version.definition->task_groups, name, &dag::TaskGroup::group_id) !=
         version.definition->task_groups.end();
}

/// Other runs of the DAG may lack a task, or an instance of it.
Choice named_by(const Run& run, const TasksCleared& event) {
  const Version& version = *run.version;
  Choice named(run);
  for (const TaskChoice& choice : event.tasks) {
    if (!choice.map_index) {
      if (const auto task = version.topology.find(choice.task_id)) named.add_task(*task);
    } else if (const auto at = run.find(choice.task_id, *choice.map_index)) {
      named.add(*at);
    }
  }
  for (const TaskIndex task : version.topology.order()) {
    const bool all = event.tasks.empty() && event.group.empty();
    if (all || (!event.group.empty() && version.in_group(task, event.group))) {
      named.add_task(task);
    }
  }
  return named;
}

std::vector<InstanceIndex> to_clear(const Run& run, const TasksCleared& event) {
  const bool any_state = !event.only_failed && !event.only_running;
  std::vector<InstanceIndex> result =
      reach_of(run, named_by(run, event),
               {.upstream = event.include_upstream, .downstream = event.include_downstream});
  std::erase_if(result, [&](InstanceIndex at) {
    const TaskState state = run.instances[at].state;
    const bool wanted = any_state || (event.only_failed && is_failed(state)) ||
                        (event.only_running && state == TaskState::running);
    return !wanted;
  });
  return with_services(run, result);
}

/// The run and, if wanted, those of its DAG before and after it, oldest first.
std::vector<Run*> runs_around(Run& run, bool past, bool future) {
  std::vector<Run*> runs;
  for (const auto& [order, other] : run.owner->runs) {
    const bool wanted =
        order == run.order() || (past && order < run.order()) || (future && order > run.order());
    if (wanted) runs.push_back(other.get());
  }
  return runs;
}

/// What a mark lets run again: failed instances after the named one, with the services they need,
/// but those that are marked too.
std::vector<InstanceIndex> run_again_by_mark(const Run& run, const Choice& named,
                                             const std::vector<InstanceIndex>& chosen) {
  const auto is_chosen = [&](InstanceIndex at) {
    return std::ranges::find(chosen, at) != chosen.end();
  };
  std::vector<InstanceIndex> again = reach_of(run, named, {.downstream = true});
  std::erase_if(again, [&](InstanceIndex at) {
    return !is_failed(run.instances[at].state) || is_chosen(at);
  });
  std::vector<InstanceIndex> all = with_services(run, again);
  std::erase_if(all, is_chosen);
  return all;
}

}  // namespace

Reply Stepper::apply(const TasksCleared& event) {
  Run* run = model_.find_run(event.run);
  if (run == nullptr) return refuse(ErrorCode::not_found, "no such run is known");
  Reply reply = check_choice(*run, event);
  if (!reply.accepted) return reply;
  for (Run* one : runs_around(*run, event.include_past, event.include_future)) {
    clear_run(*one, event, reply);
  }
  return reply;
}

/// What is named must be there, in the version that the run will have.
Reply Stepper::check_choice(const Run& run, const TasksCleared& event) const {
  const bool moves = event.latest_version && run.owner->row.version != run.version->number;
  const Version& version = moves ? run.owner->current() : *run.version;
  if (!event.group.empty() && !has_group(version, event.group)) {
    return refuse(ErrorCode::not_found,
                  "task group " + quoted(event.group) + " is not in the run's DAG");
  }
  for (const TaskChoice& choice : event.tasks) {
    const std::string name = quoted(choice.task_id.value);
    if (!version.topology.find(choice.task_id)) {
      return refuse(ErrorCode::not_found, "task " + name + " is not in the run's DAG");
    }
    if (!choice.map_index || run.find(choice.task_id, *choice.map_index)) continue;
    return refuse(ErrorCode::not_found, "task " + name + " has no instance " +
                                            std::to_string(*choice.map_index) + " in this run");
  }
  return {};
}

void Stepper::clear_run(Run& run, const TasksCleared& event, Reply& reply) {
  const Why why{by("cleared", event.user), event.user};
  const bool moves = event.latest_version && run.owner->row.version != run.version->number;
  const auto note = [&](const Run& of) {
    const std::vector<InstanceIndex> chosen = to_clear(of, event);
    for (const InstanceIndex at : chosen) reply.affected.push_back(of.key_of(at));
    return chosen;
  };
  if (event.dry_run) {
    if (moves) {
      note(moved_run(run, run.owner->versions.at(run.owner->row.version)).run);
    } else {
      note(run);
    }
    return;
  }
  if (moves) move_to_latest(run, why);
  bool any = moves && run.unfinished() > 0;
  const std::vector<InstanceIndex> chosen = note(run);
  for (const InstanceIndex at : chosen) any = clear_task(run, at, why) || any;
  void_ahead(run, chosen);
  if (any) reopen(run, why);
}

/// What an island that is cut off runs ahead of these, and of all after them, is made of what is no
/// more: no attempt from now on has an epoch that it may have used.
void Stepper::void_ahead(Run& run, const std::vector<InstanceIndex>& changed) {
  if (!run.version->has_islands || planted(PlantedBug::ahead_not_voided)) return;
  const dag::Topology& topology = run.version->topology;
  Choice after(run);
  for (const InstanceIndex at : changed) after.add(at);
  after.follow([&](TaskIndex task) { return topology.downstream(task); });
  for (InstanceIndex at = 0; at < run.instances.size(); ++at) {
    if (!after.has(at) || !is_of_island(run.spec(at).placement)) continue;
    Instance& instance = run.instances[at];
    instance.epoch_floor = std::max(instance.epoch, instance.epoch_floor) + kEpochsAhead;
    touch(run, at);
  }
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
  run.row.queued_at = now_.wall;
  if (run.row.run_type == RunType::manual) {  // whoever opens it again does not want to wait
    run.row.run_after = std::min(run.row.run_after, now_.wall);
  }
  const auto& deadlines = run.version->definition->deadlines;
  for (std::size_t i = 0; i < deadlines.size(); ++i) {  // those count from now again
    if (deadlines[i].reference != dag::DeadlineReference::queued_at &&
        deadlines[i].reference != dag::DeadlineReference::average_runtime) {
      continue;
    }
    run.row.deadlines_missed &= ~(1U << i);
  }
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
  if (ref->instance().state == TaskState::removed) {
    return refuse(ErrorCode::conflict, "task " + name_of(*ref->run, ref->at) +
                                           " is removed from this run: " + ref->instance().cause);
  }
  Reply reply;
  for (Run* run : runs_around(*ref->run, event.include_past, event.include_future)) {
    mark_run(*run, event, reply);
  }
  return reply;
}

/// Marks the chosen instances of one run; what failed after the named one runs again.
void Stepper::mark_run(Run& run, const TaskMarked& event, Reply& reply) {
  const auto named_at = run.find(event.key.task_id, event.key.map_index);
  if (!named_at) return;  // another run of the DAG, whose version has no such task
  const Why why{by("marked " + std::string(to_string(event.state)), event.user), event.user};
  Choice named(run);
  named.add(*named_at);
  std::vector<InstanceIndex> chosen = reach_of(
      run, named, {.upstream = event.include_upstream, .downstream = event.include_downstream});
  std::erase_if(chosen,
                [&](InstanceIndex at) { return run.instances[at].state == TaskState::removed; });
  for (const InstanceIndex at : chosen) reply.affected.push_back(run.key_of(at));
  if (event.dry_run) {
    for (const InstanceIndex at : run_again_by_mark(run, named, chosen)) {
      reply.again.push_back(run.key_of(at));
    }
    return;
  }
  std::vector<InstanceIndex> changed;
  for (const InstanceIndex at : chosen) {
    if (run.instances[at].state == event.state) continue;
    mark_task(run, at, event.state, why);
    changed.push_back(at);
  }
  bool any = false;
  // Which services they need is asked of the states that the mark has left.
  for (const InstanceIndex at : run_again_by_mark(run, named, chosen)) {
    any = clear_task(run, at, why) || any;
    changed.push_back(at);
  }
  void_ahead(run, changed);
  if (any) reopen(run, why);
  if (run.finished()) follow_leaves(run, why);  // nothing runs again
}

void Stepper::mark_task(Run& run, InstanceIndex at, TaskState state, const Why& why) {
  Instance& instance = run.instances[at];
  if (is_active(instance.state)) cancel(run, at, why.cause);
  if (!planted(PlantedBug::mark_keeps_epoch)) new_epoch(instance);
  set_state(run, at, state, why);
}

}  // namespace aiflow::sched::detail
