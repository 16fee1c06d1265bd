// SPDX-License-Identifier: Apache-2.0
#include "store/data/history_store.h"

#include "store/detail/rows.h"

namespace aiflow::store {

Result<Listed<wire::RunTry>> HistoryStore::tries(const RunTriesQuery& query) {
  detail::Where where;
  where.add("dag_id = ?", query.run.dag_id.value);
  where.add("run_id = ?", query.run.run_id.value);
  AIFLOW_ASSIGN(const auto total,
                db_.first("SELECT COUNT(*) FROM task_tries" + where.text(), where.params(),
                          [](db::Row& row) { return row.integer(); }));
  if (const auto& after = query.after) {
    where.add("task_id >= ?", after->task_id);
    where.add("(task_id > ? OR map_index > ? OR (map_index = ? AND try_number > ?))",
              {after->task_id, after->map_index, after->map_index, after->try_number});
  }
  const int offset = query.after ? 0 : query.page.offset;
  AIFLOW_ASSIGN(
      auto items,
      db_.all("SELECT task_id, map_index, try_number, state, start_date, end_date FROM task_tries" +
                  where.text() + " ORDER BY task_id, map_index, try_number LIMIT ? OFFSET ?",
              where.params_with({query.page.limit, offset}), [](db::Row& row) {
                return wire::RunTry{.task_id = row.text(),
                                    .map_index = row.small(),
                                    .try_number = row.small(),
                                    .state = detail::read_enum(row, parse_task_state),
                                    .start_date = row.optional_time(),
                                    .end_date = row.optional_time()};
              }));
  return Listed<wire::RunTry>{.items = std::move(items), .total = total.value_or(0)};
}

Result<std::vector<TaskSpan>> HistoryStore::spans(const TaskKey& task) {
  return db_.all(R"(
    SELECT state, COUNT(*), COUNT(end_date), MIN(start_date), MAX(end_date) FROM task_instances
    WHERE dag_id = ? AND run_id = ? AND task_id = ? GROUP BY state ORDER BY state)",
                 {task.dag_id.value, task.run_id.value, task.task_id.value}, [](db::Row& row) {
                   TaskSpan span{.state = detail::read_enum(row, parse_task_state),
                                 .instances = row.integer()};
                   span.open = span.instances - row.integer();
                   span.first_start = row.optional_time();
                   span.last_end = row.optional_time();
                   return span;
                 });
}

Result<std::vector<RunsDue>> HistoryStore::due(const DagId& dag_id, WallTime from, WallTime to) {
  // Times are microseconds; "%" of whole numbers is the same in every dialect, "/" is not.
  return db_.all(R"(
    SELECT run_after - run_after % 900000000 AS quarter, state, COUNT(*) FROM dag_runs
    WHERE dag_id = ? AND run_after >= ? AND run_after < ?
    GROUP BY quarter, state ORDER BY quarter, state)",
                 {dag_id.value, from, to}, [](db::Row& row) {
                   return RunsDue{.quarter = row.time(),
                                  .state = detail::read_enum(row, parse_run_state),
                                  .count = row.integer()};
                 });
}

Result<Listed<int>> HistoryStore::versions(const DagId& dag_id, Page page) {
  AIFLOW_ASSIGN(const auto total,
                db_.first("SELECT COUNT(*) FROM dag_versions WHERE dag_id = ?", {dag_id.value},
                          [](db::Row& row) { return row.integer(); }));
  AIFLOW_ASSIGN(auto items, db_.all("SELECT version FROM dag_versions WHERE dag_id = ?"
                                    " ORDER BY version DESC LIMIT ? OFFSET ?",
                                    {dag_id.value, page.limit, page.offset},
                                    [](db::Row& row) { return row.small(); }));
  return Listed<int>{.items = std::move(items), .total = total.value_or(0)};
}

}  // namespace aiflow::store
