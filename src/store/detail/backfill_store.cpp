// SPDX-License-Identifier: Apache-2.0
#include "store/backfill_store.h"

#include <string_view>
#include <utility>

#include "store/data/pages.h"
#include "store/detail/rows.h"
#include "store/detail/sight_filter.h"

namespace aiflow::store {
namespace {

constexpr std::string_view kSelect =
    "SELECT backfill_id, dag_id, dag_version, from_date, to_date, created_at, completed_at,"
    " is_paused, run_backwards, reprocess_behavior, max_active_runs, conf, username, cause, total,"
    " made, skipped, queued, running, success, failed FROM backfills";

BackfillRow read_backfill(db::Row& row) {
  BackfillRow made;
  made.id = {row.integer()};
  made.dag_id = {row.text()};
  made.dag_version = row.small();
  made.range.from = row.time();
  made.range.to = row.time();
  made.range.asked_at = row.time();
  made.completed_at = row.optional_time();
  made.paused = row.boolean();
  made.range.newest_first = row.boolean();
  made.range.reprocess = detail::read_enum(row, dag::parse_reprocess);
  made.range.max_active_runs = row.small();
  made.conf = detail::read_json(row);
  made.user = row.text();
  made.cause = row.text();
  made.total = row.small();
  made.made = row.small();
  made.skipped = row.small();
  made.queued = row.small();
  made.running = row.small();
  made.success = row.small();
  made.failed = row.small();
  return made;
}

detail::Where where_of(const BackfillQuery& query) {
  detail::Where where;
  if (query.dag_id) where.add("dag_id = ?", query.dag_id->value);
  detail::add_sight(where, "dag_id", query.sight);
  return where;
}

std::string select(std::string_view rest) { return std::string(kSelect) + " " + std::string(rest); }

}  // namespace

Status BackfillStore::put(const BackfillRow& row) {
  return db_.run(
      R"(
    REPLACE INTO backfills (backfill_id, dag_id, dag_version, from_date, to_date, created_at,
      completed_at, is_paused, run_backwards, reprocess_behavior, max_active_runs, conf, username,
      cause, total, made, skipped, queued, running, success, failed)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))",
      {row.id.value,
       row.dag_id.value,
       row.dag_version,
       row.range.from,
       row.range.to,
       row.range.asked_at,
       row.completed_at,
       row.paused,
       row.range.newest_first,
       dag::to_string(row.range.reprocess),
       row.range.max_active_runs,
       json::write(row.conf),
       row.user,
       row.cause,
       row.total,
       row.made,
       row.skipped,
       row.queued,
       row.running,
       row.success,
       row.failed});
}

Result<BackfillRow> BackfillStore::get(dag::BackfillId id) {
  static const std::string sql = select("WHERE backfill_id = ?");
  return detail::require(db_.first(sql, {id.value}, read_backfill),
                         "backfill " + std::to_string(id.value) + " does not exist");
}

Result<Listed<BackfillRow>> BackfillStore::list(const BackfillQuery& query, Page page) {
  const detail::Where where = where_of(query);
  AIFLOW_ASSIGN(const auto total,
                db_.first("SELECT count(*) FROM backfills" + where.text(), where.params(),
                          [](db::Row& row) { return row.integer(); }));
  AIFLOW_ASSIGN(auto items, db_.all(std::string(kSelect) + where.text() +
                                        " ORDER BY backfill_id DESC LIMIT ? OFFSET ?",
                                    where.params_with({page.limit, page.offset}), read_backfill));
  return Listed<BackfillRow>{.items = std::move(items), .total = total.value_or(0)};
}

Result<std::vector<BackfillRow>> backfills_before(db::Connection& db, const BackfillQuery& query,
                                                  std::int64_t before, int limit) {
  detail::Where where = where_of(query);
  where.add("backfill_id < ?", before);
  return db.all(std::string(kSelect) + where.text() + " ORDER BY backfill_id DESC LIMIT ?",
                where.params_with({limit}), read_backfill);
}

Result<std::vector<BackfillRow>> BackfillStore::open() {
  static const std::string sql = select("WHERE completed_at IS NULL ORDER BY backfill_id");
  return db_.all(sql, {}, read_backfill);
}

Result<dag::BackfillId> BackfillStore::last_id() {
  AIFLOW_ASSIGN(const auto last, db_.first("SELECT coalesce(max(backfill_id), 0) FROM backfills",
                                           {}, [](db::Row& row) { return row.integer(); }));
  return dag::BackfillId{last.value_or(0)};
}

Status BackfillStore::add_date(const BackfillDateRow& row) {
  return db_.run(
      "INSERT INTO backfill_dates (backfill_id, ordinal, logical_date, run_id, reason)"
      " VALUES (?, ?, ?, ?, ?)",
      {row.id.value, row.ordinal, row.logical_date, row.run_id.value, row.reason});
}

Result<std::vector<BackfillDateRow>> BackfillStore::dates(dag::BackfillId id, Page page) {
  return db_.all(R"(
    SELECT backfill_id, ordinal, logical_date, run_id, reason FROM backfill_dates
    WHERE backfill_id = ? ORDER BY ordinal LIMIT ? OFFSET ?)",
                 {id.value, page.limit, page.offset}, [](db::Row& row) {
                   return BackfillDateRow{.id = {row.integer()},
                                          .ordinal = row.small(),
                                          .logical_date = row.time(),
                                          .run_id = {row.text()},
                                          .reason = row.text()};
                 });
}

wire::Backfill to_wire(const BackfillRow& row) {
  return {.id = row.id.value,
          .dag_id = row.dag_id.value,
          .dag_display_name = row.dag_id.value,
          .from_date = row.range.from,
          .to_date = row.range.to,
          .dag_run_conf = row.conf,
          .is_paused = row.paused,
          .reprocess_behavior = std::string(dag::to_string(row.range.reprocess)),
          .run_backwards = row.range.newest_first,
          .max_active_runs = row.range.max_active_runs,
          .created_at = row.range.asked_at,
          .completed_at = row.completed_at,
          .triggering_user_name = row.user,
          .cause = row.cause,
          .total = row.total,
          .skipped = row.skipped,
          .queued = row.queued,
          .running = row.running,
          .success = row.success,
          .failed = row.failed};
}

}  // namespace aiflow::store
