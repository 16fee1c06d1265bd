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

#include "dag/backfill.h"
#include "dag/mapping.h"
#include "dag/topology.h"
#include "dag/trigger_rule.h"
#include "sched/row.h"
#include "sched/state.h"

namespace aiflow::sched::detail {

using dag::TaskIndex;

/// Position in Run::instances. The first instance of a task has the task's own index; further ones
/// of mapped tasks come after all of these.
using InstanceIndex = std::uint32_t;

inline constexpr SteadyTime kNoTime = SteadyTime::max();
inline constexpr TaskIndex kNoTask = std::numeric_limits<TaskIndex>::max();
inline constexpr std::size_t kStateCount = kAllTaskStates.size();

/// Ready instances that share every limit wait in one bucket of their run: if the first may not
/// start, none may, so a grant never scans blocked instances.
struct BucketSpec {
  PoolName pool;
  std::int32_t pool_slots = 1;
  TaskIndex limited_task = kNoTask;  ///< set: max_active_tis_* of this one task
  Placement placement{};
  bool operator==(const BucketSpec&) const = default;
};

/// One immutable version of a DAG with its derived tables.
struct Version {
  std::int32_t number = 0;
  std::shared_ptr<const dag::Dag> definition;
  dag::Topology topology;
  dag::Mapping mapping;
  std::vector<BucketSpec> buckets;
  std::vector<std::uint32_t> bucket_of;  ///< by task
  bool has_past_deps = false;
  bool has_islands = false;  ///< some of its tasks are an island's

  explicit Version(const DagVersionRow& row);
  [[nodiscard]] const dag::Task& task(TaskIndex index) const { return definition->tasks[index]; }
  /// In the group itself or in one inside of it.
  [[nodiscard]] bool in_group(TaskIndex index, const std::string& group_id) const;
};

/// What the relatives of an instance have done.
struct RelativeCounts {
  dag::UpstreamCounts upstream;   ///< over direct upstreams
  std::int32_t setups_total = 0;  ///< the indirect setups
  std::int32_t setups_success = 0;
  std::int32_t setups_failed = 0;  ///< failed or upstream_failed
  std::int32_t setups_skipped = 0;
  std::int32_t scope_total = 0;  ///< tasks of a teardown's scope
  std::int32_t scope_done = 0;   ///< of these, the finished ones
};

/// The cause of a queued instance of which nothing else is known.
inline constexpr std::string_view kGivenOut = "given out, a worker has not started it yet";

struct Instance {
  TaskIndex task = 0;
  std::int32_t map_index = -1;  ///< -1: not mapped, or not expanded yet
  TaskState state = TaskState::no_status;
  bool skip_all_downstream = false;
  bool dirty = false;  ///< its row goes out at the end of the step
  bool in_worklist = false;
  std::int32_t try_number = 0;
  std::int32_t max_tries = 0;
  Epoch epoch = 0;
  Epoch epoch_floor = 0;  ///< as in TaskInstanceRow
  std::string cause;
  WorkerId worker;
  std::optional<WallTime> scheduled_at, queued_at, started_at, ended_at, next_try_at;
  std::optional<std::vector<TaskId>> branch_followed;

  std::optional<std::int64_t> return_length;
  std::shared_ptr<const Deferral> deferral;
  std::optional<ServiceState> service;  ///< of a service task while it runs

