// SPDX-License-Identifier: Apache-2.0
// Task instances, the history of tries, and XComs of RunStore.
#include <utility>

#include "store/detail/rows.h"
#include "store/run_store.h"

namespace aiflow::store {
namespace {

constexpr std::string_view kSelectTask =
    "SELECT dag_id, run_id, task_id, map_index, state, cause, try_number, max_tries, epoch,"
    " scheduled_at, queued_at, start_date, end_date, wake_at, worker_id, pid, pool, pool_slots,"
    " priority_weight, operator_name, display_name, branch_followed, skip_all_downstream,"
    " return_length, deferral, service, epoch_floor"
    " FROM task_instances";

std::optional<json::Value> read_deferral(db::Row& row) {
  const auto text = row.optional_text();
  if (!text) return std::nullopt;
  return json::parse(*text).value_or(json::Value());
}

std::optional<std::vector<std::string>> read_branch(db::Row& row) {
  const auto text = row.optional_text();
  if (!text) return std::nullopt;
  std::vector<std::string> ids;
  const auto value = json::parse(*text);
  if (!value || !value->is_array()) return ids;
  for (const json::Value& id : value->as_array()) ids.push_back(id.as_string());
  return ids;
}

TaskRow read_task(db::Row& row) {
  return {.key = detail::read_task_key(row),
          .state = detail::read_enum(row, parse_task_state),
          .cause = row.text(),
          .try_number = row.small(),
          .max_tries = row.small(),
          .epoch = row.integer(),
          .scheduled_at = row.optional_time(),
          .queued_at = row.optional_time(),
          .start_date = row.optional_time(),
          .end_date = row.optional_time(),
          .wake_at = row.optional_time(),
          .worker_id = row.text(),
          .pid = row.optional_integer(),
          .pool = row.text(),
          .pool_slots = row.small(),
          .priority_weight = row.integer(),
          .operator_name = row.text(),
          .display_name = row.text(),
          .branch_followed = read_branch(row),
          .skip_all_downstream = row.boolean(),
          .return_length = row.optional_integer(),
          .deferral = read_deferral(row),
          .service = row.optional_text(),
          .epoch_floor = row.integer()};
}

XComRow read_xcom(db::Row& row) {
  return {.key = detail::read_task_key(row),
          .name = row.text(),
          .value = detail::read_json(row),
          .stored_at = row.time()};
}

db::Params key_params(const TaskKey& key) {
  return {key.dag_id.value, key.run_id.value, key.task_id.value, key.map_index};
}

constexpr std::string_view kByTask =
    " WHERE dag_id = ? AND run_id = ? AND task_id = ? AND map_index = ?";

std::optional<double> duration_s(std::optional<WallTime> start, std::optional<WallTime> end) {
  if (!start || !end) return std::nullopt;
  return std::chrono::duration<double>(*end - *start).count();
}

}  // namespace

Status RunStore::upsert_task(const TaskRow& task) {
  std::optional<std::string> branch;
  if (task.branch_followed) branch = detail::write_strings(*task.branch_followed);
  std::optional<std::string> deferral;
  if (task.deferral) deferral = json::write(*task.deferral);
  return db_.run(R"(
    REPLACE INTO task_instances (dag_id, run_id, task_id, map_index, state, cause, try_number,
      max_tries, epoch, scheduled_at, queued_at, start_date, end_date, wake_at, worker_id, pid,
      pool, pool_slots, priority_weight, operator_name, display_name, branch_followed,
      skip_all_downstream, return_length, deferral, service, epoch_floor)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))",
                 {task.key.dag_id.value,
                  task.key.run_id.value,
                  task.key.task_id.value,
                  task.key.map_index,
                  aiflow::to_string(task.state),
                  task.cause,
                  task.try_number,
                  task.max_tries,
                  task.epoch,
                  task.scheduled_at,
                  task.queued_at,
                  task.start_date,
                  task.end_date,
                  task.wake_at,
                  task.worker_id,
                  task.pid,
                  task.pool,
                  task.pool_slots,
                  task.priority_weight,
                  task.operator_name,
                  task.display_name,
                  branch,
                  task.skip_all_downstream,
                  task.return_length,
                  deferral,
                  task.service,
                  task.epoch_floor});
}

Status RunStore::delete_task(const TaskKey& key) {
  static const std::string sql = "DELETE FROM task_instances" + std::string(kByTask);
  return db_.run(sql, key_params(key));
}

