// SPDX-License-Identifier: Apache-2.0
#include "store/data/history_store.h"

#include <doctest/doctest.h>

#include "store/dag_store.h"
#include "store/run_store.h"
#include "store/testing/temp_store.h"

namespace aiflow::store {
namespace {

using namespace std::chrono_literals;
using testing::kNow;
using testing::TempStore;

const DagId kDag{"etl"};

struct Bench : TempStore {
  Bench() {
    write([&](db::Connection& db) -> Status {
      for (int number = 1; number <= 3; ++number) {
        DagVersionRow version;
        version.dag_id = kDag;
        version.version = number;
        version.spec.dag_id = kDag.value;
        version.spec.params = json::object({});
        version.created_at = kNow;
        AIFLOW_TRY(DagStore(db).add_version(version));
      }
      DagRow row;
      row.dag_id = kDag;
      row.version = 3;
      row.created_at = kNow;
      return DagStore(db).put(row);
    });
  }
  void run(const std::string& id, WallTime due, RunState state) {
    write([&](db::Connection& db) {
      RunRow row;
      row.key = {kDag, RunId{id}};
      row.number = ++runs;
      row.state = state;
      row.run_after = row.queued_at = due;
      row.conf = json::object({});
      row.dag_version = 3;
      return RunStore(db).insert_run(row);
    });
  }
  void task(int map_index, TaskState state, std::optional<Duration> took) {
    write([&](db::Connection& db) {
      TaskRow row;
      row.key = {kDag, RunId{"r1"}, TaskId{"load"}, map_index};
      row.state = state;
      row.start_date = kNow + map_index * 1s;
      if (took) row.end_date = *row.start_date + *took;
      return RunStore(db).upsert_task(row);
    });
  }
  std::int64_t runs = 0;
};

TEST_CASE("runs are counted by the quarter of an hour in which they are due, and by state") {
  Bench bench;
  const WallTime quarter = std::chrono::floor<std::chrono::hours>(kNow) + 15min;
  bench.run("r1", quarter, RunState::success);
  bench.run("r2", quarter + 14min + 59s, RunState::success);
  bench.run("r3", quarter + 1min, RunState::failed);
  bench.run("r4", quarter + 15min, RunState::success);
  bench.run("before", quarter - 1us, RunState::success);
  bench.run("after", quarter + 30min, RunState::success);
  const auto due = bench.read(
      [&](db::Connection& db) { return HistoryStore(db).due(kDag, quarter, quarter + 30min); });
  REQUIRE(due.size() == 3);
  CHECK((due[0].quarter == quarter && due[0].state == RunState::failed && due[0].count == 1));
  CHECK((due[1].quarter == quarter && due[1].state == RunState::success && due[1].count == 2));
  CHECK((due[2].quarter == quarter + 15min && due[2].count == 1));
}

TEST_CASE("instances of a task give one span for each state") {
  Bench bench;
  bench.run("r1", kNow, RunState::running);
  bench.task(0, TaskState::success, 5s);
  bench.task(1, TaskState::success, 9s);
  bench.task(2, TaskState::running, std::nullopt);
  const auto spans = bench.read([&](db::Connection& db) {
    return HistoryStore(db).spans({kDag, RunId{"r1"}, TaskId{"load"}, -1});
  });
  REQUIRE(spans.size() == 2);
  CHECK((spans[0].state == TaskState::running && spans[0].open == 1 && !spans[0].last_end));
  CHECK((spans[1].instances == 2 && spans[1].open == 0));
  CHECK((spans[1].first_start == kNow && spans[1].last_end == kNow + 10s));
}

TEST_CASE("ended tries of a run come in pages with their number in all") {
  Bench bench;
  bench.run("r1", kNow, RunState::running);
  for (int number = 1; number <= 3; ++number) {
    bench.write([&](db::Connection& db) {
      TryRow row;
      row.key = {kDag, RunId{"r1"}, TaskId{"load"}, -1};
      row.try_number = number;
      row.epoch = number;
      row.state = TaskState::failed;
      row.start_date = kNow;
      row.end_date = kNow + number * 1s;
      return RunStore(db).upsert_try(row);
    });
  }
  const auto page = bench.read([&](db::Connection& db) {
    return HistoryStore(db).tries({.run = {kDag, RunId{"r1"}}, .page = {.limit = 1, .offset = 1}});
  });
  CHECK(page.total == 3);
  REQUIRE(page.items.size() == 1);
  CHECK((page.items[0].try_number == 2 && page.items[0].end_date == kNow + 2s));
}

TEST_CASE("tries go on after the last one of a page, which need not be there any more") {
  Bench bench;
  bench.run("r1", kNow, RunState::running);
  const auto add = [&](const char* task, int map_index, int number) {
    bench.write([&](db::Connection& db) {
      TryRow row;
      row.key = {kDag, RunId{"r1"}, TaskId{task}, map_index};
      row.try_number = number;
      row.state = TaskState::failed;
      return RunStore(db).upsert_try(row);
    });
  };
  for (const int number : {1, 2}) add("b", -1, number);
  for (const int map_index : {0, 1}) add("a", map_index, 1), add("a", map_index, 2);
  add("c", -1, 1);
  std::string walked;
  RunTriesQuery query{.run = {kDag, RunId{"r1"}}, .page = {.limit = 2, .offset = 0}};
  for (int page = 0; page < 5; ++page) {
    const auto got = bench.read([&](db::Connection& db) { return HistoryStore(db).tries(query); });
    CHECK(got.total == 7);
    for (const auto& one : got.items) {
      walked += one.task_id + std::to_string(one.map_index) + std::to_string(one.try_number) + " ";
      query.after = {one.task_id, one.map_index, one.try_number};
    }
    query.page.offset = 5;  // it does not count
  }
  CHECK(walked == "a01 a02 a11 a12 b-11 b-12 c-11 ");
  query.after = {"a", 5, 1};
  const auto rest = bench.read([&](db::Connection& db) { return HistoryStore(db).tries(query); });
  CHECK(rest.items.front().task_id == "b");
}

TEST_CASE("versions are listed newest first") {
  Bench bench;
  const auto page =
      bench.read([](db::Connection& db) { return HistoryStore(db).versions(kDag, {.limit = 2}); });
  CHECK(page.total == 3);
  CHECK(page.items == std::vector{3, 2});
}

}  // namespace
}  // namespace aiflow::store
