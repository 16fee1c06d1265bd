// SPDX-License-Identifier: Apache-2.0
// Generated from api/states.yaml by tools/codegen; do not edit.
#include "base/states.h"

#include "base/assert.h"

namespace aiflow {

std::string_view to_string(TaskState value) {
  switch (value) {
    case TaskState::no_status: return "no_status";
    case TaskState::scheduled: return "scheduled";
    case TaskState::queued: return "queued";
    case TaskState::running: return "running";
    case TaskState::success: return "success";
    case TaskState::failed: return "failed";
    case TaskState::up_for_retry: return "up_for_retry";
    case TaskState::up_for_reschedule: return "up_for_reschedule";
    case TaskState::upstream_failed: return "upstream_failed";
    case TaskState::skipped: return "skipped";
    case TaskState::deferred: return "deferred";
    case TaskState::removed: return "removed";
    case TaskState::restarting: return "restarting";
    case TaskState::awaiting_input: return "awaiting_input";
  }
  AIFLOW_ASSERT(false);
}

std::optional<TaskState> parse_task_state(std::string_view text) {
  for (const auto value : kAllTaskStates) {
    if (to_string(value) == text) return value;
  }
  return std::nullopt;
}

std::string_view to_string(RunState value) {
  switch (value) {
    case RunState::queued: return "queued";
    case RunState::running: return "running";
    case RunState::success: return "success";
    case RunState::failed: return "failed";
  }
  AIFLOW_ASSERT(false);
}

std::optional<RunState> parse_run_state(std::string_view text) {
  for (const auto value : kAllRunStates) {
    if (to_string(value) == text) return value;
  }
  return std::nullopt;
}

std::string_view to_string(RunType value) {
  switch (value) {
    case RunType::scheduled: return "scheduled";
    case RunType::manual: return "manual";
    case RunType::backfill: return "backfill";
    case RunType::asset_triggered: return "asset_triggered";
    case RunType::operator_triggered: return "operator_triggered";
  }
  AIFLOW_ASSERT(false);
}

std::optional<RunType> parse_run_type(std::string_view text) {
  for (const auto value : kAllRunTypes) {
    if (to_string(value) == text) return value;
  }
  return std::nullopt;
}

std::string_view to_string(TriggerRule value) {
  switch (value) {
    case TriggerRule::all_success: return "all_success";
    case TriggerRule::all_failed: return "all_failed";
    case TriggerRule::all_done: return "all_done";
    case TriggerRule::all_done_min_one_success: return "all_done_min_one_success";
    case TriggerRule::all_done_setup_success: return "all_done_setup_success";
    case TriggerRule::one_success: return "one_success";
    case TriggerRule::one_failed: return "one_failed";
    case TriggerRule::one_done: return "one_done";
    case TriggerRule::none_failed: return "none_failed";
    case TriggerRule::none_failed_min_one_success: return "none_failed_min_one_success";
    case TriggerRule::none_skipped: return "none_skipped";
    case TriggerRule::all_skipped: return "all_skipped";
    case TriggerRule::always: return "always";
  }
  AIFLOW_ASSERT(false);
}

std::optional<TriggerRule> parse_trigger_rule(std::string_view text) {
  for (const auto value : kAllTriggerRules) {
    if (to_string(value) == text) return value;
  }
  return std::nullopt;
}

std::string_view to_string(Outcome value) {
  switch (value) {
    case Outcome::success: return "success";
    case Outcome::failed: return "failed";
    case Outcome::failed_no_retry: return "failed_no_retry";
    case Outcome::skipped: return "skipped";
    case Outcome::up_for_reschedule: return "up_for_reschedule";
    case Outcome::killed: return "killed";
    case Outcome::deferred: return "deferred";
  }
  AIFLOW_ASSERT(false);
}

std::optional<Outcome> parse_outcome(std::string_view text) {
  for (const auto value : kAllOutcomes) {
    if (to_string(value) == text) return value;
  }
  return std::nullopt;
}

std::string_view to_string(Role value) {
  switch (value) {
    case Role::viewer: return "viewer";
    case Role::user: return "user";
    case Role::operator_: return "operator";
    case Role::admin: return "admin";
  }
  AIFLOW_ASSERT(false);
}

std::optional<Role> parse_role(std::string_view text) {
  for (const auto value : kAllRoles) {
    if (to_string(value) == text) return value;
  }
  return std::nullopt;
}
}  // namespace aiflow
