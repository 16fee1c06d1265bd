// SPDX-License-Identifier: Apache-2.0
// Keys and rows of the scheduler: plain structs, one per table, easy to store in SQL. Rows are the
// whole memory of the scheduler: sched::restore rebuilds a State from them.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/states.h"
#include "dag/asset.h"
#include "dag/backfill.h"
#include "dag/dag.h"
#include "dag/schedule.h"

namespace aiflow::sched {

/// How the service of a running service task does. Its dependents may run while it is serving.
/// draining: nobody needs it any more, and it was told to end.
enum class ServiceState : std::uint8_t { starting, serving, degraded, draining };
[[nodiscard]] std::string_view to_string(ServiceState state);
[[nodiscard]] std::optional<ServiceState> parse_service_state(std::string_view text);

/// Names a DAG run.
struct RunKey {
  DagId dag_id{};
  RunId run_id{};
  auto operator<=>(const RunKey&) const = default;
};

/// Names a task instance. map_index -1 = not mapped, or mapped and not expanded yet.
struct TaskKey {
  DagId dag_id{};
  RunId run_id{};
  TaskId task_id{};
  std::int32_t map_index = -1;
  auto operator<=>(const TaskKey&) const = default;
};

/// Fencing token of a task instance: grows on every grant, reap, clear and mark; never reused.
using Epoch = std::int64_t;

/// One version of a DAG. Versions of a DAG count from 1 and never change once stored.
struct DagVersionRow {
  std::int32_t version = 1;
  std::shared_ptr<const dag::Dag> definition{};  ///< shared by all runs of the version; immutable
};

/// What the scheduler remembers of a DAG beside its versions.
struct DagRow {
  DagId dag_id{};
  bool active = true;  ///< false: its file is gone; no new runs
  bool paused = false;
  std::int32_t version = 0;              ///< the version new runs use
  std::optional<dag::Tick> last_tick{};  ///< of the last run made by the schedule
  std::optional<dag::Tick> next_tick{};  ///< of the next one; nullopt: none
  std::int32_t consecutive_failed_runs = 0;
  std::int64_t last_run_number = 0;
  /// Not below any epoch of an instance that is gone (its run was deleted, or it is not in the
  /// version its run was moved to): epochs of one key are never used twice.
  Epoch epoch_floor = 0;
  std::string cause{};  ///< why it is paused, in words
  bool operator==(const DagRow&) const = default;
};

struct RunRow {
  RunKey key{};
  std::int64_t number = 0;  ///< order of creation within the DAG, from 1
  std::int32_t dag_version = 0;
  RunType run_type = RunType::manual;
  RunState state = RunState::queued;
  std::optional<WallTime> logical_date{};
  std::optional<WallTime> interval_start{};
  std::optional<WallTime> interval_end{};
  WallTime run_after{};  ///< a manual run made before it is put off until then
  WallTime queued_at{};
  std::optional<WallTime> started_at{};
  std::optional<WallTime> ended_at{};
  std::int32_t clear_number = 0;  ///< grows when it is opened again, or moved to a version
  /// One bit for each deadline of its DAG that it has missed.
  std::uint32_t deadlines_missed = 0;
  std::string conf = "{}";     ///< JSON text given at the trigger
  std::string triggered_by{};  ///< user name, or empty for the schedule
  std::string cause{};         ///< why it is in this state, in words
  dag::BackfillId backfill{};  ///< it belongs to; 0: none
  std::int32_t ordinal = 0;    ///< which of the backfill's runs it is, from 1
  bool operator==(const RunRow&) const = default;
};

/// A wait that a task has handed to a trigger, and how the task goes on after it. The scheduler
/// does not look into the JSON texts.
struct Deferral {
  std::string trigger{};      ///< what it waits for
  std::string words{};        ///< the same for people: "file '/data/in.csv'"
  std::string next_method{};  ///< of the operator
  std::string next_kwargs = "{}";
  bool fired = false;      ///< the trigger has spoken; the try goes on, or waits for its slot
  std::string event{};     ///< what the trigger said
  std::string error{};     ///< why it could not; with it, there is no event
  bool timed_out = false;  ///< the error is that trigger_timeout passed
  bool operator==(const Deferral&) const = default;
};

/// Shared, since rows are copied with every change; equal by value.
struct SharedDeferral {
  std::shared_ptr<const Deferral> value{};
  bool operator==(const SharedDeferral& other) const {
    return value == other.value || (value && other.value && *value == *other.value);
  }
};

/// A backfill: runs of past dates, made one after the other as its own limit allows.
struct BackfillRow {
  dag::BackfillId id{};
  DagId dag_id{};
  dag::BackfillRange range{};
  std::int32_t dag_version = 0;  ///< whose schedule gives its dates
  std::string conf = "{}";       ///< JSON text of its runs
  std::string user{};
  bool paused = false;
  std::optional<WallTime> completed_at{};  ///< all its runs have ended, or it was cancelled
  std::string cause{};                     ///< who steered it last, in words
  std::int32_t total = 0;                  ///< dates
  std::int32_t made = 0;                   ///< dates it has dealt with, in their order
  std::int32_t skipped = 0;                ///< of these: left alone, a run was there
  std::int32_t queued = 0;                 ///< its runs by state
  std::int32_t running = 0;
  std::int32_t success = 0;
  std::int32_t failed = 0;
  bool operator==(const BackfillRow&) const = default;
};

/// What became of one date of a backfill.
struct BackfillDateRow {
  dag::BackfillId id{};
  std::int32_t ordinal = 0;
  WallTime logical_date{};
  RunId run_id{};        ///< empty: none was made
  std::string reason{};  ///< why not, as Airflow names it: "in flight", "already exists"
  bool operator==(const BackfillDateRow&) const = default;
};

struct TaskInstanceRow {
  TaskKey key{};
  TaskState state = TaskState::no_status;
  std::int32_t try_number = 0;  ///< of the current or last attempt; 0 = never scheduled
  std::int32_t max_tries = 0;   ///< a failed attempt is retried while try_number <= max_tries
  Epoch epoch = 0;
  /// The next attempt's epoch is not below it: lower ones may have been used by an island that is
  /// cut off, for what has been decided anew since.
  Epoch epoch_floor = 0;
  std::string cause{};      ///< why it is in this state, in words
  WorkerId worker{};        ///< who runs or ran the current attempt; empty: none
  std::int64_t weight = 1;  ///< effective priority weight
  PoolName pool{};
  std::int32_t pool_slots = 1;
  std::optional<WallTime> scheduled_at{};
  std::optional<WallTime> queued_at{};
  std::optional<WallTime> started_at{};  ///< none: it never ran (skipped, upstream_failed, marked)
  std::optional<WallTime> ended_at{};    ///< or when that was decided
  /// When it is due: up_for_retry, up_for_reschedule; deferred: trigger_timeout.
  std::optional<WallTime> next_try_at{};
  /// Of a branch that succeeded: the direct children it follows. Kept, so that a child cleared
  /// later is skipped again.
  std::optional<std::vector<TaskId>> branch_followed{};
  bool skip_all_downstream = false;  ///< a short circuit whose condition was false
  /// Of a success: items of the list or dict it returned; -1: something else; nullopt: nothing.
  std::optional<std::int64_t> return_length{};
  /// Of a try that was deferred: until the attempt that its trigger resumes has ended.
  SharedDeferral deferral{};
  std::optional<ServiceState> service{};  ///< of a service task while it runs
  bool operator==(const TaskInstanceRow&) const = default;
};

/// The epoch of the next attempt.
[[nodiscard]] inline Epoch next_epoch(const TaskInstanceRow& row) {
  return std::max(row.epoch + 1, row.epoch_floor);
}

/// An asset is new.
struct AssetEventRow {
  std::int64_t id = 0;  ///< over all assets, from 1
  dag::AssetName asset{};
  std::string extra = "{}";  ///< JSON text
  std::string alias{};       ///< by which a task named it; empty: it is an outlet, or from outside
  std::string user{};        ///< who said so from outside
  TaskKey source{};          ///< the task that made it; empty: from outside
  WallTime at{};
  bool operator==(const AssetEventRow&) const = default;
};

/// The events of an asset that no run of a DAG has consumed: all from `first` to `last`.
struct AssetQueueRow {
  DagId dag_id{};
  dag::AssetName asset{};  ///< or alias
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t count = 0;  ///< 0: none is left, the row goes
  WallTime at{};           ///< of the last
  bool operator==(const AssetQueueRow&) const = default;
};

/// What a run has consumed of one asset or alias.
struct RunAssetsRow {
  RunKey run{};
  dag::AssetName asset{};
  std::int64_t first = 0;
  std::int64_t last = 0;
  bool operator==(const RunAssetsRow&) const = default;
};

struct PoolRow {
  PoolName name{};
  std::int32_t slots = 128;  ///< -1 = no limit
  std::string description{};
  bool include_deferred = false;  ///< deferred instances keep their slots
  bool operator==(const PoolRow&) const = default;
};

}  // namespace aiflow::sched

template <>
struct std::hash<aiflow::sched::RunKey> {
  std::size_t operator()(const aiflow::sched::RunKey& key) const noexcept {
    return std::hash<aiflow::DagId>{}(key.dag_id) * 31 + std::hash<aiflow::RunId>{}(key.run_id);
  }
};
