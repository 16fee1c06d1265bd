// SPDX-License-Identifier: Apache-2.0
// Generated from api/engine.yaml by tools/codegen; do not edit.
#include "wire/engine.h"

#include "wire/detail/codec.h"

namespace aiflow::wire {

Status read_value(const json::Value& value, ErrorBody& out);
Status read_value(const json::Value& value, HealthComponent& out);
Status read_value(const json::Value& value, Health& out);
Status read_value(const json::Value& value, RunBar& out);
Status read_value(const json::Value& value, DagAsset& out);
Status read_value(const json::Value& value, Explanation& out);
Status read_value(const json::Value& value, Dag& out);
Status read_value(const json::Value& value, DagPatch& out);
Status read_value(const json::Value& value, GraphNode& out);
Status read_value(const json::Value& value, GraphGroup& out);
Status read_value(const json::Value& value, GraphEdge& out);
Status read_value(const json::Value& value, DagGraph& out);
Status read_value(const json::Value& value, DagSource& out);
Status read_value(const json::Value& value, RunTry& out);
Status read_value(const json::Value& value, DurationPoint& out);
Status read_value(const json::Value& value, RunCount& out);
Status read_value(const json::Value& value, CalendarDay& out);
Status read_value(const json::Value& value, Calendar& out);
Status read_value(const json::Value& value, DagVersionInfo& out);
Status read_value(const json::Value& value, DagDeadline& out);
Status read_value(const json::Value& value, DagDetails& out);
Status read_value(const json::Value& value, ImportError& out);
Status read_value(const json::Value& value, DagRun& out);
Status read_value(const json::Value& value, RunNotice& out);
Status read_value(const json::Value& value, WorkloadTry& out);
Status read_value(const json::Value& value, WorkloadTask& out);
Status read_value(const json::Value& value, WorkloadRun& out);
Status read_value(const json::Value& value, WorkloadDag& out);
Status read_value(const json::Value& value, WorkloadPool& out);
Status read_value(const json::Value& value, Workload& out);
Status read_value(const json::Value& value, AssetTask& out);
Status read_value(const json::Value& value, Asset& out);
Status read_value(const json::Value& value, AssetEvent& out);
Status read_value(const json::Value& value, AssetEventCreate& out);
Status read_value(const json::Value& value, AssetMaterialize& out);
Status read_value(const json::Value& value, Backfill& out);
Status read_value(const json::Value& value, BackfillCreate& out);
Status read_value(const json::Value& value, BackfillDate& out);
Status read_value(const json::Value& value, TriggerRequest& out);
Status read_value(const json::Value& value, ProgressInfo& out);
Status read_value(const json::Value& value, TaskInstance& out);
Status read_value(const json::Value& value, ServiceReport& out);
Status read_value(const json::Value& value, TaskTry& out);
Status read_value(const json::Value& value, UsageSample& out);
Status read_value(const json::Value& value, TryDetails& out);
Status read_value(const json::Value& value, DagRunPatch& out);
Status read_value(const json::Value& value, ClearRequest& out);
Status read_value(const json::Value& value, ClearRunRequest& out);
Status read_value(const json::Value& value, MarkRequest& out);
Status read_value(const json::Value& value, Pool& out);
Status read_value(const json::Value& value, PoolCreate& out);
Status read_value(const json::Value& value, PoolPatch& out);
Status read_value(const json::Value& value, TaskList& out);
Status read_value(const json::Value& value, GridTask& out);
Status read_value(const json::Value& value, Grid& out);
Status read_value(const json::Value& value, LogChunk& out);
Status read_value(const json::Value& value, XComItem& out);
Status read_value(const json::Value& value, XComPut& out);
Status read_value(const json::Value& value, BlobInfo& out);
Status read_value(const json::Value& value, BlobList& out);
Status read_value(const json::Value& value, ArtifactUse& out);
Status read_value(const json::Value& value, Artifact& out);
Status read_value(const json::Value& value, ArtifactCreate& out);
Status read_value(const json::Value& value, CacheLookup& out);
Status read_value(const json::Value& value, CacheHit& out);
Status read_value(const json::Value& value, CachedResult& out);
Status read_value(const json::Value& value, Removed& out);
Status read_value(const json::Value& value, LineageNode& out);
Status read_value(const json::Value& value, LineageEdge& out);
Status read_value(const json::Value& value, LineageGraph& out);
Status read_value(const json::Value& value, RetentionPolicy& out);
Status read_value(const json::Value& value, GarbageRequest& out);
Status read_value(const json::Value& value, GarbageItem& out);
Status read_value(const json::Value& value, GarbageReport& out);
Status read_value(const json::Value& value, Lineage& out);
Status read_value(const json::Value& value, ModelVariant& out);
Status read_value(const json::Value& value, ModelVersion& out);
Status read_value(const json::Value& value, Model& out);
Status read_value(const json::Value& value, VariantCreate& out);
Status read_value(const json::Value& value, Report& out);
Status read_value(const json::Value& value, ReportCreate& out);
Status read_value(const json::Value& value, Pack& out);
Status read_value(const json::Value& value, PackCreate& out);
Status read_value(const json::Value& value, Service& out);
Status read_value(const json::Value& value, ServiceDeploy& out);
Status read_value(const json::Value& value, Camera& out);
Status read_value(const json::Value& value, CameraCreate& out);
Status read_value(const json::Value& value, SceneEvent& out);
Status read_value(const json::Value& value, SceneEventPatch& out);
Status read_value(const json::Value& value, WorkerPack& out);
Status read_value(const json::Value& value, Worker& out);
Status read_value(const json::Value& value, WorkerTask& out);
Status read_value(const json::Value& value, JoinTokenCreate& out);
Status read_value(const json::Value& value, JoinToken& out);
Status read_value(const json::Value& value, WorkerJoin& out);
Status read_value(const json::Value& value, WorkerJoined& out);
Status read_value(const json::Value& value, WorkerCredential& out);
Status read_value(const json::Value& value, StreamEvent& out);

json::Value to_json(const ErrorBody& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "code", value.code);
  detail::put(out, "message", value.message);
  detail::put(out, "request_id", value.request_id);
  return json::Value(std::move(out));
}

Result<ErrorBody> parse_error_body(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ErrorBody");
  ErrorBody out;
  AIFLOW_TRY(detail::get(value, "code", out.code));
  AIFLOW_TRY(detail::get(value, "message", out.message));
  AIFLOW_TRY(detail::get(value, "request_id", out.request_id));
  return out;
}

Status read_value(const json::Value& value, ErrorBody& out) {
  AIFLOW_ASSIGN(out, parse_error_body(value));
  return {};
}

json::Value to_json(const HealthComponent& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "name", value.name);
  detail::put(out, "status", value.status);
  detail::put(out, "reason", value.reason);
  return json::Value(std::move(out));
}

Result<HealthComponent> parse_health_component(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("HealthComponent");
  HealthComponent out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "status", out.status));
  AIFLOW_TRY(detail::get(value, "reason", out.reason));
  return out;
}

Status read_value(const json::Value& value, HealthComponent& out) {
  AIFLOW_ASSIGN(out, parse_health_component(value));
  return {};
}

json::Value to_json(const Health& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "status", value.status);
  detail::put(out, "version", value.version);
  detail::put(out, "components", value.components);
  return json::Value(std::move(out));
}

Result<Health> parse_health(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Health");
  Health out;
  AIFLOW_TRY(detail::get(value, "status", out.status));
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "components", out.components));
  return out;
}

Status read_value(const json::Value& value, Health& out) {
  AIFLOW_ASSIGN(out, parse_health(value));
  return {};
}

json::Value to_json(const RunBar& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "dag_run_id", value.dag_run_id);
  detail::put(out, "state", value.state);
  detail::put(out, "start_date", value.start_date);
  detail::put(out, "end_date", value.end_date);
  return json::Value(std::move(out));
}

Result<RunBar> parse_run_bar(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("RunBar");
  RunBar out;
  AIFLOW_TRY(detail::get(value, "dag_run_id", out.dag_run_id));
  AIFLOW_TRY(detail::get(value, "state", out.state));
  AIFLOW_TRY(detail::get(value, "start_date", out.start_date));
  AIFLOW_TRY(detail::get(value, "end_date", out.end_date));
  return out;
}

Status read_value(const json::Value& value, RunBar& out) {
  AIFLOW_ASSIGN(out, parse_run_bar(value));
  return {};
}

json::Value to_json(const DagAsset& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "name", value.name);
  detail::put(out, "is_new", value.is_new);
  return json::Value(std::move(out));
}

Result<DagAsset> parse_dag_asset(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DagAsset");
  DagAsset out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "is_new", out.is_new));
  return out;
}

Status read_value(const json::Value& value, DagAsset& out) {
  AIFLOW_ASSIGN(out, parse_dag_asset(value));
  return {};
}

json::Value to_json(const Explanation& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "code", value.code);
  detail::put(out, "params", value.params);
  detail::put(out, "text", value.text);
  return json::Value(std::move(out));
}

Result<Explanation> parse_explanation(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Explanation");
  Explanation out;
  AIFLOW_TRY(detail::get(value, "code", out.code));
  AIFLOW_TRY(detail::get(value, "params", out.params));
  AIFLOW_TRY(detail::get(value, "text", out.text));
  return out;
}

Status read_value(const json::Value& value, Explanation& out) {
  AIFLOW_ASSIGN(out, parse_explanation(value));
  return {};
}

json::Value to_json(const Dag& value) {
  json::Object out;
  out.reserve(19);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "project", value.project);
  detail::put(out, "dag_display_name", value.dag_display_name);
  detail::put(out, "description", value.description);
  detail::put(out, "is_paused", value.is_paused);
  detail::put(out, "owners", value.owners);
  detail::put(out, "tags", value.tags);
  detail::put(out, "timetable_summary", value.timetable_summary);
  detail::put(out, "timetable_description", value.timetable_description);
  detail::put(out, "next_dagrun_run_after", value.next_dagrun_run_after);
  detail::put(out, "fileloc", value.fileloc);
  detail::put(out, "version", value.version);
  detail::put(out, "last_parsed_time", value.last_parsed_time);
  detail::put(out, "recent_runs", value.recent_runs);
  detail::put(out, "running_count", value.running_count);
  detail::put(out, "failed_count", value.failed_count);
  detail::put(out, "has_import_errors", value.has_import_errors);
  detail::put(out, "assets", value.assets);
  detail::put(out, "explanation", value.explanation);
  return json::Value(std::move(out));
}

Result<Dag> parse_dag(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Dag");
  Dag out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "project", out.project));
  AIFLOW_TRY(detail::get(value, "dag_display_name", out.dag_display_name));
  AIFLOW_TRY(detail::get(value, "description", out.description));
  AIFLOW_TRY(detail::get(value, "is_paused", out.is_paused));
  AIFLOW_TRY(detail::get(value, "owners", out.owners));
  AIFLOW_TRY(detail::get(value, "tags", out.tags));
  AIFLOW_TRY(detail::get(value, "timetable_summary", out.timetable_summary));
  AIFLOW_TRY(detail::get(value, "timetable_description", out.timetable_description));
  AIFLOW_TRY(detail::get(value, "next_dagrun_run_after", out.next_dagrun_run_after));
  AIFLOW_TRY(detail::get(value, "fileloc", out.fileloc));
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "last_parsed_time", out.last_parsed_time));
  AIFLOW_TRY(detail::get(value, "recent_runs", out.recent_runs));
  AIFLOW_TRY(detail::get(value, "running_count", out.running_count));
  AIFLOW_TRY(detail::get(value, "failed_count", out.failed_count));
  AIFLOW_TRY(detail::get(value, "has_import_errors", out.has_import_errors));
  AIFLOW_TRY(detail::get(value, "assets", out.assets));
  AIFLOW_TRY(detail::get(value, "explanation", out.explanation));
  return out;
}

Status read_value(const json::Value& value, Dag& out) {
  AIFLOW_ASSIGN(out, parse_dag(value));
  return {};
}

json::Value to_json(const DagPatch& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "is_paused", value.is_paused);
  return json::Value(std::move(out));
}

Result<DagPatch> parse_dag_patch(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DagPatch");
  DagPatch out;
  AIFLOW_TRY(detail::get(value, "is_paused", out.is_paused));
  return out;
}

Status read_value(const json::Value& value, DagPatch& out) {
  AIFLOW_ASSIGN(out, parse_dag_patch(value));
  return {};
}

json::Value to_json(const GraphNode& value) {
  json::Object out;
  out.reserve(9);
  detail::put(out, "id", value.id);
  detail::put(out, "label", value.label);
  detail::put(out, "operator_name", value.operator_name);
  detail::put(out, "group", value.group);
  detail::put(out, "trigger_rule", value.trigger_rule);
  detail::put(out, "is_branch", value.is_branch);
  detail::put(out, "is_mapped", value.is_mapped);
  detail::put(out, "doc_md", value.doc_md);
  detail::put(out, "params", value.params);
  return json::Value(std::move(out));
}

Result<GraphNode> parse_graph_node(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("GraphNode");
  GraphNode out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  AIFLOW_TRY(detail::get(value, "label", out.label));
  AIFLOW_TRY(detail::get(value, "operator_name", out.operator_name));
  AIFLOW_TRY(detail::get(value, "group", out.group));
  AIFLOW_TRY(detail::get(value, "trigger_rule", out.trigger_rule));
  AIFLOW_TRY(detail::get(value, "is_branch", out.is_branch));
  AIFLOW_TRY(detail::get(value, "is_mapped", out.is_mapped));
  AIFLOW_TRY(detail::get(value, "doc_md", out.doc_md));
  AIFLOW_TRY(detail::get(value, "params", out.params));
  return out;
}

Status read_value(const json::Value& value, GraphNode& out) {
  AIFLOW_ASSIGN(out, parse_graph_node(value));
  return {};
}

