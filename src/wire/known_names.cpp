// SPDX-License-Identifier: Apache-2.0
// Generated from api/*.yaml by tools/codegen; do not edit.
#include "wire/known_names.h"

#include "wire/detail/name_check.h"

namespace aiflow::wire {

Status check_parameters(Route route, const Query& query) {
  switch (route) {
    case Route::receive_webhook:
    case Route::finish_provider_sign_in:
    case Route::get_metrics:
    case Route::oip_server:
    case Route::oip_live:
    case Route::oip_ready:
    case Route::oip_model:
    case Route::oip_model_version:
    case Route::oip_model_ready:
    case Route::oip_model_version_ready:
    case Route::oip_infer:
    case Route::oip_infer_version:
      return {};
    case Route::begin_provider_sign_in:
      return detail::only_parameters(query, {"next"});
    case Route::list_own_sessions:
    case Route::list_own_tokens:
    case Route::list_projects:
    case Route::list_members:
    case Route::list_users:
    case Route::list_variables:
    case Route::list_connections:
    case Route::list_dag_versions:
    case Route::list_import_errors:
    case Route::list_assets:
    case Route::list_upstream_asset_events:
    case Route::dry_run_backfill:
    case Route::list_pools:
    case Route::list_models:
    case Route::list_packs:
    case Route::list_services:
    case Route::list_cameras:
    case Route::list_workers:
    case Route::list_worker_tasks:
    case Route::list_worker_credentials:
      return detail::only_parameters(query, {"limit", "offset"});
    case Route::list_tokens:
      return detail::only_parameters(query, {"cursor", "username", "limit", "offset"});
    case Route::list_server_log:
    case Route::stream_server_log:
      return detail::only_parameters(query, {"level", "text", "since", "before", "after", "limit"});
    case Route::list_dag_file_versions:
    case Route::list_dags:
    case Route::list_run_tries:
    case Route::list_run_notices:
      return detail::only_parameters(query, {"cursor", "limit", "offset"});
    case Route::list_audit:
      return detail::only_parameters(query, {"user", "action", "object_kind", "object_id", "dag_id", "outcome", "since", "until", "cursor", "limit"});
    case Route::export_audit:
      return detail::only_parameters(query, {"user", "action", "object_kind", "object_id", "dag_id", "outcome", "since", "until", "cursor", "limit", "format"});
    case Route::list_dag_audit:
      return detail::only_parameters(query, {"dag_run_id", "task_id", "cursor", "limit"});
    case Route::stream:
      return detail::only_parameters(query, {"last_event_id"});
    case Route::get_dag_graph:
    case Route::get_dag_source:
    case Route::get_dag_details:
      return detail::only_parameters(query, {"version"});
    case Route::get_workload:
    case Route::get_calendar:
      return detail::only_parameters(query, {"start", "end"});
    case Route::get_grid:
      return detail::only_parameters(query, {"limit"});
    case Route::list_durations:
      return detail::only_parameters(query, {"task_id", "limit", "offset"});
    case Route::list_dag_runs:
      return detail::only_parameters(query, {"cursor", "order_by", "state", "logical_date_gte", "logical_date_lte", "run_after_gte", "run_after_lt", "limit", "offset"});
    case Route::list_asset_events:
      return detail::only_parameters(query, {"cursor", "name", "limit", "offset"});
    case Route::list_backfills:
      return detail::only_parameters(query, {"cursor", "dag_id", "limit", "offset"});
    case Route::get_notice_log:
      return detail::only_parameters(query, {"offset"});
    case Route::list_task_instances:
      return detail::only_parameters(query, {"cursor", "order_by", "state", "task_id", "limit", "offset"});
    case Route::get_task_instance:
    case Route::mark_task_instance:
    case Route::preview_mark:
    case Route::get_try:
    case Route::get_xcom:
    case Route::delete_xcom:
      return detail::only_parameters(query, {"map_index"});
    case Route::list_tries:
      return detail::only_parameters(query, {"cursor", "map_index", "limit", "offset"});
    case Route::get_log:
    case Route::stream_log:
      return detail::only_parameters(query, {"map_index", "offset"});
    case Route::list_xcoms:
      return detail::only_parameters(query, {"map_index", "limit", "offset"});
    case Route::list_artifacts:
      return detail::only_parameters(query, {"cursor", "dag_id", "dag_run_id", "task_id", "map_index", "name", "sha256", "limit", "offset"});
    case Route::list_cached_results:
      return detail::only_parameters(query, {"cursor", "dag_id", "task_id", "key", "limit", "offset"});
    case Route::clear_cached_results:
      return detail::only_parameters(query, {"dag_id", "task_id", "key"});
    case Route::get_lineage:
      return detail::only_parameters(query, {"node", "direction", "depth", "limit"});
    case Route::list_reports:
      return detail::only_parameters(query, {"cursor", "model", "limit", "offset"});
    case Route::get_pack_file:
      return detail::only_parameters(query, {"path", "offset"});
    case Route::camera_picture:
      return detail::only_parameters(query, {"at"});
    case Route::list_scene_events:
      return detail::only_parameters(query, {"cursor", "camera_id", "kind", "state", "dag_id", "dag_run_id", "since", "limit", "offset"});
    default: return detail::only_parameters(query, {});
  }
}

Status check_members(Route route, const json::Value& body) {
  switch (route) {
    case Route::login:
      return detail::only_members(body, {"username", "password"});
    case Route::change_password:
      return detail::only_members(body, {"old_password", "new_password"});
    case Route::create_own_token:
    case Route::create_token:
      return detail::only_members(body, {"days", "name", "role", "read_only"});
    case Route::complete_setup:
      return detail::only_members(body, {"token", "username", "password"});
    case Route::create_project:
      return detail::only_members(body, {"name", "description"});
    case Route::patch_project:
      return detail::only_members(body, {"description"});
    case Route::put_member:
    case Route::patch_user:
      return detail::only_members(body, {"role"});
    case Route::create_user:
      return detail::only_members(body, {"username", "role", "password"});
    case Route::put_variable:
    case Route::put_project_variable:
      return detail::only_members(body, {"value", "is_secret", "description"});
    case Route::put_connection:
    case Route::put_project_connection:
      return detail::only_members(body, {"text", "description"});
    case Route::check_dag_text:
    case Route::put_dag_file:
    case Route::make_dag_file:
      return detail::only_members(body, {"content"});
    case Route::patch_dag:
      return detail::only_members(body, {"is_paused"});
    case Route::trigger_dag_run:
      return detail::only_members(body, {"dag_run_id", "logical_date", "run_after", "conf", "note", "use_cache"});
    case Route::create_asset_event:
      return detail::only_members(body, {"name", "extra"});
    case Route::materialize_asset:
      return detail::only_members(body, {"name", "conf"});
    case Route::create_backfill:
    case Route::dry_run_backfill:
      return detail::only_members(body, {"dag_id", "from_date", "to_date", "run_backwards", "dag_run_conf", "reprocess_behavior", "max_active_runs"});
    case Route::patch_dag_run:
      return detail::only_members(body, {"state", "note"});
    case Route::clear_dag_run:
      return detail::only_members(body, {"only_failed", "run_on_latest_version", "dry_run", "use_cache"});
    case Route::mark_task_instance:
    case Route::preview_mark:
      return detail::only_members(body, {"new_state", "include_upstream", "include_downstream", "include_future", "include_past"});
    case Route::clear_task_instances:
      return detail::only_members(body, {"dag_run_id", "task_ids", "task_group_id", "map_index", "include_upstream", "include_downstream", "include_future", "include_past", "only_failed", "only_running", "run_on_latest_version", "dry_run", "use_cache"});
    case Route::create_pool:
      return detail::only_members(body, {"name", "slots", "description", "include_deferred"});
    case Route::patch_pool:
      return detail::only_members(body, {"slots", "description", "include_deferred"});
    case Route::find_missing_blobs:
      return detail::only_members(body, {"sha256"});
    case Route::create_artifact:
      return detail::only_members(body, {"name", "kind", "sha256", "media_type"});
    case Route::report_service:
      return detail::only_members(body, {"state", "cause", "value"});
    case Route::lookup_cached_result:
      return detail::only_members(body, {"key"});
    case Route::put_retention:
      return detail::only_members(body, {"run_days", "log_days", "xcom_days", "artifact_days", "artifact_bytes_max", "event_log_rows", "unused_hours", "audit_days", "audit_rows"});
    case Route::collect_garbage:
      return detail::only_members(body, {"dry_run"});
    case Route::create_variant:
      return detail::only_members(body, {"model", "description", "task", "licence", "source", "version", "variant", "format", "blob_sha256", "decoder", "method", "parent_variant_id"});
    case Route::create_report:
      return detail::only_members(body, {"model", "version", "title", "device", "body"});
    case Route::create_pack:
      return detail::only_members(body, {"digest", "blob_sha256"});
    case Route::deploy_service:
      return detail::only_members(body, {"name", "model", "version", "variant", "pack", "report_id", "threads"});
    case Route::create_camera:
      return detail::only_members(body, {"camera_id", "name", "source", "service", "rules", "classes", "start_frame", "end_frame", "realtime", "score_min", "detect_fps"});
    case Route::patch_scene_event:
      return detail::only_members(body, {"state"});
    case Route::create_join_token:
      return detail::only_members(body, {"minutes", "uses"});
    case Route::join_worker:
      return detail::only_members(body, {"token", "worker_id", "credential_sha256"});
    default: return {};
  }
}

}  // namespace aiflow::wire
