// SPDX-License-Identifier: Apache-2.0
// A run that is cleared may go on in the newest version of its DAG: tasks that both versions have
// keep their instances, new ones begin, and those that are gone leave the run.
#include <algorithm>
#include <numeric>
#include <utility>

#include "base/placement.h"
#include "sched/detail/stepper.h"

namespace aiflow::sched::detail {
namespace {

/// Both are not mapped, or mapped over the same: instances of one fit the other.
bool alike(const Version& from, TaskIndex a, const Version& to, TaskIndex b) {
  const dag::Expansion* before = from.mapping.of(a);
  const dag::Expansion* after = to.mapping.of(b);
  if (before == nullptr || after == nullptr) return before == after;
  return before->is_group == after->is_group && before->nodes == after->nodes;
}

/// By task of `to`: the task of `from` whose instances it keeps; kNoTask: none.
std::vector<TaskIndex> kept_tasks(const Version& from, const Version& to) {
  std::vector<TaskIndex> kept(to.topology.size(), kNoTask);
  for (TaskIndex task = 0; task < kept.size(); ++task) {
    const auto before = from.topology.find(to.task(task).task_id);
    if (before && alike(from, *before, to, task)) kept[task] = *before;
  }
  return kept;
}

/// One bit for each deadline that stands in the same place in both versions.
std::uint32_t same_deadlines(const Version& from, const Version& to) {
  const auto& before = from.definition->deadlines;
  const auto& after = to.definition->deadlines;
  std::uint32_t same = 0;
  for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i) {
    if (before[i] == after[i]) same |= 1U << i;
  }
  return same;
}

/// A new task of a mapped group has as many instances as the ones that were there.
std::uint32_t width_in(const Run& from, const Version& to, const std::vector<TaskIndex>& kept,
                       TaskIndex task) {
  const dag::Expansion* expansion = to.mapping.of(task);
  if (expansion == nullptr) return 0;
  for (const TaskIndex member : expansion->members) {
    const TaskIndex before = kept[member];
    if (before != kNoTask && from.expanded(before)) return from.width(before);
  }
  return 0;
}

}  // namespace

MovedRun moved_run(const Run& from, std::shared_ptr<const Version> to) {
  MovedRun moved;
  Run& run = moved.run;
  run.uid = from.uid;
  run.row = from.row;
  run.row.dag_version = to->number;
  run.owner = from.owner;
  run.due = from.due;
  run.has_decisions = from.has_decisions;
  run.version = std::move(to);
  lay_out(run);
  const std::vector<TaskIndex> kept = kept_tasks(*from.version, *run.version);
  // All are widened first: an instance counts for those of its map index in its group.
  for (TaskIndex task = 0; task < kept.size(); ++task) {
    const std::uint32_t width = width_in(from, *run.version, kept, task);
    if (width > 0) widen(run, task, width);
  }
  moved.from_of.assign(run.instances.size(), kNoTask);
  for (TaskIndex task = 0; task < kept.size(); ++task) {
    if (kept[task] == kNoTask) continue;
    for (std::uint32_t i = 0; i < run.width(task); ++i) {
      const InstanceIndex at = run.at(task, i);
      moved.from_of[at] = from.at(kept[task], i);
      count_instance(run, at, -1);
      const RelativeCounts own = run.instances[at].own;
      run.instances[at] = from.instances[moved.from_of[at]];
      run.instances[at].task = task;
      run.instances[at].own = own;
      run.instances[at].timer_at = kNoTime;
      run.instances[at].dirty = run.instances[at].in_worklist = false;
      count_instance(run, at, +1);
    }
  }
  return moved;
}

