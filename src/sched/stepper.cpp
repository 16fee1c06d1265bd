// SPDX-License-Identifier: Apache-2.0
#include "sched/detail/stepper.h"

#include <utility>

#include "base/assert.h"
#include "sched/step.h"

namespace aiflow::sched {

Effects step(State& state, std::span<const Event> events, Now now) {
  return detail::Stepper(state.model(), now).run(events);
}

namespace detail {

Effects Stepper::run(std::span<const Event> events) {
  out_.replies.reserve(events.size());
  for (const Event& event : events) {
    out_.replies.push_back(std::visit([this](const auto& e) { return apply(e); }, event));
    propagate();
  }
  fire_timers();
  create_due_runs();
  propagate();
  grant();
  collect_rows();
  return std::move(out_);
}

/// Works until nothing follows from anything: instances, then runs that ended, then runs that may
/// start in their place, whose instances come next.
void Stepper::propagate() {
  while (true) {
    while (worklist_next_ < worklist_.size()) {
      const Ref ref = worklist_[worklist_next_++];
      ref.run->instances[ref.task].in_worklist = false;
      evaluate(*ref.run, ref.task);
    }
    worklist_.clear();
    worklist_next_ = 0;
    check_runs();
    if (dags_to_start_.empty()) return;
    for (DagState* dag_state : std::exchange(dags_to_start_, {})) {
      dag_state->to_start = false;
      start_runs(*dag_state);
    }
  }
}

void Stepper::evaluate(Run& run, TaskIndex task) {
  if (run.instances[task].state == TaskState::scheduled) return reconsider(run, task);
  const Verdict verdict = decide(run, task);
  if (verdict.kind == Verdict::Kind::wait) return;
  std::string cause = describe(run, task, verdict);
  if (verdict.kind == Verdict::Kind::move) {
    set_state(run, task, verdict.state, {std::move(cause)});
  } else {
    schedule_task(run, task, std::move(cause));
  }
}

/// A scheduled instance whose upstreams changed after all (cleared or marked) loses its turn: at
/// the grant its rule must still hold. The try was not used, so it is given back.
void Stepper::reconsider(Run& run, TaskIndex task) {
  const Verdict verdict = by_relatives(run, task);
  if (verdict.kind == Verdict::Kind::ready) return;
  Instance& instance = run.instances[task];
  --instance.try_number;
  const bool move = verdict.kind == Verdict::Kind::move;
  set_state(run, task, move ? verdict.state : TaskState::no_status,
            {"an upstream changed: " + describe(run, task, verdict)});
}

void Stepper::schedule_task(Run& run, TaskIndex task, std::string cause) {
  Instance& instance = run.instances[task];
  if (instance.state != TaskState::up_for_reschedule) ++instance.try_number;
  if (run.version->task(task).operator_kind == "empty") {
    instance.started_at = now_.wall;
    set_state(run, task, TaskState::success, {"an empty task needs no worker; " + cause});
    return;
  }
  set_state(run, task, TaskState::scheduled, {std::move(cause)});
}

/// The only place where an instance's state changes.
void Stepper::set_state(Run& run, TaskIndex task, TaskState state, const Why& why) {
  Instance& instance = run.instances[task];
  const TaskState from = instance.state;
  if (from == TaskState::scheduled) model_.set_ready(run, task, false);
  model_.account(run, task, -1);
  instance.state = state;
  model_.account(run, task, +1);
  if (state == TaskState::scheduled) model_.set_ready(run, task, true);
  if (state != TaskState::restarting) model_.arm(run, task, kNoTime);
  instance.cause = why.cause;
  stamp(instance, from, state);
  touch(run, task);
  out_.changes.push_back({Change::Kind::task_instance, run.key_of(task),
                          std::string(to_string(from)), std::string(to_string(state)),
                          instance.try_number, instance.epoch, why.cause, why.user, now_.wall});
  if (is_finished(state) || is_finished(from)) push_dependents(run, task);
  const bool may_end_run = is_finished(state) || state == TaskState::no_status;
  if (!may_end_run || run.to_check) return;
  run.to_check = true;
  runs_to_check_.push_back(&run);
}

void Stepper::stamp(Instance& instance, TaskState from, TaskState state) const {
  if (state != TaskState::up_for_retry && state != TaskState::up_for_reschedule) {
    instance.next_try_at.reset();
  }
  switch (state) {
    case TaskState::no_status:
      instance.scheduled_at = instance.queued_at = instance.started_at = instance.ended_at = {};
      instance.worker = {};
      return;
    case TaskState::scheduled:
      instance.scheduled_at = now_.wall;
      instance.queued_at = instance.ended_at = {};
      // A rescheduled try has begun already, also when it was queued again and lost.
      if (from != TaskState::up_for_reschedule && from != TaskState::queued) {
        instance.started_at = {};
      }
      instance.worker = {};
      return;
    case TaskState::queued: instance.queued_at = now_.wall; return;
    case TaskState::running:
      if (!instance.started_at) instance.started_at = now_.wall;
      return;
    case TaskState::restarting: return;
    default: break;
  }
  // A state that is set by hand afterwards does not make the work longer.
  if (!is_finished(from) || !instance.ended_at) instance.ended_at = now_.wall;
}

void Stepper::push(Run& run, TaskIndex task) {
  Instance& instance = run.instances[task];
  const bool open = is_schedulable(instance.state) || instance.state == TaskState::scheduled;
  if (instance.in_worklist || !open) return;
  instance.in_worklist = true;
  worklist_.push_back({&run, task});
}

void Stepper::push_all(Run& run) {
  for (const TaskIndex task : run.version->topology.order()) push(run, task);
}

void Stepper::push_dependents(Run& run, TaskIndex task) {
  const dag::Topology& topology = run.version->topology;
  for (const TaskIndex next : topology.downstream(task)) push(run, next);
  for (const TaskIndex next : topology.setup_dependents(task)) push(run, next);
  for (const TaskIndex next : topology.scope_dependents(task)) push(run, next);
  if (run.version->has_past_deps) push_later_runs(run, task);
}

/// depends_on_past: the same task, wait_for_downstream: its direct upstreams, in later runs.
void Stepper::push_later_runs(Run& run, TaskIndex task) {
  const TaskId& id = run.version->task(task).task_id;
  auto& runs = run.owner->runs;
  for (auto it = runs.upper_bound(run.order()); it != runs.end(); ++it) {
    Run& later = *it->second;
    const auto same = later.version->topology.find(id);
    if (later.row.state != RunState::running || !same) continue;
    push(later, *same);
    for (const TaskIndex parent : later.version->topology.upstream(*same)) push(later, parent);
  }
}

void Stepper::touch(Run& run, TaskIndex task) {
  if (run.instances[task].dirty) return;
  run.instances[task].dirty = true;
  dirty_instances_.push_back({&run, task});
}

void Stepper::touch(Run& run) {
  if (run.dirty) return;
  run.dirty = true;
  dirty_runs_.push_back(&run);
}

void Stepper::touch(DagState& dag_state) {
  if (dag_state.dirty) return;
  dag_state.dirty = true;
  dirty_dags_.push_back(&dag_state);
}

void Stepper::cancel(Run& run, TaskIndex task, std::string reason) {
  const Instance& instance = run.instances[task];
  out_.cancels.push_back(
      {run.key_of(task), instance.try_number, instance.epoch, std::move(reason)});
}

void Stepper::fire_timers() {
  while (!model_.timers.empty() && model_.timers.top().at <= now_.steady) {
    const Timer timer = model_.timers.top();
    model_.timers.pop();
    fire(timer);
    propagate();
  }
}

void Stepper::fire(const Timer& timer) {
  const auto found = model_.runs.find(timer.run);
  if (found == model_.runs.end()) return;
  Run& run = *found->second;
  if (timer.task == kNoTask) {
    if (run.due == timer.at && run.row.state == RunState::running) time_out(run);
    return;
  }
  Instance& instance = run.instances[timer.task];
  if (instance.timer_at != timer.at) return;
  instance.timer_at = kNoTime;
  if (instance.due == kNoTime) return;
  if (instance.due > now_.steady) return model_.arm(run, timer.task, instance.due);
  instance.due = kNoTime;
  switch (instance.state) {
    case TaskState::running:
    case TaskState::restarting: return lose({&run, timer.task}, "no heartbeat from its worker");
    case TaskState::scheduled: return model_.set_ready(run, timer.task, true);
    default: return push(run, timer.task);
  }
}

void Stepper::collect_rows() {
  for (DagState* dag_state : dirty_dags_) {
    dag_state->dirty = false;
    out_.dags.push_back(dag_state->row);
  }
  for (const Ref ref : dirty_instances_) {
    ref.run->instances[ref.task].dirty = false;
    out_.instances.push_back(row_of(*ref.run, ref.task));
  }
  std::vector<DagState*> ended;
  for (Run* run : dirty_runs_) {
    run->dirty = false;
    out_.runs.push_back(run->row);
    if (run->finished()) ended.push_back(run->owner);
  }
  for (DagState* dag_state : ended) let_go(*dag_state);
}

}  // namespace detail
}  // namespace aiflow::sched
