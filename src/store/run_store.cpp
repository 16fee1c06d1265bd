// SPDX-License-Identifier: Apache-2.0
// Runs, outbox and pools; task instances, tries and XComs are in task_store.cpp.
#include "store/run_store.h"

#include <bit>
#include <utility>

#include "store/data/pages.h"
#include "store/detail/rows.h"
#include "store/detail/run_counts.h"
#include "store/detail/sight_filter.h"

namespace aiflow::store {
namespace {

constexpr std::string_view kSelectRun =
    "SELECT dag_id, run_id, number, state, run_type, logical_date, data_interval_start,"
    " data_interval_end, run_after, queued_at, start_date, end_date, conf, note, dag_version,"
    " cause, triggered_by, clear_number, backfill_id, backfill_ordinal, use_cache, deadlines_missed"
    " FROM dag_runs";

RunRow read_run(db::Row& row) {
  return {.key = {.dag_id = DagId{row.text()}, .run_id = RunId{row.text()}},
          .number = row.integer(),
          .state = detail::read_enum(row, parse_run_state),
          .run_type = detail::read_enum(row, parse_run_type),
          .logical_date = row.optional_time(),
          .data_interval_start = row.optional_time(),
          .data_interval_end = row.optional_time(),
          .run_after = row.time(),
          .queued_at = row.time(),
          .start_date = row.optional_time(),
          .end_date = row.optional_time(),
          .conf = detail::read_json(row),
          .note = row.text(),
          .dag_version = row.small(),
          .cause = row.text(),
          .triggered_by = row.text(),
          .clear_number = row.small(),
          .backfill = {row.integer()},
          .ordinal = row.small(),
          .use_cache = row.boolean(),
          .deadlines_missed = row.integer()};
}

std::string select_runs(std::string_view rest) {
  return std::string(kSelectRun) + " " + std::string(rest);
}

OutboxRow read_outbox(db::Row& row) {
  return {.id = row.integer(),
          .kind = row.text() == "submit" ? OutboxKind::submit : OutboxKind::cancel,
          .key = detail::read_task_key(row),
          .try_number = row.small(),
          .epoch = row.integer(),
          .reason = row.text(),
          .created_at = row.time()};
}

std::string_view to_string(OutboxKind kind) {
  return kind == OutboxKind::submit ? "submit" : "cancel";
}

}  // namespace

Status RunStore::insert_run(const RunRow& run) {
  Status done = db_.run(R"(
    INSERT INTO dag_runs (dag_id, run_id, number, state, run_type, logical_date,
      data_interval_start, data_interval_end, run_after, queued_at, start_date, end_date, conf,
      note, dag_version, cause, triggered_by, clear_number, backfill_id, backfill_ordinal,
      use_cache, deadlines_missed)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))",
                        {run.key.dag_id.value,
                         run.key.run_id.value,
                         run.number,
                         aiflow::to_string(run.state),
                         aiflow::to_string(run.run_type),
                         run.logical_date,
                         run.data_interval_start,
                         run.data_interval_end,
                         run.run_after,
                         run.queued_at,
                         run.start_date,
                         run.end_date,
                         json::write(run.conf),
                         run.note,
                         run.dag_version,
                         run.cause,
                         run.triggered_by,
                         run.clear_number,
                         run.backfill.value,
                         run.ordinal,
                         run.use_cache,
                         run.deadlines_missed});
  if (done) return detail::run_added(db_, run.key.dag_id, run.state);
  if (done.error().code != ErrorCode::conflict) return done;
  return fail(std::move(done).error().with_context("run '" + run.key.run_id.value + "' of dag '" +
                                                   run.key.dag_id.value + "'"));
}

