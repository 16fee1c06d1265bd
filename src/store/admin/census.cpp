// SPDX-License-Identifier: Apache-2.0
#include "store/admin/census.h"

#include <string>
#include <utility>

namespace aiflow::store {
namespace {

struct Count {
  std::string state;
  std::int64_t number = 0;
  std::optional<WallTime> first_scheduled{};
  std::optional<WallTime> first_queued{};
};

Result<std::int64_t> number_of(db::Connection& db, const std::string& query) {
  AIFLOW_ASSIGN(const auto found, db.all("SELECT COUNT(*) FROM " + query, {},
                                         [](db::Row& row) { return row.integer(); }));
  return found.at(0);
}

Status count_runs(db::Connection& db, Census& out) {
  for (const auto state : {RunState::queued, RunState::running}) out.runs[state] = 0;
  AIFLOW_ASSIGN(const auto counts, db.all("SELECT state, COUNT(*) FROM dag_runs"
                                          " WHERE state IN ('queued', 'running') GROUP BY state",
                                          {}, [](db::Row& row) {
                                            auto state = row.text();
                                            return Count{.state = std::move(state),
                                                         .number = row.integer()};
                                          }));
  for (const auto& count : counts) {
    if (const auto state = parse_run_state(count.state)) out.runs[*state] = count.number;
  }
  return {};
}

Status count_tasks(db::Connection& db, Census& out) {
  for (const auto state : kAllTaskStates) out.tasks[state] = 0;
  AIFLOW_ASSIGN(const auto counts,
                db.all("SELECT t.state, COUNT(*), MIN(t.scheduled_at), MIN(t.queued_at)"
                       " FROM dag_runs r JOIN task_instances t"
                       " ON t.dag_id = r.dag_id AND t.run_id = r.run_id"
                       " WHERE r.state IN ('queued', 'running') GROUP BY t.state",
                       {}, [](db::Row& row) {
                         Count count;
                         count.state = row.text();
                         count.number = row.integer();
                         count.first_scheduled = row.optional_time();
                         count.first_queued = row.optional_time();
                         return count;
                       }));
  for (const auto& count : counts) {
    const auto state = parse_task_state(count.state);
    if (!state) continue;
    out.tasks[*state] = count.number;
    if (*state == TaskState::scheduled) out.oldest_scheduled = count.first_scheduled;
    if (*state == TaskState::queued) out.oldest_queued = count.first_queued;
  }
  return {};
}

}  // namespace

Result<Census> take_census(db::Connection& db) {
  Census out;
  AIFLOW_ASSIGN(out.dags_active, number_of(db, "dags WHERE is_active = 1 AND is_paused = 0"));
  AIFLOW_ASSIGN(out.dags_paused, number_of(db, "dags WHERE is_active = 1 AND is_paused = 1"));
  AIFLOW_ASSIGN(out.import_errors, number_of(db, "import_errors"));
  AIFLOW_TRY(count_runs(db, out));
  AIFLOW_TRY(count_tasks(db, out));
  AIFLOW_ASSIGN(out.outbox, number_of(db, "outbox"));
  return out;
}

}  // namespace aiflow::store