json::Value to_json(const GraphGroup& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "id", value.id);
  detail::put(out, "label", value.label);
  detail::put(out, "parent", value.parent);
  detail::put(out, "is_mapped", value.is_mapped);
  return json::Value(std::move(out));
}

Result<GraphGroup> parse_graph_group(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("GraphGroup");
  GraphGroup out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  AIFLOW_TRY(detail::get(value, "label", out.label));
  AIFLOW_TRY(detail::get(value, "parent", out.parent));
  AIFLOW_TRY(detail::get(value, "is_mapped", out.is_mapped));
  return out;
}

Status read_value(const json::Value& value, GraphGroup& out) {
  AIFLOW_ASSIGN(out, parse_graph_group(value));
  return {};
}

json::Value to_json(const GraphEdge& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "source", value.source);
  detail::put(out, "target", value.target);
  detail::put(out, "label", value.label);
  return json::Value(std::move(out));
}

Result<GraphEdge> parse_graph_edge(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("GraphEdge");
  GraphEdge out;
  AIFLOW_TRY(detail::get(value, "source", out.source));
  AIFLOW_TRY(detail::get(value, "target", out.target));
  AIFLOW_TRY(detail::get(value, "label", out.label));
  return out;
}

Status read_value(const json::Value& value, GraphEdge& out) {
  AIFLOW_ASSIGN(out, parse_graph_edge(value));
  return {};
}

json::Value to_json(const DagGraph& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "version", value.version);
  detail::put(out, "params", value.params);
  detail::put(out, "nodes", value.nodes);
  detail::put(out, "groups", value.groups);
  detail::put(out, "edges", value.edges);
  return json::Value(std::move(out));
}

Result<DagGraph> parse_dag_graph(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DagGraph");
  DagGraph out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "params", out.params));
  AIFLOW_TRY(detail::get(value, "nodes", out.nodes));
  AIFLOW_TRY(detail::get(value, "groups", out.groups));
  AIFLOW_TRY(detail::get(value, "edges", out.edges));
  return out;
}

Status read_value(const json::Value& value, DagGraph& out) {
  AIFLOW_ASSIGN(out, parse_dag_graph(value));
  return {};
}

json::Value to_json(const DagSource& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "version", value.version);
  detail::put(out, "content", value.content);
  return json::Value(std::move(out));
}

Result<DagSource> parse_dag_source(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DagSource");
  DagSource out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "content", out.content));
  return out;
}

Status read_value(const json::Value& value, DagSource& out) {
  AIFLOW_ASSIGN(out, parse_dag_source(value));
  return {};
}

json::Value to_json(const RunTry& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "task_id", value.task_id);
  detail::put(out, "map_index", value.map_index);
  detail::put(out, "try_number", value.try_number);
  detail::put(out, "state", value.state);
  detail::put(out, "start_date", value.start_date);
  detail::put(out, "end_date", value.end_date);
  return json::Value(std::move(out));
}

Result<RunTry> parse_run_try(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("RunTry");
  RunTry out;
  AIFLOW_TRY(detail::get(value, "task_id", out.task_id));
  AIFLOW_TRY(detail::get(value, "map_index", out.map_index));
  AIFLOW_TRY(detail::get(value, "try_number", out.try_number));
  AIFLOW_TRY(detail::get(value, "state", out.state));
  AIFLOW_TRY(detail::get(value, "start_date", out.start_date));
  AIFLOW_TRY(detail::get(value, "end_date", out.end_date));
  return out;
}

Status read_value(const json::Value& value, RunTry& out) {
  AIFLOW_ASSIGN(out, parse_run_try(value));
  return {};
}

json::Value to_json(const DurationPoint& value) {
  json::Object out;
  out.reserve(7);
  detail::put(out, "dag_run_id", value.dag_run_id);
  detail::put(out, "run_type", value.run_type);
  detail::put(out, "run_after", value.run_after);
  detail::put(out, "state", value.state);
  detail::put(out, "start_date", value.start_date);
  detail::put(out, "end_date", value.end_date);
  detail::put(out, "instances", value.instances);
  return json::Value(std::move(out));
}

Result<DurationPoint> parse_duration_point(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DurationPoint");
  DurationPoint out;
  AIFLOW_TRY(detail::get(value, "dag_run_id", out.dag_run_id));
  AIFLOW_TRY(detail::get(value, "run_type", out.run_type));
  AIFLOW_TRY(detail::get(value, "run_after", out.run_after));
  AIFLOW_TRY(detail::get(value, "state", out.state));
  AIFLOW_TRY(detail::get(value, "start_date", out.start_date));
  AIFLOW_TRY(detail::get(value, "end_date", out.end_date));
  AIFLOW_TRY(detail::get(value, "instances", out.instances));
  return out;
}

Status read_value(const json::Value& value, DurationPoint& out) {
  AIFLOW_ASSIGN(out, parse_duration_point(value));
  return {};
}

json::Value to_json(const RunCount& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "state", value.state);
  detail::put(out, "count", value.count);
  return json::Value(std::move(out));
}

Result<RunCount> parse_run_count(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("RunCount");
  RunCount out;
  AIFLOW_TRY(detail::get(value, "state", out.state));
  AIFLOW_TRY(detail::get(value, "count", out.count));
  return out;
}

Status read_value(const json::Value& value, RunCount& out) {
  AIFLOW_ASSIGN(out, parse_run_count(value));
  return {};
}

json::Value to_json(const CalendarDay& value) {
  json::Object out;
  out.reserve(5);
  detail::put(out, "date", value.date);
  detail::put(out, "start", value.start);
  detail::put(out, "end", value.end);
  detail::put(out, "runs", value.runs);
  detail::put(out, "planned", value.planned);
  return json::Value(std::move(out));
}

Result<CalendarDay> parse_calendar_day(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("CalendarDay");
  CalendarDay out;
  AIFLOW_TRY(detail::get(value, "date", out.date));
  AIFLOW_TRY(detail::get(value, "start", out.start));
  AIFLOW_TRY(detail::get(value, "end", out.end));
  AIFLOW_TRY(detail::get(value, "runs", out.runs));
  AIFLOW_TRY(detail::get(value, "planned", out.planned));
  return out;
}

Status read_value(const json::Value& value, CalendarDay& out) {
  AIFLOW_ASSIGN(out, parse_calendar_day(value));
  return {};
}

json::Value to_json(const Calendar& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "timezone", value.timezone);
  detail::put(out, "days", value.days);
  detail::put(out, "planned_until", value.planned_until);
  return json::Value(std::move(out));
}

Result<Calendar> parse_calendar(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Calendar");
  Calendar out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "timezone", out.timezone));
  AIFLOW_TRY(detail::get(value, "days", out.days));
  AIFLOW_TRY(detail::get(value, "planned_until", out.planned_until));
  return out;
}

Status read_value(const json::Value& value, Calendar& out) {
  AIFLOW_ASSIGN(out, parse_calendar(value));
  return {};
}

json::Value to_json(const DagVersionInfo& value) {
  json::Object out;
  out.reserve(8);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "version_number", value.version_number);
  detail::put(out, "created_at", value.created_at);
  detail::put(out, "is_first", value.is_first);
  detail::put(out, "tasks_added", value.tasks_added);
  detail::put(out, "tasks_removed", value.tasks_removed);
  detail::put(out, "tasks_changed", value.tasks_changed);
  detail::put(out, "settings_changed", value.settings_changed);
  return json::Value(std::move(out));
}

Result<DagVersionInfo> parse_dag_version_info(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DagVersionInfo");
  DagVersionInfo out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "version_number", out.version_number));
  AIFLOW_TRY(detail::get(value, "created_at", out.created_at));
  AIFLOW_TRY(detail::get(value, "is_first", out.is_first));
  AIFLOW_TRY(detail::get(value, "tasks_added", out.tasks_added));
  AIFLOW_TRY(detail::get(value, "tasks_removed", out.tasks_removed));
  AIFLOW_TRY(detail::get(value, "tasks_changed", out.tasks_changed));
  AIFLOW_TRY(detail::get(value, "settings_changed", out.settings_changed));
  return out;
}

Status read_value(const json::Value& value, DagVersionInfo& out) {
  AIFLOW_ASSIGN(out, parse_dag_version_info(value));
  return {};
}

json::Value to_json(const DagDeadline& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "name", value.name);
  detail::put(out, "reference", value.reference);
  detail::put(out, "interval_ms", value.interval_ms);
  return json::Value(std::move(out));
}

Result<DagDeadline> parse_dag_deadline(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DagDeadline");
  DagDeadline out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "reference", out.reference));
  AIFLOW_TRY(detail::get(value, "interval_ms", out.interval_ms));
  return out;
}

Status read_value(const json::Value& value, DagDeadline& out) {
  AIFLOW_ASSIGN(out, parse_dag_deadline(value));
  return {};
}

json::Value to_json(const DagDetails& value) {
  json::Object out;
  out.reserve(28);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "version", value.version);
  detail::put(out, "created_at", value.created_at);
  detail::put(out, "description", value.description);
  detail::put(out, "doc_md", value.doc_md);
  detail::put(out, "owner", value.owner);
  detail::put(out, "tags", value.tags);
  detail::put(out, "schedule_kind", value.schedule_kind);
  detail::put(out, "timezone", value.timezone);
  detail::put(out, "start_date", value.start_date);
  detail::put(out, "end_date", value.end_date);
  detail::put(out, "catchup", value.catchup);
  detail::put(out, "max_active_tasks", value.max_active_tasks);
  detail::put(out, "max_active_runs", value.max_active_runs);
  detail::put(out, "max_consecutive_failed_dag_runs", value.max_consecutive_failed_dag_runs);
  detail::put(out, "dagrun_timeout_ms", value.dagrun_timeout_ms);
  detail::put(out, "is_paused_upon_creation", value.is_paused_upon_creation);
  detail::put(out, "fail_fast", value.fail_fast);
  detail::put(out, "compat", value.compat);
  detail::put(out, "params", value.params);
  detail::put(out, "has_success_callback", value.has_success_callback);
  detail::put(out, "has_failure_callback", value.has_failure_callback);
  detail::put(out, "deadlines", value.deadlines);
  detail::put(out, "watchers", value.watchers);
  detail::put(out, "assets", value.assets);
  detail::put(out, "task_count", value.task_count);
  detail::put(out, "group_count", value.group_count);
  detail::put(out, "shared", value.shared);
  return json::Value(std::move(out));
}

Result<DagDetails> parse_dag_details(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DagDetails");
  DagDetails out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "created_at", out.created_at));
  AIFLOW_TRY(detail::get(value, "description", out.description));
  AIFLOW_TRY(detail::get(value, "doc_md", out.doc_md));
  AIFLOW_TRY(detail::get(value, "owner", out.owner));
  AIFLOW_TRY(detail::get(value, "tags", out.tags));
  AIFLOW_TRY(detail::get(value, "schedule_kind", out.schedule_kind));
  AIFLOW_TRY(detail::get(value, "timezone", out.timezone));
  AIFLOW_TRY(detail::get(value, "start_date", out.start_date));
  AIFLOW_TRY(detail::get(value, "end_date", out.end_date));
  AIFLOW_TRY(detail::get(value, "catchup", out.catchup));
  AIFLOW_TRY(detail::get(value, "max_active_tasks", out.max_active_tasks));
  AIFLOW_TRY(detail::get(value, "max_active_runs", out.max_active_runs));
  AIFLOW_TRY(detail::get(value, "max_consecutive_failed_dag_runs", out.max_consecutive_failed_dag_runs));
  AIFLOW_TRY(detail::get(value, "dagrun_timeout_ms", out.dagrun_timeout_ms));
  AIFLOW_TRY(detail::get(value, "is_paused_upon_creation", out.is_paused_upon_creation));
  AIFLOW_TRY(detail::get(value, "fail_fast", out.fail_fast));
  AIFLOW_TRY(detail::get(value, "compat", out.compat));
  AIFLOW_TRY(detail::get(value, "params", out.params));
  AIFLOW_TRY(detail::get(value, "has_success_callback", out.has_success_callback));
  AIFLOW_TRY(detail::get(value, "has_failure_callback", out.has_failure_callback));
  AIFLOW_TRY(detail::get(value, "deadlines", out.deadlines));
  AIFLOW_TRY(detail::get(value, "watchers", out.watchers));
  AIFLOW_TRY(detail::get(value, "assets", out.assets));
  AIFLOW_TRY(detail::get(value, "task_count", out.task_count));
  AIFLOW_TRY(detail::get(value, "group_count", out.group_count));
  AIFLOW_TRY(detail::get(value, "shared", out.shared));
  return out;
}

Status read_value(const json::Value& value, DagDetails& out) {
  AIFLOW_ASSIGN(out, parse_dag_details(value));
  return {};
}

json::Value to_json(const ImportError& value) {
  json::Object out;
  out.reserve(7);
  detail::put(out, "import_error_id", value.import_error_id);
  detail::put(out, "filename", value.filename);
  detail::put(out, "folder", value.folder);
  detail::put(out, "line", value.line);
  detail::put(out, "timestamp", value.timestamp);
  detail::put(out, "stack_trace", value.stack_trace);
  detail::put(out, "message", value.message);
  return json::Value(std::move(out));
}

Result<ImportError> parse_import_error(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ImportError");
  ImportError out;
  AIFLOW_TRY(detail::get(value, "import_error_id", out.import_error_id));
  AIFLOW_TRY(detail::get(value, "filename", out.filename));
  AIFLOW_TRY(detail::get(value, "folder", out.folder));
  AIFLOW_TRY(detail::get(value, "line", out.line));
  AIFLOW_TRY(detail::get(value, "timestamp", out.timestamp));
  AIFLOW_TRY(detail::get(value, "stack_trace", out.stack_trace));
  AIFLOW_TRY(detail::get(value, "message", out.message));
  return out;
}

Status read_value(const json::Value& value, ImportError& out) {
  AIFLOW_ASSIGN(out, parse_import_error(value));
  return {};
}

