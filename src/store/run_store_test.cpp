// SPDX-License-Identifier: Apache-2.0
#include "store/run_store.h"

#include <doctest/doctest.h>

#include "store/admin/check.h"
#include "store/dag_store.h"
#include "store/data/retention_store.h"
#include "store/testing/temp_store.h"

namespace aiflow::store {
namespace {

using testing::kNow;
using testing::TempStore;

void add_dag(TempStore& temp, const std::string& id) {
  temp.write([&](db::Connection& db) -> Status {
    DagVersionRow version;
    version.dag_id = DagId{id};
    version.version = 1;
    version.spec.dag_id = id;
    version.spec.params = json::object({});
    version.source = "# " + id;
    version.created_at = kNow;
    AIFLOW_TRY(DagStore(db).add_version(version));
    DagRow row;
    row.dag_id = version.dag_id;
    row.fileloc = "/dags/" + id + ".py";
    row.version = 1;
    row.created_at = kNow;
    return DagStore(db).put(row);
  });
}

RunRow make_run(const std::string& dag_id, const std::string& run_id, std::int64_t number) {
  RunRow run;
  run.key = {DagId{dag_id}, RunId{run_id}};
  run.number = number;
  run.run_after = run.queued_at = kNow + std::chrono::seconds(number);
  run.conf = json::object({{"n", number}});
  run.dag_version = 1;
  return run;
}

TaskRow make_task(const std::string& task_id) {
  TaskRow task;
  task.key = {DagId{"etl"}, RunId{"r1"}, TaskId{task_id}};
  task.state = TaskState::running;
  task.try_number = 2;
  task.epoch = 7;
  task.pid = 99;
  task.start_date = kNow;
  task.end_date = kNow + std::chrono::milliseconds(1500);
  task.branch_followed = {{"b", "c"}};
  task.skip_all_downstream = true;
  task.display_name = "Task";
  return task;
}

TEST_CASE("a dag comes back as it was stored, ticks too") {
  TempStore temp;
  add_dag(temp, "etl");
  DagRow row = temp.read([](db::Connection& db) { return DagStore(db).get(DagId{"etl"}); });
  CHECK_FALSE(row.next_tick.has_value());
  row.is_paused = true;
  row.next_tick = dag::Tick{kNow, kNow, kNow, kNow + std::chrono::hours(1)};
  temp.write([&](db::Connection& db) { return DagStore(db).put(row); });
  const DagRow again = temp.read([](db::Connection& db) { return DagStore(db).get(DagId{"etl"}); });
  CHECK(again.is_paused);
  CHECK(again.next_tick == row.next_tick);
  const auto missing = temp->read([](db::Connection& db) { return DagStore(db).get(DagId{"x"}); });
  CHECK(missing.error().code == ErrorCode::not_found);
}

TEST_CASE("a run is unique by id and by logical date") {
  TempStore temp;
  add_dag(temp, "etl");
  RunRow run = make_run("etl", "r1", 1);
  run.logical_date = kNow;
  temp.write([&](db::Connection& db) { return RunStore(db).insert_run(run); });
  const auto insert = [&](const RunRow& row) {
    return temp->transact([&](db::Connection& db) { return RunStore(db).insert_run(row); });
  };
  CHECK(insert(run).error().code == ErrorCode::conflict);
  RunRow same_date = make_run("etl", "r2", 2);
  same_date.logical_date = kNow;
  CHECK(insert(same_date).error().code == ErrorCode::conflict);
  CHECK(insert(make_run("etl", "r3", 3)).has_value());
  CHECK(insert(make_run("etl", "r4", 4)).has_value());
}

TEST_CASE("runs are listed newest first, by state, in pages") {
  TempStore temp;
  add_dag(temp, "etl");
  for (int i = 1; i <= 5; ++i) {
    RunRow run = make_run("etl", "r" + std::to_string(i), i);
    if (i <= 3) run.state = RunState::success;
    temp.write([&](db::Connection& db) { return RunStore(db).insert_run(run); });
  }
  RunQuery query;
  query.dag_id = DagId{"etl"};
  query.page = {.limit = 2, .offset = 1};
  const auto page = temp.read([&](db::Connection& db) { return RunStore(db).list_runs(query); });
  CHECK(page.total == 5);
  REQUIRE(page.items.size() == 2);
  CHECK(page.items[0].key.run_id.value == "r4");
  query = {};
  query.states = {RunState::success};
  CHECK(temp.read([&](db::Connection& db) { return RunStore(db).list_runs(query); }).total == 3);
  const auto last =
      temp.read([](db::Connection& db) { return RunStore(db).last_finished_runs(2); });
  REQUIRE(last.size() == 2);
  CHECK(last[0].key.run_id.value == "r2");
  CHECK(temp.read([](db::Connection& db) { return RunStore(db).unfinished_runs(); }).size() == 2);
}

TEST_CASE("the mean runtime is that of the newest runs that had succeeded") {
  using std::chrono::seconds;
  TempStore temp;
  add_dag(temp, "etl");
  // r1 to r5 took 10, 20, 30, 40 and 50 s; r4 failed and r6 has not ended.
  for (int i = 1; i <= 6; ++i) {
    RunRow run = make_run("etl", "r" + std::to_string(i), i);
    run.start_date = kNow + seconds(100 * i);
    if (i < 6) run.end_date = *run.start_date + seconds(10 * i);
    run.state = i == 4 ? RunState::failed : i == 6 ? RunState::running : RunState::success;
    temp.write([&](db::Connection& db) { return RunStore(db).insert_run(run); });
  }
  const auto mean = [&](int ended_by_s, int max, int min, const char* dag_id = "etl") {
    return temp.read([&](db::Connection& db) {
      return RunStore(db).mean_runtime({.dag_id = DagId{dag_id},
                                        .ended_by = kNow + seconds(ended_by_s),
                                        .runs_max = max,
                                        .runs_min = min});
    });
  };
  CHECK(mean(1000, 2, 2) == Duration(seconds(40)));  // r5, r3
  CHECK(mean(1000, 10, 4) == Duration(27'500'000));  // all four
  CHECK(mean(1000, 10, 5) == std::nullopt);
  CHECK(mean(550, 1, 1) == Duration(seconds(50)));  // r5 has ended just now
  CHECK(mean(549, 1, 1) == Duration(seconds(30)));
  CHECK(mean(1000, 1, 1, "other") == std::nullopt);
}

TEST_CASE("a task comes back as it was stored") {
  TempStore temp;
  add_dag(temp, "etl");
  const TaskRow task = make_task("a");
  temp.write([&](db::Connection& db) -> Status {
    AIFLOW_TRY(RunStore(db).insert_run(make_run("etl", "r1", 1)));
    AIFLOW_TRY(RunStore(db).upsert_task(task));
    return RunStore(db).upsert_task(task);
  });
  const TaskRow again = temp.read([&](db::Connection& db) { return RunStore(db).task(task.key); });
  CHECK(again.state == TaskState::running);
  CHECK(again.epoch == 7);
  CHECK(again.pid == 99);
  CHECK(again.branch_followed == task.branch_followed);
  CHECK(again.skip_all_downstream);
  CHECK(to_wire(again).duration == 1.5);
}

TEST_CASE("what runs now is listed by its start, of unfinished runs alone") {
  TempStore temp;
  add_dag(temp, "etl");
  for (const int i : {1, 2}) {
    RunRow run = make_run("etl", "r" + std::to_string(i), i);
    if (i == 2) run.state = RunState::success;
    temp.write([&](db::Connection& db) { return RunStore(db).insert_run(run); });
  }
  const auto put = [&](const char* run_id, const char* task_id, TaskState state, int after_s) {
    TaskRow task = make_task(task_id);
    task.key.run_id = RunId{run_id};
    task.state = state;
    task.start_date = kNow + std::chrono::seconds(after_s);
    temp.write([&](db::Connection& db) { return RunStore(db).upsert_task(task); });
  };
  put("r1", "late", TaskState::running, 2);
  put("r1", "early", TaskState::running, 1);
  put("r1", "queued", TaskState::queued, 0);
  put("r2", "over", TaskState::running, 0);
  const auto listed = [&](int limit) {
    return temp.read([&](db::Connection& db) { return RunStore(db).running_tasks(limit); });
  };
  REQUIRE(listed(10).size() == 2);
  CHECK(listed(10)[0].key.task_id.value == "early");
  CHECK(listed(10)[1].key.task_id.value == "late");
  CHECK(listed(1).size() == 1);
}

TEST_CASE("runs are counted as they come, change and go") {
  TempStore temp;
  add_dag(temp, "etl");
  add_dag(temp, "other");
  const auto count = [&](const std::string& dag_id, std::vector<RunState> states) {
    return temp
        .read([&](db::Connection& db) {
          return RunStore(db).list_runs(
              {.dag_id = DagId{dag_id}, .states = states, .page = {.limit = 1}});
        })
        .total;
  };
  for (int i = 1; i <= 3; ++i) {
    const RunRow run = make_run("etl", "r" + std::to_string(i), i);
    temp.write([&](db::Connection& db) { return RunStore(db).insert_run(run); });
  }
  temp.write(
      [&](db::Connection& db) { return RunStore(db).insert_run(make_run("other", "r", 1)); });
  CHECK(count("etl", {}) == 3);
  CHECK(count("etl", {RunState::queued}) == 3);
  RunRow run = make_run("etl", "r1", 1);
  for (const RunState state : {RunState::running, RunState::running, RunState::failed}) {
    run.state = state;
    temp.write([&](db::Connection& db) { return RunStore(db).update_run(run); });
  }
  CHECK(count("etl", {RunState::queued, RunState::running}) == 2);
  CHECK(count("etl", {RunState::failed}) == 1);
  // A run that is there already, or is not there, changes no count.
  CHECK_FALSE(temp->transact([&](db::Connection& db) { return RunStore(db).insert_run(run); }));
  const RunRow none = make_run("etl", "none", 9);
  CHECK_FALSE(temp->transact([&](db::Connection& db) { return RunStore(db).update_run(none); }));
  temp.write([&](db::Connection& db) { return RetentionStore(db).drop_run(run.key); });
  temp.write([&](db::Connection& db) { return RetentionStore(db).drop_run(none.key); });
  CHECK(count("etl", {}) == 2);
  CHECK(count("etl", {RunState::failed}) == 0);
  CHECK(temp.read([](db::Connection& db) { return find_damage(db); }).empty());
  temp.write([](db::Connection& db) { return db.run("UPDATE run_counts SET runs = 77"); });
  CHECK(count("etl", {}) != 2);
  temp.write([](db::Connection& db) { return RunStore(db).recount(); });
  CHECK(count("etl", {}) == 2);
}

TEST_CASE("values are JSON, by task and name") {
  TempStore temp;
  const TaskKey key{DagId{"etl"}, RunId{"r1"}, TaskId{"a"}};
  temp.write([&](db::Connection& db) -> Status {
    RunStore runs(db);
    AIFLOW_TRY(runs.put_xcom(
        {.key = key, .name = "x", .value = json::object({{"a", 1}}), .stored_at = kNow}));
    return runs.put_xcom({.key = key, .name = "x", .value = "newer", .stored_at = kNow});
  });
  const auto value = temp.read([&](db::Connection& db) { return RunStore(db).xcom(key, "x"); });
  CHECK(value->value.as_string() == "newer");
  temp.write([&](db::Connection& db) { return RunStore(db).delete_xcoms(key); });
  CHECK(temp.read([&](db::Connection& db) { return RunStore(db).xcoms(key); }).empty());
}

TEST_CASE("values of mapped instances are one list, by map index") {
  TempStore temp;
  TaskKey key{DagId{"etl"}, RunId{"r1"}, TaskId{"a"}};
  const auto mapped = [&] {
    return temp.read([&](db::Connection& db) { return RunStore(db).mapped_xcoms(key, "x"); });
  };
  CHECK_FALSE(mapped().has_value());
  temp.write([&](db::Connection& db) -> Status {
    for (const int index : {10, -1, 2, 0}) {
      key.map_index = index;
      AIFLOW_TRY(RunStore(db).put_xcom(
          {.key = key, .name = "x", .value = json::Value(index), .stored_at = kNow}));
    }
    return {};
  });
  REQUIRE(mapped().has_value());
  CHECK(json::write(*mapped()) == "[0,2,10]");
  const auto item = [&](std::int64_t n) {
    return temp.read(
        [&](db::Connection& db) { return RunStore(db).mapped_xcom_item(key, "x", n); });
  };
  REQUIRE(item(1).has_value());
  CHECK(item(1)->value.as_int() == 2);
  CHECK(item(1)->length == 3);
  CHECK_FALSE(item(3).has_value());
}

TEST_CASE("one item of a list is read alone, exactly as it was written") {
  TempStore temp;
  const TaskKey key{DagId{"etl"}, RunId{"r1"}, TaskId{"a"}};
  json::Value nested = 1;
  for (int i = 0; i < 40; ++i) nested = json::Array{nested};
  const json::Array list{9007199254740993,
                         0.1,
                         "\u2028 \"x\" \\ 한글",
                         nullptr,
                         json::object({{"a", json::Array{true}}}),
                         json::Array{},
                         ""};
  const auto put = [&](json::Value value) {
    temp.write([&](db::Connection& db) {
      return RunStore(db).put_xcom(
          {.key = key, .name = "x", .value = std::move(value), .stored_at = kNow});
    });
  };
  const auto item = [&](std::int64_t n) {
    return temp.read([&](db::Connection& db) { return RunStore(db).xcom_item(key, "x", n); });
  };
  CHECK_FALSE(item(0).has_value());
  put(json::Value(list));
  for (std::size_t i = 0; i < list.size(); ++i) {
    CAPTURE(i);
    REQUIRE(item(static_cast<std::int64_t>(i)).has_value());
    CHECK(json::write(item(static_cast<std::int64_t>(i))->value) == json::write(list[i]));
    CHECK(item(static_cast<std::int64_t>(i))->length == 7);
  }
  CHECK_FALSE(item(7).has_value());
  // What is no list, or nested deeper than MariaDB reads: the caller takes the whole.
  put(json::object({{"a", 1}}));
  CHECK_FALSE(item(0).has_value());
  put("[1, 2]");
  CHECK_FALSE(item(0).has_value());
  put(json::Value(json::Array{std::move(nested)}));
  if (const auto found = item(0)) CHECK(found->length == 1);
}

TEST_CASE("the outbox keeps its order and one row per effect") {
  TempStore temp;
  OutboxRow row;
  row.key = {DagId{"etl"}, RunId{"r1"}, TaskId{"a"}};
  row.epoch = 3;
  row.created_at = kNow;
  temp.write([&](db::Connection& db) { return RunStore(db).add_outbox(row); });
  const auto twice =
      temp->transact([&](db::Connection& db) { return RunStore(db).add_outbox(row); });
  CHECK(twice.error().code == ErrorCode::conflict);
  row.kind = OutboxKind::cancel;
  temp.write([&](db::Connection& db) { return RunStore(db).add_outbox(row); });
  const auto rows = temp.read([](db::Connection& db) { return RunStore(db).outbox(); });
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].kind == OutboxKind::submit);
  temp.write([&](db::Connection& db) {
    return RunStore(db).delete_outbox(OutboxKind::submit, row.key, 3);
  });
  CHECK(temp.read([](db::Connection& db) { return RunStore(db).outbox(); }).size() == 1);
}