Result<TaskRow> RunStore::task(const TaskKey& key) {
  static const std::string sql = std::string(kSelectTask) + std::string(kByTask);
  AIFLOW_ASSIGN(auto found, db_.first(sql, key_params(key), read_task));
  if (found) return *std::move(found);
  AIFLOW_ASSIGN(const std::int64_t others, instances(key));
  const std::string name = "'" + key.task_id.value + "'";
  if (others == 0) {
    AIFLOW_TRY(run({key.dag_id, key.run_id}));  // without a run it is that which is missing
    return fail(ErrorCode::not_found, "run '" + key.run_id.value + "' has no task " + name);
  }
  return fail(ErrorCode::not_found, "task " + name + " has " + std::to_string(others) +
                                        " instances in this run; name one of them, such as '" +
                                        key.task_id.value + "[0]'");
}

/// How many map indexes the task has in the run.
Result<std::int64_t> RunStore::instances(const TaskKey& key) {
  AIFLOW_ASSIGN(const auto count,
                db_.first("SELECT COUNT(*) FROM task_instances"
                          " WHERE dag_id = ? AND run_id = ? AND task_id = ? AND map_index >= 0",
                          {key.dag_id.value, key.run_id.value, key.task_id.value},
                          [](db::Row& row) { return row.integer(); }));
  return count.value_or(0);
}

Result<std::vector<TaskRow>> RunStore::tasks(const RunKey& run) {
  static const std::string sql =
      std::string(kSelectTask) + " WHERE dag_id = ? AND run_id = ? ORDER BY task_id, map_index";
  return db_.all(sql, {run.dag_id.value, run.run_id.value}, read_task);
}

Result<std::vector<TaskRow>> RunStore::running_tasks(int limit) {
  // By way of the unfinished runs, of which there are few.
  static const std::string sql =
      std::string(kSelectTask) +
      " WHERE (dag_id, run_id) IN"
      " (SELECT dag_id, run_id FROM dag_runs WHERE state IN ('queued', 'running'))"
      " AND state = 'running' ORDER BY start_date, dag_id, run_id, task_id, map_index LIMIT ?";
  return db_.all(sql, {limit}, read_task);
}

Status RunStore::upsert_try(const TryRow& row) {
  return db_.run(R"(
    REPLACE INTO task_tries (dag_id, run_id, task_id, map_index, try_number, epoch, state, cause,
      start_date, end_date, worker_id, cpu_user_ms, cpu_system_ms, memory_peak_bytes,
      memory_mean_bytes, usage_note)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))",
                 {row.key.dag_id.value, row.key.run_id.value, row.key.task_id.value,
                  row.key.map_index, row.try_number, row.epoch, aiflow::to_string(row.state),
                  row.cause, row.start_date, row.end_date, row.worker_id, row.cpu_user_ms,
                  row.cpu_system_ms, row.memory_peak_bytes, row.memory_mean_bytes, row.usage_note});
}

Result<std::vector<TryRow>> RunStore::tries(const TaskKey& key) {
  static const std::string sql =
      "SELECT dag_id, run_id, task_id, map_index, try_number, epoch, state, cause, start_date,"
      " end_date, worker_id, cpu_user_ms, cpu_system_ms, memory_peak_bytes, memory_mean_bytes,"
      " usage_note FROM task_tries" +
      std::string(kByTask) + " ORDER BY try_number";
  return db_.all(sql, key_params(key), [](db::Row& row) {
    return TryRow{.key = detail::read_task_key(row),
                  .try_number = row.small(),
                  .epoch = row.integer(),
                  .state = detail::read_enum(row, parse_task_state),
                  .cause = row.text(),
                  .start_date = row.optional_time(),
                  .end_date = row.optional_time(),
                  .worker_id = row.text(),
                  .cpu_user_ms = row.optional_integer(),
                  .cpu_system_ms = row.optional_integer(),
                  .memory_peak_bytes = row.optional_integer(),
                  .memory_mean_bytes = row.optional_integer(),
                  .usage_note = row.optional_text()};
  });
}

namespace {
TaskStateRow read_task_state(db::Row& row) {
  return {.task_id = TaskId{row.text()},
          .map_index = row.small(),
          .state = detail::read_enum(row, parse_task_state)};
}
}  // namespace

Result<std::vector<TaskStateRow>> RunStore::task_states(const RunKey& key) {
  return db_.all(R"(
    SELECT task_id, map_index, state FROM task_instances
    WHERE dag_id = ? AND run_id = ? ORDER BY task_id, map_index)",
                 {key.dag_id.value, key.run_id.value}, read_task_state);
}