Status RunStore::update_run(const RunRow& run) {
  AIFLOW_TRY(detail::run_changes(db_, run.key, run.state));
  AIFLOW_TRY(db_.run(
      R"(
    UPDATE dag_runs SET number = ?, state = ?, run_type = ?, logical_date = ?,
      data_interval_start = ?, data_interval_end = ?, run_after = ?, queued_at = ?,
      start_date = ?, end_date = ?, conf = ?, dag_version = ?, cause = ?, triggered_by = ?,
      clear_number = ?, backfill_id = ?, backfill_ordinal = ?,
      deadlines_missed = ?
    WHERE dag_id = ? AND run_id = ?)",
      {run.number,
       aiflow::to_string(run.state),
       aiflow::to_string(run.run_type),
       run.logical_date,
       run.data_interval_start,
       run.data_interval_end,
       run.run_after,
       run.queued_at,
       run.start_date,
       run.end_date,
       json::write(run.conf),
       run.dag_version,
       run.cause,
       run.triggered_by,
       run.clear_number,
       run.backfill.value,
       run.ordinal,
       run.deadlines_missed,
       run.key.dag_id.value,
       run.key.run_id.value}));
  if (db_.changes() > 0) return {};
  return fail(ErrorCode::not_found, "run '" + run.key.run_id.value + "' does not exist");
}

Status RunStore::recount() {
  AIFLOW_TRY(db_.run("DELETE FROM run_counts"));
  return db_.run(
      "INSERT INTO run_counts (dag_id, state, runs)"
      " SELECT dag_id, state, count(*) FROM dag_runs GROUP BY dag_id, state");
}

Status RunStore::set_note(const RunKey& key, const std::string& note) {
  return db_.run("UPDATE dag_runs SET note = ? WHERE dag_id = ? AND run_id = ?",
                 {note, key.dag_id.value, key.run_id.value});
}

Status RunStore::set_use_cache(const RunKey& key, bool use_cache) {
  return db_.run("UPDATE dag_runs SET use_cache = ? WHERE dag_id = ? AND run_id = ?",
                 {use_cache, key.dag_id.value, key.run_id.value});
}

Result<std::optional<RunRow>> RunStore::find_run(const RunKey& key) {
  static const std::string sql = select_runs("WHERE dag_id = ? AND run_id = ?");
  return db_.first(sql, {key.dag_id.value, key.run_id.value}, read_run);
}

Result<RunRow> RunStore::run(const RunKey& key) {
  return detail::require(find_run(key),
                         "dag '" + key.dag_id.value + "' has no run '" + key.run_id.value + "'");
}

Result<std::optional<RunRow>> RunStore::run_on(const RunKey& key, WallTime logical_date) {
  static const std::string sql =
      select_runs("WHERE dag_id = ? AND (logical_date = ? OR run_id = ?) LIMIT 1");
  return db_.first(sql, {key.dag_id.value, logical_date, key.run_id.value}, read_run);
}

Result<std::vector<RunAt>> RunStore::runs_between(const DagId& dag_id, WallTime from, WallTime to) {
  return db_.all(R"(
    SELECT logical_date, run_id, state FROM dag_runs
    WHERE dag_id = ? AND logical_date >= ? AND logical_date <= ? ORDER BY logical_date)",
                 {dag_id.value, from, to}, [](db::Row& row) {
                   return RunAt{.logical_date = row.time(),
                                .run_id = {row.text()},
                                .state = detail::read_enum(row, parse_run_state)};
                 });
}

Result<std::optional<Duration>> RunStore::mean_runtime(const Runtime& of) {
  AIFLOW_ASSIGN(const auto lengths,
                db_.all(R"(
    SELECT start_date, end_date FROM (
      SELECT state, start_date, end_date, run_after, number FROM dag_runs
      WHERE dag_id = ? ORDER BY run_after DESC, number DESC LIMIT 1000) AS newest
    WHERE state = 'success' AND start_date IS NOT NULL AND end_date IS NOT NULL AND end_date <= ?
    ORDER BY run_after DESC, number DESC LIMIT ?)",
                        {of.dag_id.value, of.ended_by, std::int64_t{of.runs_max}},
                        [](db::Row& row) -> Duration {
                          const WallTime started = row.time();
                          return row.time() - started;
                        }));
  if (std::ssize(lengths) < of.runs_min || lengths.empty()) return std::nullopt;
  Duration total{0};
  for (const Duration length : lengths) total += length;
  return total / std::ssize(lengths);
}

