// SPDX-License-Identifier: Apache-2.0
// Generated from api/dag.yaml by tools/codegen; do not edit.
#include "wire/dag.h"

#include "wire/detail/codec.h"

namespace aiflow::wire {

Status read_value(const json::Value& value, AssetNode& out);
Status read_value(const json::Value& value, ScheduleSpec& out);
Status read_value(const json::Value& value, DeadlineSpec& out);
Status read_value(const json::Value& value, MapNode& out);
Status read_value(const json::Value& value, Resources& out);
Status read_value(const json::Value& value, TaskSpec& out);
Status read_value(const json::Value& value, TaskGroupSpec& out);
Status read_value(const json::Value& value, WatcherSpec& out);
Status read_value(const json::Value& value, AssetSpec& out);
Status read_value(const json::Value& value, DagSpec& out);
Status read_value(const json::Value& value, ParseProblem& out);
Status read_value(const json::Value& value, ParseError& out);
Status read_value(const json::Value& value, DagFile& out);

json::Value to_json(const AssetNode& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "kind", value.kind);
  detail::put(out, "name", value.name);
  detail::put(out, "parts", value.parts);
  return json::Value(std::move(out));
}

Result<AssetNode> parse_asset_node(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("AssetNode");
  AssetNode out;
  AIFLOW_TRY(detail::get(value, "kind", out.kind));
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "parts", out.parts));
  return out;
}

Status read_value(const json::Value& value, AssetNode& out) {
  AIFLOW_ASSIGN(out, parse_asset_node(value));
  return {};
}

json::Value to_json(const ScheduleSpec& value) {
  json::Object out;
  out.reserve(13);
  detail::put(out, "kind", value.kind);
  detail::put(out, "cron", value.cron);
  detail::put(out, "interval_ms", value.interval_ms);
  detail::put(out, "text", value.text);
  detail::put(out, "more_crons", value.more_crons);
  detail::put(out, "interval_months", value.interval_months);
  detail::put(out, "data_interval", value.data_interval);
  detail::put(out, "span_ms", value.span_ms);
  detail::put(out, "timezone", value.timezone);
  detail::put(out, "run_immediately_ms", value.run_immediately_ms);
  detail::put(out, "events", value.events);
  detail::put(out, "restrict_to_events", value.restrict_to_events);
  detail::put(out, "assets", value.assets);
  return json::Value(std::move(out));
}

Result<ScheduleSpec> parse_schedule_spec(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ScheduleSpec");
  ScheduleSpec out;
  AIFLOW_TRY(detail::get(value, "kind", out.kind));
  AIFLOW_TRY(detail::get(value, "cron", out.cron));
  AIFLOW_TRY(detail::get(value, "interval_ms", out.interval_ms));
  AIFLOW_TRY(detail::get(value, "text", out.text));
  AIFLOW_TRY(detail::get(value, "more_crons", out.more_crons));
  AIFLOW_TRY(detail::get(value, "interval_months", out.interval_months));
  AIFLOW_TRY(detail::get(value, "data_interval", out.data_interval));
  AIFLOW_TRY(detail::get(value, "span_ms", out.span_ms));
  AIFLOW_TRY(detail::get(value, "timezone", out.timezone));
  AIFLOW_TRY(detail::get(value, "run_immediately_ms", out.run_immediately_ms));
  AIFLOW_TRY(detail::get(value, "events", out.events));
  AIFLOW_TRY(detail::get(value, "restrict_to_events", out.restrict_to_events));
  AIFLOW_TRY(detail::get(value, "assets", out.assets));
  return out;
}

Status read_value(const json::Value& value, ScheduleSpec& out) {
  AIFLOW_ASSIGN(out, parse_schedule_spec(value));
  return {};
}

json::Value to_json(const DeadlineSpec& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "reference", value.reference);
  detail::put(out, "at", value.at);
  detail::put(out, "interval_ms", value.interval_ms);
  detail::put(out, "name", value.name);
  detail::put(out, "max_runs", value.max_runs);
  detail::put(out, "min_runs", value.min_runs);
  return json::Value(std::move(out));
}