  RelativeCounts own;             ///< relatives in the same mapped group, with the same map index
  SteadyTime due = kNoTime;       ///< retry, lease or pause end, by state
  SteadyTime timer_at = kNoTime;  ///< of the one live entry in the timer queue
};

struct DagState;

/// Order of runs within a DAG: by date, then by creation.
using RunOrder = std::pair<WallTime, std::int64_t>;

/// Order of grants within a bucket.
struct ReadyKey {
  std::int64_t minus_weight = 0;
  TaskIndex task = 0;
  std::int32_t map_index = -1;
  InstanceIndex at = 0;
  auto operator<=>(const ReadyKey&) const = default;
};

/// The instances of one task by state.
using StateCounts = std::array<std::uint32_t, kStateCount>;

struct Run {
  std::uint64_t uid = 0;  ///< names the run in timers; not stored
  RunRow row;
  DagState* owner = nullptr;
  std::shared_ptr<const Version> version;
  std::vector<Instance> instances;
  std::vector<std::vector<InstanceIndex>> more;  ///< by task: instances 1, 2, ... of mapped tasks
  std::vector<RelativeCounts> shared;            ///< by task: relatives that count for all of it
  std::vector<StateCounts> by_task;
  StateCounts counts{};
  std::vector<std::set<ReadyKey>> ready;  ///< by bucket
  std::size_t ready_count = 0;
  SteadyTime due = kNoTime;                ///< dagrun_timeout
  std::optional<WallTime> deadline_armed;  ///< its entry in Model::deadlines
  bool has_decisions = false;              ///< some task branched or cut the circuit
  bool put_off = false;  ///< queued for a time to come: it is in Model::starts, counts nowhere else
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
  /// Number of instances of a task.
  [[nodiscard]] std::uint32_t width(TaskIndex task) const {
    return more.empty() ? 1 : 1 + static_cast<std::uint32_t>(more[task].size());
  }
  /// The instance at a position from 0, which is its map index if the task is expanded.
  [[nodiscard]] InstanceIndex at(TaskIndex task, std::uint32_t position) const {
    return position == 0 ? task : more[task][position - 1];
  }
  /// Calls `visit` with each instance of a task.
  template <class Visit>
  void each(TaskIndex task, const Visit& visit) const {
    for (std::uint32_t i = 0; i < width(task); ++i) visit(at(task, i));
  }
  [[nodiscard]] std::optional<InstanceIndex> find(const TaskId& task_id,
                                                  std::int32_t map_index) const;
  [[nodiscard]] const dag::Task& spec(InstanceIndex at) const {
    return version->task(instances[at].task);
  }
  /// The instances of `task` that `from` concerns: the one with its map index if both are in one
  /// mapped group, else all.
  template <class Visit>
  void each_related(InstanceIndex from, TaskIndex task, const Visit& visit) const {
    const Instance& instance = instances[from];
    if (version->mapping.together(instance.task, task)) {
      visit(at(task, instance.map_index < 0 ? 0 : static_cast<std::uint32_t>(instance.map_index)));
    } else {
      each(task, visit);
    }
  }
  [[nodiscard]] std::uint32_t count(TaskIndex task, TaskState state) const {
    return by_task[task][static_cast<std::size_t>(state)];
  }
  [[nodiscard]] bool expanded(TaskIndex task) const { return instances[task].map_index >= 0; }
  /// The sum of what counts for all instances of the task and what counts for this one.
  [[nodiscard]] RelativeCounts relatives(InstanceIndex at) const;
  [[nodiscard]] TaskKey key_of(InstanceIndex at) const {
    return {row.key.dag_id, row.key.run_id, spec(at).task_id, instances[at].map_index};
  }
};

/// A backfill that is open, or that a run in memory belongs to.
struct Backfill {
  BackfillRow row;
  std::shared_ptr<const Version> version;   ///< of an open one
  std::optional<dag::BackfillDates> dates;  ///< of an open one, made when first needed
  std::int32_t runs = 0;                    ///< in memory
  bool dirty = false;

  [[nodiscard]] bool open() const { return !row.completed_at; }
  [[nodiscard]] std::int32_t active() const { return row.queued + row.running; }
};

struct DagState {
  DagRow row;
  std::map<std::int32_t, std::shared_ptr<const Version>> versions;
  std::map<RunOrder, std::unique_ptr<Run>> runs;
  std::unordered_map<RunId, Run*> run_index;
  std::map<dag::AssetName, AssetQueueRow> asset_queue;
  std::map<dag::BackfillId, Backfill> backfills;
  std::int32_t runs_queued = 0;  ///< without those of backfills, and those put off
  std::int32_t runs_running = 0;
  std::int32_t active = 0;                             ///< attempts, over all runs
  std::unordered_map<TaskId, std::int32_t> active_of;  ///< only tasks with max_active_tis_per_dag
  std::optional<WallTime> armed;                       ///< its entry in Model::schedule
  bool dirty = false;
  bool to_start = false;  ///< a queued run may start, or a due run be made

  [[nodiscard]] const Version& current() const { return *versions.at(row.version); }
  /// The backfill a run belongs to; nullptr: none.
  [[nodiscard]] Backfill* backfill_of(const Run& run) {
    return run.row.backfill.value == 0 ? nullptr : &backfills.at(run.row.backfill);
  }
  [[nodiscard]] const Backfill* backfill_of(const Run& run) const {
    return run.row.backfill.value == 0 ? nullptr : &backfills.at(run.row.backfill);
  }
};

struct Pool {
  std::optional<PoolRow> row;  ///< nullopt: no such pool
  std::int32_t active = 0;     ///< slots of attempts
  std::int32_t deferred = 0;   ///< slots of deferred instances
  [[nodiscard]] std::int32_t used() const {
    return active + (row && row->include_deferred ? deferred : 0);
  }
};

/// The tasks that ask for the same place.
struct Lane {
  std::int32_t slots = 0;   ///< of the workers that serve it
  std::int32_t active = 0;  ///< attempts queued, running or being ended
};

struct Timer {
  SteadyTime at;
  std::uint64_t run = 0;
  InstanceIndex instance = kNoTask;  ///< kNoTask: the run's time-out
  bool operator>(const Timer& other) const {
    return std::tie(at, run, instance) > std::tie(other.at, other.run, other.instance);
  }
};

struct Model {
  Options options;
  std::vector<WorkerOffer> workers;
  std::map<WorkerId, std::string> shut_out;  ///< and why
  std::int32_t slots = 0;                    ///< of all workers
  std::map<Placement, Lane> lanes;           ///< all that a task has asked for; few
  std::int32_t active = 0;                   ///< attempts queued, running or being ended
  std::uint64_t next_uid = 1;
  std::map<DagId, DagState> dags;
  std::map<PoolName, Pool> pools;
  std::unordered_map<std::uint64_t, Run*> runs;
  std::map<std::uint64_t, Run*> ready_runs;  ///< runs with ready instances
  std::set<std::pair<WallTime, DagId>> schedule;
  std::map<dag::AssetName, std::set<DagId>> consumers;  ///< active DAGs that wait for an asset
  std::int64_t last_asset_event = 0;
  std::set<DagId> to_continue;  ///< with backfills that the next step goes on with at once
  std::set<std::pair<WallTime, std::uint64_t>> deadlines;  ///< of unfinished runs, by uid
  std::set<std::pair<WallTime, std::uint64_t>> starts;     ///< of runs put off, by uid
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers;

