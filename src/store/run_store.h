// SPDX-License-Identifier: Apache-2.0
// DAG runs, task instances, the history of tries, XComs, pools, and the outbox of effects.
// Only the conductor writes them; the API reads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/states.h"
#include "dag/backfill.h"
#include "db/connection.h"
#include "json/value.h"
#include "store/data/sight.h"
#include "store/keys.h"
#include "wire/engine.h"
#include "wire/worker.h"

namespace aiflow::store {
namespace detail {
class Where;
}

struct RunRow {
  RunKey key;
  std::int64_t number = 0;  ///< order of creation within the DAG, from 1
  RunState state = RunState::queued;
  RunType run_type = RunType::manual;
  std::optional<WallTime> logical_date;
  std::optional<WallTime> data_interval_start;
  std::optional<WallTime> data_interval_end;
  WallTime run_after;
  WallTime queued_at;
  std::optional<WallTime> start_date;
  std::optional<WallTime> end_date;
  json::Value conf;  ///< object
  std::string note;
  int dag_version = 0;
  std::string cause;         ///< why it ended as it did, in words
  std::string triggered_by;  ///< username, or "" for the scheduler
  int clear_number = 0;
  dag::BackfillId backfill{};         ///< it belongs to; 0: none
  int ordinal = 0;                    ///< which of the backfill's dates it is
  bool use_cache = true;              ///< its tasks may take results of earlier ones
  std::int64_t deadlines_missed = 0;  ///< as in sched::RunRow
};

struct TaskRow {
  TaskKey key;
  TaskState state = TaskState::no_status;
  std::string cause;  ///< why it is in this state, in words
  int try_number = 0;
  int max_tries = 0;       ///< Airflow's: retries at creation (or after clear)
  std::int64_t epoch = 0;  ///< fencing token; grows on every grant, reap, clear and mark
  std::optional<WallTime> scheduled_at;
  std::optional<WallTime> queued_at;
  std::optional<WallTime> start_date;
  std::optional<WallTime> end_date;
  std::optional<WallTime> wake_at;  ///< when a retry or a reschedule is due, or a trigger times out
  std::string worker_id;
  std::optional<std::int64_t> pid;
  std::string pool;
  int pool_slots = 1;
  std::int64_t priority_weight = 1;  ///< effective
  std::string operator_name;
  std::string display_name;
  /// Of a branch that succeeded: the direct children it follows.
  std::optional<std::vector<std::string>> branch_followed;
  bool skip_all_downstream = false;             ///< a short circuit whose condition was false
  std::optional<std::int64_t> return_length{};  ///< as in sched::TaskInstanceRow
  std::optional<json::Value> deferral{};        ///< of a try that was deferred
  std::optional<std::string> service{};         ///< of a service task that runs: how it does
  std::int64_t epoch_floor = 0;                 ///< as in sched::TaskInstanceRow
};

/// An ended try.
struct TryRow {
  TaskKey key;
  int try_number = 0;
  std::int64_t epoch = 0;
  TaskState state = TaskState::no_status;
  std::string cause;
  std::optional<WallTime> start_date;
  std::optional<WallTime> end_date;
  std::string worker_id;
  // What it has used, where that is known.
  std::optional<std::int64_t> cpu_user_ms{};
  std::optional<std::int64_t> cpu_system_ms{};
  std::optional<std::int64_t> memory_peak_bytes{};
  std::optional<std::int64_t> memory_mean_bytes{};
  std::optional<std::string> usage_note{};  ///< why something of it is not
};

struct XComRow {
  TaskKey key;
  std::string name;
  json::Value value;
  WallTime stored_at;
};

enum class OutboxKind { submit, cancel };

/// An effect that is to be performed, kept until its receiver has shown that it has it.
struct OutboxRow {
  std::int64_t id = 0;
  OutboxKind kind = OutboxKind::submit;
  TaskKey key;
  int try_number = 0;
  std::int64_t epoch = 0;
  std::string reason;  ///< of a cancel
  WallTime created_at;
};

struct PoolRow {
  PoolName name;
  int slots = 128;  ///< -1 = no limit
  std::string description{};
  bool include_deferred = false;
};

/// A run by its date.
struct RunAt {
  WallTime logical_date;
  RunId run_id;
  RunState state = RunState::queued;
};

struct RunQuery {
  std::optional<DagId> dag_id;   ///< all DAGs without
  std::vector<RunState> states;  ///< empty = all
  std::optional<WallTime> logical_date_gte{};
  std::optional<WallTime> logical_date_lte{};
  std::optional<WallTime> queued_at_gte{};
  std::optional<WallTime> queued_at_lt{};
  std::optional<WallTime> run_after_gte{};
  std::optional<WallTime> run_after_lt{};
  bool newest_first = true;  ///< by run_after, then order of creation
  Page page;
  Sight sight{};
};

struct TaskStateRow {
  TaskId task_id;
  int map_index = -1;
  TaskState state = TaskState::no_status;
};

/// A run's task instances, told by what is not as expected: most of a grid's runs went well.
struct RunOutcome {
  std::int64_t successes = 0;        ///< unmapped instances in state success
  std::vector<TaskStateRow> others;  ///< all the rest, by task and map index
};

/// One item of a list that was published.
struct XComItem {
  json::Value value;
  std::int64_t length = 0;  ///< of the list
};

class RunStore {
 public:
  explicit RunStore(db::Connection& db) : db_(db) {}