Result<std::int64_t> RunStore::total_of(const RunQuery& query, const detail::Where& where) {
  const bool in_time = query.logical_date_gte || query.logical_date_lte || query.queued_at_gte ||
                       query.queued_at_lt || query.run_after_gte || query.run_after_lt;
  if (!in_time && !query.sight) {
    return detail::count_runs(db_, query.dag_id ? &*query.dag_id : nullptr, query.states);
  }
  AIFLOW_ASSIGN(const auto total,
                db_.first("SELECT count(*) FROM dag_runs" + where.text(), where.params(),
                          [](db::Row& row) { return row.integer(); }));
  return total.value_or(0);
}

namespace {

detail::Where where_of(const RunQuery& query) {
  detail::Where where;
  if (query.dag_id) where.add("dag_id = ?", query.dag_id->value);
  if (!query.states.empty()) where.add(detail::state_is_one_of(query.states));
  if (query.logical_date_gte) where.add("logical_date >= ?", *query.logical_date_gte);
  if (query.logical_date_lte) where.add("logical_date <= ?", *query.logical_date_lte);
  if (query.queued_at_gte) where.add("queued_at >= ?", *query.queued_at_gte);
  if (query.queued_at_lt) where.add("queued_at < ?", *query.queued_at_lt);
  if (query.run_after_gte) where.add("run_after >= ?", *query.run_after_gte);
  if (query.run_after_lt) where.add("run_after < ?", *query.run_after_lt);
  detail::add_sight(where, "dag_id", query.sight);
  return where;
}

std::string_view order_of(const RunQuery& query) {
  return query.newest_first ? " ORDER BY run_after DESC, number DESC, dag_id DESC LIMIT ? OFFSET ?"
                            : " ORDER BY run_after, number, dag_id LIMIT ? OFFSET ?";
}

}  // namespace

Result<Listed<RunRow>> RunStore::list_runs(const RunQuery& query) {
  const detail::Where where = where_of(query);
  AIFLOW_ASSIGN(const std::int64_t total, total_of(query, where));
  AIFLOW_ASSIGN(auto items,
                db_.all(std::string(kSelectRun) + where.text() + std::string(order_of(query)),
                        where.params_with({query.page.limit, query.page.offset}), read_run));
  return Listed<RunRow>{.items = std::move(items), .total = total};
}

Result<std::vector<RunRow>> runs_after(db::Connection& db, const RunQuery& query,
                                       const RunCursor& after) {
  detail::Where where = where_of(query);
  const std::string later = query.newest_first ? "<" : ">";
  // The first condition alone says where the index is entered.
  where.add("run_after " + later + "= ?", after.run_after);
  where.add("(run_after " + later + " ? OR number " + later + " ? OR (number = ? AND dag_id " +
                later + " ?))",
            {after.run_after, after.number, after.number, after.dag_id.value});
  return db.all(std::string(kSelectRun) + where.text() + std::string(order_of(query)),
                where.params_with({query.page.limit, query.page.offset}), read_run);
}

Result<std::vector<RunKey>> RunStore::finished_around(const RunKey& key, Around around) {
  AIFLOW_ASSIGN(const RunRow from, run(key));
  const WallTime date = from.logical_date.value_or(from.run_after);
  return db_.all(R"(
    SELECT run_id FROM dag_runs
    WHERE dag_id = ? AND state NOT IN ('queued', 'running')
      AND ((? AND coalesce(logical_date, run_after) <= ?)
        OR (? AND coalesce(logical_date, run_after) >= ?))
    ORDER BY run_after, number LIMIT ?)",
                 {key.dag_id.value, around.past, date, around.future, date, around.limit},
                 [&](db::Row& row) { return RunKey{key.dag_id, RunId{row.text()}}; });
}