TEST_CASE("the default pool is there from the start") {
  TempStore temp;
  const auto pools = temp.read([](db::Connection& db) { return RunStore(db).pools(); });
  REQUIRE(pools.size() == 1);
  CHECK(pools[0].name.value == "default_pool");
  CHECK(pools[0].slots == 128);
}

TEST_CASE("a file has one import error, the last") {
  TempStore temp;
  wire::ImportError error;
  error.filename = "/dags/x.py";
  error.message = "first";
  temp.write([&](db::Connection& db) { return DagStore(db).set_import_error(error); });
  error.message = "second";
  temp.write([&](db::Connection& db) { return DagStore(db).set_import_error(error); });
  const auto errors = temp.read([](db::Connection& db) { return DagStore(db).import_errors(); });
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].message == "second");
  CHECK(
      temp.write([](db::Connection& db) { return DagStore(db).clear_import_error("/dags/x.py"); }));
}

TEST_CASE("files with active DAGs are known, with what their DAGs were made from") {
  TempStore temp;
  add_dag(temp, "a");
  add_dag(temp, "b");
  const DagFileRow made{
      .filename = "/dags/a.py", .print = "12ab", .reads = {"/dags/x.json", "/dags/dir"}};
  temp.write([&](db::Connection& db) { return DagStore(db).put_file(made); });
  temp.write([&](db::Connection& db) { return DagStore(db).put_file(made); });
  auto files = temp.read([](db::Connection& db) { return DagStore(db).files(); });
  REQUIRE(files.size() == 2);
  CHECK(files[0].print == "12ab");
  CHECK(files[0].reads == made.reads);
  CHECK(files[1].filename == "/dags/b.py");
  CHECK(files[1].print.empty());
  wire::ImportError error;
  error.filename = "/dags/broken.py";
  temp.write([&](db::Connection& db) { return DagStore(db).set_import_error(error); });
  temp.write([](db::Connection& db) { return DagStore(db).forget_file("/dags/a.py"); });
  files = temp.read([](db::Connection& db) { return DagStore(db).files(); });
  CHECK(files[0].print.empty());
  REQUIRE(files.size() == 3);
  CHECK(files[2].filename == "/dags/broken.py");
}