Result<DeadlineSpec> parse_deadline_spec(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DeadlineSpec");
  DeadlineSpec out;
  AIFLOW_TRY(detail::get(value, "reference", out.reference));
  AIFLOW_TRY(detail::get(value, "at", out.at));
  AIFLOW_TRY(detail::get(value, "interval_ms", out.interval_ms));
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "max_runs", out.max_runs));
  AIFLOW_TRY(detail::get(value, "min_runs", out.min_runs));
  return out;
}

Status read_value(const json::Value& value, DeadlineSpec& out) {
  AIFLOW_ASSIGN(out, parse_deadline_spec(value));
  return {};
}

json::Value to_json(const MapNode& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "kind", value.kind);
  detail::put(out, "length", value.length);
  detail::put(out, "task_id", value.task_id);
  detail::put(out, "parts", value.parts);
  return json::Value(std::move(out));
}

Result<MapNode> parse_map_node(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("MapNode");
  MapNode out;
  AIFLOW_TRY(detail::get(value, "kind", out.kind));
  AIFLOW_TRY(detail::get(value, "length", out.length));
  AIFLOW_TRY(detail::get(value, "task_id", out.task_id));
  AIFLOW_TRY(detail::get(value, "parts", out.parts));
  return out;
}

Status read_value(const json::Value& value, MapNode& out) {
  AIFLOW_ASSIGN(out, parse_map_node(value));
  return {};
}

json::Value to_json(const Resources& value) {
  json::Object out;
  out.reserve(3);
  detail::put(out, "cpus", value.cpus);
  detail::put(out, "memory_bytes", value.memory_bytes);
  detail::put(out, "pids", value.pids);
  return json::Value(std::move(out));
}

Result<Resources> parse_resources(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("Resources");
  Resources out;
  AIFLOW_TRY(detail::get(value, "cpus", out.cpus));
  AIFLOW_TRY(detail::get(value, "memory_bytes", out.memory_bytes));
  AIFLOW_TRY(detail::get(value, "pids", out.pids));
  return out;
}

Status read_value(const json::Value& value, Resources& out) {
  AIFLOW_ASSIGN(out, parse_resources(value));
  return {};
}

json::Value to_json(const TaskSpec& value) {
  json::Object out;
  out.reserve(45);
  detail::put(out, "task_id", value.task_id);
  detail::put(out, "label", value.label);
  detail::put(out, "operator", value.operator_);
  detail::put(out, "operator_name", value.operator_name);
  detail::put(out, "group", value.group);
  detail::put(out, "upstream", value.upstream);
  detail::put(out, "upstream_labels", value.upstream_labels);
  detail::put(out, "trigger_rule", value.trigger_rule);
  detail::put(out, "payload", value.payload);
  detail::put(out, "retries", value.retries);
  detail::put(out, "retry_delay_ms", value.retry_delay_ms);
  detail::put(out, "retry_exponential_backoff", value.retry_exponential_backoff);
  detail::put(out, "max_retry_delay_ms", value.max_retry_delay_ms);
  detail::put(out, "execution_timeout_ms", value.execution_timeout_ms);
  detail::put(out, "pool", value.pool);
  detail::put(out, "pool_slots", value.pool_slots);
  detail::put(out, "priority_weight", value.priority_weight);
  detail::put(out, "weight_rule", value.weight_rule);
  detail::put(out, "max_active_tis_per_dag", value.max_active_tis_per_dag);
  detail::put(out, "max_active_tis_per_dagrun", value.max_active_tis_per_dagrun);
  detail::put(out, "depends_on_past", value.depends_on_past);
  detail::put(out, "wait_for_downstream", value.wait_for_downstream);
  detail::put(out, "ignore_first_depends_on_past", value.ignore_first_depends_on_past);
  detail::put(out, "is_setup", value.is_setup);
  detail::put(out, "is_teardown", value.is_teardown);
  detail::put(out, "on_failure_fail_dagrun", value.on_failure_fail_dagrun);
  detail::put(out, "start_date", value.start_date);
  detail::put(out, "end_date", value.end_date);
  detail::put(out, "doc_md", value.doc_md);
  detail::put(out, "owner", value.owner);
  detail::put(out, "is_branch", value.is_branch);
  detail::put(out, "is_short_circuit", value.is_short_circuit);
  detail::put(out, "ignore_downstream_trigger_rules", value.ignore_downstream_trigger_rules);
  detail::put(out, "is_service", value.is_service);
  detail::put(out, "stop_grace_ms", value.stop_grace_ms);
  detail::put(out, "expand", value.expand);
  detail::put(out, "params", value.params);
  detail::put(out, "executor", value.executor);
  detail::put(out, "queue", value.queue);
  detail::put(out, "placement", value.placement);
  detail::put(out, "resources", value.resources);
  detail::put(out, "run_as_user", value.run_as_user);
  detail::put(out, "executor_config", value.executor_config);
  detail::put(out, "outlets", value.outlets);
  detail::put(out, "inlets", value.inlets);
  return json::Value(std::move(out));
}