json::Value to_json(const DagRun& value) {
  json::Object out;
  out.reserve(18);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "dag_run_id", value.dag_run_id);
  detail::put(out, "state", value.state);
  detail::put(out, "run_type", value.run_type);
  detail::put(out, "logical_date", value.logical_date);
  detail::put(out, "data_interval_start", value.data_interval_start);
  detail::put(out, "data_interval_end", value.data_interval_end);
  detail::put(out, "run_after", value.run_after);
  detail::put(out, "queued_at", value.queued_at);
  detail::put(out, "start_date", value.start_date);
  detail::put(out, "end_date", value.end_date);
  detail::put(out, "conf", value.conf);
  detail::put(out, "note", value.note);
  detail::put(out, "dag_version", value.dag_version);
  detail::put(out, "cause", value.cause);
  detail::put(out, "backfill_id", value.backfill_id);
  detail::put(out, "deadlines_missed", value.deadlines_missed);
  detail::put(out, "explanation", value.explanation);
  return json::Value(std::move(out));
}

Result<DagRun> parse_dag_run(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DagRun");
  DagRun out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "dag_run_id", out.dag_run_id));
  AIFLOW_TRY(detail::get(value, "state", out.state));
  AIFLOW_TRY(detail::get(value, "run_type", out.run_type));
  AIFLOW_TRY(detail::get(value, "logical_date", out.logical_date));
  AIFLOW_TRY(detail::get(value, "data_interval_start", out.data_interval_start));
  AIFLOW_TRY(detail::get(value, "data_interval_end", out.data_interval_end));
  AIFLOW_TRY(detail::get(value, "run_after", out.run_after));
  AIFLOW_TRY(detail::get(value, "queued_at", out.queued_at));
  AIFLOW_TRY(detail::get(value, "start_date", out.start_date));
  AIFLOW_TRY(detail::get(value, "end_date", out.end_date));
  AIFLOW_TRY(detail::get(value, "conf", out.conf));
  AIFLOW_TRY(detail::get(value, "note", out.note));
  AIFLOW_TRY(detail::get(value, "dag_version", out.dag_version));
  AIFLOW_TRY(detail::get(value, "cause", out.cause));
  AIFLOW_TRY(detail::get(value, "backfill_id", out.backfill_id));
  AIFLOW_TRY(detail::get(value, "deadlines_missed", out.deadlines_missed));
  AIFLOW_TRY(detail::get(value, "explanation", out.explanation));
  return out;
}

Status read_value(const json::Value& value, DagRun& out) {
  AIFLOW_ASSIGN(out, parse_dag_run(value));
  return {};
}

json::Value to_json(const RunNotice& value) {
  json::Object out;
  out.reserve(12);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "dag_run_id", value.dag_run_id);
  detail::put(out, "name", value.name);
  detail::put(out, "kind", value.kind);
  detail::put(out, "reason", value.reason);
  detail::put(out, "due_at", value.due_at);
  detail::put(out, "state", value.state);
  detail::put(out, "attempts", value.attempts);
  detail::put(out, "cause", value.cause);
  detail::put(out, "created_at", value.created_at);
  detail::put(out, "started_at", value.started_at);
  detail::put(out, "ended_at", value.ended_at);
  return json::Value(std::move(out));
}

Result<RunNotice> parse_run_notice(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("RunNotice");
  RunNotice out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "dag_run_id", out.dag_run_id));
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "kind", out.kind));
  AIFLOW_TRY(detail::get(value, "reason", out.reason));
  AIFLOW_TRY(detail::get(value, "due_at", out.due_at));
  AIFLOW_TRY(detail::get(value, "state", out.state));
  AIFLOW_TRY(detail::get(value, "attempts", out.attempts));
  AIFLOW_TRY(detail::get(value, "cause", out.cause));
  AIFLOW_TRY(detail::get(value, "created_at", out.created_at));
  AIFLOW_TRY(detail::get(value, "started_at", out.started_at));
  AIFLOW_TRY(detail::get(value, "ended_at", out.ended_at));
  return out;
}

Status read_value(const json::Value& value, RunNotice& out) {
  AIFLOW_ASSIGN(out, parse_run_notice(value));
  return {};
}

json::Value to_json(const WorkloadTry& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "ms", value.ms);
  detail::put(out, "outcome", value.outcome);
  return json::Value(std::move(out));
}

Result<WorkloadTry> parse_workload_try(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("WorkloadTry");
  WorkloadTry out;
  AIFLOW_TRY(detail::get(value, "ms", out.ms));
  AIFLOW_TRY(detail::get(value, "outcome", out.outcome));
  return out;
}

Status read_value(const json::Value& value, WorkloadTry& out) {
  AIFLOW_ASSIGN(out, parse_workload_try(value));
  return {};
}

json::Value to_json(const WorkloadTask& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "task_id", value.task_id);
  detail::put(out, "map_index", value.map_index);
  detail::put(out, "tries", value.tries);
  detail::put(out, "branch", value.branch);
  detail::put(out, "skip_all_downstream", value.skip_all_downstream);
  detail::put(out, "return_length", value.return_length);
  return json::Value(std::move(out));
}

Result<WorkloadTask> parse_workload_task(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("WorkloadTask");
  WorkloadTask out;
  AIFLOW_TRY(detail::get(value, "task_id", out.task_id));
  AIFLOW_TRY(detail::get(value, "map_index", out.map_index));
  AIFLOW_TRY(detail::get(value, "tries", out.tries));
  AIFLOW_TRY(detail::get(value, "branch", out.branch));
  AIFLOW_TRY(detail::get(value, "skip_all_downstream", out.skip_all_downstream));
  AIFLOW_TRY(detail::get(value, "return_length", out.return_length));
  return out;
}

Status read_value(const json::Value& value, WorkloadTask& out) {
  AIFLOW_ASSIGN(out, parse_workload_task(value));
  return {};
}

json::Value to_json(const WorkloadRun& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "dag_run_id", value.dag_run_id);
  detail::put(out, "run_type", value.run_type);
  detail::put(out, "logical_date", value.logical_date);
  detail::put(out, "arrives", value.arrives);
  detail::put(out, "tasks", value.tasks);
  return json::Value(std::move(out));
}

Result<WorkloadRun> parse_workload_run(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("WorkloadRun");
  WorkloadRun out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "dag_run_id", out.dag_run_id));
  AIFLOW_TRY(detail::get(value, "run_type", out.run_type));
  AIFLOW_TRY(detail::get(value, "logical_date", out.logical_date));
  AIFLOW_TRY(detail::get(value, "arrives", out.arrives));
  AIFLOW_TRY(detail::get(value, "tasks", out.tasks));
  return out;
}

Status read_value(const json::Value& value, WorkloadRun& out) {
  AIFLOW_ASSIGN(out, parse_workload_run(value));
  return {};
}

json::Value to_json(const WorkloadDag& value) {
  json::Object out;
  out.reserve(8);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "is_paused", value.is_paused);
  detail::put(out, "spec", value.spec);
  detail::put(out, "next_logical_date", value.next_logical_date);
  detail::put(out, "next_interval_start", value.next_interval_start);
  detail::put(out, "next_interval_end", value.next_interval_end);
  detail::put(out, "next_run_after", value.next_run_after);
  detail::put(out, "usual_ms", value.usual_ms);
  return json::Value(std::move(out));
}

Result<WorkloadDag> parse_workload_dag(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("WorkloadDag");
  WorkloadDag out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "is_paused", out.is_paused));
  AIFLOW_TRY(detail::get(value, "spec", out.spec));
  AIFLOW_TRY(detail::get(value, "next_logical_date", out.next_logical_date));
  AIFLOW_TRY(detail::get(value, "next_interval_start", out.next_interval_start));
  AIFLOW_TRY(detail::get(value, "next_interval_end", out.next_interval_end));
  AIFLOW_TRY(detail::get(value, "next_run_after", out.next_run_after));
  AIFLOW_TRY(detail::get(value, "usual_ms", out.usual_ms));
  return out;
}

Status read_value(const json::Value& value, WorkloadDag& out) {
  AIFLOW_ASSIGN(out, parse_workload_dag(value));
  return {};
}

json::Value to_json(const WorkloadPool& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "name", value.name);
  detail::put(out, "slots", value.slots);
  return json::Value(std::move(out));
}

Result<WorkloadPool> parse_workload_pool(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("WorkloadPool");
  WorkloadPool out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "slots", out.slots));
  return out;
}

Status read_value(const json::Value& value, WorkloadPool& out) {
  AIFLOW_ASSIGN(out, parse_workload_pool(value));
  return {};
}

json::Value to_json(const Workload& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "dags", value.dags);
  detail::put(out, "pools", value.pools);
  detail::put(out, "runs", value.runs);
  return json::Value(std::move(out));
}

Result<Workload> parse_workload(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Workload");
  Workload out;
  AIFLOW_TRY(detail::get(value, "dags", out.dags));
  AIFLOW_TRY(detail::get(value, "pools", out.pools));
  AIFLOW_TRY(detail::get(value, "runs", out.runs));
  return out;
}

Status read_value(const json::Value& value, Workload& out) {
  AIFLOW_ASSIGN(out, parse_workload(value));
  return {};
}

json::Value to_json(const AssetTask& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "task_id", value.task_id);
  return json::Value(std::move(out));
}

Result<AssetTask> parse_asset_task(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("AssetTask");
  AssetTask out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "task_id", out.task_id));
  return out;
}

Status read_value(const json::Value& value, AssetTask& out) {
  AIFLOW_ASSIGN(out, parse_asset_task(value));
  return {};
}

json::Value to_json(const Asset& value) {
  json::Object out;
  out.reserve(10);
  detail::put(out, "name", value.name);
  detail::put(out, "uri", value.uri);
  detail::put(out, "group", value.group);
  detail::put(out, "extra", value.extra);
  detail::put(out, "is_active", value.is_active);
  detail::put(out, "created_at", value.created_at);
  detail::put(out, "last_event_at", value.last_event_at);
  detail::put(out, "event_count", value.event_count);
  detail::put(out, "producing_tasks", value.producing_tasks);
  detail::put(out, "scheduled_dags", value.scheduled_dags);
  return json::Value(std::move(out));
}

Result<Asset> parse_asset(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Asset");
  Asset out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "uri", out.uri));
  AIFLOW_TRY(detail::get(value, "group", out.group));
  AIFLOW_TRY(detail::get(value, "extra", out.extra));
  AIFLOW_TRY(detail::get(value, "is_active", out.is_active));
  AIFLOW_TRY(detail::get(value, "created_at", out.created_at));
  AIFLOW_TRY(detail::get(value, "last_event_at", out.last_event_at));
  AIFLOW_TRY(detail::get(value, "event_count", out.event_count));
  AIFLOW_TRY(detail::get(value, "producing_tasks", out.producing_tasks));
  AIFLOW_TRY(detail::get(value, "scheduled_dags", out.scheduled_dags));
  return out;
}

Status read_value(const json::Value& value, Asset& out) {
  AIFLOW_ASSIGN(out, parse_asset(value));
  return {};
}

json::Value to_json(const AssetEvent& value) {
  json::Object out;
  out.reserve(10);
  detail::put(out, "id", value.id);
  detail::put(out, "name", value.name);
  detail::put(out, "extra", value.extra);
  detail::put(out, "timestamp", value.timestamp);
  detail::put(out, "source_dag_id", value.source_dag_id);
  detail::put(out, "source_run_id", value.source_run_id);
  detail::put(out, "source_task_id", value.source_task_id);
  detail::put(out, "source_map_index", value.source_map_index);
  detail::put(out, "alias", value.alias);
  detail::put(out, "user", value.user);
  return json::Value(std::move(out));
}

Result<AssetEvent> parse_asset_event(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("AssetEvent");
  AssetEvent out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "extra", out.extra));
  AIFLOW_TRY(detail::get(value, "timestamp", out.timestamp));
  AIFLOW_TRY(detail::get(value, "source_dag_id", out.source_dag_id));
  AIFLOW_TRY(detail::get(value, "source_run_id", out.source_run_id));
  AIFLOW_TRY(detail::get(value, "source_task_id", out.source_task_id));
  AIFLOW_TRY(detail::get(value, "source_map_index", out.source_map_index));
  AIFLOW_TRY(detail::get(value, "alias", out.alias));
  AIFLOW_TRY(detail::get(value, "user", out.user));
  return out;
}

Status read_value(const json::Value& value, AssetEvent& out) {
  AIFLOW_ASSIGN(out, parse_asset_event(value));
  return {};
}

json::Value to_json(const AssetEventCreate& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "name", value.name);
  detail::put(out, "extra", value.extra);
  return json::Value(std::move(out));
}

Result<AssetEventCreate> parse_asset_event_create(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("AssetEventCreate");
  AssetEventCreate out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "extra", out.extra));
  return out;
}

Status read_value(const json::Value& value, AssetEventCreate& out) {
  AIFLOW_ASSIGN(out, parse_asset_event_create(value));
  return {};
}

json::Value to_json(const AssetMaterialize& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "name", value.name);
  detail::put(out, "conf", value.conf);
  return json::Value(std::move(out));
}

Result<AssetMaterialize> parse_asset_materialize(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("AssetMaterialize");
  AssetMaterialize out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "conf", out.conf));
  return out;
}

Status read_value(const json::Value& value, AssetMaterialize& out) {
  AIFLOW_ASSIGN(out, parse_asset_materialize(value));
  return {};
}

json::Value to_json(const Backfill& value) {
  json::Object out;
  out.reserve(20);
  detail::put(out, "id", value.id);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "dag_display_name", value.dag_display_name);
  detail::put(out, "from_date", value.from_date);
  detail::put(out, "to_date", value.to_date);
  detail::put(out, "dag_run_conf", value.dag_run_conf);
  detail::put(out, "is_paused", value.is_paused);
  detail::put(out, "reprocess_behavior", value.reprocess_behavior);
  detail::put(out, "run_backwards", value.run_backwards);
  detail::put(out, "max_active_runs", value.max_active_runs);
  detail::put(out, "created_at", value.created_at);
  detail::put(out, "completed_at", value.completed_at);
  detail::put(out, "triggering_user_name", value.triggering_user_name);
  detail::put(out, "cause", value.cause);
  detail::put(out, "total", value.total);
  detail::put(out, "skipped", value.skipped);
  detail::put(out, "queued", value.queued);
  detail::put(out, "running", value.running);
  detail::put(out, "success", value.success);
  detail::put(out, "failed", value.failed);
  return json::Value(std::move(out));
}

