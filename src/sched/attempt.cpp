// SPDX-License-Identifier: Apache-2.0
// What workers report. A report counts only under the current epoch and from the worker that holds
// the attempt; anything else is refused and changes nothing.
#include <algorithm>

#include "base/placement.h"
#include "sched/detail/backoff.h"
#include "sched/detail/stepper.h"
#include "sched/planted_bug.h"

namespace aiflow::sched::detail {
namespace {

/// Of a delay that a retry policy chooses: a year.
constexpr Duration kRetryDelayMax = std::chrono::hours(24 * 366);
constexpr const char* kStale = "a newer attempt exists, or the attempt has ended";

bool same_worker(const Instance& instance, const WorkerId& worker) {
  return instance.worker.value.empty() || worker.value.empty() || instance.worker == worker;
}

/// Tasks of the DAG that a name stands for: the task, or the first tasks of a group.
std::vector<TaskIndex> named_tasks(const Version& version, const TaskId& name) {
  if (const auto task = version.topology.find(name)) return {*task};
  const auto in_group = [&](TaskIndex task) { return version.in_group(task, name.value); };
  std::vector<TaskIndex> first;
  for (TaskIndex task = 0; task < version.topology.size(); ++task) {
    if (in_group(task) && std::ranges::none_of(version.topology.upstream(task), in_group)) {
      first.push_back(task);
    }
  }
  return first;
}

}  // namespace

std::optional<Stepper::Ref> Stepper::find(const TaskKey& key) {
  Run* run = model_.find_run({key.dag_id, key.run_id});
  const auto at = run == nullptr ? std::nullopt : run->find(key.task_id, key.map_index);
  if (!at) return std::nullopt;
  return Ref{run, *at};
}

Reply Stepper::apply(const AttemptStarted& event) {
  const auto ref = find(event.key);
  if (!ref) return refuse(ErrorCode::not_found, "no such task instance is known");
  Instance& instance = ref->instance();
  const bool current = event.epoch == instance.epoch && event.try_number == instance.try_number;
  if (current && instance.state == TaskState::running) {
    if (same_worker(instance, event.worker)) return {};
    if (!planted(PlantedBug::claim_without_cas)) {
      return refuse(ErrorCode::conflict, "worker " + quoted(instance.worker.value) + " runs it");
    }
    return {};
  }
  if (!current || instance.state != TaskState::queued) return refuse(ErrorCode::conflict, kStale);
  instance.worker = event.worker;
  set_state(*ref->run, ref->at, TaskState::running,
            {"started by worker " + quoted(event.worker.value)});
  if (event.started_at && instance.started_at == now_.wall) {
    // Wall clocks jump: never before it was queued, never after this report. An island may have run
    // it before it was queued here.
    const bool may_be_ahead = is_of_island(ref->run->spec(ref->at).placement);
    const WallTime queued = std::min(instance.queued_at.value_or(now_.wall), now_.wall);
    const WallTime earliest =
        may_be_ahead ? std::min(ref->run->row.started_at.value_or(queued), queued) : queued;
    instance.started_at = std::clamp(*event.started_at, earliest, now_.wall);
    if (may_be_ahead) {
      instance.queued_at = std::min(queued, *instance.started_at);
      instance.scheduled_at =
          std::min(instance.scheduled_at.value_or(queued), *instance.started_at);
    }
  }
  model_.arm(*ref->run, ref->at, now_.steady + model_.lease_of(*ref->run, ref->at));
  return {};
}

Reply Stepper::apply(const AttemptFinished& event) {
  const auto ref = find(event.key);
  if (!ref) return refuse(ErrorCode::not_found, "no such task instance is known");
  if (ends_restart(*ref, event.epoch)) return {};
  const Instance& instance = ref->instance();
  const bool active = instance.state == TaskState::running || instance.state == TaskState::queued;
  const bool current = event.epoch == instance.epoch || planted(PlantedBug::result_without_fencing);
  if (!active || !current) return refuse(ErrorCode::conflict, kStale);
  if (!same_worker(instance, event.worker) && !planted(PlantedBug::result_without_fencing)) {
    return refuse(ErrorCode::conflict, "worker " + quoted(instance.worker.value) + " runs it");
  }
  if (instance.state == TaskState::queued) {
    const AttemptStarted started{.key = event.key,
                                 .try_number = instance.try_number,
                                 .epoch = instance.epoch,
                                 .worker = event.worker};
    if (Reply reply = apply(started); !reply.accepted) return reply;
  }
  Reply reply = apply_finished(*ref, event);
  Instance& ended = ref->instance();
  if (event.ended_at && ended.ended_at && ended.started_at) {
    // Wall clocks jump: never before its start, never after this report.
    ended.ended_at = std::max(*ended.started_at, std::min(*event.ended_at, *ended.ended_at));
  }
  return reply;
}

Reply Stepper::apply_finished(Ref ref, const AttemptFinished& event) {
  const std::string cause =
      event.cause.empty() ? std::string(to_string(event.outcome)) : event.cause;
  if (ref.instance().service == ServiceState::draining) {
    end_drained(ref, cause);
    return {};
  }
  switch (event.outcome) {
    case Outcome::success: succeed(ref, event); return {};
    case Outcome::skipped:
      set_state(*ref.run, ref.at, TaskState::skipped, {"the task skipped itself: " + cause});
      return {};
    case Outcome::failed:
      fail_attempt(ref, cause, true);
      choose_delay(ref, event.retry_delay);
      return {};
    case Outcome::failed_no_retry:
    case Outcome::killed: fail_attempt(ref, cause, false); return {};
    case Outcome::up_for_reschedule: reschedule(ref, event); return {};
    case Outcome::deferred: defer(ref, event); return {};
  }
  return {};
}

Reply Stepper::apply(const Heartbeat& event) {
  const auto ref = find(event.key);
  if (!ref) return refuse(ErrorCode::not_found, "no such task instance is known");
  const Instance& instance = ref->instance();
  // The worker has the job and has not told its start yet: an interpreter may take a second to come
  // up. The attempt has no lease before its start, so there is nothing to renew.
  if (instance.state == TaskState::queued && event.epoch == instance.epoch) return {};
  const bool current = (event.epoch == instance.epoch && same_worker(instance, event.worker)) ||
                       planted(PlantedBug::heartbeat_ignores_epoch);
  if (instance.state != TaskState::running || !current) {
    return refuse(ErrorCode::conflict, kStale);
  }
  model_.arm(*ref->run, ref->at, now_.steady + model_.lease_of(*ref->run, ref->at));
  return {};
}

Reply Stepper::apply(const AttemptWaits& event) {
  const auto ref = find(event.key);
  if (!ref) return refuse(ErrorCode::not_found, "no such task instance is known");
  Instance& instance = ref->instance();
  if (instance.state != TaskState::queued || event.epoch != instance.epoch) {
    return refuse(ErrorCode::conflict, kStale);
  }
  std::string cause = event.cause.empty() ? std::string(kGivenOut) : event.cause;
  if (cause == instance.cause) return {};
  instance.cause = std::move(cause);
  touch(*ref->run, ref->at);
  return {};
}

Reply Stepper::apply(const AttemptLost& event) {
  const auto ref = find(event.key);
  if (!ref) return refuse(ErrorCode::not_found, "no such task instance is known");
  if (ends_restart(*ref, event.epoch)) return {};
  Instance& instance = ref->instance();
  const bool active = instance.state == TaskState::running || instance.state == TaskState::queued;
  if (!active || event.epoch != instance.epoch) return refuse(ErrorCode::conflict, kStale);
  lose(*ref, event.cause);
  return {};
}

Reply Stepper::apply(const SubmitRefused& event) {
  const auto ref = find(event.key);
  if (!ref) return refuse(ErrorCode::not_found, "no such task instance is known");
  Instance& instance = ref->instance();
  if (instance.state != TaskState::queued || event.epoch != instance.epoch) {
    return refuse(ErrorCode::conflict, kStale);
  }
  new_epoch(instance);
  if (event.permanent) {
    fail_attempt(*ref, "the executor refused it: " + event.cause, false);
    return {};
  }
  set_state(*ref->run, ref->at, TaskState::scheduled, {"the executor refused it: " + event.cause});
  push(*ref->run, ref->at);
  model_.set_ready(*ref->run, ref->at, false);
  model_.arm(*ref->run, ref->at, now_.steady + model_.options.refused_pause);
  return {};
}

/// A cleared instance waits until its old process is gone: a report of the epoch before the clear,
/// or the end of its lease.
bool Stepper::ends_restart(Ref ref, Epoch epoch) {
  const Instance& instance = ref.instance();
  if (instance.state != TaskState::restarting || epoch != instance.epoch - 1) return false;
  set_state(*ref.run, ref.at, TaskState::no_status, {"cleared; the old attempt has ended"});
  push(*ref.run, ref.at);
  return true;
}

void Stepper::lose(Ref ref, const std::string& cause) {
  Instance& instance = ref.instance();
  if (instance.state == TaskState::restarting) {
    ends_restart(ref, instance.epoch - 1);
    return;
  }
  cancel(*ref.run, ref.at, "the attempt was given up: " + cause);
  if (!planted(PlantedBug::reaper_keeps_epoch)) new_epoch(instance);
  void_ahead(*ref.run, {ref.at});
  if (instance.state == TaskState::queued) {
    if (planted(PlantedBug::deferral_forgotten)) instance.deferral.reset();
    set_state(*ref.run, ref.at, TaskState::scheduled, {"worker lost before the start: " + cause});
    push(*ref.run, ref.at);  // its upstreams may have been cleared since the grant
    return;
  }
  if (instance.service == ServiceState::draining) return end_drained(ref, "worker lost: " + cause);
  fail_attempt(ref, "worker lost: " + cause, true);
  if (planted(PlantedBug::lost_lease_charges_no_try)) --instance.try_number;
}

void Stepper::fail_attempt(Ref ref, std::string cause, bool may_retry) {
  Instance& instance = ref.instance();
  const dag::Task& spec = ref.run->spec(ref.at);
  const int extra = planted(PlantedBug::retry_limit_off_by_one) ? 1 : 0;
  const bool tries_left =
      instance.max_tries != 0 && instance.try_number <= instance.max_tries + extra;
  if (!may_retry || !tries_left) {
    set_state(*ref.run, ref.at, TaskState::failed, {std::move(cause)});
    if (ref.run->version->definition->fail_fast && !spec.is_teardown) {
      stop_others(*ref.run, ref.at);
    }
    return;
  }
  const Duration delay = retry_delay(spec, {ref.run->row.key.dag_id.value, spec.task_id.value,
                                            ref.run->row.logical_date, instance.try_number});
  set_state(*ref.run, ref.at, TaskState::up_for_retry,
            {cause + " (try " + std::to_string(instance.try_number) + " of " +
             std::to_string(instance.max_tries + 1) + ")"});
  instance.next_try_at = now_.wall + delay;
  model_.arm(*ref.run, ref.at, now_.steady + delay);
}

/// The task's retry policy has its own idea of when the next try begins.
void Stepper::choose_delay(Ref ref, std::optional<Duration> delay) {
  Instance& instance = ref.instance();
  if (!delay || instance.state != TaskState::up_for_retry) return;
  const Duration wait = std::clamp(*delay, Duration{0}, kRetryDelayMax);
  instance.next_try_at = now_.wall + wait;
  model_.arm(*ref.run, ref.at, now_.steady + wait);
}

/// Why what it returned cannot be mapped over although a task is; empty: it can, or none is.
std::string Stepper::unmappable(Ref ref, const AttemptFinished& event) const {
  const Version& version = *ref.run->version;
  const Instance& instance = ref.instance();
  const auto over = version.mapping.over(instance.task);
  if (over.empty() || instance.map_index >= 0) return {};
  const dag::Expansion& expansion = version.mapping.expansions()[over.front()];
  const std::string mapped = expansion.members.empty()
                                 ? "a group"
                                 : quoted(version.task(expansion.members[0]).task_id.value);
  const std::int64_t length = event.return_length.value_or(-1);
  if (length < 0) {
    return std::string("it must return a list or dict, since task ") + mapped +
           " is mapped over it, but returned " +
           (event.return_length ? "something else" : "nothing");
  }
  if (length <= model_.options.max_map_length) return {};
  return "it returned " + std::to_string(length) + " items for task " + mapped +
         " to be mapped over; max_map_length is " + std::to_string(model_.options.max_map_length);
}

void Stepper::succeed(Ref ref, const AttemptFinished& event) {
  const Version& version = *ref.run->version;
  if (std::string problem = unmappable(ref, event); !problem.empty()) {
    return fail_attempt(ref, std::move(problem), true);
  }
  std::vector<TaskIndex> named;
  for (const TaskId& name : event.branch.value_or(std::vector<TaskId>{})) {
    const auto tasks = named_tasks(version, name);
    if (tasks.empty()) {
      return fail_attempt(
          ref, "the branch names " + quoted(name.value) + ", which is not a task of the DAG", true);
    }
    named.insert(named.end(), tasks.begin(), tasks.end());
  }
  Instance& instance = ref.instance();
  instance.return_length = event.return_length;
  instance.branch_followed.reset();
  instance.skip_all_downstream = event.skip_all_downstream;
  ref.run->has_decisions =
      ref.run->has_decisions || event.branch.has_value() || event.skip_all_downstream;
  if (event.branch) {
    const auto below = version.topology.all_downstream(named);
    instance.branch_followed.emplace();
    for (const TaskIndex child : version.topology.downstream(instance.task)) {
      const bool followed = std::ranges::find(named, child) != named.end() ||
                            std::ranges::binary_search(below, child);
      if (followed) instance.branch_followed->push_back(version.task(child).task_id);
    }
  }
  set_state(*ref.run, ref.at, TaskState::success, {event.cause.empty() ? "done" : event.cause});
  emit_outlets(ref, event.assets);
  if (instance.branch_followed) skip_not_followed(ref, *instance.branch_followed);
  if (instance.skip_all_downstream) short_circuit(ref);
}

void Stepper::skip_not_followed(Ref ref, const std::vector<TaskId>& followed) {
  const Version& version = *ref.run->version;
  for (const TaskIndex child : version.topology.downstream(ref.instance().task)) {
    if (std::ranges::find(followed, version.task(child).task_id) != followed.end()) continue;
    skip_by(ref, child, Reason::branch_not_followed);
  }
}

void Stepper::short_circuit(Ref ref) {
  const Version& version = *ref.run->version;
  const TaskIndex task = ref.instance().task;
  if (version.task(task).ignore_downstream_trigger_rules) {
    for (const TaskIndex below : version.topology.all_downstream(std::span(&task, 1))) {
      skip_by(ref, below, Reason::short_circuit);
    }
    return;
  }
  for (const TaskIndex child : version.topology.downstream(task)) {
    skip_by(ref, child, Reason::short_circuit);
  }
}

/// Skips a task below a branch or short circuit, unless it has begun or is a teardown. One that is
/// mapped decides for its own map index in its group only.
void Stepper::skip_by(Ref ref, TaskIndex target, Reason reason) {
  Run& run = *ref.run;
  const TaskIndex task = ref.instance().task;
  const bool mapped = ref.instance().map_index >= 0;
  if (run.version->task(target).is_teardown) return;
  if (mapped && !run.version->mapping.together(task, target)) return;
  const Verdict verdict{Verdict::Kind::move, reason, TaskState::skipped, task};
  run.each_related(ref.at, target, [&](InstanceIndex at) {
    if (!is_schedulable(run.instances[at].state)) return;
    set_state(run, at, TaskState::skipped, {describe(run, at, verdict)});
  });
}

void Stepper::reschedule(Ref ref, const AttemptFinished& event) {
  const WallTime at = std::max(event.reschedule_at.value_or(now_.wall), now_.wall);
  set_state(*ref.run, ref.at, TaskState::up_for_reschedule,
            {event.cause.empty() ? "the sensor's condition is not met yet" : event.cause});
  ref.instance().next_try_at = at;
  model_.arm(*ref.run, ref.at, now_.steady + (at - now_.wall));
}

/// fail_fast: what is active fails, what has not begun is skipped; teardowns go on.
void Stepper::stop_others(Run& run, InstanceIndex failed) {
  const std::string cause = "fail_fast: task " + name_of(run, failed) + " failed";
  for (InstanceIndex at = 0; at < run.instances.size(); ++at) {
    Instance& instance = run.instances[at];
    if (is_finished(instance.state) || run.spec(at).is_teardown) continue;
    const bool active = is_active(instance.state);
    if (active) cancel(run, at, cause);
    const bool fenced =
        active || instance.state == TaskState::scheduled || instance.state == TaskState::deferred;
    if (fenced) new_epoch(instance);
    set_state(run, at, active ? TaskState::failed : TaskState::skipped, {cause});
  }
}

}  // namespace aiflow::sched::detail