Result<TaskSpec> parse_task_spec(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TaskSpec");
  TaskSpec out;
  AIFLOW_TRY(detail::get(value, "task_id", out.task_id));
  AIFLOW_TRY(detail::get(value, "label", out.label));
  AIFLOW_TRY(detail::get(value, "operator", out.operator_));
  AIFLOW_TRY(detail::get(value, "operator_name", out.operator_name));
  AIFLOW_TRY(detail::get(value, "group", out.group));
  AIFLOW_TRY(detail::get(value, "upstream", out.upstream));
  AIFLOW_TRY(detail::get(value, "upstream_labels", out.upstream_labels));
  AIFLOW_TRY(detail::get(value, "trigger_rule", out.trigger_rule));
  AIFLOW_TRY(detail::get(value, "payload", out.payload));
  AIFLOW_TRY(detail::get(value, "retries", out.retries));
  AIFLOW_TRY(detail::get(value, "retry_delay_ms", out.retry_delay_ms));
  AIFLOW_TRY(detail::get(value, "retry_exponential_backoff", out.retry_exponential_backoff));
  AIFLOW_TRY(detail::get(value, "max_retry_delay_ms", out.max_retry_delay_ms));
  AIFLOW_TRY(detail::get(value, "execution_timeout_ms", out.execution_timeout_ms));
  AIFLOW_TRY(detail::get(value, "pool", out.pool));
  AIFLOW_TRY(detail::get(value, "pool_slots", out.pool_slots));
  AIFLOW_TRY(detail::get(value, "priority_weight", out.priority_weight));
  AIFLOW_TRY(detail::get(value, "weight_rule", out.weight_rule));
  AIFLOW_TRY(detail::get(value, "max_active_tis_per_dag", out.max_active_tis_per_dag));
  AIFLOW_TRY(detail::get(value, "max_active_tis_per_dagrun", out.max_active_tis_per_dagrun));
  AIFLOW_TRY(detail::get(value, "depends_on_past", out.depends_on_past));
  AIFLOW_TRY(detail::get(value, "wait_for_downstream", out.wait_for_downstream));
  AIFLOW_TRY(detail::get(value, "ignore_first_depends_on_past", out.ignore_first_depends_on_past));
  AIFLOW_TRY(detail::get(value, "is_setup", out.is_setup));
  AIFLOW_TRY(detail::get(value, "is_teardown", out.is_teardown));
  AIFLOW_TRY(detail::get(value, "on_failure_fail_dagrun", out.on_failure_fail_dagrun));
  AIFLOW_TRY(detail::get(value, "start_date", out.start_date));
  AIFLOW_TRY(detail::get(value, "end_date", out.end_date));
  AIFLOW_TRY(detail::get(value, "doc_md", out.doc_md));
  AIFLOW_TRY(detail::get(value, "owner", out.owner));
  AIFLOW_TRY(detail::get(value, "is_branch", out.is_branch));
  AIFLOW_TRY(detail::get(value, "is_short_circuit", out.is_short_circuit));
  AIFLOW_TRY(detail::get(value, "ignore_downstream_trigger_rules", out.ignore_downstream_trigger_rules));
  AIFLOW_TRY(detail::get(value, "is_service", out.is_service));
  AIFLOW_TRY(detail::get(value, "stop_grace_ms", out.stop_grace_ms));
  AIFLOW_TRY(detail::get(value, "expand", out.expand));
  AIFLOW_TRY(detail::get(value, "params", out.params));
  AIFLOW_TRY(detail::get(value, "executor", out.executor));
  AIFLOW_TRY(detail::get(value, "queue", out.queue));
  AIFLOW_TRY(detail::get(value, "placement", out.placement));
  AIFLOW_TRY(detail::get(value, "resources", out.resources));
  AIFLOW_TRY(detail::get(value, "run_as_user", out.run_as_user));
  AIFLOW_TRY(detail::get(value, "executor_config", out.executor_config));
  AIFLOW_TRY(detail::get(value, "outlets", out.outlets));
  AIFLOW_TRY(detail::get(value, "inlets", out.inlets));
  return out;
}