  [[nodiscard]] DagState* find_dag(const DagId& dag_id);
  [[nodiscard]] const DagState* find_dag(const DagId& dag_id) const;
  [[nodiscard]] Run* find_run(const RunKey& key);
  [[nodiscard]] const Run* find_run(const RunKey& key) const;
  [[nodiscard]] std::int32_t capacity() const {
    return slots > 0 ? slots + options.queue_ahead : 0;
  }

  void set_workers(std::vector<WorkerOffer> offers);
  [[nodiscard]] Lane& lane(const Placement& placement);
  [[nodiscard]] std::int32_t slots_for(const Placement& placement) const;

  /// Adds a run with fresh instances; its row must name a known version and backfill. The
  /// backfill's counts stay as they are.
  Run& add_run(DagState& dag_state, RunRow row);
  /// A queued or finished one without attempts.
  void drop_run(Run& run);
  /// Adds `sign` to the number of runs in the run's present state, of its backfill or its DAG.
  static void count_run(Run& run, std::int32_t sign);
  /// Adds `sign` to everything that counts this instance in its present state.
  void account(Run& run, InstanceIndex at, std::int32_t sign);
  /// The part of it outside of the run: limits of the installation, the DAG and pools.
  void account_limits(const Run& run, InstanceIndex at, std::int32_t sign);
  /// Sets the timer of an instance; kNoTime: none.
  void arm(Run& run, InstanceIndex at, SteadyTime due);
  void arm_run(Run& run, SteadyTime due);
  /// Puts a queued run on the list of starts, or takes it off. It must not be counted meanwhile.
  void put_off(Run& run, bool wanted);
  /// Of an attempt of this instance, from its last heartbeat.
  [[nodiscard]] Duration lease_of(const Run& run, InstanceIndex at) const;
  /// Puts the run's next deadline that it has not missed on the list; none once it has ended.
  void arm_deadlines(Run& run);
  /// Puts the DAG on the list of due times while a run could be made: one that is held back by
  /// max_active_runs costs nothing until a run of it ends.
  void arm_schedule(DagState& dag_state);
  void set_ready(Run& run, InstanceIndex at, bool ready);
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

/// The state that dependents see: a service that serves has succeeded for them.
[[nodiscard]] inline TaskState counted_state(const Instance& instance) {
  return instance.service == ServiceState::serving ? TaskState::success : instance.state;
}

/// A try in the middle of its work, between two attempts: its trigger has fired.
[[nodiscard]] inline bool is_resuming(const Instance& instance) {
  return instance.deferral != nullptr && instance.deferral->fired;
}

/// Makes the DAG known as a consumer of what its newest version waits for, if it is active; returns
/// those names, sorted.
std::vector<dag::AssetName> index_consumer(Model& model, const DagState& dag_state);

/// Queued for a time that was to come when it was queued.
[[nodiscard]] bool is_for_later(const RunRow& row);

[[nodiscard]] TaskInstanceRow row_of(const Run& run, InstanceIndex at);

/// When a deadline of the run is.
[[nodiscard]] WallTime deadline_of(const Run& run, std::size_t index);

/// One instance with no status for each task of the run's version; counts and ready lists anew.
void lay_out(Run& run);
/// Gives a mapped task at least `count` instances, with map indexes from 0; new ones have no
/// status. References to instances of the run are not valid afterwards.
void widen(Run& run, TaskIndex task, std::uint32_t count);
/// Adds `sign` to everything within the run that counts this instance in its present state.
void count_instance(Run& run, InstanceIndex at, std::int32_t sign);

/// A copy of a run as it looks in another version of its DAG: tasks that both have keep their
/// instances, the others begin with no status. `from_of`: by instance of the copy, where it was in
/// `from`; kNoTask: it is new.
struct MovedRun {
  Run run;
  std::vector<InstanceIndex> from_of;
};
[[nodiscard]] MovedRun moved_run(const Run& from, std::shared_ptr<const Version> to);

}  // namespace aiflow::sched::detail