Result<Backfill> parse_backfill(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Backfill");
  Backfill out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "dag_display_name", out.dag_display_name));
  AIFLOW_TRY(detail::get(value, "from_date", out.from_date));
  AIFLOW_TRY(detail::get(value, "to_date", out.to_date));
  AIFLOW_TRY(detail::get(value, "dag_run_conf", out.dag_run_conf));
  AIFLOW_TRY(detail::get(value, "is_paused", out.is_paused));
  AIFLOW_TRY(detail::get(value, "reprocess_behavior", out.reprocess_behavior));
  AIFLOW_TRY(detail::get(value, "run_backwards", out.run_backwards));
  AIFLOW_TRY(detail::get(value, "max_active_runs", out.max_active_runs));
  AIFLOW_TRY(detail::get(value, "created_at", out.created_at));
  AIFLOW_TRY(detail::get(value, "completed_at", out.completed_at));
  AIFLOW_TRY(detail::get(value, "triggering_user_name", out.triggering_user_name));
  AIFLOW_TRY(detail::get(value, "cause", out.cause));
  AIFLOW_TRY(detail::get(value, "total", out.total));
  AIFLOW_TRY(detail::get(value, "skipped", out.skipped));
  AIFLOW_TRY(detail::get(value, "queued", out.queued));
  AIFLOW_TRY(detail::get(value, "running", out.running));
  AIFLOW_TRY(detail::get(value, "success", out.success));
  AIFLOW_TRY(detail::get(value, "failed", out.failed));
  return out;
}

Status read_value(const json::Value& value, Backfill& out) {
  AIFLOW_ASSIGN(out, parse_backfill(value));
  return {};
}

json::Value to_json(const BackfillCreate& value) {
  json::Object out;
  out.reserve(7);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "from_date", value.from_date);
  detail::put(out, "to_date", value.to_date);
  detail::put(out, "run_backwards", value.run_backwards);
  detail::put(out, "dag_run_conf", value.dag_run_conf);
  detail::put(out, "reprocess_behavior", value.reprocess_behavior);
  detail::put(out, "max_active_runs", value.max_active_runs);
  return json::Value(std::move(out));
}

Result<BackfillCreate> parse_backfill_create(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("BackfillCreate");
  BackfillCreate out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "from_date", out.from_date));
  AIFLOW_TRY(detail::get(value, "to_date", out.to_date));
  AIFLOW_TRY(detail::get(value, "run_backwards", out.run_backwards));
  AIFLOW_TRY(detail::get(value, "dag_run_conf", out.dag_run_conf));
  AIFLOW_TRY(detail::get(value, "reprocess_behavior", out.reprocess_behavior));
  AIFLOW_TRY(detail::get(value, "max_active_runs", out.max_active_runs));
  return out;
}

Status read_value(const json::Value& value, BackfillCreate& out) {
  AIFLOW_ASSIGN(out, parse_backfill_create(value));
  return {};
}

json::Value to_json(const BackfillDate& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "logical_date", value.logical_date);
  detail::put(out, "data_interval_start", value.data_interval_start);
  detail::put(out, "data_interval_end", value.data_interval_end);
  detail::put(out, "dag_run_id", value.dag_run_id);
  return json::Value(std::move(out));
}

Result<BackfillDate> parse_backfill_date(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("BackfillDate");
  BackfillDate out;
  AIFLOW_TRY(detail::get(value, "logical_date", out.logical_date));
  AIFLOW_TRY(detail::get(value, "data_interval_start", out.data_interval_start));
  AIFLOW_TRY(detail::get(value, "data_interval_end", out.data_interval_end));
  AIFLOW_TRY(detail::get(value, "dag_run_id", out.dag_run_id));
  return out;
}

Status read_value(const json::Value& value, BackfillDate& out) {
  AIFLOW_ASSIGN(out, parse_backfill_date(value));
  return {};
}

json::Value to_json(const TriggerRequest& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "dag_run_id", value.dag_run_id);
  detail::put(out, "logical_date", value.logical_date);
  detail::put(out, "run_after", value.run_after);
  detail::put(out, "conf", value.conf);
  detail::put(out, "note", value.note);
  detail::put(out, "use_cache", value.use_cache);
  return json::Value(std::move(out));
}

Result<TriggerRequest> parse_trigger_request(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TriggerRequest");
  TriggerRequest out;
  AIFLOW_TRY(detail::get(value, "dag_run_id", out.dag_run_id));
  AIFLOW_TRY(detail::get(value, "logical_date", out.logical_date));
  AIFLOW_TRY(detail::get(value, "run_after", out.run_after));
  AIFLOW_TRY(detail::get(value, "conf", out.conf));
  AIFLOW_TRY(detail::get(value, "note", out.note));
  AIFLOW_TRY(detail::get(value, "use_cache", out.use_cache));
  return out;
}

Status read_value(const json::Value& value, TriggerRequest& out) {
  AIFLOW_ASSIGN(out, parse_trigger_request(value));
  return {};
}

json::Value to_json(const ProgressInfo& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "done", value.done);
  detail::put(out, "total", value.total);
  detail::put(out, "unit", value.unit);
  detail::put(out, "what", value.what);
  return json::Value(std::move(out));
}

Result<ProgressInfo> parse_progress_info(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ProgressInfo");
  ProgressInfo out;
  AIFLOW_TRY(detail::get(value, "done", out.done));
  AIFLOW_TRY(detail::get(value, "total", out.total));
  AIFLOW_TRY(detail::get(value, "unit", out.unit));
  AIFLOW_TRY(detail::get(value, "what", out.what));
  return out;
}

Status read_value(const json::Value& value, ProgressInfo& out) {
  AIFLOW_ASSIGN(out, parse_progress_info(value));
  return {};
}

json::Value to_json(const TaskInstance& value) {
  json::Object out;
  out.reserve(22);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "dag_run_id", value.dag_run_id);
  detail::put(out, "task_id", value.task_id);
  detail::put(out, "map_index", value.map_index);
  detail::put(out, "task_display_name", value.task_display_name);
  detail::put(out, "operator_name", value.operator_name);
  detail::put(out, "state", value.state);
  detail::put(out, "cause", value.cause);
  detail::put(out, "try_number", value.try_number);
  detail::put(out, "max_tries", value.max_tries);
  detail::put(out, "start_date", value.start_date);
  detail::put(out, "end_date", value.end_date);
  detail::put(out, "queued_when", value.queued_when);
  detail::put(out, "scheduled_when", value.scheduled_when);
  detail::put(out, "duration", value.duration);
  detail::put(out, "pool", value.pool);
  detail::put(out, "priority_weight", value.priority_weight);
  detail::put(out, "hostname", value.hostname);
  detail::put(out, "pid", value.pid);
  detail::put(out, "progress", value.progress);
  detail::put(out, "explanation", value.explanation);
  detail::put(out, "service", value.service);
  return json::Value(std::move(out));
}

Result<TaskInstance> parse_task_instance(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TaskInstance");
  TaskInstance out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "dag_run_id", out.dag_run_id));
  AIFLOW_TRY(detail::get(value, "task_id", out.task_id));
  AIFLOW_TRY(detail::get(value, "map_index", out.map_index));
  AIFLOW_TRY(detail::get(value, "task_display_name", out.task_display_name));
  AIFLOW_TRY(detail::get(value, "operator_name", out.operator_name));
  AIFLOW_TRY(detail::get(value, "state", out.state));
  AIFLOW_TRY(detail::get(value, "cause", out.cause));
  AIFLOW_TRY(detail::get(value, "try_number", out.try_number));
  AIFLOW_TRY(detail::get(value, "max_tries", out.max_tries));
  AIFLOW_TRY(detail::get(value, "start_date", out.start_date));
  AIFLOW_TRY(detail::get(value, "end_date", out.end_date));
  AIFLOW_TRY(detail::get(value, "queued_when", out.queued_when));
  AIFLOW_TRY(detail::get(value, "scheduled_when", out.scheduled_when));
  AIFLOW_TRY(detail::get(value, "duration", out.duration));
  AIFLOW_TRY(detail::get(value, "pool", out.pool));
  AIFLOW_TRY(detail::get(value, "priority_weight", out.priority_weight));
  AIFLOW_TRY(detail::get(value, "hostname", out.hostname));
  AIFLOW_TRY(detail::get(value, "pid", out.pid));
  AIFLOW_TRY(detail::get(value, "progress", out.progress));
  AIFLOW_TRY(detail::get(value, "explanation", out.explanation));
  AIFLOW_TRY(detail::get(value, "service", out.service));
  return out;
}

Status read_value(const json::Value& value, TaskInstance& out) {
  AIFLOW_ASSIGN(out, parse_task_instance(value));
  return {};
}

json::Value to_json(const ServiceReport& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "state", value.state);
  detail::put(out, "cause", value.cause);
  detail::put(out, "value", value.value);
  return json::Value(std::move(out));
}

Result<ServiceReport> parse_service_report(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ServiceReport");
  ServiceReport out;
  AIFLOW_TRY(detail::get(value, "state", out.state));
  AIFLOW_TRY(detail::get(value, "cause", out.cause));
  AIFLOW_TRY(detail::get(value, "value", out.value));
  return out;
}

Status read_value(const json::Value& value, ServiceReport& out) {
  AIFLOW_ASSIGN(out, parse_service_report(value));
  return {};
}

json::Value to_json(const TaskTry& value) {
  json::Object out;
  out.reserve(11);
  detail::put(out, "try_number", value.try_number);
  detail::put(out, "state", value.state);
  detail::put(out, "cause", value.cause);
  detail::put(out, "start_date", value.start_date);
  detail::put(out, "end_date", value.end_date);
  detail::put(out, "hostname", value.hostname);
  detail::put(out, "cpu_user_ms", value.cpu_user_ms);
  detail::put(out, "cpu_system_ms", value.cpu_system_ms);
  detail::put(out, "memory_peak_bytes", value.memory_peak_bytes);
  detail::put(out, "memory_mean_bytes", value.memory_mean_bytes);
  detail::put(out, "usage_note", value.usage_note);
  return json::Value(std::move(out));
}

Result<TaskTry> parse_task_try(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TaskTry");
  TaskTry out;
  AIFLOW_TRY(detail::get(value, "try_number", out.try_number));
  AIFLOW_TRY(detail::get(value, "state", out.state));
  AIFLOW_TRY(detail::get(value, "cause", out.cause));
  AIFLOW_TRY(detail::get(value, "start_date", out.start_date));
  AIFLOW_TRY(detail::get(value, "end_date", out.end_date));
  AIFLOW_TRY(detail::get(value, "hostname", out.hostname));
  AIFLOW_TRY(detail::get(value, "cpu_user_ms", out.cpu_user_ms));
  AIFLOW_TRY(detail::get(value, "cpu_system_ms", out.cpu_system_ms));
  AIFLOW_TRY(detail::get(value, "memory_peak_bytes", out.memory_peak_bytes));
  AIFLOW_TRY(detail::get(value, "memory_mean_bytes", out.memory_mean_bytes));
  AIFLOW_TRY(detail::get(value, "usage_note", out.usage_note));
  return out;
}

Status read_value(const json::Value& value, TaskTry& out) {
  AIFLOW_ASSIGN(out, parse_task_try(value));
  return {};
}

json::Value to_json(const UsageSample& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "ms", value.ms);
  detail::put(out, "cpu_ms", value.cpu_ms);
  detail::put(out, "memory_bytes", value.memory_bytes);
  return json::Value(std::move(out));
}

Result<UsageSample> parse_usage_sample(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("UsageSample");
  UsageSample out;
  AIFLOW_TRY(detail::get(value, "ms", out.ms));
  AIFLOW_TRY(detail::get(value, "cpu_ms", out.cpu_ms));
  AIFLOW_TRY(detail::get(value, "memory_bytes", out.memory_bytes));
  return out;
}

Status read_value(const json::Value& value, UsageSample& out) {
  AIFLOW_ASSIGN(out, parse_usage_sample(value));
  return {};
}

json::Value to_json(const TryDetails& value) {
  json::Object out;
  out.reserve(13);
  detail::put(out, "try_number", value.try_number);
  detail::put(out, "state", value.state);
  detail::put(out, "cause", value.cause);
  detail::put(out, "start_date", value.start_date);
  detail::put(out, "end_date", value.end_date);
  detail::put(out, "hostname", value.hostname);
  detail::put(out, "cpu_user_ms", value.cpu_user_ms);
  detail::put(out, "cpu_system_ms", value.cpu_system_ms);
  detail::put(out, "memory_peak_bytes", value.memory_peak_bytes);
  detail::put(out, "memory_mean_bytes", value.memory_mean_bytes);
  detail::put(out, "usage_note", value.usage_note);
  detail::put(out, "samples", value.samples);
  detail::put(out, "rendered_fields", value.rendered_fields);
  return json::Value(std::move(out));
}

Result<TryDetails> parse_try_details(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TryDetails");
  TryDetails out;
  AIFLOW_TRY(detail::get(value, "try_number", out.try_number));
  AIFLOW_TRY(detail::get(value, "state", out.state));
  AIFLOW_TRY(detail::get(value, "cause", out.cause));
  AIFLOW_TRY(detail::get(value, "start_date", out.start_date));
  AIFLOW_TRY(detail::get(value, "end_date", out.end_date));
  AIFLOW_TRY(detail::get(value, "hostname", out.hostname));
  AIFLOW_TRY(detail::get(value, "cpu_user_ms", out.cpu_user_ms));
  AIFLOW_TRY(detail::get(value, "cpu_system_ms", out.cpu_system_ms));
  AIFLOW_TRY(detail::get(value, "memory_peak_bytes", out.memory_peak_bytes));
  AIFLOW_TRY(detail::get(value, "memory_mean_bytes", out.memory_mean_bytes));
  AIFLOW_TRY(detail::get(value, "usage_note", out.usage_note));
  AIFLOW_TRY(detail::get(value, "samples", out.samples));
  AIFLOW_TRY(detail::get(value, "rendered_fields", out.rendered_fields));
  return out;
}