Status read_value(const json::Value& value, TaskSpec& out) {
  AIFLOW_ASSIGN(out, parse_task_spec(value));
  return {};
}

json::Value to_json(const TaskGroupSpec& value) {
  json::Object out;
  out.reserve(5);
  detail::put(out, "group_id", value.group_id);
  detail::put(out, "label", value.label);
  detail::put(out, "parent", value.parent);
  detail::put(out, "tooltip", value.tooltip);
  detail::put(out, "expand", value.expand);
  return json::Value(std::move(out));
}

Result<TaskGroupSpec> parse_task_group_spec(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("TaskGroupSpec");
  TaskGroupSpec out;
  AIFLOW_TRY(detail::get(value, "group_id", out.group_id));
  AIFLOW_TRY(detail::get(value, "label", out.label));
  AIFLOW_TRY(detail::get(value, "parent", out.parent));
  AIFLOW_TRY(detail::get(value, "tooltip", out.tooltip));
  AIFLOW_TRY(detail::get(value, "expand", out.expand));
  return out;
}

Status read_value(const json::Value& value, TaskGroupSpec& out) {
  AIFLOW_ASSIGN(out, parse_task_group_spec(value));
  return {};
}

json::Value to_json(const WatcherSpec& value) {
  json::Object out;
  out.reserve(2);
  detail::put(out, "name", value.name);
  detail::put(out, "trigger", value.trigger);
  return json::Value(std::move(out));
}

Result<WatcherSpec> parse_watcher_spec(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("WatcherSpec");
  WatcherSpec out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "trigger", out.trigger));
  return out;
}

Status read_value(const json::Value& value, WatcherSpec& out) {
  AIFLOW_ASSIGN(out, parse_watcher_spec(value));
  return {};
}

json::Value to_json(const AssetSpec& value) {
  json::Object out;
  out.reserve(5);
  detail::put(out, "name", value.name);
  detail::put(out, "uri", value.uri);
  detail::put(out, "group", value.group);
  detail::put(out, "extra", value.extra);
  detail::put(out, "watchers", value.watchers);
  return json::Value(std::move(out));
}

Result<AssetSpec> parse_asset_spec(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("AssetSpec");
  AssetSpec out;
  AIFLOW_TRY(detail::get(value, "name", out.name));
  AIFLOW_TRY(detail::get(value, "uri", out.uri));
  AIFLOW_TRY(detail::get(value, "group", out.group));
  AIFLOW_TRY(detail::get(value, "extra", out.extra));
  AIFLOW_TRY(detail::get(value, "watchers", out.watchers));
  return out;
}

Status read_value(const json::Value& value, AssetSpec& out) {
  AIFLOW_ASSIGN(out, parse_asset_spec(value));
  return {};
}

json::Value to_json(const DagSpec& value) {
  json::Object out;
  out.reserve(26);
  detail::put(out, "dag_id", value.dag_id);
  detail::put(out, "description", value.description);
  detail::put(out, "doc_md", value.doc_md);
  detail::put(out, "tags", value.tags);
  detail::put(out, "owner", value.owner);
  detail::put(out, "schedule", value.schedule);
  detail::put(out, "start_date", value.start_date);
  detail::put(out, "end_date", value.end_date);
  detail::put(out, "timezone", value.timezone);
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
  detail::put(out, "tasks", value.tasks);
  detail::put(out, "task_groups", value.task_groups);
  detail::put(out, "assets", value.assets);
  detail::put(out, "watchers", value.watchers);
  detail::put(out, "source_hash", value.source_hash);
  return json::Value(std::move(out));
}

