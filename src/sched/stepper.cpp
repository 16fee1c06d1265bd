// SPDX-License-Identifier: Apache-2.0
#include "sched/detail/stepper.h"

#include <utility>

#include "base/assert.h"
#include "sched/planted_bug.h"
#include "sched/step.h"

namespace aiflow::sched {
namespace {

/// States of a try that was deferred and has not ended. What leaves them begins anew.
constexpr bool keeps_deferral(TaskState state) {
  return state == TaskState::deferred || state == TaskState::scheduled ||
         state == TaskState::queued || state == TaskState::running;
}

}  // namespace

Effects step(State& state, std::span<const Event> events, Now now) {
  return detail::Stepper(state.model(), now).run(events);
}

namespace detail {

Effects Stepper::run(std::span<const Event> events) {
  out_.replies.reserve(events.size());
  for (const DagId& dag_id : std::exchange(model_.to_continue, {})) {
    start_later(model_.dags.at(dag_id));
  }
  for (const Event& event : events) {
    out_.replies.push_back(std::visit([this](const auto& e) { return apply(e); }, event));
    propagate();
  }
  fire_timers();
  call_up_runs();
  create_due_runs();
  propagate();
  fire_deadlines();  // what has ended by now misses none
  grant();
  collect_rows();
  return std::move(out_);
}

/// Works until nothing follows from anything: instances, then runs that ended, then runs that may
/// start in their place, whose instances come next.
void Stepper::propagate() {
  while (true) {
    while (worklist_next_ < worklist_.size() || !expansions_to_check_.empty()) {
      for (const auto& [run, expansion] : std::exchange(expansions_to_check_, {})) {
        check_expansion(*run, run->version->mapping.expansions()[expansion]);
      }
      if (worklist_next_ == worklist_.size()) continue;  // an expansion may change another one
      const Ref ref = worklist_[worklist_next_++];
      ref.instance().in_worklist = false;
      evaluate(*ref.run, ref.at);
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

void Stepper::evaluate(Run& run, InstanceIndex at) {
  if (run.instances[at].state == TaskState::scheduled) return reconsider(run, at);
  const Verdict verdict = decide(run, at);
  if (verdict.kind == Verdict::Kind::wait) return;
  std::string cause = describe(run, at, verdict);
  const Instance& instance = run.instances[at];
  const dag::Mapping& mapping = run.version->mapping;
  if (verdict.kind == Verdict::Kind::move) {
    set_state(run, at, verdict.state, {std::move(cause)});
  } else if (const auto* expansion = mapping.of(instance.task);
             expansion != nullptr && instance.map_index < 0) {
    expand(run, *expansion, static_cast<std::uint32_t>(expansion_length(run, *expansion)));
  } else {
    schedule_task(run, at, std::move(cause));
  }
}

/// A scheduled instance whose upstreams changed after all (cleared or marked) loses its turn: at
/// the grant its rule must still hold. The try was not used, so it is given back.
void Stepper::reconsider(Run& run, InstanceIndex at) {
  if (is_resuming(run.instances[at])) return;  // it has begun before they changed
  const Verdict verdict = by_relatives(run, at);
  if (verdict.kind == Verdict::Kind::ready) return;
  Instance& instance = run.instances[at];
  --instance.try_number;
  const bool move = verdict.kind == Verdict::Kind::move;
  set_state(run, at, move ? verdict.state : TaskState::no_status,
            {"an upstream changed: " + describe(run, at, verdict)});
}

void Stepper::schedule_task(Run& run, InstanceIndex at, std::string cause) {
  Instance& instance = run.instances[at];
  if (instance.state != TaskState::up_for_reschedule) ++instance.try_number;
  if (run.spec(at).operator_kind == "empty") {
    instance.started_at = now_.wall;
    set_state(run, at, TaskState::success, {"an empty task needs no worker; " + cause});
    emit_outlets({&run, at}, {});
    return;
  }
  set_state(run, at, TaskState::scheduled, {std::move(cause)});
}

/// The only place where an instance's state changes.
void Stepper::set_state(Run& run, InstanceIndex at, TaskState state, const Why& why) {
  Instance& instance = run.instances[at];
  const TaskState from = instance.state;
  const bool counts = is_finished(state) || is_finished(counted_state(instance));
  if (from == TaskState::scheduled) model_.set_ready(run, at, false);
  model_.account(run, at, -1);
  instance.state = state;
  instance.service.reset();
  if (state == TaskState::running && run.spec(at).is_service) {
    instance.service = ServiceState::starting;
  }
  model_.account(run, at, +1);
  if (state == TaskState::scheduled) model_.set_ready(run, at, true);
  if (state != TaskState::restarting) model_.arm(run, at, kNoTime);
  instance.cause = why.cause;
  stamp(instance, from, state);
  touch(run, at);
  out_.changes.push_back({Change::Kind::task_instance, run.key_of(at), std::string(to_string(from)),
                          std::string(to_string(state)), instance.try_number, instance.epoch,
                          why.cause, why.user, now_.wall});
  if (counts) {
    push_dependents(run, at);
    for (const std::uint32_t over : run.version->mapping.over(instance.task)) {
      note_expansion(run, over);
    }
  }
  if (is_finished(state)) drain_above(run, at);
  if (state == TaskState::running) drain_if_unneeded(run, at);
  if (is_finished(state) || is_schedulable(state)) check_later(run);
}

/// Its state may have to change before this step ends.
void Stepper::check_later(Run& run) {
  if (!run.to_check) runs_to_check_.push_back(&run);
  run.to_check = true;
}

void Stepper::stamp(Instance& instance, TaskState from, TaskState state) const {
  if (state != TaskState::up_for_retry && state != TaskState::up_for_reschedule) {
    instance.next_try_at.reset();
  }
  if (!keeps_deferral(state)) instance.deferral.reset();
  switch (state) {
    case TaskState::no_status:
      instance.scheduled_at = instance.queued_at = instance.started_at = instance.ended_at = {};
      instance.worker = {};
      return;
    case TaskState::scheduled:
      instance.scheduled_at = now_.wall;
      instance.queued_at = instance.ended_at = {};
      // A rescheduled or deferred try has begun already, also when it was queued again and lost.
      if (from != TaskState::up_for_reschedule && from != TaskState::queued &&
          from != TaskState::deferred) {
        instance.started_at = {};
      }
      instance.worker = {};
      return;
    case TaskState::queued: instance.queued_at = now_.wall; return;
    case TaskState::running:
      if (!instance.started_at) instance.started_at = now_.wall;
      return;
    case TaskState::deferred: instance.ended_at = {}; return;
    case TaskState::restarting: return;
    default: break;
  }
  // A state that is set by hand afterwards does not make the work longer.
  if (!is_finished(from) || !instance.ended_at) instance.ended_at = now_.wall;
}

void Stepper::push(Run& run, InstanceIndex at) {
  Instance& instance = run.instances[at];
  const bool open = is_schedulable(instance.state) || instance.state == TaskState::scheduled;
  if (instance.in_worklist || !open) return;
  instance.in_worklist = true;
  worklist_.push_back({&run, at});
}

void Stepper::push_all(Run& run) {
  for (const TaskIndex task : run.version->topology.order()) {
    run.each(task, [&](InstanceIndex at) { push(run, at); });
  }
}

void Stepper::push_dependents(Run& run, InstanceIndex at) {
  const dag::Topology& topology = run.version->topology;
  const TaskIndex task = run.instances[at].task;
  const auto push_related = [&](TaskIndex next) {
    // All instances of a mapped task wait for the same relatives, unless its group shares a map
    // index with this one: while the first one waits for them, so do the others. Those that are
    // scheduled do not wait yet, whatever the first one does: they have to.
    const bool alike = run.width(next) > 1 && !run.version->mapping.of(next)->is_group &&
                       run.count(next, TaskState::scheduled) == 0;
    if (alike && is_schedulable(run.instances[next].state) &&
        by_relatives(run, next).kind == Verdict::Kind::wait) {
      return;
    }
    run.each_related(at, next, [&](InstanceIndex one) { push(run, one); });
  };
  for (const TaskIndex next : topology.downstream(task)) push_related(next);
  for (const TaskIndex next : topology.setup_dependents(task)) push_related(next);
  for (const TaskIndex next : topology.scope_dependents(task)) push_related(next);
  for (const TaskIndex next : topology.service_users(task)) push_related(next);
  if (run.version->has_past_deps) push_later_runs(run, at);
}

/// depends_on_past: the same task, wait_for_downstream: its direct upstreams, in later runs.
void Stepper::push_later_runs(Run& run, InstanceIndex at) {
  const TaskId& id = run.spec(at).task_id;
  const auto push_each = [&](Run& later, TaskIndex task) {
    later.each(task, [&](InstanceIndex one) { push(later, one); });
  };
  auto& runs = run.owner->runs;
  for (auto it = runs.upper_bound(run.order()); it != runs.end(); ++it) {
    Run& later = *it->second;
    const auto same = later.version->topology.find(id);
    if (later.row.state != RunState::running || !same) continue;
    push_each(later, *same);
    for (const TaskIndex parent : later.version->topology.upstream(*same)) {
      push_each(later, parent);
    }
  }
}

void Stepper::touch(Run& run, InstanceIndex at) {
  if (run.instances[at].dirty) return;
  run.instances[at].dirty = true;
  dirty_instances_.push_back({&run, at});
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

void Stepper::touch(Backfill& backfill) {
  if (backfill.dirty) return;
  backfill.dirty = true;
  dirty_backfills_.push_back(&backfill);
}

/// Runs of the DAG may be made or started, before this step ends.
void Stepper::start_later(DagState& dag_state) {
  if (!dag_state.to_start) dags_to_start_.push_back(&dag_state);
  dag_state.to_start = true;
}

void Stepper::cancel(Run& run, InstanceIndex at, std::string reason) {
  const Instance& instance = run.instances[at];
  out_.cancels.push_back({run.key_of(at), instance.try_number, instance.epoch, std::move(reason)});
}

void Stepper::fire_timers() {
  while (!model_.timers.empty() && model_.timers.top().at <= now_.steady) {
    const Timer timer = model_.timers.top();
    model_.timers.pop();
    fire(timer);
    propagate();
  }
}

std::string Stepper::why_silent(const WorkerId& worker) const {
  const auto shut_out = model_.shut_out.find(worker);
  return shut_out == model_.shut_out.end() ? "no heartbeat from its worker" : shut_out->second;
}

void Stepper::fire(const Timer& timer) {
  const auto found = model_.runs.find(timer.run);
  if (found == model_.runs.end()) return;
  Run& run = *found->second;
  if (timer.instance == kNoTask) {
    if (run.due == timer.at && run.row.state == RunState::running) time_out(run);
    return;
  }
  Instance& instance = run.instances[timer.instance];
  if (instance.timer_at != timer.at) return;
  instance.timer_at = kNoTime;
  if (instance.due == kNoTime) return;
  if (instance.due > now_.steady) return model_.arm(run, timer.instance, instance.due);
  instance.due = kNoTime;
  switch (instance.state) {
    case TaskState::running:
    case TaskState::restarting: return lose({&run, timer.instance}, why_silent(instance.worker));
    case TaskState::scheduled: return model_.set_ready(run, timer.instance, true);
    case TaskState::deferred: return time_out_trigger({&run, timer.instance});
    default: return push(run, timer.instance);
  }
}

void Stepper::collect_rows() {
  for (DagState* dag_state : dirty_dags_) {
    dag_state->dirty = false;
    out_.dags.push_back(dag_state->row);
  }
  for (const auto& [key, row] : dirty_queue_) out_.asset_queue.push_back(row);
  std::vector<DagState*> ended;
  for (Backfill* backfill : dirty_backfills_) {
    backfill->dirty = false;
    out_.backfills.push_back(backfill->row);
    if (!backfill->open()) ended.push_back(&model_.dags.at(backfill->row.dag_id));
  }
  for (const Ref ref : dirty_instances_) {
    ref.instance().dirty = false;
    out_.instances.push_back(row_of(*ref.run, ref.at));
  }
  for (Run* run : dirty_runs_) {
    run->dirty = false;
    out_.runs.push_back(run->row);
    if (run->finished()) ended.push_back(run->owner);
  }
  for (DagState* dag_state : ended) let_go(*dag_state);
}

}  // namespace detail
}  // namespace aiflow::sched
