// SPDX-License-Identifier: Apache-2.0
// Generated from api/engine.yaml by tools/codegen; do not edit.
#include "wire/queries.h"

#include "base/assert.h"
#include "wire/detail/query_codec.h"

namespace aiflow::wire {

Result<PageQuery> parse_page_query(const Query& query) {
  PageQuery out;
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

Result<WholeList> parse_whole_list(const Query& query) {
  WholeList out;
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

Result<ProviderStart> parse_provider_start(const Query& query) {
  ProviderStart out;
  AIFLOW_TRY(detail::take(query, "next", out.next));
  return out;
}

Result<ProviderAnswer> parse_provider_answer(const Query& query) {
  ProviderAnswer out;
  AIFLOW_TRY(detail::take(query, "code", out.code));
  AIFLOW_TRY(detail::take(query, "state", out.state));
  AIFLOW_TRY(detail::take(query, "iss", out.iss));
  AIFLOW_TRY(detail::take(query, "error", out.error));
  return out;
}

Result<StreamQuery> parse_stream_query(const Query& query) {
  StreamQuery out;
  AIFLOW_TRY(detail::take_int(query, {"last_event_id", 0, INT64_MAX}, out.last_event_id));
  return out;
}

Result<DagFilter> parse_dag_filter(const Query& query) {
  DagFilter out;
  AIFLOW_TRY(detail::take(query, "cursor", out.cursor));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

Result<DagVersion> parse_dag_version(const Query& query) {
  DagVersion out;
  AIFLOW_TRY(detail::take_int(query, {"version", 0, 1000000000}, out.version));
  return out;
}

Result<WorkloadPeriod> parse_workload_period(const Query& query) {
  WorkloadPeriod out;
  AIFLOW_TRY(detail::take(query, "start", out.start));
  AIFLOW_TRY(detail::take(query, "end", out.end));
  return out;
}

Result<GridQuery> parse_grid_query(const Query& query) {
  GridQuery out;
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 365}, out.limit));
  return out;
}

Result<VersionPage> parse_version_page(const Query& query) {
  VersionPage out;
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

Result<DurationFilter> parse_duration_filter(const Query& query) {
  DurationFilter out;
  AIFLOW_TRY(detail::take(query, "task_id", out.task_id));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

Result<CalendarPeriod> parse_calendar_period(const Query& query) {
  CalendarPeriod out;
  AIFLOW_TRY(detail::take(query, "start", out.start));
  AIFLOW_TRY(detail::take(query, "end", out.end));
  return out;
}

Result<RunFilter> parse_run_filter(const Query& query) {
  RunFilter out;
  AIFLOW_TRY(detail::take(query, "cursor", out.cursor));
  AIFLOW_TRY(detail::take(query, "order_by", out.order_by));
  AIFLOW_TRY(detail::take(query, "state", out.state));
  AIFLOW_TRY(detail::take(query, "logical_date_gte", out.logical_date_gte));
  AIFLOW_TRY(detail::take(query, "logical_date_lte", out.logical_date_lte));
  AIFLOW_TRY(detail::take(query, "run_after_gte", out.run_after_gte));
  AIFLOW_TRY(detail::take(query, "run_after_lt", out.run_after_lt));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

Result<AssetEventFilter> parse_asset_event_filter(const Query& query) {
  AssetEventFilter out;
  AIFLOW_TRY(detail::take(query, "cursor", out.cursor));
  AIFLOW_TRY(detail::take(query, "name", out.name));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

Result<BackfillFilter> parse_backfill_filter(const Query& query) {
  BackfillFilter out;
  AIFLOW_TRY(detail::take(query, "cursor", out.cursor));
  AIFLOW_TRY(detail::take(query, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

Result<TaskFilter> parse_task_filter(const Query& query) {
  TaskFilter out;
  AIFLOW_TRY(detail::take(query, "cursor", out.cursor));
  AIFLOW_TRY(detail::take(query, "order_by", out.order_by));
  AIFLOW_TRY(detail::take(query, "state", out.state));
  AIFLOW_TRY(detail::take(query, "task_id", out.task_id));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

Result<OneInstance> parse_one_instance(const Query& query) {
  OneInstance out;
  AIFLOW_TRY(detail::take_int(query, {"map_index", -1, 1000000}, out.map_index));
  return out;
}

Result<InstanceList> parse_instance_list(const Query& query) {
  InstanceList out;
  AIFLOW_TRY(detail::take_int(query, {"map_index", -1, 1000000}, out.map_index));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

Result<TryPage> parse_try_page(const Query& query) {
  TryPage out;
  AIFLOW_TRY(detail::take(query, "cursor", out.cursor));
  AIFLOW_TRY(detail::take_int(query, {"map_index", -1, 1000000}, out.map_index));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

Result<RunTryPage> parse_run_try_page(const Query& query) {
  RunTryPage out;
  AIFLOW_TRY(detail::take(query, "cursor", out.cursor));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

Result<NoticePage> parse_notice_page(const Query& query) {
  NoticePage out;
  AIFLOW_TRY(detail::take(query, "cursor", out.cursor));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

Result<FileVersionPage> parse_file_version_page(const Query& query) {
  FileVersionPage out;
  AIFLOW_TRY(detail::take(query, "cursor", out.cursor));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

Result<LogPart> parse_log_part(const Query& query) {
  LogPart out;
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, INT64_MAX}, out.offset));
  return out;
}

Result<InstanceLogPart> parse_instance_log_part(const Query& query) {
  InstanceLogPart out;
  AIFLOW_TRY(detail::take_int(query, {"map_index", -1, 1000000}, out.map_index));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, INT64_MAX}, out.offset));
  return out;
}

Result<PackFilePart> parse_pack_file_part(const Query& query) {
  PackFilePart out;
  AIFLOW_TRY(detail::take(query, "path", out.path));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1099511627776}, out.offset));
  return out;
}

Result<ArtifactFilter> parse_artifact_filter(const Query& query) {
  ArtifactFilter out;
  AIFLOW_TRY(detail::take(query, "cursor", out.cursor));
  AIFLOW_TRY(detail::take(query, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::take(query, "dag_run_id", out.dag_run_id));
  AIFLOW_TRY(detail::take(query, "task_id", out.task_id));
  AIFLOW_TRY(detail::take_int(query, {"map_index", -1, 1000000}, out.map_index));
  AIFLOW_TRY(detail::take(query, "name", out.name));
  AIFLOW_TRY(detail::take(query, "sha256", out.sha256));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

Result<CacheFilter> parse_cache_filter(const Query& query) {
  CacheFilter out;
  AIFLOW_TRY(detail::take(query, "cursor", out.cursor));
  AIFLOW_TRY(detail::take(query, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::take(query, "task_id", out.task_id));
  AIFLOW_TRY(detail::take(query, "key", out.key));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

Result<CacheChoice> parse_cache_choice(const Query& query) {
  CacheChoice out;
  AIFLOW_TRY(detail::take(query, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::take(query, "task_id", out.task_id));
  AIFLOW_TRY(detail::take(query, "key", out.key));
  return out;
}

Result<LineageFrom> parse_lineage_from(const Query& query) {
  LineageFrom out;
  AIFLOW_TRY(detail::take(query, "node", out.node));
  AIFLOW_TRY(detail::take_word(query, {"direction", {"up", "down"}}, out.direction));
  AIFLOW_TRY(detail::take_int(query, {"depth", 1, 32}, out.depth));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  return out;
}

Result<ReportFilter> parse_report_filter(const Query& query) {
  ReportFilter out;
  AIFLOW_TRY(detail::take(query, "cursor", out.cursor));
  AIFLOW_TRY(detail::take(query, "model", out.model));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

Result<PictureAt> parse_picture_at(const Query& query) {
  PictureAt out;
  AIFLOW_TRY(detail::take_int(query, {"at", 0, INT64_MAX}, out.at));
  return out;
}

Result<SceneEventFilter> parse_scene_event_filter(const Query& query) {
  SceneEventFilter out;
  AIFLOW_TRY(detail::take(query, "cursor", out.cursor));
  AIFLOW_TRY(detail::take(query, "camera_id", out.camera_id));
  AIFLOW_TRY(detail::take(query, "kind", out.kind));
  AIFLOW_TRY(detail::take(query, "state", out.state));
  AIFLOW_TRY(detail::take(query, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::take(query, "dag_run_id", out.dag_run_id));
  AIFLOW_TRY(detail::take(query, "since", out.since));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

Result<TokenFilter> parse_token_filter(const Query& query) {
  TokenFilter out;
  AIFLOW_TRY(detail::take(query, "cursor", out.cursor));
  AIFLOW_TRY(detail::take(query, "username", out.username));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

Result<AuditFilter> parse_audit_filter(const Query& query) {
  AuditFilter out;
  AIFLOW_TRY(detail::take(query, "user", out.user));
  AIFLOW_TRY(detail::take(query, "action", out.action));
  AIFLOW_TRY(detail::take(query, "object_kind", out.object_kind));
  AIFLOW_TRY(detail::take(query, "object_id", out.object_id));
  AIFLOW_TRY(detail::take(query, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::take_word(query, {"outcome", {"done", "denied", "failed", "unknown"}}, out.outcome));
  AIFLOW_TRY(detail::take(query, "since", out.since));
  AIFLOW_TRY(detail::take(query, "until", out.until));
  AIFLOW_TRY(detail::take_int(query, {"cursor", 1, INT64_MAX}, out.cursor));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  return out;
}

Result<AuditExport> parse_audit_export(const Query& query) {
  AuditExport out;
  AIFLOW_TRY(detail::take(query, "user", out.user));
  AIFLOW_TRY(detail::take(query, "action", out.action));
  AIFLOW_TRY(detail::take(query, "object_kind", out.object_kind));
  AIFLOW_TRY(detail::take(query, "object_id", out.object_id));
  AIFLOW_TRY(detail::take(query, "dag_id", out.dag_id));
  AIFLOW_TRY(detail::take_word(query, {"outcome", {"done", "denied", "failed", "unknown"}}, out.outcome));
  AIFLOW_TRY(detail::take(query, "since", out.since));
  AIFLOW_TRY(detail::take(query, "until", out.until));
  AIFLOW_TRY(detail::take_int(query, {"cursor", 1, INT64_MAX}, out.cursor));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 50000}, out.limit));
  AIFLOW_TRY(detail::take_word(query, {"format", {"csv", "ndjson"}}, out.format));
  return out;
}

Result<ServerLogFilter> parse_server_log_filter(const Query& query) {
  ServerLogFilter out;
  AIFLOW_TRY(detail::take_word(query, {"level", {"debug", "info", "warning", "error"}}, out.level));
  AIFLOW_TRY(detail::take(query, "text", out.text));
  AIFLOW_TRY(detail::take(query, "since", out.since));
  AIFLOW_TRY(detail::take_int(query, {"before", 1, INT64_MAX}, out.before));
  AIFLOW_TRY(detail::take_int(query, {"after", 0, INT64_MAX}, out.after));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  return out;
}

Result<AuditPart> parse_audit_part(const Query& query) {
  AuditPart out;
  AIFLOW_TRY(detail::take(query, "dag_run_id", out.dag_run_id));
  AIFLOW_TRY(detail::take(query, "task_id", out.task_id));
  AIFLOW_TRY(detail::take_int(query, {"cursor", 1, INT64_MAX}, out.cursor));
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  return out;
}

Result<PageQuery> parse_page(Route route, const Query& query) {
  PageQuery out;
  switch (route) {
    case Route::list_own_sessions:
    case Route::list_own_tokens:
    case Route::list_projects:
    case Route::list_members:
    case Route::list_users:
    case Route::list_tokens:
    case Route::list_variables:
    case Route::list_connections:
    case Route::list_dag_file_versions:
    case Route::list_dags:
    case Route::list_import_errors:
    case Route::list_assets:
    case Route::list_upstream_asset_events:
    case Route::list_run_notices:
    case Route::list_task_instances:
    case Route::list_tries:
    case Route::list_xcoms:
    case Route::list_pools:
    case Route::list_models:
    case Route::list_reports:
    case Route::list_packs:
    case Route::list_services:
    case Route::list_cameras:
    case Route::list_workers:
    case Route::list_worker_tasks:
    case Route::list_worker_credentials:
      out.limit = 1000;
      break;
    case Route::list_dag_versions:
      out.limit = 20;
      break;
    case Route::list_durations:
      out.limit = 60;
      break;
    case Route::list_run_tries:
    case Route::list_dag_runs:
    case Route::list_asset_events:
    case Route::list_backfills:
    case Route::dry_run_backfill:
    case Route::list_artifacts:
    case Route::list_cached_results:
    case Route::list_scene_events:
      out.limit = 100;
      break;
    default: AIFLOW_ASSERT(false);
  }
  AIFLOW_TRY(detail::take_int(query, {"limit", 1, 1000}, out.limit));
  AIFLOW_TRY(detail::take_int(query, {"offset", 0, 1000000000}, out.offset));
  return out;
}

bool is_repeatable(Route route) {
  switch (route) {
    case Route::trigger_dag_run:
    case Route::clear_dag_run:
    case Route::clear_task_instances:
    case Route::mark_task_instance:
    case Route::create_asset_event:
    case Route::materialize_asset:
    case Route::create_backfill:
    case Route::create_pool:
    case Route::make_dag_file:
    case Route::create_variant:
    case Route::create_report:
    case Route::create_pack:
    case Route::deploy_service:
    case Route::create_camera:
      return true;
    default: return false;
  }
}

}  // namespace aiflow::wire