Status read_value(const json::Value& value, TryDetails& out) {
  AIFLOW_ASSIGN(out, parse_try_details(value));
  return {};
}

json::Value to_json(const DagRunPatch& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "state", value.state);
  detail::put(out, "note", value.note);
  return json::Value(std::move(out));
}

Result<DagRunPatch> parse_dag_run_patch(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DagRunPatch");
  DagRunPatch out;
  AIFLOW_TRY(detail::get(value, "state", out.state));
  AIFLOW_TRY(detail::get(value, "note", out.note));
  return out;
}

Status read_value(const json::Value& value, DagRunPatch& out) {
  AIFLOW_ASSIGN(out, parse_dag_run_patch(value));
  return {};
}

json::Value to_json(const ClearRequest& value) {
  json::Object out;
  out.reserve(13);
  detail::put(out, "dag_run_id", value.dag_run_id);
  detail::put(out, "task_ids", value.task_ids);
  detail::put(out, "task_group_id", value.task_group_id);
  detail::put(out, "map_index", value.map_index);
  detail::put(out, "include_upstream", value.include_upstream);
  detail::put(out, "include_downstream", value.include_downstream);
  detail::put(out, "include_future", value.include_future);
  detail::put(out, "include_past", value.include_past);
  detail::put(out, "only_failed", value.only_failed);
  detail::put(out, "only_running", value.only_running);
  detail::put(out, "run_on_latest_version", value.run_on_latest_version);
  detail::put(out, "dry_run", value.dry_run);
  detail::put(out, "use_cache", value.use_cache);
  return json::Value(std::move(out));
}

Result<ClearRequest> parse_clear_request(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ClearRequest");
  ClearRequest out;
  AIFLOW_TRY(detail::get(value, "dag_run_id", out.dag_run_id));
  AIFLOW_TRY(detail::get(value, "task_ids", out.task_ids));
  AIFLOW_TRY(detail::get(value, "task_group_id", out.task_group_id));
  AIFLOW_TRY(detail::get(value, "map_index", out.map_index));
  AIFLOW_TRY(detail::get(value, "include_upstream", out.include_upstream));
  AIFLOW_TRY(detail::get(value, "include_downstream", out.include_downstream));
  AIFLOW_TRY(detail::get(value, "include_future", out.include_future));
  AIFLOW_TRY(detail::get(value, "include_past", out.include_past));
  AIFLOW_TRY(detail::get(value, "only_failed", out.only_failed));
  AIFLOW_TRY(detail::get(value, "only_running", out.only_running));
  AIFLOW_TRY(detail::get(value, "run_on_latest_version", out.run_on_latest_version));
  AIFLOW_TRY(detail::get(value, "dry_run", out.dry_run));
  AIFLOW_TRY(detail::get(value, "use_cache", out.use_cache));
  return out;
}

Status read_value(const json::Value& value, ClearRequest& out) {
  AIFLOW_ASSIGN(out, parse_clear_request(value));
  return {};
}

json::Value to_json(const ClearRunRequest& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "only_failed", value.only_failed);
  detail::put(out, "run_on_latest_version", value.run_on_latest_version);
  detail::put(out, "dry_run", value.dry_run);
  detail::put(out, "use_cache", value.use_cache);
  return json::Value(std::move(out));
}

Result<ClearRunRequest> parse_clear_run_request(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ClearRunRequest");
  ClearRunRequest out;
  AIFLOW_TRY(detail::get(value, "only_failed", out.only_failed));
  AIFLOW_TRY(detail::get(value, "run_on_latest_version", out.run_on_latest_version));
  AIFLOW_TRY(detail::get(value, "dry_run", out.dry_run));
  AIFLOW_TRY(detail::get(value, "use_cache", out.use_cache));
  return out;
}

Status read_value(const json::Value& value, ClearRunRequest& out) {
  AIFLOW_ASSIGN(out, parse_clear_run_request(value));
  return {};
}

json::Value to_json(const MarkRequest& value) {
  json::Object out;
  out.reserve(5);
  detail::put(out, "new_state", value.new_state);
  detail::put(out, "include_upstream", value.include_upstream);
  detail::put(out, "include_downstream", value.include_downstream);
  detail::put(out, "include_future", value.include_future);
  detail::put(out, "include_past", value.include_past);
  return json::Value(std::move(out));
}

Result<MarkRequest> parse_mark_request(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("MarkRequest");
  MarkRequest out;
  AIFLOW_TRY(detail::get(value, "new_state", out.new_state));
  AIFLOW_TRY(detail::get(value, "include_upstream", out.include_upstream));
  AIFLOW_TRY(detail::get(value, "include_downstream", out.include_downstream));
  AIFLOW_TRY(detail::get(value, "include_future", out.include_future));
  AIFLOW_TRY(detail::get(value, "include_past", out.include_past));
  return out;
}

Status read_value(const json::Value& value, MarkRequest& out) {
  AIFLOW_ASSIGN(out, parse_mark_request(value));
  return {};
}

json::Value to_json(const Pool& value) {
  json::Object out;
  out.reserve(10);
  detail::put(out, "name", value.name);
  detail::put(out, "slots", value.slots);
  detail::put(out, "description", value.description);
  detail::put(out, "include_deferred", value.include_deferred);
  detail::put(out, "occupied_slots", value.occupied_slots);
  detail::put(out, "running_slots", value.running_slots);
  detail::put(out, "queued_slots", value.queued_slots);
  detail::put(out, "scheduled_slots", value.scheduled_slots);
  detail::put(out, "deferred_slots", value.deferred_slots);
  detail::put(out, "open_slots", value.open_slots);
  return json::Value(std::move(out));
}

Result<Pool> parse_pool(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Pool");
  Pool out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "slots", out.slots));
  AIFLOW_TRY(detail::get(value, "description", out.description));
  AIFLOW_TRY(detail::get(value, "include_deferred", out.include_deferred));
  AIFLOW_TRY(detail::get(value, "occupied_slots", out.occupied_slots));
  AIFLOW_TRY(detail::get(value, "running_slots", out.running_slots));
  AIFLOW_TRY(detail::get(value, "queued_slots", out.queued_slots));
  AIFLOW_TRY(detail::get(value, "scheduled_slots", out.scheduled_slots));
  AIFLOW_TRY(detail::get(value, "deferred_slots", out.deferred_slots));
  AIFLOW_TRY(detail::get(value, "open_slots", out.open_slots));
  return out;
}

Status read_value(const json::Value& value, Pool& out) {
  AIFLOW_ASSIGN(out, parse_pool(value));
  return {};
}

json::Value to_json(const PoolCreate& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "name", value.name);
  detail::put(out, "slots", value.slots);
  detail::put(out, "description", value.description);
  detail::put(out, "include_deferred", value.include_deferred);
  return json::Value(std::move(out));
}

Result<PoolCreate> parse_pool_create(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("PoolCreate");
  PoolCreate out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "slots", out.slots));
  AIFLOW_TRY(detail::get(value, "description", out.description));
  AIFLOW_TRY(detail::get(value, "include_deferred", out.include_deferred));
  return out;
}

Status read_value(const json::Value& value, PoolCreate& out) {
  AIFLOW_ASSIGN(out, parse_pool_create(value));
  return {};
}

json::Value to_json(const PoolPatch& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "slots", value.slots);
  detail::put(out, "description", value.description);
  detail::put(out, "include_deferred", value.include_deferred);
  return json::Value(std::move(out));
}

Result<PoolPatch> parse_pool_patch(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("PoolPatch");
  PoolPatch out;
  AIFLOW_TRY(detail::get(value, "slots", out.slots));
  AIFLOW_TRY(detail::get(value, "description", out.description));
  AIFLOW_TRY(detail::get(value, "include_deferred", out.include_deferred));
  return out;
}

Status read_value(const json::Value& value, PoolPatch& out) {
  AIFLOW_ASSIGN(out, parse_pool_patch(value));
  return {};
}

json::Value to_json(const TaskList& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "items", value.items);
  detail::put(out, "total_entries", value.total_entries);
  return json::Value(std::move(out));
}

Result<TaskList> parse_task_list(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TaskList");
  TaskList out;
  AIFLOW_TRY(detail::get(value, "items", out.items));
  AIFLOW_TRY(detail::get(value, "total_entries", out.total_entries));
  return out;
}

Status read_value(const json::Value& value, TaskList& out) {
  AIFLOW_ASSIGN(out, parse_task_list(value));
  return {};
}

json::Value to_json(const GridTask& value) {
  json::Object out;
  out.reserve(5);
  detail::put(out, "task_id", value.task_id);
  detail::put(out, "label", value.label);
  detail::put(out, "group", value.group);
  detail::put(out, "operator_name", value.operator_name);
  detail::put(out, "is_mapped", value.is_mapped);
  return json::Value(std::move(out));
}

Result<GridTask> parse_grid_task(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("GridTask");
  GridTask out;
  AIFLOW_TRY(detail::get(value, "task_id", out.task_id));
  AIFLOW_TRY(detail::get(value, "label", out.label));
  AIFLOW_TRY(detail::get(value, "group", out.group));
  AIFLOW_TRY(detail::get(value, "operator_name", out.operator_name));
  AIFLOW_TRY(detail::get(value, "is_mapped", out.is_mapped));
  return out;
}

Status read_value(const json::Value& value, GridTask& out) {
  AIFLOW_ASSIGN(out, parse_grid_task(value));
  return {};
}

json::Value to_json(const Grid& value) {
  json::Object out;
  out.reserve(5);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "tasks", value.tasks);
  detail::put(out, "groups", value.groups);
  detail::put(out, "runs", value.runs);
  detail::put(out, "states", value.states);
  return json::Value(std::move(out));
}

Result<Grid> parse_grid(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Grid");
  Grid out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "tasks", out.tasks));
  AIFLOW_TRY(detail::get(value, "groups", out.groups));
  AIFLOW_TRY(detail::get(value, "runs", out.runs));
  AIFLOW_TRY(detail::get(value, "states", out.states));
  return out;
}

Status read_value(const json::Value& value, Grid& out) {
  AIFLOW_ASSIGN(out, parse_grid(value));
  return {};
}

json::Value to_json(const LogChunk& value) {
  json::Object out;
  out.reserve(5);
  detail::put(out, "content", value.content);
  detail::put(out, "next_offset", value.next_offset);
  detail::put(out, "size", value.size);
  detail::put(out, "complete", value.complete);
  detail::put(out, "truncated", value.truncated);
  return json::Value(std::move(out));
}

Result<LogChunk> parse_log_chunk(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("LogChunk");
  LogChunk out;
  AIFLOW_TRY(detail::get(value, "content", out.content));
  AIFLOW_TRY(detail::get(value, "next_offset", out.next_offset));
  AIFLOW_TRY(detail::get(value, "size", out.size));
  AIFLOW_TRY(detail::get(value, "complete", out.complete));
  AIFLOW_TRY(detail::get(value, "truncated", out.truncated));
  return out;
}

Status read_value(const json::Value& value, LogChunk& out) {
  AIFLOW_ASSIGN(out, parse_log_chunk(value));
  return {};
}

json::Value to_json(const XComItem& value) {
  json::Object out;
  out.reserve(5);
  detail::put(out, "key", value.key);
  detail::put(out, "task_id", value.task_id);
  detail::put(out, "map_index", value.map_index);
  detail::put(out, "value", value.value);
  detail::put(out, "timestamp", value.timestamp);
  return json::Value(std::move(out));
}

Result<XComItem> parse_xcom_item(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("XComItem");
  XComItem out;
  AIFLOW_TRY(detail::get(value, "key", out.key));
  AIFLOW_TRY(detail::get(value, "task_id", out.task_id));
  AIFLOW_TRY(detail::get(value, "map_index", out.map_index));
  AIFLOW_TRY(detail::get(value, "value", out.value));
  AIFLOW_TRY(detail::get(value, "timestamp", out.timestamp));
  return out;
}

Status read_value(const json::Value& value, XComItem& out) {
  AIFLOW_ASSIGN(out, parse_xcom_item(value));
  return {};
}

json::Value to_json(const XComPut& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "key", value.key);
  detail::put(out, "value", value.value);
  return json::Value(std::move(out));
}

Result<XComPut> parse_xcom_put(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("XComPut");
  XComPut out;
  AIFLOW_TRY(detail::get(value, "key", out.key));
  AIFLOW_TRY(detail::get(value, "value", out.value));
  return out;
}

Status read_value(const json::Value& value, XComPut& out) {
  AIFLOW_ASSIGN(out, parse_xcom_put(value));
  return {};
}

json::Value to_json(const BlobInfo& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "sha256", value.sha256);
  detail::put(out, "size", value.size);
  return json::Value(std::move(out));
}

Result<BlobInfo> parse_blob_info(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("BlobInfo");
  BlobInfo out;
  AIFLOW_TRY(detail::get(value, "sha256", out.sha256));
  AIFLOW_TRY(detail::get(value, "size", out.size));
  return out;
}

Status read_value(const json::Value& value, BlobInfo& out) {
  AIFLOW_ASSIGN(out, parse_blob_info(value));
  return {};
}

json::Value to_json(const BlobList& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "sha256", value.sha256);
  return json::Value(std::move(out));
}

Result<BlobList> parse_blob_list(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("BlobList");
  BlobList out;
  AIFLOW_TRY(detail::get(value, "sha256", out.sha256));
  return out;
}

