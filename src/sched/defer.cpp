// SPDX-License-Identifier: Apache-2.0
// A running task that hands its wait to a trigger: it gives its slot back, keeps its try, and goes
// on in a new attempt when the trigger has spoken.
#include <memory>
#include <utility>

#include "base/assert.h"
#include "sched/detail/stepper.h"
#include "sched/planted_bug.h"

namespace aiflow::sched::detail {

void Stepper::defer(Ref ref, const AttemptFinished& event) {
  AIFLOW_ASSERT(event.deferral != nullptr && !event.deferral->fired);
  set_state(*ref.run, ref.at, TaskState::deferred, {"waits for " + event.deferral->words});
  Instance& instance = ref.instance();
  instance.deferral = event.deferral;
  instance.worker = {};
  if (!event.deferral_timeout) return;
  instance.next_try_at = now_.wall + *event.deferral_timeout;
  model_.arm(*ref.run, ref.at, now_.steady + *event.deferral_timeout);
}

Reply Stepper::apply(const TriggerFired& event) {
  const auto ref = find(event.key);
  if (!ref) return refuse(ErrorCode::not_found, "no such task instance is known");
  const Instance& instance = ref->instance();
  const bool current = event.epoch == instance.epoch || planted(PlantedBug::event_of_old_epoch);
  const bool again = planted(PlantedBug::event_counts_twice) && is_resuming(instance) &&
                     instance.state == TaskState::scheduled;
  if ((instance.state != TaskState::deferred && !again) || !current) {
    return refuse(ErrorCode::conflict, "the task does not wait for this trigger any more");
  }
  Deferral fired = *instance.deferral;
  fired.event = event.event;
  fired.error = event.error;
  std::string cause = event.error.empty() ? "its trigger has fired: " + fired.words
                                          : "its trigger failed: " + event.error;
  resume(*ref, std::move(fired), std::move(cause));
  return {};
}

void Stepper::time_out_trigger(Ref ref) {
  Deferral fired = *ref.instance().deferral;
  fired.error = "the trigger's time-out has passed";
  fired.timed_out = true;
  resume(ref, std::move(fired), "its trigger has timed out: " + fired.words);
}

/// Also after an error: the task's callbacks run on a worker.
void Stepper::resume(Ref ref, Deferral fired, std::string cause) {
  fired.fired = true;
  Instance& instance = ref.instance();
  instance.deferral = std::make_shared<const Deferral>(std::move(fired));
  if (planted(PlantedBug::resume_takes_a_try)) ++instance.try_number;
  set_state(*ref.run, ref.at, TaskState::scheduled, {std::move(cause)});
}

}  // namespace aiflow::sched::detail