TEST_CASE("an outcome is the task states, with successes counted only") {
  TempStore temp;
  add_dag(temp, "etl");
  temp.write([&](db::Connection& db) { return RunStore(db).insert_run(make_run("etl", "r1", 1)); });
  const RunKey key{DagId{"etl"}, RunId{"r1"}};
  const auto outcome = [&] {
    return temp.read([&](db::Connection& db) { return RunStore(db).outcome(key); });
  };
  const auto put = [&](const char* id, int map_index, TaskState state) {
    TaskRow task = make_task(id);
    task.key.map_index = map_index;
    task.state = state;
    temp.write([&](db::Connection& db) { return RunStore(db).upsert_task(task); });
  };
  CHECK(outcome().successes == 0);
  put("a", -1, TaskState::success);
  put("c", -1, TaskState::success);
  CHECK(outcome().successes == 2);
  CHECK(outcome().others.empty());
  put("b", -1, TaskState::failed);
  put("m", 1, TaskState::success);
  put("m", 0, TaskState::success);
  const RunOutcome mixed = outcome();
  CHECK(mixed.successes == 2);
  REQUIRE(mixed.others.size() == 3);
  CHECK(mixed.others[0].task_id == TaskId{"b"});
  CHECK(mixed.others[0].state == TaskState::failed);
  CHECK(mixed.others[1].map_index == 0);
  CHECK(mixed.others[2].map_index == 1);
}

}  // namespace
}  // namespace aiflow::store
