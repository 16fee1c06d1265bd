// SPDX-License-Identifier: Apache-2.0
// Generated from api/states.yaml by tools/codegen; do not edit.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace aiflow {

/// State of a task instance, as in Apache Airflow; no_status is Airflow's None.
enum class TaskState : std::uint8_t {
  no_status,
  scheduled,
  queued,
  running,
  success,
  failed,
  up_for_retry,
  up_for_reschedule,
  upstream_failed,
  skipped,
  deferred,
  removed,
  restarting,
  awaiting_input,
};
inline constexpr std::array kAllTaskStates = {
    TaskState::no_status,
    TaskState::scheduled,
    TaskState::queued,
    TaskState::running,
    TaskState::success,
    TaskState::failed,
    TaskState::up_for_retry,
    TaskState::up_for_reschedule,
    TaskState::upstream_failed,
    TaskState::skipped,
    TaskState::deferred,
    TaskState::removed,
    TaskState::restarting,
    TaskState::awaiting_input,
};
[[nodiscard]] std::string_view to_string(TaskState value);
/// nullopt when the text is none of the values.
[[nodiscard]] std::optional<TaskState> parse_task_state(std::string_view text);

/// State of a DAG run.
enum class RunState : std::uint8_t {
  queued,
  running,
  success,
  failed,
};
inline constexpr std::array kAllRunStates = {
    RunState::queued,
    RunState::running,
    RunState::success,
    RunState::failed,
};
[[nodiscard]] std::string_view to_string(RunState value);
/// nullopt when the text is none of the values.
[[nodiscard]] std::optional<RunState> parse_run_state(std::string_view text);

/// What created a DAG run.
enum class RunType : std::uint8_t {
  scheduled,
  manual,
  backfill,
  asset_triggered,
  operator_triggered,
};
inline constexpr std::array kAllRunTypes = {
    RunType::scheduled,
    RunType::manual,
    RunType::backfill,
    RunType::asset_triggered,
    RunType::operator_triggered,
};
[[nodiscard]] std::string_view to_string(RunType value);
/// nullopt when the text is none of the values.
[[nodiscard]] std::optional<RunType> parse_run_type(std::string_view text);

/// When a task may start, given the states of its direct upstream instances.
enum class TriggerRule : std::uint8_t {
  all_success,
  all_failed,
  all_done,
  all_done_min_one_success,
  all_done_setup_success,
  one_success,
  one_failed,
  one_done,
  none_failed,
  none_failed_min_one_success,
  none_skipped,
  all_skipped,
  always,
};
inline constexpr std::array kAllTriggerRules = {
    TriggerRule::all_success,
    TriggerRule::all_failed,
    TriggerRule::all_done,
    TriggerRule::all_done_min_one_success,
    TriggerRule::all_done_setup_success,
    TriggerRule::one_success,
    TriggerRule::one_failed,
    TriggerRule::one_done,
    TriggerRule::none_failed,
    TriggerRule::none_failed_min_one_success,
    TriggerRule::none_skipped,
    TriggerRule::all_skipped,
    TriggerRule::always,
};
[[nodiscard]] std::string_view to_string(TriggerRule value);
/// nullopt when the text is none of the values.
[[nodiscard]] std::optional<TriggerRule> parse_trigger_rule(std::string_view text);

/// What a worker reports of one attempt (workflow-semantics section 7).
enum class Outcome : std::uint8_t {
  success,
  failed,
  failed_no_retry,
  skipped,
  up_for_reschedule,
  killed,
  deferred,
};
inline constexpr std::array kAllOutcomes = {
    Outcome::success,
    Outcome::failed,
    Outcome::failed_no_retry,
    Outcome::skipped,
    Outcome::up_for_reschedule,
    Outcome::killed,
    Outcome::deferred,
};
[[nodiscard]] std::string_view to_string(Outcome value);
/// nullopt when the text is none of the values.
[[nodiscard]] std::optional<Outcome> parse_outcome(std::string_view text);

/// What a user may do, weakest first; each role holds the rights of the ones before it.
enum class Role : std::uint8_t {
  viewer,
  user,
  operator_,
  admin,
};
inline constexpr std::array kAllRoles = {
    Role::viewer,
    Role::user,
    Role::operator_,
    Role::admin,
};
[[nodiscard]] std::string_view to_string(Role value);
/// nullopt when the text is none of the values.
[[nodiscard]] std::optional<Role> parse_role(std::string_view text);

}  // namespace aiflow
