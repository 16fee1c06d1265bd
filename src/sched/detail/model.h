// SPDX-License-Identifier: Apache-2.0
// The inside of State: rows plus what is derived from them (counters, ready lists, timers). Every
// derived value can be rebuilt from the rows (restore.cpp).
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dag/topology.h"
#include "dag/trigger_rule.h"
#include "sched/row.h"
#include "sched/state.h"

namespace aiflow::sched::detail {

using dag::TaskIndex;

inline constexpr SteadyTime kNoTime = SteadyTime::max();
inline constexpr TaskIndex kNoTask = std::numeric_limits<TaskIndex>::max();
inline constexpr std::size_t kStateCount = kAllTaskStates.size();

/// Ready instances that share every limit wait in one bucket of their run: if the first may not
/// start, none may, so a grant never scans blocked instances.
struct BucketSpec {
  PoolName pool;
  std::int32_t pool_slots = 1;
  TaskIndex limited_task = kNoTask;  ///< set: max_active_tis_* of this one task
};

/// One immutable version of a DAG with its derived tables.
struct Version {
  std::int32_t number = 0;
  std::shared_ptr<const dag::Dag> definition;
  dag::Topology topology;
  std::vector<BucketSpec> buckets;
  std::vector<std::uint32_t> bucket_of;  ///< by task
  bool has_past_deps = false;

  explicit Version(const DagVersionRow& row);
  [[nodiscard]] const dag::Task& task(TaskIndex index) const { return definition->tasks[index]; }
};

struct Instance {
  TaskState state = TaskState::no_status;
  bool skip_all_downstream = false;
  bool dirty = false;  ///< its row goes out at the end of the step
  bool in_worklist = false;
  std::int32_t try_number = 0;
  std::int32_t max_tries = 0;
  Epoch epoch = 0;
  std::string cause;
  WorkerId worker;
  std::optional<WallTime> scheduled_at, queued_at, started_at, ended_at, next_try_at;
  std::optional<std::vector<TaskId>> branch_followed;

  dag::UpstreamCounts upstream;     ///< over direct upstreams
  std::int32_t setups_success = 0;  ///< of the indirect setups
  std::int32_t setups_failed = 0;   ///< failed or upstream_failed
  std::int32_t setups_skipped = 0;
  std::int32_t scope_done = 0;    ///< finished tasks of a teardown's scope
  SteadyTime due = kNoTime;       ///< retry, lease or pause end, by state
  SteadyTime timer_at = kNoTime;  ///< of the one live entry in the timer queue
};

struct DagState;

/// Order of runs within a DAG: by date, then by creation.
using RunOrder = std::pair<WallTime, std::int64_t>;
using ReadyKey = std::pair<std::int64_t, TaskIndex>;  ///< (-weight, task)

struct Run {
  std::uint64_t uid = 0;  ///< names the run in timers; not stored
  RunRow row;
  DagState* owner = nullptr;
  std::shared_ptr<const Version> version;
  std::vector<Instance> instances;  ///< by task
  std::array<std::uint32_t, kStateCount> counts{};
  std::vector<std::set<ReadyKey>> ready;  ///< by bucket
  std::size_t ready_count = 0;
  SteadyTime due = kNoTime;    ///< dagrun_timeout
  bool has_decisions = false;  ///< some task branched or cut the circuit
  bool dirty = false;
  bool to_check = false;  ///< its state may have to change