Status read_value(const json::Value& value, BlobList& out) {
  AIFLOW_ASSIGN(out, parse_blob_list(value));
  return {};
}

json::Value to_json(const ArtifactUse& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "dag_run_id", value.dag_run_id);
  detail::put(out, "task_id", value.task_id);
  detail::put(out, "map_index", value.map_index);
  detail::put(out, "try_number", value.try_number);
  detail::put(out, "used_at", value.used_at);
  return json::Value(std::move(out));
}

Result<ArtifactUse> parse_artifact_use(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ArtifactUse");
  ArtifactUse out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "dag_run_id", out.dag_run_id));
  AIFLOW_TRY(detail::get(value, "task_id", out.task_id));
  AIFLOW_TRY(detail::get(value, "map_index", out.map_index));
  AIFLOW_TRY(detail::get(value, "try_number", out.try_number));
  AIFLOW_TRY(detail::get(value, "used_at", out.used_at));
  return out;
}

Status read_value(const json::Value& value, ArtifactUse& out) {
  AIFLOW_ASSIGN(out, parse_artifact_use(value));
  return {};
}

json::Value to_json(const Artifact& value) {
  json::Object out;
  out.reserve(14);
  detail::put(out, "artifact_id", value.artifact_id);
  detail::put(out, "name", value.name);
  detail::put(out, "kind", value.kind);
  detail::put(out, "sha256", value.sha256);
  detail::put(out, "size", value.size);
  detail::put(out, "files", value.files);
  detail::put(out, "media_type", value.media_type);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "dag_run_id", value.dag_run_id);
  detail::put(out, "task_id", value.task_id);
  detail::put(out, "map_index", value.map_index);
  detail::put(out, "try_number", value.try_number);
  detail::put(out, "created_at", value.created_at);
  detail::put(out, "uses", value.uses);
  return json::Value(std::move(out));
}

Result<Artifact> parse_artifact(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Artifact");
  Artifact out;
  AIFLOW_TRY(detail::get(value, "artifact_id", out.artifact_id));
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "kind", out.kind));
  AIFLOW_TRY(detail::get(value, "sha256", out.sha256));
  AIFLOW_TRY(detail::get(value, "size", out.size));
  AIFLOW_TRY(detail::get(value, "files", out.files));
  AIFLOW_TRY(detail::get(value, "media_type", out.media_type));
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "dag_run_id", out.dag_run_id));
  AIFLOW_TRY(detail::get(value, "task_id", out.task_id));
  AIFLOW_TRY(detail::get(value, "map_index", out.map_index));
  AIFLOW_TRY(detail::get(value, "try_number", out.try_number));
  AIFLOW_TRY(detail::get(value, "created_at", out.created_at));
  AIFLOW_TRY(detail::get(value, "uses", out.uses));
  return out;
}

Status read_value(const json::Value& value, Artifact& out) {
  AIFLOW_ASSIGN(out, parse_artifact(value));
  return {};
}

json::Value to_json(const ArtifactCreate& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "name", value.name);
  detail::put(out, "kind", value.kind);
  detail::put(out, "sha256", value.sha256);
  detail::put(out, "media_type", value.media_type);
  return json::Value(std::move(out));
}

Result<ArtifactCreate> parse_artifact_create(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ArtifactCreate");
  ArtifactCreate out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "kind", out.kind));
  AIFLOW_TRY(detail::get(value, "sha256", out.sha256));
  AIFLOW_TRY(detail::get(value, "media_type", out.media_type));
  return out;
}

Status read_value(const json::Value& value, ArtifactCreate& out) {
  AIFLOW_ASSIGN(out, parse_artifact_create(value));
  return {};
}

json::Value to_json(const CacheLookup& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "key", value.key);
  return json::Value(std::move(out));
}

Result<CacheLookup> parse_cache_lookup(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("CacheLookup");
  CacheLookup out;
  AIFLOW_TRY(detail::get(value, "key", out.key));
  return out;
}

Status read_value(const json::Value& value, CacheLookup& out) {
  AIFLOW_ASSIGN(out, parse_cache_lookup(value));
  return {};
}

json::Value to_json(const CacheHit& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "dag_run_id", value.dag_run_id);
  detail::put(out, "task_id", value.task_id);
  detail::put(out, "map_index", value.map_index);
  detail::put(out, "created_at", value.created_at);
  detail::put(out, "xcoms", value.xcoms);
  return json::Value(std::move(out));
}

Result<CacheHit> parse_cache_hit(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("CacheHit");
  CacheHit out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "dag_run_id", out.dag_run_id));
  AIFLOW_TRY(detail::get(value, "task_id", out.task_id));
  AIFLOW_TRY(detail::get(value, "map_index", out.map_index));
  AIFLOW_TRY(detail::get(value, "created_at", out.created_at));
  AIFLOW_TRY(detail::get(value, "xcoms", out.xcoms));
  return out;
}

Status read_value(const json::Value& value, CacheHit& out) {
  AIFLOW_ASSIGN(out, parse_cache_hit(value));
  return {};
}

json::Value to_json(const CachedResult& value) {
  json::Object out;
  out.reserve(10);
  detail::put(out, "key", value.key);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "dag_run_id", value.dag_run_id);
  detail::put(out, "task_id", value.task_id);
  detail::put(out, "map_index", value.map_index);
  detail::put(out, "try_number", value.try_number);
  detail::put(out, "created_at", value.created_at);
  detail::put(out, "expires_at", value.expires_at);
  detail::put(out, "hits", value.hits);
  detail::put(out, "used_at", value.used_at);
  return json::Value(std::move(out));
}

Result<CachedResult> parse_cached_result(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("CachedResult");
  CachedResult out;
  AIFLOW_TRY(detail::get(value, "key", out.key));
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "dag_run_id", out.dag_run_id));
  AIFLOW_TRY(detail::get(value, "task_id", out.task_id));
  AIFLOW_TRY(detail::get(value, "map_index", out.map_index));
  AIFLOW_TRY(detail::get(value, "try_number", out.try_number));
  AIFLOW_TRY(detail::get(value, "created_at", out.created_at));
  AIFLOW_TRY(detail::get(value, "expires_at", out.expires_at));
  AIFLOW_TRY(detail::get(value, "hits", out.hits));
  AIFLOW_TRY(detail::get(value, "used_at", out.used_at));
  return out;
}

Status read_value(const json::Value& value, CachedResult& out) {
  AIFLOW_ASSIGN(out, parse_cached_result(value));
  return {};
}

json::Value to_json(const Removed& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "count", value.count);
  return json::Value(std::move(out));
}

Result<Removed> parse_removed(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Removed");
  Removed out;
  AIFLOW_TRY(detail::get(value, "count", out.count));
  return out;
}

Status read_value(const json::Value& value, Removed& out) {
  AIFLOW_ASSIGN(out, parse_removed(value));
  return {};
}

json::Value to_json(const LineageNode& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "id", value.id);
  detail::put(out, "kind", value.kind);
  detail::put(out, "label", value.label);
  detail::put(out, "detail", value.detail);
  detail::put(out, "at", value.at);
  detail::put(out, "depth", value.depth);
  return json::Value(std::move(out));
}

Result<LineageNode> parse_lineage_node(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("LineageNode");
  LineageNode out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  AIFLOW_TRY(detail::get(value, "kind", out.kind));
  AIFLOW_TRY(detail::get(value, "label", out.label));
  AIFLOW_TRY(detail::get(value, "detail", out.detail));
  AIFLOW_TRY(detail::get(value, "at", out.at));
  AIFLOW_TRY(detail::get(value, "depth", out.depth));
  return out;
}

Status read_value(const json::Value& value, LineageNode& out) {
  AIFLOW_ASSIGN(out, parse_lineage_node(value));
  return {};
}

json::Value to_json(const LineageEdge& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "source", value.source);
  detail::put(out, "target", value.target);
  detail::put(out, "relation", value.relation);
  return json::Value(std::move(out));
}

Result<LineageEdge> parse_lineage_edge(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("LineageEdge");
  LineageEdge out;
  AIFLOW_TRY(detail::get(value, "source", out.source));
  AIFLOW_TRY(detail::get(value, "target", out.target));
  AIFLOW_TRY(detail::get(value, "relation", out.relation));
  return out;
}

Status read_value(const json::Value& value, LineageEdge& out) {
  AIFLOW_ASSIGN(out, parse_lineage_edge(value));
  return {};
}

json::Value to_json(const LineageGraph& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "nodes", value.nodes);
  detail::put(out, "edges", value.edges);
  detail::put(out, "truncated", value.truncated);
  return json::Value(std::move(out));
}

Result<LineageGraph> parse_lineage_graph(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("LineageGraph");
  LineageGraph out;
  AIFLOW_TRY(detail::get(value, "nodes", out.nodes));
  AIFLOW_TRY(detail::get(value, "edges", out.edges));
  AIFLOW_TRY(detail::get(value, "truncated", out.truncated));
  return out;
}

Status read_value(const json::Value& value, LineageGraph& out) {
  AIFLOW_ASSIGN(out, parse_lineage_graph(value));
  return {};
}

json::Value to_json(const RetentionPolicy& value) {
  json::Object out;
  out.reserve(9);
  detail::put(out, "run_days", value.run_days);
  detail::put(out, "log_days", value.log_days);
  detail::put(out, "xcom_days", value.xcom_days);
  detail::put(out, "artifact_days", value.artifact_days);
  detail::put(out, "artifact_bytes_max", value.artifact_bytes_max);
  detail::put(out, "event_log_rows", value.event_log_rows);
  detail::put(out, "unused_hours", value.unused_hours);
  detail::put(out, "audit_days", value.audit_days);
  detail::put(out, "audit_rows", value.audit_rows);
  return json::Value(std::move(out));
}

Result<RetentionPolicy> parse_retention_policy(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("RetentionPolicy");
  RetentionPolicy out;
  AIFLOW_TRY(detail::get(value, "run_days", out.run_days));
  AIFLOW_TRY(detail::get(value, "log_days", out.log_days));
  AIFLOW_TRY(detail::get(value, "xcom_days", out.xcom_days));
  AIFLOW_TRY(detail::get(value, "artifact_days", out.artifact_days));
  AIFLOW_TRY(detail::get(value, "artifact_bytes_max", out.artifact_bytes_max));
  AIFLOW_TRY(detail::get(value, "event_log_rows", out.event_log_rows));
  AIFLOW_TRY(detail::get(value, "unused_hours", out.unused_hours));
  AIFLOW_TRY(detail::get(value, "audit_days", out.audit_days));
  AIFLOW_TRY(detail::get(value, "audit_rows", out.audit_rows));
  return out;
}

Status read_value(const json::Value& value, RetentionPolicy& out) {
  AIFLOW_ASSIGN(out, parse_retention_policy(value));
  return {};
}

json::Value to_json(const GarbageRequest& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "dry_run", value.dry_run);
  return json::Value(std::move(out));
}

Result<GarbageRequest> parse_garbage_request(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("GarbageRequest");
  GarbageRequest out;
  AIFLOW_TRY(detail::get(value, "dry_run", out.dry_run));
  return out;
}

Status read_value(const json::Value& value, GarbageRequest& out) {
  AIFLOW_ASSIGN(out, parse_garbage_request(value));
  return {};
}

json::Value to_json(const GarbageItem& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "kind", value.kind);
  detail::put(out, "count", value.count);
  detail::put(out, "size", value.size);
  return json::Value(std::move(out));
}

Result<GarbageItem> parse_garbage_item(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("GarbageItem");
  GarbageItem out;
  AIFLOW_TRY(detail::get(value, "kind", out.kind));
  AIFLOW_TRY(detail::get(value, "count", out.count));
  AIFLOW_TRY(detail::get(value, "size", out.size));
  return out;
}

Status read_value(const json::Value& value, GarbageItem& out) {
  AIFLOW_ASSIGN(out, parse_garbage_item(value));
  return {};
}

json::Value to_json(const GarbageReport& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "dry_run", value.dry_run);
  detail::put(out, "more", value.more);
  detail::put(out, "items", value.items);
  return json::Value(std::move(out));
}

Result<GarbageReport> parse_garbage_report(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("GarbageReport");
  GarbageReport out;
  AIFLOW_TRY(detail::get(value, "dry_run", out.dry_run));
  AIFLOW_TRY(detail::get(value, "more", out.more));
  AIFLOW_TRY(detail::get(value, "items", out.items));
  return out;
}

Status read_value(const json::Value& value, GarbageReport& out) {
  AIFLOW_ASSIGN(out, parse_garbage_report(value));
  return {};
}

json::Value to_json(const Lineage& value) {
  json::Object out;
  out.reserve(5);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "dag_run_id", value.dag_run_id);
  detail::put(out, "task_id", value.task_id);
  detail::put(out, "try_number", value.try_number);
  detail::put(out, "username", value.username);
  return json::Value(std::move(out));
}

Result<Lineage> parse_lineage(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Lineage");
  Lineage out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "dag_run_id", out.dag_run_id));
  AIFLOW_TRY(detail::get(value, "task_id", out.task_id));
  AIFLOW_TRY(detail::get(value, "try_number", out.try_number));
  AIFLOW_TRY(detail::get(value, "username", out.username));
  return out;
}

Status read_value(const json::Value& value, Lineage& out) {
  AIFLOW_ASSIGN(out, parse_lineage(value));
  return {};
}

json::Value to_json(const ModelVariant& value) {
  json::Object out;
  out.reserve(11);
  detail::put(out, "variant_id", value.variant_id);
  detail::put(out, "model", value.model);
  detail::put(out, "version", value.version);
  detail::put(out, "variant", value.variant);
  detail::put(out, "format", value.format);
  detail::put(out, "blob", value.blob);
  detail::put(out, "decoder", value.decoder);
  detail::put(out, "method", value.method);
  detail::put(out, "parent_variant_id", value.parent_variant_id);
  detail::put(out, "created_at", value.created_at);
  detail::put(out, "lineage", value.lineage);
  return json::Value(std::move(out));
}

