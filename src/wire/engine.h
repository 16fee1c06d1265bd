// SPDX-License-Identifier: Apache-2.0
// Generated from api/engine.yaml by tools/codegen; do not edit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/states.h"
#include "json/value.h"

namespace aiflow::wire {

struct ErrorBody {
  std::string code{};
  std::string message{};
  std::string request_id{};
  friend bool operator==(const ErrorBody&, const ErrorBody&) = default;
};
[[nodiscard]] json::Value to_json(const ErrorBody& value);
[[nodiscard]] Result<ErrorBody> parse_error_body(const json::Value& value);

struct HealthComponent {
  std::string name{};
  std::string status{};
  std::string reason{};
  friend bool operator==(const HealthComponent&, const HealthComponent&) = default;
};
[[nodiscard]] json::Value to_json(const HealthComponent& value);
[[nodiscard]] Result<HealthComponent> parse_health_component(const json::Value& value);

struct Health {
  std::string status{};
  std::string version{};
  std::vector<HealthComponent> components{};
  friend bool operator==(const Health&, const Health&) = default;
};
[[nodiscard]] json::Value to_json(const Health& value);
[[nodiscard]] Result<Health> parse_health(const json::Value& value);

/// One of the last runs of a DAG, for the bars in the list.
struct RunBar {
  std::string dag_run_id{};
  RunState state{};
  std::optional<WallTime> start_date{};
  std::optional<WallTime> end_date{};
  friend bool operator==(const RunBar&, const RunBar&) = default;
};
[[nodiscard]] json::Value to_json(const RunBar& value);
[[nodiscard]] Result<RunBar> parse_run_bar(const json::Value& value);

/// An asset that a DAG waits for. is_new - an event of it waits for the next run.
struct DagAsset {
  std::string name{};
  bool is_new{};
  friend bool operator==(const DagAsset&, const DagAsset&) = default;
};
[[nodiscard]] json::Value to_json(const DagAsset& value);
[[nodiscard]] Result<DagAsset> parse_dag_asset(const json::Value& value);

/// Why something is as it is and what it waits for. text - in English; code and params - for other languages, see docs/guide/explain.md. Given when one object is asked for, not in lists.
struct Explanation {
  std::string code{};
  std::map<std::string, std::string> params{};
  std::string text{};
  friend bool operator==(const Explanation&, const Explanation&) = default;
};
[[nodiscard]] json::Value to_json(const Explanation& value);
[[nodiscard]] Result<Explanation> parse_explanation(const json::Value& value);

/// project - whose it is.
struct Dag {
  std::string dag_id{};
  std::string project{};
  std::string dag_display_name{};
  std::string description{};
  bool is_paused{};
  std::vector<std::string> owners{};
  std::vector<std::string> tags{};
  std::string timetable_summary{};
  std::string timetable_description{};
  std::optional<WallTime> next_dagrun_run_after{};
  std::string fileloc{};
  std::int64_t version{};
  std::optional<WallTime> last_parsed_time{};
  std::vector<RunBar> recent_runs{};
  std::int64_t running_count{};
  std::int64_t failed_count{};
  bool has_import_errors{};
  std::optional<std::vector<DagAsset>> assets{};
  std::optional<Explanation> explanation{};
  friend bool operator==(const Dag&, const Dag&) = default;
};
[[nodiscard]] json::Value to_json(const Dag& value);
[[nodiscard]] Result<Dag> parse_dag(const json::Value& value);

struct DagPatch {
  std::optional<bool> is_paused{};
  friend bool operator==(const DagPatch&, const DagPatch&) = default;
};
[[nodiscard]] json::Value to_json(const DagPatch& value);
[[nodiscard]] Result<DagPatch> parse_dag_patch(const json::Value& value);

/// is_mapped - it has an instance for each item of a value, by itself or by a group it is in.
struct GraphNode {
  std::string id{};
  std::string label{};
  std::string operator_name{};
  std::optional<std::string> group{};
  TriggerRule trigger_rule{};
  bool is_branch{};
  bool is_mapped{};
  std::string doc_md{};
  std::optional<json::Value> params{};
  friend bool operator==(const GraphNode&, const GraphNode&) = default;
};
[[nodiscard]] json::Value to_json(const GraphNode& value);
[[nodiscard]] Result<GraphNode> parse_graph_node(const json::Value& value);

/// is_mapped - the group itself is; one inside of it is not named so.
struct GraphGroup {
  std::string id{};
  std::string label{};
  std::optional<std::string> parent{};
  bool is_mapped{};
  friend bool operator==(const GraphGroup&, const GraphGroup&) = default;
};
[[nodiscard]] json::Value to_json(const GraphGroup& value);
[[nodiscard]] Result<GraphGroup> parse_graph_group(const json::Value& value);

/// label - words on the edge, such as a branch's choice.
struct GraphEdge {
  std::string source{};
  std::string target{};
  std::optional<std::string> label{};
  friend bool operator==(const GraphEdge&, const GraphEdge&) = default;
};
[[nodiscard]] json::Value to_json(const GraphEdge& value);
[[nodiscard]] Result<GraphEdge> parse_graph_edge(const json::Value& value);

/// Structure only; states come with the task instances. params - name -> {value, schema, description}; no value means that a run must give it. Of a node - its own, which go over the DAG's.
struct DagGraph {
  std::string dag_id{};
  std::int64_t version{};
  json::Value params{};
  std::vector<GraphNode> nodes{};
  std::vector<GraphGroup> groups{};
  std::vector<GraphEdge> edges{};
  friend bool operator==(const DagGraph&, const DagGraph&) = default;
};
[[nodiscard]] json::Value to_json(const DagGraph& value);
[[nodiscard]] Result<DagGraph> parse_dag_graph(const json::Value& value);

struct DagSource {
  std::string dag_id{};
  std::int64_t version{};
  std::string content{};
  friend bool operator==(const DagSource&, const DagSource&) = default;
};
[[nodiscard]] json::Value to_json(const DagSource& value);
[[nodiscard]] Result<DagSource> parse_dag_source(const json::Value& value);

/// An ended try of one of a run's task instances.
struct RunTry {
  std::string task_id{};
  std::int64_t map_index{};
  std::int64_t try_number{};
  TaskState state{};
  std::optional<WallTime> start_date{};
  std::optional<WallTime> end_date{};
  friend bool operator==(const RunTry&, const RunTry&) = default;
};
[[nodiscard]] json::Value to_json(const RunTry& value);
[[nodiscard]] Result<RunTry> parse_run_try(const json::Value& value);

/// How long a run took, or one of its tasks; of a mapped task from the first start to the last end. state - of the run or, the most telling, of the task's instances. No end_date while something of it is not over.
struct DurationPoint {
  std::string dag_run_id{};
  RunType run_type{};
  WallTime run_after{};
  std::string state{};
  std::optional<WallTime> start_date{};
  std::optional<WallTime> end_date{};
  std::int64_t instances{};
  friend bool operator==(const DurationPoint&, const DurationPoint&) = default;
};
[[nodiscard]] json::Value to_json(const DurationPoint& value);
[[nodiscard]] Result<DurationPoint> parse_duration_point(const json::Value& value);

struct RunCount {
  RunState state{};
  std::int64_t count{};
  friend bool operator==(const RunCount&, const RunCount&) = default;
};
[[nodiscard]] json::Value to_json(const RunCount& value);
[[nodiscard]] Result<RunCount> parse_run_count(const json::Value& value);

/// A day of the DAG's time zone, from start until end. runs - those due on it; planned - runs that the schedule will make.
struct CalendarDay {
  std::string date{};
  WallTime start{};
  WallTime end{};
  std::vector<RunCount> runs{};
  std::int64_t planned{};
  friend bool operator==(const CalendarDay&, const CalendarDay&) = default;
};
[[nodiscard]] json::Value to_json(const CalendarDay& value);
[[nodiscard]] Result<CalendarDay> parse_calendar_day(const json::Value& value);

/// Days on which something was due or will be, in order. planned_until - the plan is cut here, since it holds too many runs.
struct Calendar {
  std::string dag_id{};
  std::string timezone{};
  std::vector<CalendarDay> days{};
  std::optional<WallTime> planned_until{};
  friend bool operator==(const Calendar&, const Calendar&) = default;
};
[[nodiscard]] json::Value to_json(const Calendar& value);
[[nodiscard]] Result<Calendar> parse_calendar(const json::Value& value);

/// What differs from the version before, by names, at most 100 of each; nothing for the first one that is kept.
struct DagVersionInfo {
  std::string dag_id{};
  std::int64_t version_number{};
  WallTime created_at{};
  bool is_first{};
  std::vector<std::string> tasks_added{};
  std::vector<std::string> tasks_removed{};
  std::vector<std::string> tasks_changed{};
  std::vector<std::string> settings_changed{};
  friend bool operator==(const DagVersionInfo&, const DagVersionInfo&) = default;
};
[[nodiscard]] json::Value to_json(const DagVersionInfo& value);
[[nodiscard]] Result<DagVersionInfo> parse_dag_version_info(const json::Value& value);

struct DagDeadline {
  std::string name{};
  std::string reference{};
  std::int64_t interval_ms{};
  friend bool operator==(const DagDeadline&, const DagDeadline&) = default;
};
[[nodiscard]] json::Value to_json(const DagDeadline& value);
[[nodiscard]] Result<DagDeadline> parse_dag_deadline(const json::Value& value);

/// The settings of a DAG as its file gives them. shared - what all its tasks have in common, by the names of a TaskSpec (api/dag.yaml). watchers - names of those whose messages start runs.
struct DagDetails {
  std::string dag_id{};
  std::int64_t version{};
  WallTime created_at{};
  std::string description{};
  std::string doc_md{};
  std::string owner{};
  std::vector<std::string> tags{};
  std::string schedule_kind{};
  std::string timezone{};
  std::optional<WallTime> start_date{};
  std::optional<WallTime> end_date{};
  bool catchup{};
  std::int64_t max_active_tasks{};
  std::int64_t max_active_runs{};
  std::int64_t max_consecutive_failed_dag_runs{};
  std::optional<std::int64_t> dagrun_timeout_ms{};
  bool is_paused_upon_creation{};
  bool fail_fast{};
  std::int64_t compat{};
  json::Value params{};
  bool has_success_callback{};
  bool has_failure_callback{};
  std::vector<DagDeadline> deadlines{};
  std::vector<std::string> watchers{};
  std::vector<std::string> assets{};
  std::int64_t task_count{};
  std::int64_t group_count{};
  json::Value shared{};
  friend bool operator==(const DagDetails&, const DagDetails&) = default;
};
[[nodiscard]] json::Value to_json(const DagDetails& value);
[[nodiscard]] Result<DagDetails> parse_dag_details(const json::Value& value);

/// folder - the first one below the DAG folder; empty when the file lies in the DAG folder itself.
struct ImportError {
  std::int64_t import_error_id{};
  std::string filename{};
  std::string folder{};
  std::optional<std::int64_t> line{};
  WallTime timestamp{};
  std::string stack_trace{};
  std::string message{};
  friend bool operator==(const ImportError&, const ImportError&) = default;
};
[[nodiscard]] json::Value to_json(const ImportError& value);
[[nodiscard]] Result<ImportError> parse_import_error(const json::Value& value);

/// deadlines_missed - how many of its DAG's.
struct DagRun {
  std::string dag_id{};
  std::string dag_run_id{};
  RunState state{};
  RunType run_type{};
  std::optional<WallTime> logical_date{};
  std::optional<WallTime> data_interval_start{};
  std::optional<WallTime> data_interval_end{};
  std::optional<WallTime> run_after{};
  std::optional<WallTime> queued_at{};
  std::optional<WallTime> start_date{};
  std::optional<WallTime> end_date{};
  json::Value conf{};
  std::string note{};
  std::int64_t dag_version{};
  std::string cause{};
  std::optional<std::int64_t> backfill_id{};
  std::int64_t deadlines_missed{};
  std::optional<Explanation> explanation{};
  friend bool operator==(const DagRun&, const DagRun&) = default;
};
[[nodiscard]] json::Value to_json(const DagRun& value);
[[nodiscard]] Result<DagRun> parse_dag_run(const json::Value& value);

/// A callback of the DAG that is due or was run. kind - success, failure, deadline (its due_at was missed). state - waiting, running, success, failed. name is unique in the run.
struct RunNotice {
  std::string dag_id{};
  std::string dag_run_id{};
  std::string name{};
  std::string kind{};
  std::string reason{};
  std::optional<WallTime> due_at{};
  std::string state{};
  std::int64_t attempts{};
  std::string cause{};
  WallTime created_at{};
  std::optional<WallTime> started_at{};
  std::optional<WallTime> ended_at{};
  friend bool operator==(const RunNotice&, const RunNotice&) = default;
};
[[nodiscard]] json::Value to_json(const RunNotice& value);
[[nodiscard]] Result<RunNotice> parse_run_notice(const json::Value& value);

/// One attempt that has ended. ms - how long it held its slot.
struct WorkloadTry {
  std::int64_t ms{};
  Outcome outcome{};
  friend bool operator==(const WorkloadTry&, const WorkloadTry&) = default;
};
[[nodiscard]] json::Value to_json(const WorkloadTry& value);
[[nodiscard]] Result<WorkloadTry> parse_workload_try(const json::Value& value);

/// How an instance went, for a simulation; return_length as the scheduler keeps it.
struct WorkloadTask {
  std::string task_id{};
  std::int64_t map_index{};
  std::vector<WorkloadTry> tries{};
  std::optional<std::vector<std::string>> branch{};
  bool skip_all_downstream{};
  std::optional<std::int64_t> return_length{};
  friend bool operator==(const WorkloadTask&, const WorkloadTask&) = default;
};
[[nodiscard]] json::Value to_json(const WorkloadTask& value);
[[nodiscard]] Result<WorkloadTask> parse_workload_task(const json::Value& value);

struct WorkloadRun {
  std::string dag_id{};
  std::string dag_run_id{};
  RunType run_type{};
  std::optional<WallTime> logical_date{};
  WallTime arrives{};
  std::vector<WorkloadTask> tasks{};
  friend bool operator==(const WorkloadRun&, const WorkloadRun&) = default;
};
[[nodiscard]] json::Value to_json(const WorkloadRun& value);
[[nodiscard]] Result<WorkloadRun> parse_workload_run(const json::Value& value);

/// spec - a DagSpec (api/dag.yaml). next_* - what its schedule makes next. usual_ms - task_id -> median of its last successes.
struct WorkloadDag {
  std::string dag_id{};
  bool is_paused{};
  json::Value spec{};
  std::optional<WallTime> next_logical_date{};
  std::optional<WallTime> next_interval_start{};
  std::optional<WallTime> next_interval_end{};
  std::optional<WallTime> next_run_after{};
  json::Value usual_ms{};
  friend bool operator==(const WorkloadDag&, const WorkloadDag&) = default;
};
[[nodiscard]] json::Value to_json(const WorkloadDag& value);
[[nodiscard]] Result<WorkloadDag> parse_workload_dag(const json::Value& value);

struct WorkloadPool {
  std::string name{};
  std::int64_t slots{};
  friend bool operator==(const WorkloadPool&, const WorkloadPool&) = default;
};
[[nodiscard]] json::Value to_json(const WorkloadPool& value);
[[nodiscard]] Result<WorkloadPool> parse_workload_pool(const json::Value& value);

/// What a simulation needs - the DAGs as they are now, the pools, and the runs that arrived in a period.
struct Workload {
  std::vector<WorkloadDag> dags{};
  std::vector<WorkloadPool> pools{};
  std::vector<WorkloadRun> runs{};
  friend bool operator==(const Workload&, const Workload&) = default;
};
[[nodiscard]] json::Value to_json(const Workload& value);
[[nodiscard]] Result<Workload> parse_workload(const json::Value& value);

struct AssetTask {
  std::string dag_id{};
  std::string task_id{};
  friend bool operator==(const AssetTask&, const AssetTask&) = default;
};
[[nodiscard]] json::Value to_json(const AssetTask& value);
[[nodiscard]] Result<AssetTask> parse_asset_task(const json::Value& value);

/// is_active - some DAG names it now.
struct Asset {
  std::string name{};
  std::string uri{};
  std::string group{};
  json::Value extra{};
  bool is_active{};
  WallTime created_at{};
  std::optional<WallTime> last_event_at{};
  std::int64_t event_count{};
  std::vector<AssetTask> producing_tasks{};
  std::vector<std::string> scheduled_dags{};
  friend bool operator==(const Asset&, const Asset&) = default;
};
[[nodiscard]] json::Value to_json(const Asset& value);
[[nodiscard]] Result<Asset> parse_asset(const json::Value& value);

/// The source is absent when somebody outside said that the asset is new (user).
struct AssetEvent {
  std::int64_t id{};
  std::string name{};
  json::Value extra{};
  WallTime timestamp{};
  std::optional<std::string> source_dag_id{};
  std::optional<std::string> source_run_id{};
  std::optional<std::string> source_task_id{};
  std::optional<std::int64_t> source_map_index{};
  std::string alias{};
  std::string user{};
  friend bool operator==(const AssetEvent&, const AssetEvent&) = default;
};
[[nodiscard]] json::Value to_json(const AssetEvent& value);
[[nodiscard]] Result<AssetEvent> parse_asset_event(const json::Value& value);

struct AssetEventCreate {
  std::string name{};
  std::optional<json::Value> extra{};
  friend bool operator==(const AssetEventCreate&, const AssetEventCreate&) = default;
};
[[nodiscard]] json::Value to_json(const AssetEventCreate& value);
[[nodiscard]] Result<AssetEventCreate> parse_asset_event_create(const json::Value& value);

struct AssetMaterialize {
  std::string name{};
  std::optional<json::Value> conf{};
  friend bool operator==(const AssetMaterialize&, const AssetMaterialize&) = default;
};
[[nodiscard]] json::Value to_json(const AssetMaterialize& value);
[[nodiscard]] Result<AssetMaterialize> parse_asset_materialize(const json::Value& value);

/// total - dates of the schedule in its range; skipped - of these, left alone because a run was there; the rest not yet in queued, running, success or failed is to come.
struct Backfill {
  std::int64_t id{};
  std::string dag_id{};
  std::string dag_display_name{};
  WallTime from_date{};
  WallTime to_date{};
  json::Value dag_run_conf{};
  bool is_paused{};
  std::string reprocess_behavior{};
  bool run_backwards{};
  std::int64_t max_active_runs{};
  WallTime created_at{};
  std::optional<WallTime> completed_at{};
  std::string triggering_user_name{};
  std::string cause{};
  std::int64_t total{};
  std::int64_t skipped{};
  std::int64_t queued{};
  std::int64_t running{};
  std::int64_t success{};
  std::int64_t failed{};
  friend bool operator==(const Backfill&, const Backfill&) = default;
};
[[nodiscard]] json::Value to_json(const Backfill& value);
[[nodiscard]] Result<Backfill> parse_backfill(const json::Value& value);

/// reprocess_behavior - none (the default), failed or completed; max_active_runs - 1 to 1000, 10 when absent.
struct BackfillCreate {
  std::string dag_id{};
  WallTime from_date{};
  WallTime to_date{};
  std::optional<bool> run_backwards{};
  std::optional<json::Value> dag_run_conf{};
  std::optional<std::string> reprocess_behavior{};
  std::optional<std::int64_t> max_active_runs{};
  friend bool operator==(const BackfillCreate&, const BackfillCreate&) = default;
};
[[nodiscard]] json::Value to_json(const BackfillCreate& value);
[[nodiscard]] Result<BackfillCreate> parse_backfill_create(const json::Value& value);

/// A date of a backfill that would become a run. dag_run_id - the run that is there and would run again.
struct BackfillDate {
  WallTime logical_date{};
  WallTime data_interval_start{};
  WallTime data_interval_end{};
  std::optional<std::string> dag_run_id{};
  friend bool operator==(const BackfillDate&, const BackfillDate&) = default;
};
[[nodiscard]] json::Value to_json(const BackfillDate& value);
[[nodiscard]] Result<BackfillDate> parse_backfill_date(const json::Value& value);

/// use_cache - false, the run's tasks take no kept results (docs/guide/result-cache.md).
struct TriggerRequest {
  std::optional<std::string> dag_run_id{};
  std::optional<WallTime> logical_date{};
  std::optional<WallTime> run_after{};
  std::optional<json::Value> conf{};
  std::optional<std::string> note{};
  std::optional<bool> use_cache{};
  friend bool operator==(const TriggerRequest&, const TriggerRequest&) = default;
};
[[nodiscard]] json::Value to_json(const TriggerRequest& value);
[[nodiscard]] Result<TriggerRequest> parse_trigger_request(const json::Value& value);

struct ProgressInfo {
  double done{};
  double total{};
  std::string unit{};
  std::string what{};
  friend bool operator==(const ProgressInfo&, const ProgressInfo&) = default;
};
[[nodiscard]] json::Value to_json(const ProgressInfo& value);
[[nodiscard]] Result<ProgressInfo> parse_progress_info(const json::Value& value);

/// service - of a service task that runs, how its service does - starting, serving, degraded or draining.
struct TaskInstance {
  std::string dag_id{};
  std::string dag_run_id{};
  std::string task_id{};
  std::int64_t map_index{};
  std::string task_display_name{};
  std::string operator_name{};
  TaskState state{};
  std::string cause{};
  std::int64_t try_number{};
  std::int64_t max_tries{};
  std::optional<WallTime> start_date{};
  std::optional<WallTime> end_date{};
  std::optional<WallTime> queued_when{};
  std::optional<WallTime> scheduled_when{};
  std::optional<double> duration{};
  std::string pool{};
  std::int64_t priority_weight{};
  std::string hostname{};
  std::optional<std::int64_t> pid{};
  std::optional<ProgressInfo> progress{};
  std::optional<Explanation> explanation{};
  std::optional<std::string> service{};
  friend bool operator==(const TaskInstance&, const TaskInstance&) = default;
};
[[nodiscard]] json::Value to_json(const TaskInstance& value);
[[nodiscard]] Result<TaskInstance> parse_task_instance(const json::Value& value);

/// What the attempt of a service task says of its service. state - starting, serving or degraded. cause - in words, at most 1000 bytes. value - what the task returns to others from now on (its address).
struct ServiceReport {
  std::string state{};
  std::string cause{};
  std::optional<json::Value> value{};
  friend bool operator==(const ServiceReport&, const ServiceReport&) = default;
};
[[nodiscard]] json::Value to_json(const ServiceReport& value);
[[nodiscard]] Result<ServiceReport> parse_service_report(const json::Value& value);

/// cpu_user_ms, cpu_system_ms, memory_peak_bytes, memory_mean_bytes - what it has used, where that was measured; usage_note - why not, pod - a pod is not measured.
struct TaskTry {
  std::int64_t try_number{};
  TaskState state{};
  std::string cause{};
  std::optional<WallTime> start_date{};
  std::optional<WallTime> end_date{};
  std::string hostname{};
  std::optional<std::int64_t> cpu_user_ms{};
  std::optional<std::int64_t> cpu_system_ms{};
  std::optional<std::int64_t> memory_peak_bytes{};
  std::optional<std::int64_t> memory_mean_bytes{};
  std::optional<std::string> usage_note{};
  friend bool operator==(const TaskTry&, const TaskTry&) = default;
};
[[nodiscard]] json::Value to_json(const TaskTry& value);
[[nodiscard]] Result<TaskTry> parse_task_try(const json::Value& value);

/// ms - since the try's start. cpu_ms - processor time used until then. memory_bytes - resident at that moment.
struct UsageSample {
  std::int64_t ms{};
  std::int64_t cpu_ms{};
  std::int64_t memory_bytes{};
  friend bool operator==(const UsageSample&, const UsageSample&) = default;
};
[[nodiscard]] json::Value to_json(const UsageSample& value);
[[nodiscard]] Result<UsageSample> parse_usage_sample(const json::Value& value);

/// A try with what it used over time (at most 120 samples, growing while it runs), and its template fields as they were rendered, {name - value} without secrets; null - none were told.
struct TryDetails {
  std::int64_t try_number{};
  TaskState state{};
  std::string cause{};
  std::optional<WallTime> start_date{};
  std::optional<WallTime> end_date{};
  std::string hostname{};
  std::optional<std::int64_t> cpu_user_ms{};
  std::optional<std::int64_t> cpu_system_ms{};
  std::optional<std::int64_t> memory_peak_bytes{};
  std::optional<std::int64_t> memory_mean_bytes{};
  std::optional<std::string> usage_note{};
  std::vector<UsageSample> samples{};
  std::optional<json::Value> rendered_fields{};
  friend bool operator==(const TryDetails&, const TryDetails&) = default;
};
[[nodiscard]] json::Value to_json(const TryDetails& value);
[[nodiscard]] Result<TryDetails> parse_try_details(const json::Value& value);

/// state - success and failed end the run, queued opens a finished one again. Only what is given changes.
struct DagRunPatch {
  std::optional<RunState> state{};
  std::optional<std::string> note{};
  friend bool operator==(const DagRunPatch&, const DagRunPatch&) = default;
};
[[nodiscard]] json::Value to_json(const DagRunPatch& value);
[[nodiscard]] Result<DagRunPatch> parse_dag_run_patch(const json::Value& value);

/// task_ids - empty, and no task_group_id - all tasks. map_index - only this instance of the mapped tasks named in task_ids. include_future, include_past - and in the runs of the DAG after and before this one. run_on_latest_version - the runs go on in the DAG's newest version; else in theirs. dry_run - only name the instances. use_cache - false, the tasks of these runs take no kept results from now on.
struct ClearRequest {
  std::string dag_run_id{};
  std::vector<std::string> task_ids{};
  std::optional<std::string> task_group_id{};
  std::optional<std::int64_t> map_index{};
  std::optional<bool> include_upstream{};
  std::optional<bool> include_downstream{};
  std::optional<bool> include_future{};
  std::optional<bool> include_past{};
  std::optional<bool> only_failed{};
  std::optional<bool> only_running{};
  std::optional<bool> run_on_latest_version{};
  std::optional<bool> dry_run{};
  std::optional<bool> use_cache{};
  friend bool operator==(const ClearRequest&, const ClearRequest&) = default;
};
[[nodiscard]] json::Value to_json(const ClearRequest& value);
[[nodiscard]] Result<ClearRequest> parse_clear_request(const json::Value& value);

/// All tasks of one run; the fields as in ClearRequest.
struct ClearRunRequest {
  std::optional<bool> only_failed{};
  std::optional<bool> run_on_latest_version{};
  std::optional<bool> dry_run{};
  std::optional<bool> use_cache{};
  friend bool operator==(const ClearRunRequest&, const ClearRunRequest&) = default;
};
[[nodiscard]] json::Value to_json(const ClearRunRequest& value);
[[nodiscard]] Result<ClearRunRequest> parse_clear_run_request(const json::Value& value);

/// include_* - also its relatives, and all these in the runs of the DAG after and before this one. What failed downstream runs again.
struct MarkRequest {
  TaskState new_state{};
  std::optional<bool> include_upstream{};
  std::optional<bool> include_downstream{};
  std::optional<bool> include_future{};
  std::optional<bool> include_past{};
  friend bool operator==(const MarkRequest&, const MarkRequest&) = default;
};
[[nodiscard]] json::Value to_json(const MarkRequest& value);
[[nodiscard]] Result<MarkRequest> parse_mark_request(const json::Value& value);

/// slots -1 - no limit; open_slots is -1 then. occupied - running, queued and, with include_deferred, deferred. scheduled - wanted by tasks that wait.
struct Pool {
  std::string name{};
  std::int64_t slots{};
  std::string description{};
  bool include_deferred{};
  std::int64_t occupied_slots{};
  std::int64_t running_slots{};
  std::int64_t queued_slots{};
  std::int64_t scheduled_slots{};
  std::int64_t deferred_slots{};
  std::int64_t open_slots{};
  friend bool operator==(const Pool&, const Pool&) = default;
};
[[nodiscard]] json::Value to_json(const Pool& value);
[[nodiscard]] Result<Pool> parse_pool(const json::Value& value);

struct PoolCreate {
  std::string name{};
  std::int64_t slots{};
  std::optional<std::string> description{};
  std::optional<bool> include_deferred{};
  friend bool operator==(const PoolCreate&, const PoolCreate&) = default;
};
[[nodiscard]] json::Value to_json(const PoolCreate& value);
[[nodiscard]] Result<PoolCreate> parse_pool_create(const json::Value& value);

/// Only what is given changes.
struct PoolPatch {
  std::optional<std::int64_t> slots{};
  std::optional<std::string> description{};
  std::optional<bool> include_deferred{};
  friend bool operator==(const PoolPatch&, const PoolPatch&) = default;
};
[[nodiscard]] json::Value to_json(const PoolPatch& value);
[[nodiscard]] Result<PoolPatch> parse_pool_patch(const json::Value& value);

struct TaskList {
  std::vector<TaskInstance> items{};
  std::int64_t total_entries{};
  friend bool operator==(const TaskList&, const TaskList&) = default;
};
[[nodiscard]] json::Value to_json(const TaskList& value);
[[nodiscard]] Result<TaskList> parse_task_list(const json::Value& value);

/// is_mapped - as a GraphNode's; its cells show the most telling state of its instances.
struct GridTask {
  std::string task_id{};
  std::string label{};
  std::optional<std::string> group{};
  std::string operator_name{};
  bool is_mapped{};
  friend bool operator==(const GridTask&, const GridTask&) = default;
};
[[nodiscard]] json::Value to_json(const GridTask& value);
[[nodiscard]] Result<GridTask> parse_grid_task(const json::Value& value);

/// Runs (oldest first) x tasks (in topological order). states - a word for each run; its n-th letter is the state of the n-th task, 'a' for the first of TaskState, 'b' for the second.
struct Grid {
  std::string dag_id{};
  std::vector<GridTask> tasks{};
  std::vector<GraphGroup> groups{};
  std::vector<DagRun> runs{};
  std::vector<std::string> states{};
  friend bool operator==(const Grid&, const Grid&) = default;
};
[[nodiscard]] json::Value to_json(const Grid& value);
[[nodiscard]] Result<Grid> parse_grid(const json::Value& value);

/// A piece of a try's log from byte `offset`; complete = the attempt has ended and this is its end.
struct LogChunk {
  std::string content{};
  std::int64_t next_offset{};
  std::int64_t size{};
  bool complete{};
  bool truncated{};
  friend bool operator==(const LogChunk&, const LogChunk&) = default;
};
[[nodiscard]] json::Value to_json(const LogChunk& value);
[[nodiscard]] Result<LogChunk> parse_log_chunk(const json::Value& value);

struct XComItem {
  std::string key{};
  std::string task_id{};
  std::int64_t map_index{};
  json::Value value{};
  WallTime timestamp{};
  friend bool operator==(const XComItem&, const XComItem&) = default;
};
[[nodiscard]] json::Value to_json(const XComItem& value);
[[nodiscard]] Result<XComItem> parse_xcom_item(const json::Value& value);

struct XComPut {
  std::string key{};
  json::Value value{};
  friend bool operator==(const XComPut&, const XComPut&) = default;
};
[[nodiscard]] json::Value to_json(const XComPut& value);
[[nodiscard]] Result<XComPut> parse_xcom_put(const json::Value& value);

struct BlobInfo {
  std::string sha256{};
  std::int64_t size{};
  friend bool operator==(const BlobInfo&, const BlobInfo&) = default;
};
[[nodiscard]] json::Value to_json(const BlobInfo& value);
[[nodiscard]] Result<BlobInfo> parse_blob_info(const json::Value& value);

struct BlobList {
  std::vector<std::string> sha256{};
  friend bool operator==(const BlobList&, const BlobList&) = default;
};
[[nodiscard]] json::Value to_json(const BlobList& value);
[[nodiscard]] Result<BlobList> parse_blob_list(const json::Value& value);

struct ArtifactUse {
  std::string dag_id{};
  std::string dag_run_id{};
  std::string task_id{};
  std::int64_t map_index{};
  std::int64_t try_number{};
  WallTime used_at{};
  friend bool operator==(const ArtifactUse&, const ArtifactUse&) = default;
};
[[nodiscard]] json::Value to_json(const ArtifactUse& value);
[[nodiscard]] Result<ArtifactUse> parse_artifact_use(const json::Value& value);

/// A file or directory (kind - file, dir) that a task saved under a name. sha256 - of the file, or of the directory's tree (docs/guide/artifacts.md); size - bytes of all files; uses - who fetched it, newest first, at most 100.
struct Artifact {
  std::int64_t artifact_id{};
  std::string name{};
  std::string kind{};
  std::string sha256{};
  std::int64_t size{};
  std::int64_t files{};
  std::string media_type{};
  std::string dag_id{};
  std::string dag_run_id{};
  std::string task_id{};
  std::int64_t map_index{};
  std::int64_t try_number{};
  WallTime created_at{};
  std::vector<ArtifactUse> uses{};
  friend bool operator==(const Artifact&, const Artifact&) = default;
};
[[nodiscard]] json::Value to_json(const Artifact& value);
[[nodiscard]] Result<Artifact> parse_artifact(const json::Value& value);

/// What the attempt saved; its content is among the blobs already. Others see it when the attempt has ended with success.
struct ArtifactCreate {
  std::string name{};
  std::string kind{};
  std::string sha256{};
  std::optional<std::string> media_type{};
  friend bool operator==(const ArtifactCreate&, const ArtifactCreate&) = default;
};
[[nodiscard]] json::Value to_json(const ArtifactCreate& value);
[[nodiscard]] Result<ArtifactCreate> parse_artifact_create(const json::Value& value);

struct CacheLookup {
  std::string key{};
  friend bool operator==(const CacheLookup&, const CacheLookup&) = default;
};
[[nodiscard]] json::Value to_json(const CacheLookup& value);
[[nodiscard]] Result<CacheLookup> parse_cache_lookup(const json::Value& value);

/// An earlier task's result. xcoms - [{key, value}]. Its artifacts are the asking attempt's from now on.
struct CacheHit {
  std::string dag_id{};
  std::string dag_run_id{};
  std::string task_id{};
  std::int64_t map_index{};
  WallTime created_at{};
  json::Value xcoms{};
  friend bool operator==(const CacheHit&, const CacheHit&) = default;
};
[[nodiscard]] json::Value to_json(const CacheHit& value);
[[nodiscard]] Result<CacheHit> parse_cache_hit(const json::Value& value);

struct CachedResult {
  std::string key{};
  std::string dag_id{};
  std::string dag_run_id{};
  std::string task_id{};
  std::int64_t map_index{};
  std::int64_t try_number{};
  WallTime created_at{};
  std::optional<WallTime> expires_at{};
  std::int64_t hits{};
  WallTime used_at{};
  friend bool operator==(const CachedResult&, const CachedResult&) = default;
};
[[nodiscard]] json::Value to_json(const CachedResult& value);
[[nodiscard]] Result<CachedResult> parse_cached_result(const json::Value& value);

struct Removed {
  std::int64_t count{};
  friend bool operator==(const Removed&, const Removed&) = default;
};
[[nodiscard]] json::Value to_json(const Removed& value);
[[nodiscard]] Result<Removed> parse_removed(const json::Value& value);

/// id - KIND:ID, see docs/guide/lineage.md; depth - edges away from the one that was asked for.
struct LineageNode {
  std::string id{};
  std::string kind{};
  std::string label{};
  std::string detail{};
  std::optional<WallTime> at{};
  std::int64_t depth{};
  friend bool operator==(const LineageNode&, const LineageNode&) = default;
};
[[nodiscard]] json::Value to_json(const LineageNode& value);
[[nodiscard]] Result<LineageNode> parse_lineage_node(const json::Value& value);

/// From what was there first to what came of it.
struct LineageEdge {
  std::string source{};
  std::string target{};
  std::string relation{};
  friend bool operator==(const LineageEdge&, const LineageEdge&) = default;
};
[[nodiscard]] json::Value to_json(const LineageEdge& value);
[[nodiscard]] Result<LineageEdge> parse_lineage_edge(const json::Value& value);

/// What led to a node (up) or came of it (down), the node itself first. truncated - there is more than the answer may hold.
struct LineageGraph {
  std::vector<LineageNode> nodes{};
  std::vector<LineageEdge> edges{};
  bool truncated{};
  friend bool operator==(const LineageGraph&, const LineageGraph&) = default;
};
[[nodiscard]] json::Value to_json(const LineageGraph& value);
[[nodiscard]] Result<LineageGraph> parse_lineage_graph(const json::Value& value);

/// What is kept for how long; a missing member - for ever, but audit_rows, which is 1000000 then (docs/guide/retention.md).
struct RetentionPolicy {
  std::optional<std::int64_t> run_days{};
  std::optional<std::int64_t> log_days{};
  std::optional<std::int64_t> xcom_days{};
  std::optional<std::int64_t> artifact_days{};
  std::optional<std::int64_t> artifact_bytes_max{};
  std::int64_t event_log_rows{};
  std::int64_t unused_hours{};
  std::optional<std::int64_t> audit_days{};
  std::optional<std::int64_t> audit_rows{};
  friend bool operator==(const RetentionPolicy&, const RetentionPolicy&) = default;
};
[[nodiscard]] json::Value to_json(const RetentionPolicy& value);
[[nodiscard]] Result<RetentionPolicy> parse_retention_policy(const json::Value& value);

struct GarbageRequest {
  std::optional<bool> dry_run{};
  friend bool operator==(const GarbageRequest&, const GarbageRequest&) = default;
};
[[nodiscard]] json::Value to_json(const GarbageRequest& value);
[[nodiscard]] Result<GarbageRequest> parse_garbage_request(const json::Value& value);

struct GarbageItem {
  std::string kind{};
  std::int64_t count{};
  std::int64_t size{};
  friend bool operator==(const GarbageItem&, const GarbageItem&) = default;
};
[[nodiscard]] json::Value to_json(const GarbageItem& value);
[[nodiscard]] Result<GarbageItem> parse_garbage_item(const json::Value& value);

/// more - the call has done as much as one call does.
struct GarbageReport {
  bool dry_run{};
  bool more{};
  std::vector<GarbageItem> items{};
  friend bool operator==(const GarbageReport&, const GarbageReport&) = default;
};
[[nodiscard]] json::Value to_json(const GarbageReport& value);
[[nodiscard]] Result<GarbageReport> parse_garbage_report(const json::Value& value);

/// The thread - which DAG run, task and try made or deployed a thing (empty strings when a person did).
struct Lineage {
  std::string dag_id{};
  std::string dag_run_id{};
  std::string task_id{};
  std::int64_t try_number{};
  std::string username{};
  friend bool operator==(const Lineage&, const Lineage&) = default;
};
[[nodiscard]] json::Value to_json(const Lineage& value);
[[nodiscard]] Result<Lineage> parse_lineage(const json::Value& value);

struct ModelVariant {
  std::int64_t variant_id{};
  std::string model{};
  std::int64_t version{};
  std::string variant{};
  std::string format{};
  BlobInfo blob{};
  json::Value decoder{};
  json::Value method{};
  std::optional<std::int64_t> parent_variant_id{};
  WallTime created_at{};
  Lineage lineage{};
  friend bool operator==(const ModelVariant&, const ModelVariant&) = default;
};
[[nodiscard]] json::Value to_json(const ModelVariant& value);
[[nodiscard]] Result<ModelVariant> parse_model_variant(const json::Value& value);

struct ModelVersion {
  std::int64_t version{};
  WallTime created_at{};
  std::vector<ModelVariant> variants{};
  friend bool operator==(const ModelVersion&, const ModelVersion&) = default;
};
[[nodiscard]] json::Value to_json(const ModelVersion& value);
[[nodiscard]] Result<ModelVersion> parse_model_version(const json::Value& value);

struct Model {
  std::string name{};
  std::string description{};
  std::string task{};
  std::string licence{};
  std::string source{};
  WallTime created_at{};
  std::vector<ModelVersion> versions{};
  friend bool operator==(const Model&, const Model&) = default;
};
[[nodiscard]] json::Value to_json(const Model& value);
[[nodiscard]] Result<Model> parse_model(const json::Value& value);

/// version 0 = a new version. method says how it was made (passes, quantisation, calibration frames).
struct VariantCreate {
  std::string model{};
  std::optional<std::string> description{};
  std::optional<std::string> task{};
  std::optional<std::string> licence{};
  std::optional<std::string> source{};
  std::int64_t version{};
  std::string variant{};
  std::string format{};
  std::string blob_sha256{};
  json::Value decoder{};
  json::Value method{};
  std::optional<std::int64_t> parent_variant_id{};
  friend bool operator==(const VariantCreate&, const VariantCreate&) = default;
};
[[nodiscard]] json::Value to_json(const VariantCreate& value);
[[nodiscard]] Result<VariantCreate> parse_variant_create(const json::Value& value);

/// Comparison of variants of one version on one device. body - see docs/guide/reports.md.
struct Report {
  std::int64_t report_id{};
  std::string model{};
  std::int64_t version{};
  WallTime created_at{};
  std::string title{};
  std::string device{};
  json::Value body{};
  Lineage lineage{};
  friend bool operator==(const Report&, const Report&) = default;
};
[[nodiscard]] json::Value to_json(const Report& value);
[[nodiscard]] Result<Report> parse_report(const json::Value& value);

struct ReportCreate {
  std::string model{};
  std::int64_t version{};
  std::string title{};
  std::string device{};
  json::Value body{};
  friend bool operator==(const ReportCreate&, const ReportCreate&) = default;
};
[[nodiscard]] json::Value to_json(const ReportCreate& value);
[[nodiscard]] Result<ReportCreate> parse_report_create(const json::Value& value);

struct Pack {
  std::string digest{};
  std::string name{};
  std::string version{};
  std::string engine{};
  std::int64_t size{};
  std::int64_t files{};
  WallTime created_at{};
  std::string source{};
  std::string licence{};
  json::Value manifest{};
  Lineage lineage{};
  friend bool operator==(const Pack&, const Pack&) = default;
};
[[nodiscard]] json::Value to_json(const Pack& value);
[[nodiscard]] Result<Pack> parse_pack(const json::Value& value);

/// blob_sha256 is the pack's archive (tar.zst, uploaded before); the server unpacks and verifies it and refuses another digest.
struct PackCreate {
  std::string digest{};
  std::string blob_sha256{};
  friend bool operator==(const PackCreate&, const PackCreate&) = default;
};
[[nodiscard]] json::Value to_json(const PackCreate& value);
[[nodiscard]] Result<PackCreate> parse_pack_create(const json::Value& value);

struct Service {
  std::string name{};
  std::string state{};
  std::string cause{};
  std::string model{};
  std::int64_t version{};
  std::string variant{};
  std::int64_t variant_id{};
  std::string pack_digest{};
  std::optional<std::int64_t> report_id{};
  std::optional<std::int64_t> pid{};
  std::optional<WallTime> started_at{};
  WallTime created_at{};
  std::int64_t restarts{};
  std::string address{};
  std::int64_t requests{};
  std::optional<double> latency_ms_p50{};
  std::optional<double> latency_ms_p99{};
  Lineage lineage{};
  friend bool operator==(const Service&, const Service&) = default;
};
[[nodiscard]] json::Value to_json(const Service& value);
[[nodiscard]] Result<Service> parse_service(const json::Value& value);

/// pack - digest or name. The old variant serves until the new one is ready.
struct ServiceDeploy {
  std::string name{};
  std::string model{};
  std::int64_t version{};
  std::string variant{};
  std::string pack{};
  std::optional<std::int64_t> report_id{};
  std::optional<std::int64_t> threads{};
  friend bool operator==(const ServiceDeploy&, const ServiceDeploy&) = default;
};
[[nodiscard]] json::Value to_json(const ServiceDeploy& value);
[[nodiscard]] Result<ServiceDeploy> parse_service_deploy(const json::Value& value);

struct Camera {
  std::string camera_id{};
  std::string name{};
  std::string source{};
  std::string state{};
  std::string cause{};
  std::string service{};
  json::Value rules{};
  std::int64_t start_frame{};
  std::optional<std::int64_t> end_frame{};
  bool realtime{};
  std::int64_t frame{};
  std::int64_t frames_total{};
  double fps{};
  std::int64_t tracks{};
  json::Value counts{};
  std::int64_t event_count{};
  std::int64_t dropped{};
  WallTime created_at{};
  Lineage lineage{};
  json::Value stats{};
  friend bool operator==(const Camera&, const Camera&) = default;
};
[[nodiscard]] json::Value to_json(const Camera& value);
[[nodiscard]] Result<Camera> parse_camera(const json::Value& value);

/// Creates or replaces a camera; it starts at once.
struct CameraCreate {
  std::string camera_id{};
  std::optional<std::string> name{};
  std::string source{};
  std::string service{};
  json::Value rules{};
  std::optional<std::vector<std::string>> classes{};
  std::optional<std::int64_t> start_frame{};
  std::optional<std::int64_t> end_frame{};
  std::optional<bool> realtime{};
  std::optional<double> score_min{};
  std::optional<double> detect_fps{};
  friend bool operator==(const CameraCreate&, const CameraCreate&) = default;
};
[[nodiscard]] json::Value to_json(const CameraCreate& value);
[[nodiscard]] Result<CameraCreate> parse_camera_create(const json::Value& value);

struct SceneEvent {
  std::string event_id{};
  std::string camera_id{};
  std::string rule_id{};
  std::string rule_name{};
  std::string kind{};
  std::string state{};
  WallTime started_at{};
  std::optional<WallTime> ended_at{};
  std::int64_t media_time_ms{};
  std::int64_t frame{};
  std::vector<std::int64_t> track_ids{};
  std::string label{};
  double score{};
  json::Value points{};
  json::Value values{};
  std::optional<std::string> snapshot_sha256{};
  std::string service{};
  std::string model{};
  std::int64_t version{};
  std::string variant{};
  std::int64_t variant_id{};
  std::optional<std::int64_t> report_id{};
  std::string pack_digest{};
  Lineage lineage{};
  friend bool operator==(const SceneEvent&, const SceneEvent&) = default;
};
[[nodiscard]] json::Value to_json(const SceneEvent& value);
[[nodiscard]] Result<SceneEvent> parse_scene_event(const json::Value& value);

struct SceneEventPatch {
  std::string state{};
  friend bool operator==(const SceneEventPatch&, const SceneEventPatch&) = default;
};
[[nodiscard]] json::Value to_json(const SceneEventPatch& value);
[[nodiscard]] Result<SceneEventPatch> parse_scene_event_patch(const json::Value& value);

/// size - bytes of its files.
struct WorkerPack {
  std::string name{};
  std::string version{};
  std::string digest{};
  std::int64_t size{};
  friend bool operator==(const WorkerPack&, const WorkerPack&) = default;
};
[[nodiscard]] json::Value to_json(const WorkerPack& value);
[[nodiscard]] Result<WorkerPack> parse_worker_pack(const json::Value& value);

/// state - connected, draining, lost or revoked (within its lease), gone. slots - 0 while it takes no jobs, as a cordoned one. cpus, load - processors of its machine, and its load average over a minute; cpu_used - the busy part of its processors, 0 to 1; memory_bytes, memory_used_bytes - of its machine, the latter without caches; absent where nobody tells. packs - runtime packs that it holds.
struct Worker {
  std::string worker_id{};
  std::string state{};
  std::int64_t slots{};
  std::int64_t running{};
  std::int64_t pid{};
  std::string version{};
  WallTime last_seen{};
  std::vector<std::string> executors{};
  std::vector<std::string> queues{};
  std::map<std::string, std::string> labels{};
  std::string host{};
  bool cordoned{};
  std::optional<std::int64_t> cpus{};
  std::optional<double> load{};
  std::optional<double> cpu_used{};
  std::optional<std::int64_t> memory_bytes{};
  std::optional<std::int64_t> memory_used_bytes{};
  std::vector<WorkerPack> packs{};
  friend bool operator==(const Worker&, const Worker&) = default;
};
[[nodiscard]] json::Value to_json(const Worker& value);
[[nodiscard]] Result<Worker> parse_worker(const json::Value& value);

/// A task instance that a worker runs now.
struct WorkerTask {
  std::string worker_id{};
  std::string dag_id{};
  std::string dag_run_id{};
  std::string task_id{};
  std::int64_t map_index{};
  std::int64_t try_number{};
  std::optional<WallTime> start_date{};
  friend bool operator==(const WorkerTask&, const WorkerTask&) = default;
};
[[nodiscard]] json::Value to_json(const WorkerTask& value);
[[nodiscard]] Result<WorkerTask> parse_worker_task(const json::Value& value);

/// minutes - 60 when absent, 1 to 10080; uses - workers that may join by it, 1 when absent.
struct JoinTokenCreate {
  std::optional<std::int64_t> minutes{};
  std::optional<std::int64_t> uses{};
  friend bool operator==(const JoinTokenCreate&, const JoinTokenCreate&) = default;
};
[[nodiscard]] json::Value to_json(const JoinTokenCreate& value);
[[nodiscard]] Result<JoinTokenCreate> parse_join_token_create(const json::Value& value);

/// Shown this once; a worker elsewhere joins by it (docs/guide/workers.md).
struct JoinToken {
  std::string token{};
  WallTime expires_at{};
  std::int64_t uses{};
  friend bool operator==(const JoinToken&, const JoinToken&) = default;
};
[[nodiscard]] json::Value to_json(const JoinToken& value);
[[nodiscard]] Result<JoinToken> parse_join_token(const json::Value& value);

/// The worker makes its own credential and tells its SHA-256 alone, so that asking again after a lost answer joins once.
struct WorkerJoin {
  std::string token{};
  std::string worker_id{};
  std::string credential_sha256{};
  friend bool operator==(const WorkerJoin&, const WorkerJoin&) = default;
};
[[nodiscard]] json::Value to_json(const WorkerJoin& value);
[[nodiscard]] Result<WorkerJoin> parse_worker_join(const json::Value& value);

struct WorkerJoined {
  std::string worker_id{};
  friend bool operator==(const WorkerJoined&, const WorkerJoined&) = default;
};
[[nodiscard]] json::Value to_json(const WorkerJoined& value);
[[nodiscard]] Result<WorkerJoined> parse_worker_joined(const json::Value& value);

/// A worker that has joined. last_seen_at - when it last connected.
struct WorkerCredential {
  std::string worker_id{};
  WallTime joined_at{};
  std::optional<WallTime> last_seen_at{};
  std::string joined_from{};
  friend bool operator==(const WorkerCredential&, const WorkerCredential&) = default;
};
[[nodiscard]] json::Value to_json(const WorkerCredential& value);
[[nodiscard]] Result<WorkerCredential> parse_worker_credential(const json::Value& value);

/// One Server-Sent Event on /api/v2/stream; id = event_log row (0 for unstored ones such as progress). kind - hello (first of a new stream), dag, dag_run, backfill, asset_event, task_instance, import_error, progress, usage, model, report, pack, service, camera, scene_event, worker, pool, notice, system. data - the changed object as its list route would give it; of one that was removed, as it was last with a true member deleted.
struct StreamEvent {
  std::int64_t id{};
  std::string kind{};
  WallTime at{};
  json::Value data{};
  friend bool operator==(const StreamEvent&, const StreamEvent&) = default;
};
[[nodiscard]] json::Value to_json(const StreamEvent& value);
[[nodiscard]] Result<StreamEvent> parse_stream_event(const json::Value& value);

}  // namespace aiflow::wire