  [[nodiscard]] std::uint32_t count(TaskState state) const {
    return counts[static_cast<std::size_t>(state)];
  }
  [[nodiscard]] std::int32_t active() const;
  [[nodiscard]] std::uint32_t unfinished() const;
  [[nodiscard]] bool finished() const {
    return row.state == RunState::success || row.state == RunState::failed;
  }
  [[nodiscard]] RunOrder order() const {
    return {row.logical_date.value_or(row.run_after), row.number};
  }
  [[nodiscard]] TaskKey key_of(TaskIndex task) const {
    return {row.key.dag_id, row.key.run_id, version->task(task).task_id, -1};
  }
};

struct DagState {
  DagRow row;
  std::map<std::int32_t, std::shared_ptr<const Version>> versions;
  std::map<RunOrder, std::unique_ptr<Run>> runs;
  std::unordered_map<RunId, Run*> run_index;
  std::int32_t runs_queued = 0;
  std::int32_t runs_running = 0;
  std::int32_t active = 0;                             ///< attempts, over all runs
  std::unordered_map<TaskId, std::int32_t> active_of;  ///< only tasks with max_active_tis_per_dag
  std::optional<WallTime> armed;                       ///< its entry in Model::schedule
  bool dirty = false;
  bool to_start = false;  ///< a queued run may start, or a due run be made

  [[nodiscard]] const Version& current() const { return *versions.at(row.version); }
};

struct Pool {
  std::optional<std::int32_t> slots;  ///< nullopt: no such pool
  std::int32_t used = 0;
};

struct Timer {
  SteadyTime at;
  std::uint64_t run = 0;
  TaskIndex task = kNoTask;  ///< kNoTask: the run's time-out
  bool operator>(const Timer& other) const {
    return std::tie(at, run, task) > std::tie(other.at, other.run, other.task);
  }
};

struct Model {
  Options options;
  std::int32_t slots = 0;
  std::int32_t active = 0;  ///< attempts queued, running or being ended
  std::uint64_t next_uid = 1;
  std::map<DagId, DagState> dags;
  std::map<PoolName, Pool> pools;
  std::unordered_map<std::uint64_t, Run*> runs;
  std::map<std::uint64_t, Run*> ready_runs;  ///< runs with ready instances
  std::set<std::pair<WallTime, DagId>> schedule;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers;

  [[nodiscard]] DagState* find_dag(const DagId& dag_id);
  [[nodiscard]] const DagState* find_dag(const DagId& dag_id) const;
  [[nodiscard]] Run* find_run(const RunKey& key);
  [[nodiscard]] const Run* find_run(const RunKey& key) const;
  [[nodiscard]] std::int32_t capacity() const {
    return slots > 0 ? slots + options.queue_ahead : 0;
  }

  /// Adds a run with fresh instances; its row must name a known version.
  Run& add_run(DagState& dag_state, RunRow row);
  void drop_run(Run& run);
  /// Adds `sign` to everything that counts this instance in its present state.
  void account(Run& run, TaskIndex task, std::int32_t sign);
  /// Sets the timer of an instance; kNoTime: none.
  void arm(Run& run, TaskIndex task, SteadyTime due);
  void arm_run(Run& run, SteadyTime due);
  /// Puts the DAG on the list of due times while a run could be made: one that is held back by
  /// max_active_runs costs nothing until a run of it ends.
  void arm_schedule(DagState& dag_state);
  void set_ready(Run& run, TaskIndex task, bool ready);
};

[[nodiscard]] constexpr bool is_finished(TaskState state) {
  return state == TaskState::success || state == TaskState::failed || state == TaskState::skipped ||
         state == TaskState::upstream_failed || state == TaskState::removed;
}
[[nodiscard]] constexpr bool is_failed(TaskState state) {
  return state == TaskState::failed || state == TaskState::upstream_failed;
}
[[nodiscard]] constexpr bool is_schedulable(TaskState state) {
  return state == TaskState::no_status || state == TaskState::up_for_retry ||
         state == TaskState::up_for_reschedule;
}
/// Takes a slot: an attempt exists or may exist. `restarting` too: its process is still ending.
[[nodiscard]] constexpr bool is_active(TaskState state) {
  return state == TaskState::queued || state == TaskState::running ||
         state == TaskState::restarting;
}

[[nodiscard]] TaskInstanceRow row_of(const Run& run, TaskIndex task);

}  // namespace aiflow::sched::detail
