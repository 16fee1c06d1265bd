// SPDX-License-Identifier: Apache-2.0
// Everything that can happen to the scheduler. Time passing is not an event: step() looks at `now`
// and fires what is due (schedules, retries, leases, run time-outs), so an empty list is a tick.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/placement.h"
#include "base/states.h"
#include "sched/row.h"

namespace aiflow::sched {

/// A DAG is new or changed; `version.definition` has passed dag::validate. A new DAG starts paused
/// if it says so; runs that exist keep their version. A version number not above the known one is
/// ignored.
struct DagPut {
  DagVersionRow version{};
};

/// The DAG's file is gone: no new runs, runs that exist go on.
struct DagRemoved {
  DagId dag_id{};
};

struct DagPaused {
  DagId dag_id{};
  bool paused = true;
  std::string user{};
};

/// A run asked for by a user or a task. A manual one whose logical date or run_after is to come is
/// queued until then. Refused: unknown DAG, run_id taken, logical date taken.
struct RunTriggered {
  RunKey key{};
  RunType run_type = RunType::manual;
  std::optional<WallTime> logical_date{};
  std::string conf = "{}";
  std::string user{};
  std::optional<WallTime> run_after{};  ///< of a manual one: it does not start before
};

/// A worker claims an attempt. Accepted once per epoch; the same worker may repeat it. A refused
/// worker must not run it (or must end it at once).
struct AttemptStarted {
  TaskKey key{};
  std::int32_t try_number = 0;
  Epoch epoch = 0;
  WorkerId worker{};
  std::optional<WallTime> started_at{};  ///< by the worker's clock; the report may come much later
};

/// What a task says of an asset it made.
struct AssetChange {
  dag::AssetName asset{};
  std::string extra = "{}";  ///< JSON text
  std::string alias{};       ///< the asset is none of its outlets, but one for this alias
};

/// The end of an attempt. Accepted once, under the current epoch; from state queued too (the
/// claim was lost on its way).
struct AttemptFinished {
  TaskKey key{};
  std::int32_t try_number = 0;
  Epoch epoch = 0;
  WorkerId worker{};
  Outcome outcome = Outcome::success;
  std::string cause{};
  std::optional<std::vector<TaskId>> branch{};  ///< ids (tasks or groups) followed; empty: none
  bool skip_all_downstream = false;
  std::optional<WallTime> reschedule_at{};
  std::optional<Duration> retry_delay{};  ///< failed: instead of the task's own
  std::optional<WallTime> ended_at{};     ///< by the worker's clock; the report may come much later
  /// Items of the list or dict that it returned; -1: it returned something else; nullopt: nothing.
  std::optional<std::int64_t> return_length{};
  std::vector<AssetChange> assets{};  ///< of a success; an outlet that it leaves out is new as well
  std::shared_ptr<const Deferral> deferral{};  ///< outcome deferred
  std::optional<Duration> deferral_timeout{};  ///< trigger_timeout
};

/// The trigger of a deferred instance has something to say: its event, or why it failed. Accepted
/// once, under the epoch of the attempt that deferred.
struct TriggerFired {
  TaskKey key{};
  Epoch epoch = 0;
  std::string event{};  ///< JSON
  std::string error{};  ///< not empty: the trigger failed
};

/// The worker still has the attempt: its lease starts anew; queued (the worker has not told its
/// start yet): accepted, changes nothing. Refused (stale, or the lease ran out): the worker must
/// end the attempt.
struct Heartbeat {
  TaskKey key{};
  Epoch epoch = 0;
  WorkerId worker{};
};

/// A service task that runs says how its service does; `state` is not draining. Refused: `conflict`
/// (another attempt, or it drains already), `unavailable` (its start is not known yet: say it
/// again).
struct ServiceReported {
  TaskKey key{};
  Epoch epoch = 0;
  ServiceState state = ServiceState::starting;
  std::string cause{};  ///< in words for people
};

/// Where a queued attempt went it waits for something, which is said as the cause of its state
/// until it starts. Refused: `conflict`, when it is not queued any more.
struct AttemptWaits {
  TaskKey key{};
  Epoch epoch = 0;
  std::string cause{};  ///< in words for people; empty: nothing is known any more
};

/// The attempt is known to be gone without a report (its worker died). Running: charged as a failed
/// try. Queued: goes back to scheduled, nothing charged.
struct AttemptLost {
  TaskKey key{};
  Epoch epoch = 0;
  std::string cause{};
};

/// The executor will not start the job. `permanent`: the instance fails; else it goes back to
/// scheduled and is tried again later.
struct SubmitRefused {
  TaskKey key{};
  Epoch epoch = 0;
  bool permanent = false;
  std::string cause{};
};

/// A task by name, or one instance of a mapped task.
struct TaskChoice {
  TaskId task_id{};
  std::optional<std::int32_t> map_index{};  ///< nullopt: all its instances
};

/// Clears task instances so that they run again; a finished run opens again.
struct TasksCleared {
  RunKey run{};
  std::vector<TaskChoice> tasks{};  ///< empty, and no group: all
  bool include_downstream = true;
  bool include_upstream = false;
  bool only_failed = false;  ///< with only_running: failed and running ones
  std::string user{};
  bool dry_run = false;  ///< changes nothing; the reply names the instances all the same
  bool only_running = false;
  std::string group{};          ///< and all tasks of this task group; empty: none
  bool include_future = false;  ///< and in all runs of the DAG after this one
  bool include_past = false;    ///< and before
  /// The runs that are cleared go on with the DAG's newest version, not with theirs.
  bool latest_version = false;
};

/// Sets a state by hand; failed and upstream_failed instances downstream are cleared.
struct TaskMarked {
  TaskKey key{};
  TaskState state = TaskState::success;  ///< success | failed | skipped
  std::string user{};
  bool include_upstream = false;
  bool include_downstream = false;
  bool include_future = false;  ///< and in all runs of the DAG after this one
  bool include_past = false;    ///< and before
  bool dry_run = false;         ///< as in TasksCleared
};

/// Ends a run by hand. success: every instance that has not succeeded becomes success; failed:
/// active ones fail, the other unfinished ones are skipped; queued: a finished run opens again.
struct RunMarked {
  RunKey run{};
  RunState state = RunState::success;  ///< success | failed | queued
  std::string user{};
};

/// A queued or finished run is forgotten, with all its rows. Refused while it runs.
struct RunDeleted {
  RunKey run{};
  std::string user{};
};

/// The rows of a finished run that is not known here are removed. last_epoch: of its attempts, the
/// highest.
struct RunForgotten {
  RunKey run{};
  Epoch last_epoch = 0;
};

/// A pool is new or changed. slots: -1 or more.
struct PoolPut {
  PoolRow pool{};
};
struct PoolRemoved {
  PoolName name{};
};

/// What all connected workers offer now.
struct WorkersChanged {
  std::vector<WorkerOffer> workers{};
  /// Those that are shut out, and why: the cause when a lease of theirs ends.
  std::map<WorkerId, std::string> shut_out{};
};

/// Somebody from outside says that an asset is new. Refused: no DAG names it.
struct AssetChanged {
  dag::AssetName asset{};
  std::string extra = "{}";  ///< JSON text
  std::string user{};
};

/// A backfill is wanted; its id is the caller's, the counts are not looked at. Refused: unknown
/// DAG, one that has an open backfill, a range that dag::check_backfill refuses or without any
/// date.
struct BackfillAsked {
  BackfillRow backfill{};
};

struct BackfillSteered {
  enum class Action : std::uint8_t { pause, unpause, cancel };
  DagId dag_id{};
  dag::BackfillId id{};
  Action action = Action::pause;
  std::string user{};
};

/// Brings back a finished run that State has let go, before an event that names it
/// (State::has_run tells). Not a change: no rows are written.
struct RunLoaded {
  RunRow run{};
  std::vector<TaskInstanceRow> instances{};
  DagVersionRow version{};
  std::optional<BackfillRow> backfill{};  ///< the run's
};

using Event = std::variant<DagPut, DagRemoved, DagPaused, RunTriggered, AttemptStarted,
                           AttemptFinished, Heartbeat, ServiceReported, AttemptWaits, AttemptLost,
                           SubmitRefused, TriggerFired, TasksCleared, TaskMarked, RunMarked,
                           RunDeleted, RunForgotten, PoolPut, PoolRemoved, WorkersChanged,
                           BackfillAsked, BackfillSteered, AssetChanged, RunLoaded>;

}  // namespace aiflow::sched