Result<std::vector<RunRow>> RunStore::unfinished_runs() {
  static const std::string sql =
      select_runs("WHERE state IN ('queued', 'running') ORDER BY run_after, dag_id, number");
  return db_.all(sql, {}, read_run);
}

Result<std::vector<RunRow>> RunStore::last_finished_runs(int count) {
  static const std::string sql = select_runs(R"(
    WHERE (dag_id, run_id) IN (
      SELECT dag_id, run_id FROM (
        SELECT dag_id, run_id,
          row_number() OVER (PARTITION BY dag_id ORDER BY number DESC) AS nth,
          row_number() OVER (PARTITION BY dag_id
            ORDER BY coalesce(logical_date, run_after) DESC, number DESC) AS latest
        FROM dag_runs WHERE state NOT IN ('queued', 'running')) AS numbered
      WHERE nth <= ? OR latest = 1)
    ORDER BY dag_id, number)");
  return db_.all(sql, {count}, read_run);
}

Result<std::int64_t> RunStore::add_outbox(const OutboxRow& row) {
  AIFLOW_TRY(db_.run(
      R"(
    INSERT INTO outbox (kind, dag_id, run_id, task_id, map_index, try_number, epoch, reason,
      created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?))",
      {to_string(row.kind), row.key.dag_id.value, row.key.run_id.value, row.key.task_id.value,
       row.key.map_index, row.try_number, row.epoch, row.reason, row.created_at}));
  return db_.last_insert_id();
}

Status RunStore::delete_outbox(OutboxKind kind, const TaskKey& key, std::int64_t epoch) {
  return db_.run(R"(
    DELETE FROM outbox WHERE dag_id = ? AND run_id = ? AND task_id = ? AND map_index = ?
      AND epoch = ? AND kind = ?)",
                 {key.dag_id.value, key.run_id.value, key.task_id.value, key.map_index, epoch,
                  to_string(kind)});
}

Result<std::vector<OutboxRow>> RunStore::outbox() {
  return db_.all(R"(
    SELECT id, kind, dag_id, run_id, task_id, map_index, try_number, epoch, reason, created_at
    FROM outbox ORDER BY id)",
                 {}, read_outbox);
}

Result<std::vector<PoolRow>> RunStore::pools() {
  return db_.all("SELECT name, slots, description, include_deferred FROM pools ORDER BY name", {},
                 [](db::Row& row) {
                   return PoolRow{.name = PoolName{row.text()},
                                  .slots = row.small(),
                                  .description = row.text(),
                                  .include_deferred = row.boolean()};
                 });
}

Status RunStore::put_pool(const PoolRow& pool) {
  return db_.run(
      "REPLACE INTO pools (name, slots, description, include_deferred) VALUES (?, ?, ?, ?)",
      {pool.name.value, pool.slots, pool.description, pool.include_deferred});
}

Status RunStore::remove_pool(const PoolName& name) {
  return db_.run("DELETE FROM pools WHERE name = ?", {name.value});
}

wire::DagRun to_wire(const RunRow& run) {
  return {.dag_id = run.key.dag_id.value,
          .dag_run_id = run.key.run_id.value,
          .state = run.state,
          .run_type = run.run_type,
          .logical_date = run.logical_date,
          .data_interval_start = run.data_interval_start,
          .data_interval_end = run.data_interval_end,
          .run_after = run.run_after,
          .queued_at = run.queued_at,
          .start_date = run.start_date,
          .end_date = run.end_date,
          .conf = run.conf,
          .note = run.note,
          .dag_version = run.dag_version,
          .cause = run.cause,
          .backfill_id = run.backfill.value == 0 ? std::nullopt : std::optional(run.backfill.value),
          .deadlines_missed = std::popcount(static_cast<std::uint64_t>(run.deadlines_missed)),
          .explanation = std::nullopt};
}

}  // namespace aiflow::store