Result<ModelVariant> parse_model_variant(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ModelVariant");
  ModelVariant out;
  AIFLOW_TRY(detail::get(value, "variant_id", out.variant_id));
  AIFLOW_TRY(detail::get(value, "model", out.model));
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "variant", out.variant));
  AIFLOW_TRY(detail::get(value, "format", out.format));
  AIFLOW_TRY(detail::get(value, "blob", out.blob));
  AIFLOW_TRY(detail::get(value, "decoder", out.decoder));
  AIFLOW_TRY(detail::get(value, "method", out.method));
  AIFLOW_TRY(detail::get(value, "parent_variant_id", out.parent_variant_id));
  AIFLOW_TRY(detail::get(value, "created_at", out.created_at));
  AIFLOW_TRY(detail::get(value, "lineage", out.lineage));
  return out;
}

Status read_value(const json::Value& value, ModelVariant& out) {
  AIFLOW_ASSIGN(out, parse_model_variant(value));
  return {};
}

json::Value to_json(const ModelVersion& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "version", value.version);
  detail::put(out, "created_at", value.created_at);
  detail::put(out, "variants", value.variants);
  return json::Value(std::move(out));
}

Result<ModelVersion> parse_model_version(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ModelVersion");
  ModelVersion out;
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "created_at", out.created_at));
  AIFLOW_TRY(detail::get(value, "variants", out.variants));
  return out;
}

Status read_value(const json::Value& value, ModelVersion& out) {
  AIFLOW_ASSIGN(out, parse_model_version(value));
  return {};
}

json::Value to_json(const Model& value) {
  json::Object out;
  out.reserve(7);
  detail::put(out, "name", value.name);
  detail::put(out, "description", value.description);
  detail::put(out, "task", value.task);
  detail::put(out, "licence", value.licence);
  detail::put(out, "source", value.source);
  detail::put(out, "created_at", value.created_at);
  detail::put(out, "versions", value.versions);
  return json::Value(std::move(out));
}

Result<Model> parse_model(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Model");
  Model out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "description", out.description));
  AIFLOW_TRY(detail::get(value, "task", out.task));
  AIFLOW_TRY(detail::get(value, "licence", out.licence));
  AIFLOW_TRY(detail::get(value, "source", out.source));
  AIFLOW_TRY(detail::get(value, "created_at", out.created_at));
  AIFLOW_TRY(detail::get(value, "versions", out.versions));
  return out;
}

Status read_value(const json::Value& value, Model& out) {
  AIFLOW_ASSIGN(out, parse_model(value));
  return {};
}

json::Value to_json(const VariantCreate& value) {
  json::Object out;
  out.reserve(12);
  detail::put(out, "model", value.model);
  detail::put(out, "description", value.description);
  detail::put(out, "task", value.task);
  detail::put(out, "licence", value.licence);
  detail::put(out, "source", value.source);
  detail::put(out, "version", value.version);
  detail::put(out, "variant", value.variant);
  detail::put(out, "format", value.format);
  detail::put(out, "blob_sha256", value.blob_sha256);
  detail::put(out, "decoder", value.decoder);
  detail::put(out, "method", value.method);
  detail::put(out, "parent_variant_id", value.parent_variant_id);
  return json::Value(std::move(out));
}

Result<VariantCreate> parse_variant_create(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("VariantCreate");
  VariantCreate out;
  AIFLOW_TRY(detail::get(value, "model", out.model));
  AIFLOW_TRY(detail::get(value, "description", out.description));
  AIFLOW_TRY(detail::get(value, "task", out.task));
  AIFLOW_TRY(detail::get(value, "licence", out.licence));
  AIFLOW_TRY(detail::get(value, "source", out.source));
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "variant", out.variant));
  AIFLOW_TRY(detail::get(value, "format", out.format));
  AIFLOW_TRY(detail::get(value, "blob_sha256", out.blob_sha256));
  AIFLOW_TRY(detail::get(value, "decoder", out.decoder));
  AIFLOW_TRY(detail::get(value, "method", out.method));
  AIFLOW_TRY(detail::get(value, "parent_variant_id", out.parent_variant_id));
  return out;
}

Status read_value(const json::Value& value, VariantCreate& out) {
  AIFLOW_ASSIGN(out, parse_variant_create(value));
  return {};
}

json::Value to_json(const Report& value) {
  json::Object out;
  out.reserve(8);
  detail::put(out, "report_id", value.report_id);
  detail::put(out, "model", value.model);
  detail::put(out, "version", value.version);
  detail::put(out, "created_at", value.created_at);
  detail::put(out, "title", value.title);
  detail::put(out, "device", value.device);
  detail::put(out, "body", value.body);
  detail::put(out, "lineage", value.lineage);
  return json::Value(std::move(out));
}

Result<Report> parse_report(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Report");
  Report out;
  AIFLOW_TRY(detail::get(value, "report_id", out.report_id));
  AIFLOW_TRY(detail::get(value, "model", out.model));
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "created_at", out.created_at));
  AIFLOW_TRY(detail::get(value, "title", out.title));
  AIFLOW_TRY(detail::get(value, "device", out.device));
  AIFLOW_TRY(detail::get(value, "body", out.body));
  AIFLOW_TRY(detail::get(value, "lineage", out.lineage));
  return out;
}

Status read_value(const json::Value& value, Report& out) {
  AIFLOW_ASSIGN(out, parse_report(value));
  return {};
}

json::Value to_json(const ReportCreate& value) {
  json::Object out;
  out.reserve(5);
  detail::put(out, "model", value.model);
  detail::put(out, "version", value.version);
  detail::put(out, "title", value.title);
  detail::put(out, "device", value.device);
  detail::put(out, "body", value.body);
  return json::Value(std::move(out));
}

Result<ReportCreate> parse_report_create(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ReportCreate");
  ReportCreate out;
  AIFLOW_TRY(detail::get(value, "model", out.model));
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "title", out.title));
  AIFLOW_TRY(detail::get(value, "device", out.device));
  AIFLOW_TRY(detail::get(value, "body", out.body));
  return out;
}

Status read_value(const json::Value& value, ReportCreate& out) {
  AIFLOW_ASSIGN(out, parse_report_create(value));
  return {};
}

json::Value to_json(const Pack& value) {
  json::Object out;
  out.reserve(11);
  detail::put(out, "digest", value.digest);
  detail::put(out, "name", value.name);
  detail::put(out, "version", value.version);
  detail::put(out, "engine", value.engine);
  detail::put(out, "size", value.size);
  detail::put(out, "files", value.files);
  detail::put(out, "created_at", value.created_at);
  detail::put(out, "source", value.source);
  detail::put(out, "licence", value.licence);
  detail::put(out, "manifest", value.manifest);
  detail::put(out, "lineage", value.lineage);
  return json::Value(std::move(out));
}

Result<Pack> parse_pack(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Pack");
  Pack out;
  AIFLOW_TRY(detail::get(value, "digest", out.digest));
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "engine", out.engine));
  AIFLOW_TRY(detail::get(value, "size", out.size));
  AIFLOW_TRY(detail::get(value, "files", out.files));
  AIFLOW_TRY(detail::get(value, "created_at", out.created_at));
  AIFLOW_TRY(detail::get(value, "source", out.source));
  AIFLOW_TRY(detail::get(value, "licence", out.licence));
  AIFLOW_TRY(detail::get(value, "manifest", out.manifest));
  AIFLOW_TRY(detail::get(value, "lineage", out.lineage));
  return out;
}

Status read_value(const json::Value& value, Pack& out) {
  AIFLOW_ASSIGN(out, parse_pack(value));
  return {};
}

json::Value to_json(const PackCreate& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "digest", value.digest);
  detail::put(out, "blob_sha256", value.blob_sha256);
  return json::Value(std::move(out));
}

Result<PackCreate> parse_pack_create(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("PackCreate");
  PackCreate out;
  AIFLOW_TRY(detail::get(value, "digest", out.digest));
  AIFLOW_TRY(detail::get(value, "blob_sha256", out.blob_sha256));
  return out;
}

Status read_value(const json::Value& value, PackCreate& out) {
  AIFLOW_ASSIGN(out, parse_pack_create(value));
  return {};
}

json::Value to_json(const Service& value) {
  json::Object out;
  out.reserve(18);
  detail::put(out, "name", value.name);
  detail::put(out, "state", value.state);
  detail::put(out, "cause", value.cause);
  detail::put(out, "model", value.model);
  detail::put(out, "version", value.version);
  detail::put(out, "variant", value.variant);
  detail::put(out, "variant_id", value.variant_id);
  detail::put(out, "pack_digest", value.pack_digest);
  detail::put(out, "report_id", value.report_id);
  detail::put(out, "pid", value.pid);
  detail::put(out, "started_at", value.started_at);
  detail::put(out, "created_at", value.created_at);
  detail::put(out, "restarts", value.restarts);
  detail::put(out, "address", value.address);
  detail::put(out, "requests", value.requests);
  detail::put(out, "latency_ms_p50", value.latency_ms_p50);
  detail::put(out, "latency_ms_p99", value.latency_ms_p99);
  detail::put(out, "lineage", value.lineage);
  return json::Value(std::move(out));
}

Result<Service> parse_service(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Service");
  Service out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "state", out.state));
  AIFLOW_TRY(detail::get(value, "cause", out.cause));
  AIFLOW_TRY(detail::get(value, "model", out.model));
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "variant", out.variant));
  AIFLOW_TRY(detail::get(value, "variant_id", out.variant_id));
  AIFLOW_TRY(detail::get(value, "pack_digest", out.pack_digest));
  AIFLOW_TRY(detail::get(value, "report_id", out.report_id));
  AIFLOW_TRY(detail::get(value, "pid", out.pid));
  AIFLOW_TRY(detail::get(value, "started_at", out.started_at));
  AIFLOW_TRY(detail::get(value, "created_at", out.created_at));
  AIFLOW_TRY(detail::get(value, "restarts", out.restarts));
  AIFLOW_TRY(detail::get(value, "address", out.address));
  AIFLOW_TRY(detail::get(value, "requests", out.requests));
  AIFLOW_TRY(detail::get(value, "latency_ms_p50", out.latency_ms_p50));
  AIFLOW_TRY(detail::get(value, "latency_ms_p99", out.latency_ms_p99));
  AIFLOW_TRY(detail::get(value, "lineage", out.lineage));
  return out;
}

Status read_value(const json::Value& value, Service& out) {
  AIFLOW_ASSIGN(out, parse_service(value));
  return {};
}

json::Value to_json(const ServiceDeploy& value) {
  json::Object out;
  out.reserve(7);
  detail::put(out, "name", value.name);
  detail::put(out, "model", value.model);
  detail::put(out, "version", value.version);
  detail::put(out, "variant", value.variant);
  detail::put(out, "pack", value.pack);
  detail::put(out, "report_id", value.report_id);
  detail::put(out, "threads", value.threads);
  return json::Value(std::move(out));
}

Result<ServiceDeploy> parse_service_deploy(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ServiceDeploy");
  ServiceDeploy out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "model", out.model));
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "variant", out.variant));
  AIFLOW_TRY(detail::get(value, "pack", out.pack));
  AIFLOW_TRY(detail::get(value, "report_id", out.report_id));
  AIFLOW_TRY(detail::get(value, "threads", out.threads));
  return out;
}

Status read_value(const json::Value& value, ServiceDeploy& out) {
  AIFLOW_ASSIGN(out, parse_service_deploy(value));
  return {};
}

json::Value to_json(const Camera& value) {
  json::Object out;
  out.reserve(20);
  detail::put(out, "camera_id", value.camera_id);
  detail::put(out, "name", value.name);
  detail::put(out, "source", value.source);
  detail::put(out, "state", value.state);
  detail::put(out, "cause", value.cause);
  detail::put(out, "service", value.service);
  detail::put(out, "rules", value.rules);
  detail::put(out, "start_frame", value.start_frame);
  detail::put(out, "end_frame", value.end_frame);
  detail::put(out, "realtime", value.realtime);
  detail::put(out, "frame", value.frame);
  detail::put(out, "frames_total", value.frames_total);
  detail::put(out, "fps", value.fps);
  detail::put(out, "tracks", value.tracks);
  detail::put(out, "counts", value.counts);
  detail::put(out, "event_count", value.event_count);
  detail::put(out, "dropped", value.dropped);
  detail::put(out, "created_at", value.created_at);
  detail::put(out, "lineage", value.lineage);
  detail::put(out, "stats", value.stats);
  return json::Value(std::move(out));
}

Result<Camera> parse_camera(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Camera");
  Camera out;
  AIFLOW_TRY(detail::get(value, "camera_id", out.camera_id));
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "source", out.source));
  AIFLOW_TRY(detail::get(value, "state", out.state));
  AIFLOW_TRY(detail::get(value, "cause", out.cause));
  AIFLOW_TRY(detail::get(value, "service", out.service));
  AIFLOW_TRY(detail::get(value, "rules", out.rules));
  AIFLOW_TRY(detail::get(value, "start_frame", out.start_frame));
  AIFLOW_TRY(detail::get(value, "end_frame", out.end_frame));
  AIFLOW_TRY(detail::get(value, "realtime", out.realtime));
  AIFLOW_TRY(detail::get(value, "frame", out.frame));
  AIFLOW_TRY(detail::get(value, "frames_total", out.frames_total));
  AIFLOW_TRY(detail::get(value, "fps", out.fps));
  AIFLOW_TRY(detail::get(value, "tracks", out.tracks));
  AIFLOW_TRY(detail::get(value, "counts", out.counts));
  AIFLOW_TRY(detail::get(value, "event_count", out.event_count));
  AIFLOW_TRY(detail::get(value, "dropped", out.dropped));
  AIFLOW_TRY(detail::get(value, "created_at", out.created_at));
  AIFLOW_TRY(detail::get(value, "lineage", out.lineage));
  AIFLOW_TRY(detail::get(value, "stats", out.stats));
  return out;
}

