// SPDX-License-Identifier: Apache-2.0
#include "store/admin/census.h"

#include <doctest/doctest.h>

#include "store/dag_store.h"
#include "store/run_store.h"
#include "store/testing/temp_store.h"

namespace aiflow::store {
namespace {

using testing::kNow;
using testing::TempStore;

Status add_dag(db::Connection& db) {
  DagVersionRow version;
  version.dag_id = DagId{"d"};
  version.version = 1;
  version.spec.dag_id = "d";
  version.spec.params = json::object({});
  version.created_at = kNow;
  AIFLOW_TRY(DagStore(db).add_version(version));
  DagRow row;
  row.dag_id = version.dag_id;
  row.version = 1;
  row.is_active = true;
  row.is_paused = true;
  row.created_at = kNow;
  return DagStore(db).put(row);
}

Status add_run(db::Connection& db, int number, RunState state) {
  RunRow run;
  run.key = {DagId{"d"}, RunId{"r" + std::to_string(number)}};
  run.number = number;
  run.state = state;
  run.run_after = run.queued_at = kNow;
  run.conf = json::object({});
  run.dag_version = 1;
  return RunStore(db).insert_run(run);
}

Status add_task(db::Connection& db, int run, TaskState state, std::optional<WallTime> scheduled) {
  TaskRow task;
  task.key = {DagId{"d"}, RunId{"r" + std::to_string(run)}, TaskId{"t" + std::to_string(run)}, -1};
  task.state = state;
  task.scheduled_at = scheduled;
  return RunStore(db).upsert_task(task);
}

TEST_CASE("the census of nothing has every state, each 0") {
  TempStore temp;
  const auto census = temp.read([](db::Connection& db) { return take_census(db); });
  CHECK(census.tasks.size() == kAllTaskStates.size());
  CHECK(census.runs.at(RunState::queued) == 0);
  CHECK(census.tasks.at(TaskState::running) == 0);
  CHECK(census.dags_active == 0);
  CHECK(census.outbox == 0);
  CHECK_FALSE(census.oldest_scheduled);
}

TEST_CASE("the census counts what has not ended, and knows who waits longest") {
  TempStore temp;
  const auto later = kNow + std::chrono::seconds(5);
  temp.write([&](db::Connection& db) -> Status {
    AIFLOW_TRY(add_dag(db));
    AIFLOW_TRY(add_run(db, 1, RunState::running));
    AIFLOW_TRY(add_run(db, 2, RunState::running));
    AIFLOW_TRY(add_run(db, 3, RunState::success));
    AIFLOW_TRY(add_task(db, 1, TaskState::scheduled, later));
    AIFLOW_TRY(add_task(db, 2, TaskState::scheduled, kNow));
    return add_task(db, 3, TaskState::success, kNow);
  });
  const auto census = temp.read([](db::Connection& db) { return take_census(db); });
  CHECK(census.runs.at(RunState::running) == 2);
  CHECK(census.tasks.at(TaskState::scheduled) == 2);
  CHECK(census.tasks.at(TaskState::success) == 0);
  CHECK(census.oldest_scheduled == kNow);
  CHECK_FALSE(census.oldest_queued);
  CHECK(census.dags_paused == 1);
  CHECK(census.dags_active == 0);
}

}  // namespace
}  // namespace aiflow::store