  /// Errors: conflict when (dag, run_id) or (dag, logical_date) exists (S11).
  Status insert_run(const RunRow& run);
  /// All columns but the note and use_cache. Errors: not_found.
  Status update_run(const RunRow& run);
  /// Counts all runs anew: a server of an older version, which keeps no counts, may have led.
  Status recount();
  Status set_note(const RunKey& key, const std::string& note);
  Status set_use_cache(const RunKey& key, bool use_cache);
  /// Errors: not_found.
  [[nodiscard]] Result<RunRow> run(const RunKey& key);
  [[nodiscard]] Result<std::optional<RunRow>> find_run(const RunKey& key);
  [[nodiscard]] Result<Listed<RunRow>> list_runs(const RunQuery& query);
  /// Queued and running ones, oldest first.
  [[nodiscard]] Result<std::vector<RunRow>> unfinished_runs();
  /// The run of a DAG that has this logical date or this id.
  [[nodiscard]] Result<std::optional<RunRow>> run_on(const RunKey& key, WallTime logical_date);
  /// The runs whose logical dates are in this range, both ends included, by date.
  [[nodiscard]] Result<std::vector<RunAt>> runs_between(const DagId& dag_id, WallTime from,
                                                        WallTime to);
  /// How long the newest `runs_max` of a DAG's last 1,000 runs took that had succeeded by a moment;
  /// nullopt when fewer than `runs_min` have.
  struct Runtime {
    DagId dag_id{};
    WallTime ended_by{};
    int runs_max = 0;
    int runs_min = 0;
  };
  [[nodiscard]] Result<std::optional<Duration>> mean_runtime(const Runtime& of);
  /// The last `count` finished ones of each DAG and the one with the latest date, oldest first.
  [[nodiscard]] Result<std::vector<RunRow>> last_finished_runs(int count);
  struct Around {
    bool past = false;
    bool future = false;
    int limit = 0;
  };
  /// Finished runs of the same DAG before and after this one, by date, at most `limit` of them.
  /// Errors: not_found.
  [[nodiscard]] Result<std::vector<RunKey>> finished_around(const RunKey& key, Around around);

  Status upsert_task(const TaskRow& task);
  /// The row alone; its tries and values stay.
  Status delete_task(const TaskKey& key);
  /// Errors: not_found.
  [[nodiscard]] Result<TaskRow> task(const TaskKey& key);
  /// By task_id and map_index.
  [[nodiscard]] Result<std::vector<TaskRow>> tasks(const RunKey& run);
  /// Those that run now, by their start; at most `limit`.
  [[nodiscard]] Result<std::vector<TaskRow>> running_tasks(int limit);
  /// Of all task instances of a run, by task and map index.
  [[nodiscard]] Result<std::vector<TaskStateRow>> task_states(const RunKey& key);
  /// As task_states, several times as fast for a run whose tasks mostly succeeded.
  [[nodiscard]] Result<RunOutcome> outcome(const RunKey& key);

  Status upsert_try(const TryRow& row);
  /// Oldest first; ended tries only (the current one is the task itself).
  [[nodiscard]] Result<std::vector<TryRow>> tries(const TaskKey& key);

  Status put_xcom(const XComRow& row);
  Status delete_xcoms(const TaskKey& key);
  /// True when there was one.
  [[nodiscard]] Result<bool> delete_xcom(const TaskKey& key, const std::string& name);
  [[nodiscard]] Result<std::optional<XComRow>> xcom(const TaskKey& key, const std::string& name);
  [[nodiscard]] Result<std::vector<XComRow>> xcoms(const TaskKey& key);
  /// One item of a published list, without reading the others into memory; nullopt: nothing was
  /// published, or it has no such item.
  [[nodiscard]] Result<std::optional<XComItem>> xcom_item(const TaskKey& key,
                                                          const std::string& name,
                                                          std::int64_t item);
  /// Runs of the DAG up to this one, in which instances of the task published under `name`: the
  /// latest by date. map_index below -1: any instance. Errors: not_found (the run).
  [[nodiscard]] Result<std::optional<RunKey>> latest_run_with(const TaskKey& key,
                                                              const std::string& name);
  /// What the mapped instances of a task published under `name`, by map index; nullopt: nothing.
  /// `key.map_index` is not looked at.
  [[nodiscard]] Result<std::optional<json::Value>> mapped_xcoms(const TaskKey& key,
                                                                const std::string& name);
  [[nodiscard]] Result<std::optional<XComItem>> mapped_xcom_item(const TaskKey& key,
                                                                 const std::string& name,
                                                                 std::int64_t item);

  /// Returns the row's id.
  [[nodiscard]] Result<std::int64_t> add_outbox(const OutboxRow& row);
  /// Removes the rows of that kind for this attempt.
  Status delete_outbox(OutboxKind kind, const TaskKey& key, std::int64_t epoch);
  /// Oldest first.
  [[nodiscard]] Result<std::vector<OutboxRow>> outbox();

  [[nodiscard]] Result<std::vector<PoolRow>> pools();
  Status put_pool(const PoolRow& pool);
  Status remove_pool(const PoolName& name);

 private:
  [[nodiscard]] Result<std::int64_t> total_of(const RunQuery& query, const detail::Where& where);
  [[nodiscard]] Result<std::int64_t> instances(const TaskKey& key);
  db::Connection& db_;
};

/// As the API shows them. `progress` is not stored: the service adds it.
[[nodiscard]] wire::DagRun to_wire(const RunRow& run);
[[nodiscard]] wire::TaskInstance to_wire(const TaskRow& task);
[[nodiscard]] wire::TaskTry to_wire(const TryRow& row);

[[nodiscard]] TaskKey from_wire(const wire::TaskKey& key);
[[nodiscard]] wire::TaskKey to_wire(const TaskKey& key);

}  // namespace aiflow::store
