// SPDX-License-Identifier: Apache-2.0
// A DAG as data: what the parser wrote (api/dag.yaml), typed. Plain aggregates, field by field the
// same as wire::DagSpec; texts that this library does not read (payload, params, doc_md) stay text.
// Pure: no clocks, files, threads. Check a Dag with dag::validate before anything else uses it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/placement.h"
#include "base/states.h"
#include "dag/asset.h"

namespace aiflow::dag {

enum class ScheduleKind : std::uint8_t { none, once, cron, interval, continuous, events };

/// When runs are made. `cron`: set when kind is cron. `interval`, `interval_months`: together > 0
/// when kind is interval. `text`: the schedule in words, for people.
struct Schedule {
  ScheduleKind kind = ScheduleKind::none;
  std::string cron{};
  Duration interval{0};
  std::string text{};
  std::vector<std::string> more_crons{};  ///< runs are made at the times of `cron` and of these
  int interval_months = 0;                ///< calendar months, beside `interval`
  std::optional<bool> data_interval{};    ///< runs cover [tick, next tick); unset: if compat is 2
  Duration span{0};                       ///< without data_interval: runs cover [tick - span, tick]
  std::string timezone{};                 ///< of the crons; empty: the DAG's
  /// Without a start date: a tick at most this long ago is run at once. Unset: a tenth of the time
  /// between ticks, 5 minutes at least. Duration::max(): always.
  std::optional<Duration> run_immediately{};
  std::vector<WallTime> events{};   ///< of kind events, ascending
  bool restrict_to_events = false;  ///< a run by hand takes the latest event's date
  /// Runs are made, beside those of `kind`, when this condition holds; empty: none.
  std::vector<AssetNode> assets{};
  bool operator==(const Schedule&) const = default;
};

/// How a task's priority weight grows by its relatives (workflow-semantics section 9).
enum class WeightRule : std::uint8_t { downstream, upstream, absolute };

enum class MapKind : std::uint8_t { literal, xcom, product, zip, zip_longest, concat };

/// A part of what a mapped task or group expands over. In a list of nodes every node stands after
/// its parts, and the last one is the whole.
struct MapNode {
  MapKind kind = MapKind::literal;
  std::int64_t length = 0;             ///< of a literal
  TaskId task_id{};                    ///< xcom: the task over whose return value it goes
  std::vector<std::uint32_t> parts{};  ///< the others: positions of their parts in the list
  bool operator==(const MapNode&) const = default;
};

struct TaskGroup {
  std::string group_id{};
  std::string label{};
  std::optional<std::string> parent{};
  std::string tooltip{};
  std::vector<MapNode> expand{};  ///< not empty: its tasks are mapped together
  bool operator==(const TaskGroup&) const = default;
};

/// Limits of one attempt; what is missing is not limited.
struct Resources {
  std::optional<double> cpus{};  ///< processors' worth of time, over 0
  std::optional<std::int64_t> memory_bytes{};
  std::optional<std::int64_t> pids{};
  bool operator==(const Resources&) const = default;
};

struct Task {
  TaskId task_id{};  ///< with the group prefix
  std::string label{};
  std::string operator_kind = "bash";  ///< bash | python | empty (wire: `operator`)
  std::string operator_name{};         ///< class name on screen
  std::optional<std::string> group{};
  std::vector<TaskId> upstream{};  ///< direct upstream task ids
  TriggerRule trigger_rule = TriggerRule::all_success;
  std::string payload = "{}";  ///< JSON text: arguments of the operator
  int retries = 0;
  Duration retry_delay = std::chrono::seconds(300);
  double retry_exponential_backoff = 0;  ///< multiplier; 0 and 1 = off, 2 = Airflow's True
  std::optional<Duration> max_retry_delay{};
  std::optional<Duration> execution_timeout{};     ///< enforced by the worker
  Duration stop_grace = std::chrono::seconds(10);  ///< between SIGTERM and SIGKILL
  PoolName pool{"default_pool"};
  int pool_slots = 1;
  int priority_weight = 1;
  WeightRule weight_rule = WeightRule::downstream;
  std::optional<int> max_active_tis_per_dag{};
  std::optional<int> max_active_tis_per_dagrun{};
  bool depends_on_past = false;
  bool wait_for_downstream = false;  ///< implies depends_on_past
  /// depends_on_past passes when the run before this one had no such task.
  bool ignore_first_depends_on_past = true;
  bool is_setup = false;
  bool is_teardown = false;
  bool on_failure_fail_dagrun = false;
  bool is_service = false;  ///< it serves what comes after it, and is ended when that has ended
  std::optional<WallTime> start_date{};
  std::optional<WallTime> end_date{};
  std::string doc_md{};
  std::string owner{};
  bool is_branch = false;
  bool is_short_circuit = false;
  bool ignore_downstream_trigger_rules = true;
  std::vector<MapNode> expand{};     ///< not empty: a mapped task
  std::string params = "{}";         ///< JSON text: its own, which go over the DAG's
  std::vector<AssetName> outlets{};  ///< assets that are new when it has succeeded
  Placement placement{};
  Resources resources{};               ///< enforced by the worker
  std::string run_as_user{};           ///< empty: the worker's
  std::string executor_config = "{}";  ///< JSON text: what the named executor reads
  bool operator==(const Task&) const = default;
};

/// What a deadline is counted from.
/// average_runtime: when the run was queued, and then so long as runs before it took.
enum class DeadlineReference : std::uint8_t { logical_date, queued_at, fixed, average_runtime };

/// A moment by which a run should have ended.
struct Deadline {
  DeadlineReference reference = DeadlineReference::queued_at;
  WallTime at{};         ///< of a fixed one: what it is counted from
  Duration interval{0};  ///< may be negative
  std::string name{};
  int runs_max = 0;  ///< of average_runtime: the mean of so many successful runs at most
  int runs_min = 0;  ///< with fewer there is no deadline
  bool operator==(const Deadline&) const = default;
};
inline constexpr std::size_t kDeadlinesMax = 16;
inline constexpr int kAveragedRunsMax = 1000;

struct Dag {
  DagId dag_id{};
  std::string description{};
  std::string doc_md{};
  std::vector<std::string> tags{};
  std::string owner{};
  Schedule schedule{};
  std::optional<WallTime> start_date{};
  std::optional<WallTime> end_date{};
  std::string timezone = "UTC";  ///< IANA name, or an offset: +09:00
  bool catchup = false;
  int max_active_tasks = 16;  ///< queued + running: of a run (compat 3), of the DAG (compat 2)
  int max_active_runs = 16;
  int max_consecutive_failed_dag_runs = 0;  ///< 0 = off
  std::optional<Duration> dagrun_timeout{};
  bool is_paused_upon_creation = false;
  bool fail_fast = false;
  int compat = 3;             ///< 2 or 3: where Airflow 2 and 3 differ
  std::string params = "{}";  ///< JSON text
  std::vector<Task> tasks{};
  std::vector<TaskGroup> task_groups{};
  bool has_success_callback = false;  ///< of the DAG: called when a run has succeeded
  bool has_failure_callback = false;
  std::vector<Deadline> deadlines{};  ///< at most kDeadlinesMax
  std::string source_hash{};          ///< sha256 of the file's bytes, hex
  bool operator==(const Dag&) const = default;
};

}  // namespace aiflow::dag
