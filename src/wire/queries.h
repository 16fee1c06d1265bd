// SPDX-License-Identifier: Apache-2.0
// Generated from api/engine.yaml by tools/codegen; do not edit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/states.h"
#include "wire/routes.h"

namespace aiflow::wire {

/// A request's query, decoded. An empty value counts as none.
using Query = std::vector<std::pair<std::string, std::string>>;

struct PageQuery {
  std::int64_t limit = 100;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<PageQuery> parse_page_query(const Query& query);

struct WholeList {
  std::int64_t limit = 1000;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<WholeList> parse_whole_list(const Query& query);

/// next - the path of the dashboard to come back to; / for all that is none.
struct ProviderStart {
  std::optional<std::string> next{};
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<ProviderStart> parse_provider_start(const Query& query);

/// What the provider sends the browser back with.
struct ProviderAnswer {
  std::optional<std::string> code{};
  std::optional<std::string> state{};
  std::optional<std::string> iss{};
  std::optional<std::string> error{};
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<ProviderAnswer> parse_provider_answer(const Query& query);

/// last_event_id - the stream goes on after it; without, a new one begins.
struct StreamQuery {
  std::optional<std::int64_t> last_event_id{};
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<StreamQuery> parse_stream_query(const Query& query);

/// By name. cursor - the DAGs after those of a page, as its next_cursor says.
struct DagFilter {
  std::optional<std::string> cursor{};
  std::int64_t limit = 1000;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<DagFilter> parse_dag_filter(const Query& query);

/// version - 0 is the newest.
struct DagVersion {
  std::int64_t version = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<DagVersion> parse_dag_version(const Query& query);

/// The runs that arrived between them; without both, no runs.
struct WorkloadPeriod {
  std::optional<WallTime> start{};
  std::optional<WallTime> end{};
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<WorkloadPeriod> parse_workload_period(const Query& query);

/// limit - that many runs, the newest.
struct GridQuery {
  std::int64_t limit = 25;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<GridQuery> parse_grid_query(const Query& query);

/// Each version is read whole, so a page has at most 100.
struct VersionPage {
  std::int64_t limit = 20;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<VersionPage> parse_version_page(const Query& query);

/// task_id - of that task; without, of the runs. A page goes back from the newest run.
struct DurationFilter {
  std::optional<std::string> task_id{};
  std::int64_t limit = 60;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<DurationFilter> parse_duration_filter(const Query& query);

/// What was due from start until before end, at most 400 days. Both must be given.
struct CalendarPeriod {
  std::optional<WallTime> start{};
  std::optional<WallTime> end{};
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<CalendarPeriod> parse_calendar_period(const Query& query);

/// order_by - run_after or -run_after, the newest first. cursor - the runs after those of a page, as its next_cursor says.
struct RunFilter {
  std::optional<std::string> cursor{};
  std::optional<std::string> order_by{};
  std::vector<RunState> state{};
  std::optional<WallTime> logical_date_gte{};
  std::optional<WallTime> logical_date_lte{};
  std::optional<WallTime> run_after_gte{};
  std::optional<WallTime> run_after_lt{};
  std::int64_t limit = 100;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<RunFilter> parse_run_filter(const Query& query);

/// Newest first. cursor - the events after those of a page, as its next_cursor says.
struct AssetEventFilter {
  std::optional<std::string> cursor{};
  std::optional<std::string> name{};
  std::int64_t limit = 100;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<AssetEventFilter> parse_asset_event_filter(const Query& query);

/// Newest first. cursor - those after a page, as its next_cursor says.
struct BackfillFilter {
  std::optional<std::string> cursor{};
  std::optional<std::string> dag_id{};
  std::int64_t limit = 100;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<BackfillFilter> parse_backfill_filter(const Query& query);

/// order_by - task_id, start_date or -start_date. cursor - those after a page, as its next_cursor says.
struct TaskFilter {
  std::optional<std::string> cursor{};
  std::optional<std::string> order_by{};
  std::vector<TaskState> state{};
  std::optional<std::string> task_id{};
  std::int64_t limit = 1000;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<TaskFilter> parse_task_filter(const Query& query);

/// map_index - which instance of a mapped task; -1 is the one of a task that is not.
struct OneInstance {
  std::int64_t map_index = -1;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<OneInstance> parse_one_instance(const Query& query);

struct InstanceList {
  std::int64_t map_index = -1;
  std::int64_t limit = 1000;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<InstanceList> parse_instance_list(const Query& query);

/// The oldest first. cursor - the tries after those of a page, as its next_cursor says.
struct TryPage {
  std::optional<std::string> cursor{};
  std::int64_t map_index = -1;
  std::int64_t limit = 1000;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<TryPage> parse_try_page(const Query& query);

/// By task, map index and number. cursor - the tries after those of a page, as its next_cursor says.
struct RunTryPage {
  std::optional<std::string> cursor{};
  std::int64_t limit = 100;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<RunTryPage> parse_run_try_page(const Query& query);

/// In the order in which they were made. cursor - those after a page, as its next_cursor says.
struct NoticePage {
  std::optional<std::string> cursor{};
  std::int64_t limit = 1000;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<NoticePage> parse_notice_page(const Query& query);

/// Newest first. cursor - those after a page, as its next_cursor says.
struct FileVersionPage {
  std::optional<std::string> cursor{};
  std::int64_t limit = 1000;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<FileVersionPage> parse_file_version_page(const Query& query);

/// offset - from this byte.
struct LogPart {
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<LogPart> parse_log_part(const Query& query);

/// offset - from this byte.
struct InstanceLogPart {
  std::int64_t map_index = -1;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<InstanceLogPart> parse_instance_log_part(const Query& query);

/// path - in the pack. offset - from this byte.
struct PackFilePart {
  std::string path{};
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<PackFilePart> parse_pack_file_part(const Query& query);

/// Newest first. cursor - those after a page, as its next_cursor says.
struct ArtifactFilter {
  std::optional<std::string> cursor{};
  std::optional<std::string> dag_id{};
  std::optional<std::string> dag_run_id{};
  std::optional<std::string> task_id{};
  std::optional<std::int64_t> map_index{};
  std::optional<std::string> name{};
  std::optional<std::string> sha256{};
  std::int64_t limit = 100;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<ArtifactFilter> parse_artifact_filter(const Query& query);

/// Newest first. cursor - those after a page, as its next_cursor says.
struct CacheFilter {
  std::optional<std::string> cursor{};
  std::optional<std::string> dag_id{};
  std::optional<std::string> task_id{};
  std::optional<std::string> key{};
  std::int64_t limit = 100;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<CacheFilter> parse_cache_filter(const Query& query);

/// What is named must fit; without any, all.
struct CacheChoice {
  std::optional<std::string> dag_id{};
  std::optional<std::string> task_id{};
  std::optional<std::string> key{};
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<CacheChoice> parse_cache_choice(const Query& query);

/// node - KIND:ID. direction - up, what led to it; down, what came of it.
struct LineageFrom {
  std::string node{};
  std::string direction = "up";
  std::int64_t depth = 8;
  std::int64_t limit = 200;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<LineageFrom> parse_lineage_from(const Query& query);

/// Newest first. cursor - the reports after those of a page, as its next_cursor says.
struct ReportFilter {
  std::optional<std::string> cursor{};
  std::optional<std::string> model{};
  std::int64_t limit = 1000;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<ReportFilter> parse_report_filter(const Query& query);

/// at - the frame that the client knows of; it makes another address of a newer picture, and the newest is answered.
struct PictureAt {
  std::optional<std::int64_t> at{};
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<PictureAt> parse_picture_at(const Query& query);

/// Newest first. dag_id and dag_run_id go together. cursor - the events after those of a page, as its next_cursor says.
struct SceneEventFilter {
  std::optional<std::string> cursor{};
  std::optional<std::string> camera_id{};
  std::optional<std::string> kind{};
  std::optional<std::string> state{};
  std::optional<std::string> dag_id{};
  std::optional<std::string> dag_run_id{};
  std::optional<WallTime> since{};
  std::int64_t limit = 100;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<SceneEventFilter> parse_scene_event_filter(const Query& query);

/// Newest first. cursor - the tokens after those of a page, as its next_cursor says.
struct TokenFilter {
  std::optional<std::string> cursor{};
  std::optional<std::string> username{};
  std::int64_t limit = 1000;
  std::int64_t offset = 0;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<TokenFilter> parse_token_filter(const Query& query);

/// What is named must fit. until - exclusive. cursor - the entries before it, as next_cursor says.
struct AuditFilter {
  std::optional<std::string> user{};
  std::optional<std::string> action{};
  std::optional<std::string> object_kind{};
  std::optional<std::string> object_id{};
  std::optional<std::string> dag_id{};
  std::optional<std::string> outcome{};
  std::optional<WallTime> since{};
  std::optional<WallTime> until{};
  std::optional<std::int64_t> cursor{};
  std::int64_t limit = 100;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<AuditFilter> parse_audit_filter(const Query& query);

/// As AuditFilter; the header X-Next-Cursor says where to go on when there are more.
struct AuditExport {
  std::optional<std::string> user{};
  std::optional<std::string> action{};
  std::optional<std::string> object_kind{};
  std::optional<std::string> object_id{};
  std::optional<std::string> dag_id{};
  std::optional<std::string> outcome{};
  std::optional<WallTime> since{};
  std::optional<WallTime> until{};
  std::optional<std::int64_t> cursor{};
  std::int64_t limit = 50000;
  std::string format = "csv";
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<AuditExport> parse_audit_export(const Query& query);

/// level - that and more serious ones. text - part of the line; capitals do not matter. before, after - cursors of a page; without both, the newest lines.
struct ServerLogFilter {
  std::string level = "debug";
  std::optional<std::string> text{};
  std::optional<WallTime> since{};
  std::optional<std::int64_t> before{};
  std::optional<std::int64_t> after{};
  std::int64_t limit = 200;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<ServerLogFilter> parse_server_log_filter(const Query& query);

/// dag_run_id - what was done to that run; with task_id also what was done to that task of it. cursor - the entries before it, as next_cursor says.
struct AuditPart {
  std::optional<std::string> dag_run_id{};
  std::optional<std::string> task_id{};
  std::optional<std::int64_t> cursor{};
  std::int64_t limit = 100;
};
/// Errors: invalid_argument naming the parameter.
[[nodiscard]] Result<AuditPart> parse_audit_part(const Query& query);

/// The page that a list's query asks for. Only for routes with limit and offset (asserted).
[[nodiscard]] Result<PageQuery> parse_page(Route route, const Query& query);

/// What a client may repeat under an Idempotency-Key after a lost answer.
[[nodiscard]] bool is_repeatable(Route route);

}  // namespace aiflow::wire
