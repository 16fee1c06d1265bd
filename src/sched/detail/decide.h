// SPDX-License-Identifier: Apache-2.0
// The two questions the scheduler asks, as pure functions of the model: may this instance be
// scheduled (its upstreams), may a scheduled one be queued (the limits). step() acts on the
// answers, explain() puts the same answers into words.
#pragma once

#include <string>

#include "sched/detail/model.h"

namespace aiflow::sched::detail {

enum class Reason : std::uint8_t {
  // waits
  not_schedulable,  // its state is not one of none, up_for_retry, up_for_reschedule
  run_queued,
  run_ended,
  timer,  // retry delay or reschedule time
  setup_open,
  service_open,
  rule_open,
  scope_open,
  map_source_open,  // a value that the task is mapped over
  past_open,
  paused,
  // moves
  map_source_failed,
  map_source_skipped,
  map_no_value,
  map_empty,
  map_too_long,
  branch_not_followed,
  short_circuit,
  setup_failed,
  setup_skipped,
  service_failed,
  service_skipped,
  rule,
  // ready
  ready,
};

struct Verdict {
  enum class Kind : std::uint8_t { wait, move, ready };
  Kind kind = Kind::wait;
  Reason reason = Reason::not_schedulable;
  TaskState state = TaskState::no_status;  ///< where to, when kind is move
  TaskIndex task = kNoTask;                ///< the relative concerned, when there is one
};

/// The run's logical date is before the task's start date or after its end date.
inline constexpr const char* kOutsideDates = "the logical date is outside the task's dates";
[[nodiscard]] bool outside_dates(const Run& run, TaskIndex task);

/// More instances of one mapped task than this are an error of the DAG's author.
inline constexpr std::int64_t kInstancesMax = 100'000;

/// For a mapped task that is not expanded yet, `ready` means: expand it.
[[nodiscard]] Verdict decide(const Run& run, InstanceIndex at);
/// The part of it that looks at the instance's upstreams only, whatever its own state.
[[nodiscard]] Verdict by_relatives(const Run& run, InstanceIndex at);
/// What the values say that an expansion goes over: wait, a state for its instances, or ready.
[[nodiscard]] Verdict by_map_sources(const Run& run, const dag::Expansion& expansion);
/// How many instances an expansion has by these values; by_map_sources must be ready.
[[nodiscard]] std::int64_t expansion_length(const Run& run, const dag::Expansion& expansion);
/// The verdict in words.
[[nodiscard]] std::string describe(const Run& run, InstanceIndex at, const Verdict& verdict);
/// "'x'", for an instance of a mapped task "'x' [3]".
[[nodiscard]] std::string name_of(const Run& run, InstanceIndex at);

/// What keeps a scheduled instance from being queued.
enum class Limit : std::uint8_t {
  none,
  pause_after_refusal,
  dag_paused,
  no_worker,
  parallelism,
  place_unserved,
  place_full,
  max_active_tasks,
  tis_per_dag,
  tis_per_dagrun,
  pool_unknown,
  pool_too_small,
  pool_full,
};

/// Limits of the whole installation, the DAG and the run; the same for all instances of a run.
[[nodiscard]] Limit run_limit(const Model& model, const Run& run);
/// Limits of one bucket of the run.
[[nodiscard]] Limit bucket_limit(const Model& model, const Run& run, const BucketSpec& bucket);
/// What keeps this scheduled instance from being queued.
[[nodiscard]] Limit limit_of(const Model& model, const Run& run, InstanceIndex at);

/// The run before this one that depends_on_past looks at; nullptr: none.
[[nodiscard]] const Run* previous_run(const Run& run);

[[nodiscard]] std::string quoted(std::string_view text);
/// "cleared by kim"; without a user the verb alone.
[[nodiscard]] std::string by(const std::string& verb, const std::string& user);

}  // namespace aiflow::sched::detail
