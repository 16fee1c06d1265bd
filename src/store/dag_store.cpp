// SPDX-License-Identifier: Apache-2.0
#include "store/dag_store.h"

#include <algorithm>
#include <utility>

#include "store/admin/project_store.h"
#include "store/asset_store.h"
#include "store/detail/rows.h"
#include "store/detail/run_counts.h"
#include "store/detail/sight_filter.h"

namespace aiflow::store {
namespace {

/// A cron as it is written, several apart by ", "; else the words.
std::string summary_of(const wire::ScheduleSpec& schedule) {
  if (!schedule.cron) return schedule.text;
  std::string summary = *schedule.cron;
  for (const std::string& cron : schedule.more_crons.value_or(std::vector<std::string>{})) {
    summary += ", " + cron;
  }
  return summary;
}

/// What the DAG waits for, each once, in the order of its condition.
Result<std::optional<std::vector<wire::DagAsset>>> assets_of(db::Connection& db,
                                                             const DagId& dag_id,
                                                             const wire::ScheduleSpec& schedule) {
  if (!schedule.assets) return std::nullopt;
  AIFLOW_ASSIGN(const auto waiting, AssetStore(db).waiting(dag_id));
  std::vector<wire::DagAsset> assets;
  for (const wire::AssetNode& node : *schedule.assets) {
    const std::string name = node.name.value_or("");
    const bool known = std::ranges::find(assets, name, &wire::DagAsset::name) != assets.end();
    if (node.kind != "asset" || known) continue;
    assets.push_back({name, std::ranges::binary_search(waiting, dag::AssetName{name})});
  }
  return assets;
}

constexpr std::string_view kSelect =
    "SELECT dag_id, fileloc, is_paused, is_active, version, last_parsed_at, created_at,"
    " last_logical_date, last_interval_start, last_interval_end, last_run_after,"
    " next_logical_date, next_interval_start, next_interval_end, next_run_after,"
    " consecutive_failed_runs, last_run_number, epoch_floor, cause, folder FROM dags";

std::optional<dag::Tick> read_tick(db::Row& row) {
  const auto logical = row.optional_time();
  const auto start = row.optional_time();
  const auto end = row.optional_time();
  const auto after = row.optional_time();
  if (!logical || !start || !end || !after) return std::nullopt;
  return dag::Tick{.logical_date = *logical,
                   .interval_start = *start,
                   .interval_end = *end,
                   .run_after = *after};
}

DagRow read_dag(db::Row& row) {
  return {.dag_id = DagId{row.text()},
          .fileloc = row.text(),
          .is_paused = row.boolean(),
          .is_active = row.boolean(),
          .version = row.small(),
          .last_parsed_at = row.optional_time(),
          .created_at = row.time(),
          .last_tick = read_tick(row),
          .next_tick = read_tick(row),
          .consecutive_failed_runs = row.small(),
          .last_run_number = row.integer(),
          .epoch_floor = row.integer(),
          .cause = row.text(),
          .folder = row.text()};
}

/// The four columns of a tick.
void add_tick(db::Params& params, const std::optional<dag::Tick>& tick) {
  if (!tick) {
    params.insert(params.end(), 4, nullptr);
    return;
  }
  params.insert(params.end(),
                {tick->logical_date, tick->interval_start, tick->interval_end, tick->run_after});
}

wire::ImportError read_import_error(db::Row& row) {
  return {.import_error_id = row.integer(),
          .filename = row.text(),
          .folder = row.text(),
          .line = row.optional_integer(),
          .timestamp = row.time(),
          .stack_trace = row.text(),
          .message = row.text()};
}

constexpr std::string_view kSelectImportErrors =
    "SELECT import_error_id, filename, folder, line, timestamp, stack_trace, message FROM "
    "import_errors";

}  // namespace

Status DagStore::put(const DagRow& dag) {
  db::Params params{dag.fileloc, dag.is_paused,      dag.is_active,
                    dag.version, dag.last_parsed_at, dag.created_at};
  add_tick(params, dag.last_tick);
  add_tick(params, dag.next_tick);
  params.insert(params.end(), {dag.consecutive_failed_runs, dag.last_run_number, dag.epoch_floor,
                               dag.cause, dag.folder, dag.dag_id.value});
  AIFLOW_TRY(db_.run(R"(
    UPDATE dags SET fileloc = ?, is_paused = ?, is_active = ?, version = ?, last_parsed_at = ?,
      created_at = ?, last_logical_date = ?, last_interval_start = ?, last_interval_end = ?,
      last_run_after = ?, next_logical_date = ?, next_interval_start = ?, next_interval_end = ?,
      next_run_after = ?, consecutive_failed_runs = ?, last_run_number = ?, epoch_floor = ?,
      cause = ?, folder = ?
    WHERE dag_id = ?)",
                     params));
  if (db_.changes() > 0) return {};
  return db_.run(R"(
    INSERT INTO dags (fileloc, is_paused, is_active, version, last_parsed_at, created_at,
      last_logical_date, last_interval_start, last_interval_end, last_run_after,
      next_logical_date, next_interval_start, next_interval_end, next_run_after,
      consecutive_failed_runs, last_run_number, epoch_floor, cause, folder, dag_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))",
                 params);
}