Status read_value(const json::Value& value, Camera& out) {
  AIFLOW_ASSIGN(out, parse_camera(value));
  return {};
}

json::Value to_json(const CameraCreate& value) {
  json::Object out;
  out.reserve(11);
  detail::put(out, "camera_id", value.camera_id);
  detail::put(out, "name", value.name);
  detail::put(out, "source", value.source);
  detail::put(out, "service", value.service);
  detail::put(out, "rules", value.rules);
  detail::put(out, "classes", value.classes);
  detail::put(out, "start_frame", value.start_frame);
  detail::put(out, "end_frame", value.end_frame);
  detail::put(out, "realtime", value.realtime);
  detail::put(out, "score_min", value.score_min);
  detail::put(out, "detect_fps", value.detect_fps);
  return json::Value(std::move(out));
}

Result<CameraCreate> parse_camera_create(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("CameraCreate");
  CameraCreate out;
  AIFLOW_TRY(detail::get(value, "camera_id", out.camera_id));
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "source", out.source));
  AIFLOW_TRY(detail::get(value, "service", out.service));
  AIFLOW_TRY(detail::get(value, "rules", out.rules));
  AIFLOW_TRY(detail::get(value, "classes", out.classes));
  AIFLOW_TRY(detail::get(value, "start_frame", out.start_frame));
  AIFLOW_TRY(detail::get(value, "end_frame", out.end_frame));
  AIFLOW_TRY(detail::get(value, "realtime", out.realtime));
  AIFLOW_TRY(detail::get(value, "score_min", out.score_min));
  AIFLOW_TRY(detail::get(value, "detect_fps", out.detect_fps));
  return out;
}

Status read_value(const json::Value& value, CameraCreate& out) {
  AIFLOW_ASSIGN(out, parse_camera_create(value));
  return {};
}

json::Value to_json(const SceneEvent& value) {
  json::Object out;
  out.reserve(24);
  detail::put(out, "event_id", value.event_id);
  detail::put(out, "camera_id", value.camera_id);
  detail::put(out, "rule_id", value.rule_id);
  detail::put(out, "rule_name", value.rule_name);
  detail::put(out, "kind", value.kind);
  detail::put(out, "state", value.state);
  detail::put(out, "started_at", value.started_at);
  detail::put(out, "ended_at", value.ended_at);
  detail::put(out, "media_time_ms", value.media_time_ms);
  detail::put(out, "frame", value.frame);
  detail::put(out, "track_ids", value.track_ids);
  detail::put(out, "label", value.label);
  detail::put(out, "score", value.score);
  detail::put(out, "points", value.points);
  detail::put(out, "values", value.values);
  detail::put(out, "snapshot_sha256", value.snapshot_sha256);
  detail::put(out, "service", value.service);
  detail::put(out, "model", value.model);
  detail::put(out, "version", value.version);
  detail::put(out, "variant", value.variant);
  detail::put(out, "variant_id", value.variant_id);
  detail::put(out, "report_id", value.report_id);
  detail::put(out, "pack_digest", value.pack_digest);
  detail::put(out, "lineage", value.lineage);
  return json::Value(std::move(out));
}

Result<SceneEvent> parse_scene_event(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("SceneEvent");
  SceneEvent out;
  AIFLOW_TRY(detail::get(value, "event_id", out.event_id));
  AIFLOW_TRY(detail::get(value, "camera_id", out.camera_id));
  AIFLOW_TRY(detail::get(value, "rule_id", out.rule_id));
  AIFLOW_TRY(detail::get(value, "rule_name", out.rule_name));
  AIFLOW_TRY(detail::get(value, "kind", out.kind));
  AIFLOW_TRY(detail::get(value, "state", out.state));
  AIFLOW_TRY(detail::get(value, "started_at", out.started_at));
  AIFLOW_TRY(detail::get(value, "ended_at", out.ended_at));
  AIFLOW_TRY(detail::get(value, "media_time_ms", out.media_time_ms));
  AIFLOW_TRY(detail::get(value, "frame", out.frame));
  AIFLOW_TRY(detail::get(value, "track_ids", out.track_ids));
  AIFLOW_TRY(detail::get(value, "label", out.label));
  AIFLOW_TRY(detail::get(value, "score", out.score));
  AIFLOW_TRY(detail::get(value, "points", out.points));
  AIFLOW_TRY(detail::get(value, "values", out.values));
  AIFLOW_TRY(detail::get(value, "snapshot_sha256", out.snapshot_sha256));
  AIFLOW_TRY(detail::get(value, "service", out.service));
  AIFLOW_TRY(detail::get(value, "model", out.model));
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "variant", out.variant));
  AIFLOW_TRY(detail::get(value, "variant_id", out.variant_id));
  AIFLOW_TRY(detail::get(value, "report_id", out.report_id));
  AIFLOW_TRY(detail::get(value, "pack_digest", out.pack_digest));
  AIFLOW_TRY(detail::get(value, "lineage", out.lineage));
  return out;
}

Status read_value(const json::Value& value, SceneEvent& out) {
  AIFLOW_ASSIGN(out, parse_scene_event(value));
  return {};
}

json::Value to_json(const SceneEventPatch& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "state", value.state);
  return json::Value(std::move(out));
}

Result<SceneEventPatch> parse_scene_event_patch(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("SceneEventPatch");
  SceneEventPatch out;
  AIFLOW_TRY(detail::get(value, "state", out.state));
  return out;
}

Status read_value(const json::Value& value, SceneEventPatch& out) {
  AIFLOW_ASSIGN(out, parse_scene_event_patch(value));
  return {};
}

json::Value to_json(const WorkerPack& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "name", value.name);
  detail::put(out, "version", value.version);
  detail::put(out, "digest", value.digest);
  detail::put(out, "size", value.size);
  return json::Value(std::move(out));
}

Result<WorkerPack> parse_worker_pack(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("WorkerPack");
  WorkerPack out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "digest", out.digest));
  AIFLOW_TRY(detail::get(value, "size", out.size));
  return out;
}

Status read_value(const json::Value& value, WorkerPack& out) {
  AIFLOW_ASSIGN(out, parse_worker_pack(value));
  return {};
}

json::Value to_json(const Worker& value) {
  json::Object out;
  out.reserve(18);
  detail::put(out, "worker_id", value.worker_id);
  detail::put(out, "state", value.state);
  detail::put(out, "slots", value.slots);
  detail::put(out, "running", value.running);
  detail::put(out, "pid", value.pid);
  detail::put(out, "version", value.version);
  detail::put(out, "last_seen", value.last_seen);
  detail::put(out, "executors", value.executors);
  detail::put(out, "queues", value.queues);
  detail::put(out, "labels", value.labels);
  detail::put(out, "host", value.host);
  detail::put(out, "cordoned", value.cordoned);
  detail::put(out, "cpus", value.cpus);
  detail::put(out, "load", value.load);
  detail::put(out, "cpu_used", value.cpu_used);
  detail::put(out, "memory_bytes", value.memory_bytes);
  detail::put(out, "memory_used_bytes", value.memory_used_bytes);
  detail::put(out, "packs", value.packs);
  return json::Value(std::move(out));
}

Result<Worker> parse_worker(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Worker");
  Worker out;
  AIFLOW_TRY(detail::get(value, "worker_id", out.worker_id));
  AIFLOW_TRY(detail::get(value, "state", out.state));
  AIFLOW_TRY(detail::get(value, "slots", out.slots));
  AIFLOW_TRY(detail::get(value, "running", out.running));
  AIFLOW_TRY(detail::get(value, "pid", out.pid));
  AIFLOW_TRY(detail::get(value, "version", out.version));
  AIFLOW_TRY(detail::get(value, "last_seen", out.last_seen));
  AIFLOW_TRY(detail::get(value, "executors", out.executors));
  AIFLOW_TRY(detail::get(value, "queues", out.queues));
  AIFLOW_TRY(detail::get(value, "labels", out.labels));
  AIFLOW_TRY(detail::get(value, "host", out.host));
  AIFLOW_TRY(detail::get(value, "cordoned", out.cordoned));
  AIFLOW_TRY(detail::get(value, "cpus", out.cpus));
  AIFLOW_TRY(detail::get(value, "load", out.load));
  AIFLOW_TRY(detail::get(value, "cpu_used", out.cpu_used));
  AIFLOW_TRY(detail::get(value, "memory_bytes", out.memory_bytes));
  AIFLOW_TRY(detail::get(value, "memory_used_bytes", out.memory_used_bytes));
  AIFLOW_TRY(detail::get(value, "packs", out.packs));
  return out;
}

Status read_value(const json::Value& value, Worker& out) {
  AIFLOW_ASSIGN(out, parse_worker(value));
  return {};
}

json::Value to_json(const WorkerTask& value) {
  json::Object out;
  out.reserve(7);
  detail::put(out, "worker_id", value.worker_id);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "dag_run_id", value.dag_run_id);
  detail::put(out, "task_id", value.task_id);
  detail::put(out, "map_index", value.map_index);
  detail::put(out, "try_number", value.try_number);
  detail::put(out, "start_date", value.start_date);
  return json::Value(std::move(out));
}

Result<WorkerTask> parse_worker_task(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("WorkerTask");
  WorkerTask out;
  AIFLOW_TRY(detail::get(value, "worker_id", out.worker_id));
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "dag_run_id", out.dag_run_id));
  AIFLOW_TRY(detail::get(value, "task_id", out.task_id));
  AIFLOW_TRY(detail::get(value, "map_index", out.map_index));
  AIFLOW_TRY(detail::get(value, "try_number", out.try_number));
  AIFLOW_TRY(detail::get(value, "start_date", out.start_date));
  return out;
}

Status read_value(const json::Value& value, WorkerTask& out) {
  AIFLOW_ASSIGN(out, parse_worker_task(value));
  return {};
}

json::Value to_json(const JoinTokenCreate& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "minutes", value.minutes);
  detail::put(out, "uses", value.uses);
  return json::Value(std::move(out));
}

Result<JoinTokenCreate> parse_join_token_create(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("JoinTokenCreate");
  JoinTokenCreate out;
  AIFLOW_TRY(detail::get(value, "minutes", out.minutes));
  AIFLOW_TRY(detail::get(value, "uses", out.uses));
  return out;
}

Status read_value(const json::Value& value, JoinTokenCreate& out) {
  AIFLOW_ASSIGN(out, parse_join_token_create(value));
  return {};
}

json::Value to_json(const JoinToken& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "token", value.token);
  detail::put(out, "expires_at", value.expires_at);
  detail::put(out, "uses", value.uses);
  return json::Value(std::move(out));
}

Result<JoinToken> parse_join_token(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("JoinToken");
  JoinToken out;
  AIFLOW_TRY(detail::get(value, "token", out.token));
  AIFLOW_TRY(detail::get(value, "expires_at", out.expires_at));
  AIFLOW_TRY(detail::get(value, "uses", out.uses));
  return out;
}

Status read_value(const json::Value& value, JoinToken& out) {
  AIFLOW_ASSIGN(out, parse_join_token(value));
  return {};
}

json::Value to_json(const WorkerJoin& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "token", value.token);
  detail::put(out, "worker_id", value.worker_id);
  detail::put(out, "credential_sha256", value.credential_sha256);
  return json::Value(std::move(out));
}

Result<WorkerJoin> parse_worker_join(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("WorkerJoin");
  WorkerJoin out;
  AIFLOW_TRY(detail::get(value, "token", out.token));
  AIFLOW_TRY(detail::get(value, "worker_id", out.worker_id));
  AIFLOW_TRY(detail::get(value, "credential_sha256", out.credential_sha256));
  return out;
}

Status read_value(const json::Value& value, WorkerJoin& out) {
  AIFLOW_ASSIGN(out, parse_worker_join(value));
  return {};
}

json::Value to_json(const WorkerJoined& value) {
  json::Object out;
  out.reserve(1);
  detail::put(out, "worker_id", value.worker_id);
  return json::Value(std::move(out));
}

Result<WorkerJoined> parse_worker_joined(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("WorkerJoined");
  WorkerJoined out;
  AIFLOW_TRY(detail::get(value, "worker_id", out.worker_id));
  return out;
}

Status read_value(const json::Value& value, WorkerJoined& out) {
  AIFLOW_ASSIGN(out, parse_worker_joined(value));
  return {};
}

json::Value to_json(const WorkerCredential& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "worker_id", value.worker_id);
  detail::put(out, "joined_at", value.joined_at);
  detail::put(out, "last_seen_at", value.last_seen_at);
  detail::put(out, "joined_from", value.joined_from);
  return json::Value(std::move(out));
}

Result<WorkerCredential> parse_worker_credential(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("WorkerCredential");
  WorkerCredential out;
  AIFLOW_TRY(detail::get(value, "worker_id", out.worker_id));
  AIFLOW_TRY(detail::get(value, "joined_at", out.joined_at));
  AIFLOW_TRY(detail::get(value, "last_seen_at", out.last_seen_at));
  AIFLOW_TRY(detail::get(value, "joined_from", out.joined_from));
  return out;
}

Status read_value(const json::Value& value, WorkerCredential& out) {
  AIFLOW_ASSIGN(out, parse_worker_credential(value));
  return {};
}

json::Value to_json(const StreamEvent& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "id", value.id);
  detail::put(out, "kind", value.kind);
  detail::put(out, "at", value.at);
  detail::put(out, "data", value.data);
  return json::Value(std::move(out));
}

Result<StreamEvent> parse_stream_event(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("StreamEvent");
  StreamEvent out;
  AIFLOW_TRY(detail::get(value, "id", out.id));
  AIFLOW_TRY(detail::get(value, "kind", out.kind));
  AIFLOW_TRY(detail::get(value, "at", out.at));
  AIFLOW_TRY(detail::get(value, "data", out.data));
  return out;
}

Status read_value(const json::Value& value, StreamEvent& out) {
  AIFLOW_ASSIGN(out, parse_stream_event(value));
  return {};
}

}  // namespace aiflow::wire