Result<RunOutcome> RunStore::outcome(const RunKey& key) {
  struct Counts {
    std::int64_t all = 0;
    std::int64_t successes = 0;
  };
  const auto read_counts = [](db::Row& row) {
    return Counts{.all = row.integer(), .successes = row.integer()};
  };
  AIFLOW_ASSIGN(const auto counts, db_.first(R"(
    SELECT count(*), count(CASE WHEN state = 'success' AND map_index = -1 THEN 1 END)
    FROM task_instances WHERE dag_id = ? AND run_id = ?)",
                                             {key.dag_id.value, key.run_id.value}, read_counts));
  RunOutcome outcome{.successes = counts.value_or(Counts{}).successes, .others = {}};
  if (!counts || counts->all == counts->successes) return outcome;
  AIFLOW_ASSIGN(outcome.others, db_.all(R"(
    SELECT task_id, map_index, state FROM task_instances
    WHERE dag_id = ? AND run_id = ? AND (state <> 'success' OR map_index <> -1)
    ORDER BY task_id, map_index)",
                                        {key.dag_id.value, key.run_id.value}, read_task_state));
  return outcome;
}

Status RunStore::put_xcom(const XComRow& row) {
  return db_.run(R"(
    REPLACE INTO xcoms (dag_id, run_id, task_id, map_index, name, value, stored_at)
    VALUES (?, ?, ?, ?, ?, ?, ?))",
                 {row.key.dag_id.value, row.key.run_id.value, row.key.task_id.value,
                  row.key.map_index, row.name, json::write(row.value), row.stored_at});
}

Status RunStore::delete_xcoms(const TaskKey& key) {
  static const std::string sql = "DELETE FROM xcoms" + std::string(kByTask);
  return db_.run(sql, key_params(key));
}

namespace {
constexpr std::string_view kSelectXCom =
    "SELECT dag_id, run_id, task_id, map_index, name, value, stored_at FROM xcoms";
}  // namespace

Result<std::optional<XComRow>> RunStore::xcom(const TaskKey& key, const std::string& name) {
  static const std::string sql = std::string(kSelectXCom) + std::string(kByTask) + " AND name = ?";
  db::Params params = key_params(key);
  params.emplace_back(name);
  return db_.first(sql, params, read_xcom);
}

Result<std::vector<XComRow>> RunStore::xcoms(const TaskKey& key) {
  static const std::string sql = std::string(kSelectXCom) + std::string(kByTask) + " ORDER BY name";
  return db_.all(sql, key_params(key), read_xcom);
}

Result<bool> RunStore::delete_xcom(const TaskKey& key, const std::string& name) {
  static const std::string sql = "DELETE FROM xcoms" + std::string(kByTask) + " AND name = ?";
  db::Params params = key_params(key);
  params.emplace_back(name);
  AIFLOW_TRY(db_.run(sql, params));
  return db_.changes() > 0;
}

Result<std::optional<RunKey>> RunStore::latest_run_with(const TaskKey& key,
                                                        const std::string& name) {
  AIFLOW_ASSIGN(const RunRow from, run(key.run()));
  const WallTime date = from.logical_date.value_or(from.run_after);
  return db_.first(
      R"(
    SELECT dag_runs.run_id FROM dag_runs JOIN xcoms
      ON xcoms.dag_id = dag_runs.dag_id AND xcoms.run_id = dag_runs.run_id
    WHERE dag_runs.dag_id = ? AND xcoms.task_id = ? AND xcoms.name = ?
      AND (? < -1 OR xcoms.map_index = ?)
      AND coalesce(dag_runs.logical_date, dag_runs.run_after) <= ?
    ORDER BY coalesce(dag_runs.logical_date, dag_runs.run_after) DESC, dag_runs.number DESC
    LIMIT 1)",
      {key.dag_id.value, key.task_id.value, name, key.map_index, key.map_index, date},
      [&](db::Row& row) { return RunKey{key.dag_id, RunId{row.text()}}; });
}

Result<std::optional<json::Value>> RunStore::mapped_xcoms(const TaskKey& key,
                                                          const std::string& name) {
  static const std::string sql = std::string(kSelectXCom) +
                                 " WHERE dag_id = ? AND run_id = ? AND task_id = ?"
                                 " AND map_index >= 0 AND name = ? ORDER BY map_index";
  AIFLOW_ASSIGN(
      auto rows,
      db_.all(sql, {key.dag_id.value, key.run_id.value, key.task_id.value, name}, read_xcom));
  if (rows.empty()) return std::nullopt;
  json::Array values;
  for (XComRow& row : rows) values.push_back(std::move(row.value));
  return json::Value(std::move(values));
}