Status DagStore::add_version(const DagVersionRow& version) {
  return db_.run(
      "INSERT INTO dag_versions (dag_id, version, spec, source, created_at) VALUES (?, ?, ?, ?, ?)",
      {version.dag_id.value, version.version, json::write(wire::to_json(version.spec)),
       version.source, version.created_at});
}

Status DagStore::set_source(const DagVersionRow& version) {
  return db_.run("UPDATE dag_versions SET spec = ?, source = ? WHERE dag_id = ? AND version = ?",
                 {json::write(wire::to_json(version.spec)), version.source, version.dag_id.value,
                  version.version});
}

Result<DagRow> DagStore::get(const DagId& dag_id) {
  static const std::string sql = std::string(kSelect) + " WHERE dag_id = ?";
  return detail::require(db_.first(sql, {dag_id.value}, read_dag),
                         "dag '" + dag_id.value + "' does not exist");
}

Result<std::vector<DagRow>> DagStore::list(bool with_inactive) {
  static const std::string sql = std::string(kSelect) + " WHERE is_active >= ? ORDER BY dag_id";
  return db_.all(sql, {with_inactive ? 0 : 1}, read_dag);
}

Result<std::vector<DagRow>> DagStore::list(const Sight& sight) {
  detail::Where where;
  where.add("is_active = 1");
  detail::add_sight(where, "dag_id", sight);
  return db_.all(std::string(kSelect) + where.text() + " ORDER BY dag_id", where.params(),
                 read_dag);
}

Status DagStore::place(const std::function<std::string(const std::string& file)>& folder_of) {
  AIFLOW_ASSIGN(const auto dags, list(true));
  for (const DagRow& dag : dags) {
    const std::string folder = folder_of(dag.fileloc);
    if (folder == dag.folder) continue;
    AIFLOW_TRY(db_.run("UPDATE dags SET folder = ? WHERE dag_id = ?", {folder, dag.dag_id.value}));
  }
  AIFLOW_ASSIGN(const auto errors, import_errors());
  for (const wire::ImportError& error : errors) {
    const std::string folder = folder_of(error.filename);
    if (folder == error.folder) continue;
    AIFLOW_TRY(db_.run("UPDATE import_errors SET folder = ? WHERE import_error_id = ?",
                       {folder, error.import_error_id}));
  }
  return {};
}

Result<DagVersionRow> DagStore::version(const DagId& dag_id, int version) {
  struct Raw {
    int version;
    std::string spec;
    std::string source;
    WallTime created_at;
  };
  AIFLOW_ASSIGN(Raw raw, detail::require(db_.first(R"(
      SELECT version, spec, source, created_at FROM dag_versions
      WHERE dag_id = ? AND (version = ? OR ? = 0) ORDER BY version DESC LIMIT 1)",
                                                   {dag_id.value, version, version},
                                                   [](db::Row& row) {
                                                     return Raw{.version = row.small(),
                                                                .spec = row.text(),
                                                                .source = row.text(),
                                                                .created_at = row.time()};
                                                   }),
                                         "dag '" + dag_id.value + "' has no such version"));
  AIFLOW_ASSIGN(const json::Value parsed, json::parse(raw.spec));
  AIFLOW_ASSIGN(wire::DagSpec spec, wire::parse_dag_spec(parsed));
  return DagVersionRow{.dag_id = dag_id,
                       .version = raw.version,
                       .spec = std::move(spec),
                       .source = std::move(raw.source),
                       .created_at = raw.created_at};
}

Result<VersionStamp> DagStore::newest(const DagId& dag_id) {
  return detail::require(db_.first(R"(
      SELECT version, created_at FROM dag_versions WHERE dag_id = ?
      ORDER BY version DESC LIMIT 1)",
                                   {dag_id.value},
                                   [](db::Row& row) {
                                     return VersionStamp{.version = row.small(),
                                                         .created_at = row.time()};
                                   }),
                         "dag '" + dag_id.value + "' has no version");
}

namespace {
/// The newest spec without its tasks and groups: of a large DAG they are nearly all of the text,
/// and the database leaves them out in a fifth of the time that reading them takes. (MariaDB's
/// functions know 32 levels only; beyond them it is the whole text.)
Result<wire::DagSpec> head_of(db::Connection& db, const DagId& dag_id) {
  AIFLOW_ASSIGN(const std::string text,
                detail::require(db.first(R"(
      SELECT COALESCE(
        JSON_REPLACE(spec, '$.tasks', JSON_ARRAY(), '$.task_groups', JSON_ARRAY()), spec)
      FROM dag_versions WHERE dag_id = ? ORDER BY version DESC LIMIT 1)",
                                         {dag_id.value}, [](db::Row& row) { return row.text(); }),
                                "dag '" + dag_id.value + "' has no version"));
  AIFLOW_ASSIGN(const json::Value parsed, json::parse(text));
  return wire::parse_dag_spec(parsed);
}
}  // namespace

