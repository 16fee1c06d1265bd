// SPDX-License-Identifier: Apache-2.0
// Services: tasks that run while other tasks need them. While one serves, it counts as succeeded
// for the tasks after it; when all of these have ended, its attempt is ended, and that is its
// success. One that nothing comes after serves until somebody ends it.
#include <algorithm>
#include <array>
#include <ranges>
#include <utility>

#include "sched/detail/stepper.h"
#include "sched/planted_bug.h"

namespace aiflow::sched {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"starting", "serving", "degraded", "draining"};

}  // namespace

std::string_view to_string(ServiceState state) { return kNames[static_cast<std::size_t>(state)]; }

std::optional<ServiceState> parse_service_state(std::string_view text) {
  const auto* found = std::ranges::find(kNames, text);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<ServiceState>(found - kNames.begin());
}

namespace detail {
namespace {

bool has_ended(const Run& run, TaskIndex task) {
  std::uint32_t ended = 0;
  for (const TaskState state : kAllTaskStates) {
    if (is_finished(state)) ended += run.count(task, state);
  }
  return ended == run.width(task);
}

}  // namespace

Reply Stepper::apply(const ServiceReported& event) {
  const auto ref = find(event.key);
  if (!ref) return refuse(ErrorCode::not_found, "no such task instance is known");
  const Instance& instance = ref->instance();
  const bool current =
      event.epoch == instance.epoch || planted(PlantedBug::service_without_fencing);
  if (current && instance.state == TaskState::queued) {
    return refuse(ErrorCode::unavailable, "the start of this attempt is not known yet");
  }
  if (!current || !instance.service) {
    return refuse(ErrorCode::conflict, "no service runs under this attempt");
  }
  if (*instance.service == ServiceState::draining) {
    return refuse(ErrorCode::conflict, "the service is draining: nothing needs it any more");
  }
  if (event.state == ServiceState::draining) {
    return refuse(ErrorCode::invalid_argument, "a service is starting, serving or degraded");
  }
  set_service(*ref->run, ref->at, event.state, event.cause);
  return {};
}

/// The only place where it changes while the task runs.
void Stepper::set_service(Run& run, InstanceIndex at, ServiceState state, std::string cause) {
  Instance& instance = run.instances[at];
  const TaskState before = counted_state(instance);
  model_.account(run, at, -1);
  instance.service = state;
  model_.account(run, at, +1);
  instance.cause = std::move(cause);
  touch(run, at);
  if (counted_state(instance) == before) return;
  push_dependents(run, at);
  check_later(run);
}

void Stepper::end_drained(Ref ref, const std::string& how) {
  set_state(*ref.run, ref.at, TaskState::success,
            {"drained: every task that needs it has ended (" + how + ")"});
  emit_outlets(ref, {});
}

/// The instance has ended: services that it needed may be needed no more.
void Stepper::drain_above(Run& run, InstanceIndex at) {
  for (const TaskIndex task : run.version->topology.services_above(run.instances[at].task)) {
    run.each(task, [&](InstanceIndex service) { drain_if_unneeded(run, service); });
  }
}

void Stepper::drain_if_unneeded(Run& run, InstanceIndex at) {
  const Instance& instance = run.instances[at];
  if (!instance.service || *instance.service == ServiceState::draining) return;
  const auto users = run.version->topology.service_users(instance.task);
  if (users.empty() || planted(PlantedBug::service_not_drained)) return;
  // The last ones usually end last.
  for (const TaskIndex user : users | std::views::reverse) {
    if (!has_ended(run, user)) return;
  }
  set_service(run, at, ServiceState::draining, "draining: every task that needs it has ended");
  cancel(run, at, "nothing needs this service any more");
}

}  // namespace detail
}  // namespace aiflow::sched