namespace {

/// A query's JSON text of an item and the list's length; no item when the text is null.
Result<std::optional<XComItem>> first_item(db::Connection& db, const std::string& sql,
                                           const db::Params& params) {
  AIFLOW_ASSIGN(const auto found, db.first(sql, params, [](db::Row& row) {
    auto text = row.optional_text();
    return std::pair(std::move(text), row.integer());
  }));
  if (!found || !found->first) return std::nullopt;
  AIFLOW_ASSIGN(auto value, json::parse(*found->first));
  return XComItem{.value = std::move(value), .length = found->second};
}

}  // namespace

Result<std::optional<XComItem>> RunStore::xcom_item(const TaskKey& key, const std::string& name,
                                                    std::int64_t item) {
  // Both give null for what is no list, is too short, or is nested deeper than they read.
  const bool lite = db_.dialect() == db::Dialect::sqlite;
  const std::string sql =
      std::string(lite ? "SELECT value -> ?, COALESCE(json_array_length(value), 0)"
                       : "SELECT JSON_EXTRACT(value, ?), COALESCE(JSON_LENGTH(value), 0)") +
      " FROM xcoms" + std::string(kByTask) + " AND name = ? AND value LIKE '[%'";
  const std::string path = "$[" + std::to_string(item) + "]";  // parameters refer to texts
  db::Params params{path};
  const db::Params of_task = key_params(key);
  params.insert(params.end(), of_task.begin(), of_task.end());
  params.emplace_back(name);
  return first_item(db_, sql, params);
}

Result<std::optional<XComItem>> RunStore::mapped_xcom_item(const TaskKey& key,
                                                           const std::string& name,
                                                           std::int64_t item) {
  const std::string from =
      " FROM xcoms WHERE dag_id = ? AND run_id = ? AND task_id = ?"
      " AND map_index >= 0 AND name = ?";
  const std::string sql =
      "SELECT value, (SELECT count(*)" + from + ")" + from + " ORDER BY map_index LIMIT 1 OFFSET ?";
  db::Params params;
  for (int i = 0; i < 2; ++i) {
    params.insert(params.end(), {key.dag_id.value, key.run_id.value, key.task_id.value, name});
  }
  params.emplace_back(item);
  return first_item(db_, sql, params);
}

wire::TaskInstance to_wire(const TaskRow& task) {
  return {.dag_id = task.key.dag_id.value,
          .dag_run_id = task.key.run_id.value,
          .task_id = task.key.task_id.value,
          .map_index = task.key.map_index,
          .task_display_name = task.display_name,
          .operator_name = task.operator_name,
          .state = task.state,
          .cause = task.cause,
          .try_number = task.try_number,
          .max_tries = task.max_tries,
          .start_date = task.start_date,
          .end_date = task.end_date,
          .queued_when = task.queued_at,
          .scheduled_when = task.scheduled_at,
          .duration = duration_s(task.start_date, task.end_date),
          .pool = task.pool,
          .priority_weight = task.priority_weight,
          .hostname = task.worker_id,
          .pid = task.pid,
          .progress = std::nullopt,
          .explanation = std::nullopt,
          .service = task.service};
}

wire::TaskTry to_wire(const TryRow& row) {
  return {.try_number = row.try_number,
          .state = row.state,
          .cause = row.cause,
          .start_date = row.start_date,
          .end_date = row.end_date,
          .hostname = row.worker_id,
          .cpu_user_ms = row.cpu_user_ms,
          .cpu_system_ms = row.cpu_system_ms,
          .memory_peak_bytes = row.memory_peak_bytes,
          .memory_mean_bytes = row.memory_mean_bytes,
          .usage_note = row.usage_note};
}

TaskKey from_wire(const wire::TaskKey& key) {
  return {.dag_id = DagId{key.dag_id},
          .run_id = RunId{key.run_id},
          .task_id = TaskId{key.task_id},
          .map_index = static_cast<int>(key.map_index)};
}

wire::TaskKey to_wire(const TaskKey& key) {
  return {.dag_id = key.dag_id.value,
          .run_id = key.run_id.value,
          .task_id = key.task_id.value,
          .map_index = key.map_index};
}

}  // namespace aiflow::store