void Stepper::move_to_latest(Run& run, const Why& why) {
  DagState& dag_state = *run.owner;
  MovedRun moved = moved_run(run, dag_state.versions.at(dag_state.row.version));
  const std::string cause =
      "moved to version " + std::to_string(dag_state.row.version) + "; " + why.cause;
  std::vector<bool> stays(run.instances.size(), false);
  for (const InstanceIndex at : moved.from_of) {
    if (at != kNoTask) stays[at] = true;
  }
  for (InstanceIndex at = 0; at < run.instances.size(); ++at) {
    if (!stays[at]) leave_behind(run, at, {cause, why.user});
    if (run.instances[at].state == TaskState::scheduled) model_.set_ready(run, at, false);
    model_.account_limits(run, at, -1);
  }
  forget(run);
  const bool put_off = run.put_off;
  model_.put_off(run, false);
  model_.runs.erase(run.uid);
  if (run.deadline_armed) model_.deadlines.erase({*run.deadline_armed, run.uid});
  const std::shared_ptr<const Version> before = run.version;
  run = std::move(moved.run);
  run.uid = model_.next_uid++;  // timers of the old instances are void
  model_.runs.emplace(run.uid, &run);
  model_.put_off(run, put_off);
  for (InstanceIndex at = 0; at < run.instances.size(); ++at) {
    Instance& instance = run.instances[at];
    if (moved.from_of[at] == kNoTask) {
      instance.epoch = dag_state.row.epoch_floor;
      instance.cause = cause;
    }
    model_.account_limits(run, at, +1);
    const SteadyTime due = std::exchange(instance.due, kNoTime);
    if (due != kNoTime) model_.arm(run, at, due);
    if (instance.state == TaskState::scheduled && due == kNoTime) model_.set_ready(run, at, true);
    touch(run, at);
  }
  for (InstanceIndex at = 0; at < moved.from_of.size(); ++at) {
    const bool is_new = moved.from_of[at] == kNoTask;
    if (is_new && outside_dates(run, run.instances[at].task)) {
      set_state(run, at, TaskState::removed, {kOutsideDates, why.user});
    }
  }
  std::vector<InstanceIndex> all(run.instances.size());
  std::iota(all.begin(), all.end(), InstanceIndex{0});
  void_ahead(run, all);
  expand_literals(run);
  if (!run.finished()) ++run.row.clear_number;  // what it is told of from now on has other names
  model_.arm_run(run, run.due);
  run.row.deadlines_missed &= same_deadlines(*before, *run.version);
  model_.arm_deadlines(run);
  touch(run);
  if (run.row.state != RunState::running) return;
  look_at_services(run, {cause, why.user});
  push_all(run);
  check_later(run);
}

/// The last tasks that needed one may have been left behind; one that is a plain task in the new
/// version would never end by itself.
void Stepper::look_at_services(Run& run, const Why& why) {
  for (InstanceIndex at = 0; at < run.instances.size(); ++at) {
    const auto& service = run.instances[at].service;
    const bool goes_on = service && *service != ServiceState::draining;
    if (goes_on && !run.spec(at).is_service) {
      clear_task(run, at, {"it is no service any more: " + why.cause, why.user});
    } else {
      drain_if_unneeded(run, at);
    }
  }
}

/// The instance goes: none that is made again under its key uses its epochs, nor those that an
/// island may have used ahead.
void Stepper::leave_epochs(const Run& run, InstanceIndex at) {
  const Instance& instance = run.instances[at];
  const Epoch ahead = is_of_island(run.spec(at).placement) ? kEpochsAhead : 1;
  Epoch& floor = run.owner->row.epoch_floor;
  floor = std::max(floor, std::max(instance.epoch, instance.epoch_floor) + ahead);
  touch(*run.owner);
}

/// An instance that the new version does not have: its row goes, its tries stay in the history.
void Stepper::leave_behind(Run& run, InstanceIndex at, const Why& why) {
  const Instance& instance = run.instances[at];
  leave_epochs(run, at);
  if (is_active(instance.state)) cancel(run, at, why.cause);
  out_.instances_removed.push_back(run.key_of(at));
  out_.changes.push_back({Change::Kind::task_instance, run.key_of(at),
                          std::string(to_string(instance.state)), "removed", instance.try_number,
                          instance.epoch, why.cause, why.user, now_.wall});
}

}  // namespace aiflow::sched::detail
