// SPDX-License-Identifier: Apache-2.0
#include "store/notice_store.h"

#include "store/detail/rows.h"

namespace aiflow::store {
namespace {

constexpr std::string_view kSelect =
    "SELECT dag_id, run_id, name, kind, deadline, reason, due_at, state, attempts, cause,"
    " worker_id, created_at, started_at, ended_at FROM notices ";

NoticeRow read_notice(db::Row& row) {
  return {.run = {.dag_id = DagId{row.text()}, .run_id = RunId{row.text()}},
          .name = row.text(),
          .kind = row.text(),
          .deadline = row.small(),
          .reason = row.text(),
          .due_at = row.optional_time(),
          .state = row.text(),
          .attempts = row.small(),
          .cause = row.text(),
          .worker_id = row.text(),
          .created_at = row.time(),
          .started_at = row.optional_time(),
          .ended_at = row.optional_time()};
}

}  // namespace

Status NoticeStore::put(const NoticeRow& row) {
  AIFLOW_TRY(db_.run(
      R"(
    UPDATE notices SET kind = ?, deadline = ?, reason = ?, due_at = ?, state = ?, attempts = ?,
      cause = ?, worker_id = ?, created_at = ?, started_at = ?, ended_at = ?
    WHERE dag_id = ? AND run_id = ? AND name = ?)",
      {row.kind, row.deadline, row.reason, row.due_at, row.state, row.attempts, row.cause,
       row.worker_id, row.created_at, row.started_at, row.ended_at, row.run.dag_id.value,
       row.run.run_id.value, row.name}));
  if (db_.changes() > 0) return {};
  return db_.run(
      R"(
    INSERT INTO notices (dag_id, run_id, name, kind, deadline, reason, due_at, state, attempts,
      cause, worker_id, created_at, started_at, ended_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))",
      {row.run.dag_id.value, row.run.run_id.value, row.name, row.kind, row.deadline, row.reason,
       row.due_at, row.state, row.attempts, row.cause, row.worker_id, row.created_at,
       row.started_at, row.ended_at});
}

Result<std::optional<NoticeRow>> NoticeStore::find(const RunKey& run, const std::string& name) {
  static const std::string sql =
      std::string(kSelect) + "WHERE dag_id = ? AND run_id = ? AND name = ?";
  return db_.first(sql, {run.dag_id.value, run.run_id.value, name}, read_notice);
}

Result<std::vector<NoticeRow>> NoticeStore::of_run(const RunKey& run) {
  static const std::string sql =
      std::string(kSelect) + "WHERE dag_id = ? AND run_id = ? ORDER BY id";
  return db_.all(sql, {run.dag_id.value, run.run_id.value}, read_notice);
}

Result<std::vector<NoticeRow>> NoticeStore::open() {
  static const std::string sql =
      std::string(kSelect) + "WHERE state IN ('waiting', 'running') ORDER BY id";
  return db_.all(sql, {}, read_notice);
}

Status NoticeStore::delete_of_run(const RunKey& run) {
  return db_.run("DELETE FROM notices WHERE dag_id = ? AND run_id = ?",
                 {run.dag_id.value, run.run_id.value});
}

wire::RunNotice to_wire(const NoticeRow& row) {
  return {.dag_id = row.run.dag_id.value,
          .dag_run_id = row.run.run_id.value,
          .name = row.name,
          .kind = row.kind,
          .reason = row.reason,
          .due_at = row.due_at,
          .state = row.state,
          .attempts = row.attempts,
          .cause = row.cause,
          .created_at = row.created_at,
          .started_at = row.started_at,
          .ended_at = row.ended_at};
}

}  // namespace aiflow::store