Result<wire::Dag> DagStore::view(const DagRow& dag, int bars) {
  AIFLOW_ASSIGN(const wire::DagSpec spec, head_of(db_, dag.dag_id));
  AIFLOW_ASSIGN(std::vector<wire::RunBar> runs,
                db_.all(R"(
      SELECT run_id, state, start_date, end_date FROM dag_runs WHERE dag_id = ?
      ORDER BY run_after DESC, number DESC LIMIT ?)",
                        {dag.dag_id.value, bars}, [](db::Row& row) {
                          return wire::RunBar{.dag_run_id = row.text(),
                                              .state = detail::read_enum(row, parse_run_state),
                                              .start_date = row.optional_time(),
                                              .end_date = row.optional_time()};
                        }));
  AIFLOW_ASSIGN(const std::int64_t unfinished,
                detail::count_runs(db_, &dag.dag_id, {RunState::queued, RunState::running}));
  AIFLOW_ASSIGN(const std::int64_t failed,
                detail::count_runs(db_, &dag.dag_id, {RunState::failed}));
  AIFLOW_ASSIGN(const auto broken,
                db_.first("SELECT count(*) FROM import_errors WHERE filename = ?", {dag.fileloc},
                          [](db::Row& row) { return row.integer(); }));
  AIFLOW_ASSIGN(auto assets, assets_of(db_, dag.dag_id, spec.schedule));
  AIFLOW_ASSIGN(auto project, ProjectStore(db_).of_folder(dag.folder));
  std::vector<wire::RunBar> oldest_first(runs.rbegin(), runs.rend());
  return wire::Dag{.dag_id = dag.dag_id.value,
                   .project = std::move(project),
                   .dag_display_name = dag.dag_id.value,
                   .description = spec.description,
                   .is_paused = dag.is_paused,
                   .owners = {spec.owner},
                   .tags = spec.tags,
                   .timetable_summary = summary_of(spec.schedule),
                   .timetable_description = spec.schedule.text,
                   .next_dagrun_run_after =
                       dag.next_tick ? std::optional(dag.next_tick->run_after) : std::nullopt,
                   .fileloc = dag.fileloc,
                   .version = dag.version,
                   .last_parsed_time = dag.last_parsed_at,
                   .recent_runs = std::move(oldest_first),
                   .running_count = unfinished,
                   .failed_count = failed,
                   .has_import_errors = broken.value_or(0) > 0,
                   .assets = std::move(assets),
                   .explanation = std::nullopt};
}

Result<wire::ImportError> DagStore::set_import_error(const wire::ImportError& error) {
  AIFLOW_TRY(db_.run("DELETE FROM import_errors WHERE filename = ?", {error.filename}));
  AIFLOW_TRY(db_.run(R"(
    INSERT INTO import_errors (filename, folder, line, timestamp, stack_trace, message)
    VALUES (?, ?, ?, ?, ?, ?))",
                     {error.filename, error.folder, error.line, error.timestamp, error.stack_trace,
                      error.message}));
  wire::ImportError stored = error;
  stored.import_error_id = db_.last_insert_id();
  return stored;
}

Result<bool> DagStore::clear_import_error(const std::string& filename) {
  AIFLOW_TRY(db_.run("DELETE FROM import_errors WHERE filename = ?", {filename}));
  return db_.changes() > 0;
}

Result<std::vector<wire::ImportError>> DagStore::import_errors(const Sight& sight) {
  if (sight && sight->empty()) return std::vector<wire::ImportError>{};
  detail::Where where;
  if (sight) {
    where.add("coalesce((SELECT p.name FROM projects p WHERE p.name = folder), 'default') IN " +
                  detail::marks(sight->size()),
              *sight);
  }
  return db_.all(std::string(kSelectImportErrors) + where.text() + " ORDER BY filename",
                 where.params(), read_import_error);
}

Result<std::vector<DagFileRow>> DagStore::files() {
  return db_.all(R"(
      SELECT named.filename, COALESCE(dag_files.fingerprint, ''),
        COALESCE(dag_files.read_paths, '[]')
      FROM (SELECT fileloc AS filename FROM dags WHERE is_active = 1
            UNION SELECT filename FROM import_errors) AS named
      LEFT JOIN dag_files ON dag_files.filename = named.filename ORDER BY named.filename)",
                 {}, [](db::Row& row) {
                   return DagFileRow{.filename = row.text(),
                                     .print = row.text(),
                                     .reads = detail::read_strings(row)};
                 });
}

Status DagStore::put_file(const DagFileRow& file) {
  AIFLOW_TRY(forget_file(file.filename));
  return db_.run("INSERT INTO dag_files (filename, fingerprint, read_paths) VALUES (?, ?, ?)",
                 {file.filename, file.print, detail::write_strings(file.reads)});
}

Status DagStore::forget_file(const std::string& filename) {
  return db_.run("DELETE FROM dag_files WHERE filename = ?", {filename});
}

}  // namespace aiflow::store