Result<DagSpec> parse_dag_spec(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DagSpec");
  DagSpec out;
  AIFLOW_TRY(detail::get(value, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::get(value, "description", out.description));
  AIFLOW_TRY(detail::get(value, "doc_md", out.doc_md));
  AIFLOW_TRY(detail::get(value, "tags", out.tags));
  AIFLOW_TRY(detail::get(value, "owner", out.owner));
  AIFLOW_TRY(detail::get(value, "schedule", out.schedule));
  AIFLOW_TRY(detail::get(value, "start_date", out.start_date));
  AIFLOW_TRY(detail::get(value, "end_date", out.end_date));
  AIFLOW_TRY(detail::get(value, "timezone", out.timezone));
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
  AIFLOW_TRY(detail::get(value, "tasks", out.tasks));
  AIFLOW_TRY(detail::get(value, "task_groups", out.task_groups));
  AIFLOW_TRY(detail::get(value, "assets", out.assets));
  AIFLOW_TRY(detail::get(value, "watchers", out.watchers));
  AIFLOW_TRY(detail::get(value, "source_hash", out.source_hash));
  return out;
}

Status read_value(const json::Value& value, DagSpec& out) {
  AIFLOW_ASSIGN(out, parse_dag_spec(value));
  return {};
}

json::Value to_json(const ParseProblem& value) {
  json::Object out;
  out.reserve(4);
  detail::put(out, "message", value.message);
  detail::put(out, "line", value.line);
  detail::put(out, "column", value.column);
  detail::put(out, "path", value.path);
  return json::Value(std::move(out));
}

Result<ParseProblem> parse_parse_problem(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ParseProblem");
  ParseProblem out;
  AIFLOW_TRY(detail::get(value, "message", out.message));
  AIFLOW_TRY(detail::get(value, "line", out.line));
  AIFLOW_TRY(detail::get(value, "column", out.column));
  AIFLOW_TRY(detail::get(value, "path", out.path));
  return out;
}

Status read_value(const json::Value& value, ParseProblem& out) {
  AIFLOW_ASSIGN(out, parse_parse_problem(value));
  return {};
}

json::Value to_json(const ParseError& value) {
  json::Object out;
  out.reserve(6);
  detail::put(out, "file", value.file);
  detail::put(out, "line", value.line);
  detail::put(out, "kind", value.kind);
  detail::put(out, "message", value.message);
  detail::put(out, "traceback", value.traceback);
  detail::put(out, "problems", value.problems);
  return json::Value(std::move(out));
}

Result<ParseError> parse_parse_error(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("ParseError");
  ParseError out;
  AIFLOW_TRY(detail::get(value, "file", out.file));
  AIFLOW_TRY(detail::get(value, "line", out.line));
  AIFLOW_TRY(detail::get(value, "kind", out.kind));
  AIFLOW_TRY(detail::get(value, "message", out.message));
  AIFLOW_TRY(detail::get(value, "traceback", out.traceback));
  AIFLOW_TRY(detail::get(value, "problems", out.problems));
  return out;
}

Status read_value(const json::Value& value, ParseError& out) {
  AIFLOW_ASSIGN(out, parse_parse_error(value));
  return {};
}

json::Value to_json(const DagFile& value) {
  json::Object out;
  out.reserve(5);
  detail::put(out, "file", value.file);
  detail::put(out, "dags", value.dags);
  detail::put(out, "error", value.error);
  detail::put(out, "reads", value.reads);
  detail::put(out, "source", value.source);
  return json::Value(std::move(out));
}

Result<DagFile> parse_dag_file(const json::Value& value) {
  if (!value.is_object()) return detail::not_an_object("DagFile");
  DagFile out;
  AIFLOW_TRY(detail::get(value, "file", out.file));
  AIFLOW_TRY(detail::get(value, "dags", out.dags));
  AIFLOW_TRY(detail::get(value, "error", out.error));
  AIFLOW_TRY(detail::get(value, "reads", out.reads));
  AIFLOW_TRY(detail::get(value, "source", out.source));
  return out;
}

Status read_value(const json::Value& value, DagFile& out) {
  AIFLOW_ASSIGN(out, parse_dag_file(value));
  return {};
}

}  // namespace aiflow::wire
