// SPDX-License-Identifier: Apache-2.0
// The queries on both databases; what becomes of files: http_api/data_test.cpp.
#include "store/data/retention_store.h"

#include <doctest/doctest.h>

#include "store/dag_store.h"
#include "store/data/artifact_store.h"
#include "store/data/cache_store.h"
#include "store/data/try_details.h"
#include "store/event_log.h"
#include "store/model_store.h"
#include "store/run_store.h"
#include "store/testing/temp_store.h"

namespace aiflow::store {
namespace {

using namespace std::chrono_literals;
using testing::kNow;
using testing::TempStore;

/// Runs r1 to r3 of a DAG, ended at 1 h, 2 h and never, each with a value and an artifact.
struct Bench : TempStore {
  Bench() {
    write([this](db::Connection& db) { return fill(db); });
  }

  Status fill(db::Connection& db) {
    DagVersionRow version;
    version.dag_id = DagId{"etl"};
    version.version = 1;
    version.spec.dag_id = "etl";
    version.spec.params = json::object({});
    version.created_at = kNow;
    AIFLOW_TRY(DagStore(db).add_version(version));
    DagRow dag;
    dag.dag_id = version.dag_id;
    dag.version = 1;
    dag.created_at = kNow;
    AIFLOW_TRY(DagStore(db).put(dag));
    for (int i = 1; i <= 3; ++i) AIFLOW_TRY(add_run(db, i));
    return {};
  }

  static RunKey key(int number) { return {DagId{"etl"}, RunId{"r" + std::to_string(number)}}; }
  static std::string digest(int number) { return std::string(64, static_cast<char>('a' + number)); }

  static Status add_run(db::Connection& db, int number) {
    RunRow run;
    run.key = key(number);
    run.number = number;
    run.run_after = run.queued_at = kNow;
    run.conf = json::object({});
    run.dag_version = 1;
    run.state = number == 3 ? RunState::running : RunState::success;
    if (number < 3) run.end_date = kNow + std::chrono::hours(number);
    AIFLOW_TRY(RunStore(db).insert_run(run));
    TaskRow task;
    task.key = {run.key.dag_id, run.key.run_id, TaskId{"t"}};
    task.state = number == 3 ? TaskState::running : TaskState::success;
    task.epoch = 1;
    AIFLOW_TRY(RunStore(db).upsert_task(task));
    AIFLOW_TRY(
        RunStore(db).put_xcom({.key = task.key, .name = "x", .value = "1234", .stored_at = kNow}));
    AIFLOW_TRY(ModelStore(db).add_blob({digest(number), 10}, kNow));
    AIFLOW_TRY(ArtifactStore(db).offer(
        {.name = "a", .kind = "file", .sha256 = digest(number), .size = 10, .files = 1},
        {.key = task.key, .try_number = 1, .epoch = 1}, kNow + std::chrono::hours(number)));
    return number == 3 ? Status{} : ArtifactStore(db).accept(task.key, 1);
  }

  template <class Work>
  auto rows(Work work) {
    return write([&](db::Connection& db) {
      RetentionStore rows(db);
      return work(rows);
    });
  }
  std::int64_t count(const std::string& table) {
    return read([&](db::Connection& db) {
             return db.first("SELECT count(*) FROM " + table, {},
                             [](db::Row& row) { return row.integer(); });
           })
        .value();
  }
};

TEST_CASE_FIXTURE(Bench, "old runs are finished ones, without the newest") {
  const auto old = [&](WallTime before, int keep) {
    return rows([&](auto& r) { return r.old_runs({.before = before, .keep = keep, .limit = 9}); });
  };
  CHECK(old(kNow + 90min, 0) == std::vector{key(1)});
  CHECK(old(kNow + 9h, 0) == std::vector{key(1), key(2)});
  CHECK(old(kNow + 9h, 2) == std::vector{key(1)});
  CHECK(rows([](auto& r) { return r.ended_at(key(1)); }) == kNow + 1h);
  CHECK_FALSE(rows([](auto& r) { return r.ended_at(key(3)); }).has_value());
}

TEST_CASE_FIXTURE(Bench, "a run goes in parts, and then as a whole") {
  const auto gone = rows([](auto& r) { return r.drop_run_parts(key(1), 10); });
  CHECK(gone.count == 1);
  CHECK(gone.bytes == 6);  // "1234" with its quotes
  CHECK(rows([](auto& r) { return r.drop_run_parts(key(1), 10); }).count == 1);
  CHECK(rows([](auto& r) { return r.drop_run_parts(key(1), 10); }).count == 0);
  write([](db::Connection& db) -> Status {
    for (const int number : {1, 2}) {
      AIFLOW_TRY(
          db.run("INSERT INTO run_assets (dag_id, run_id, asset, first_event, last_event)"
                 " VALUES (?, ?, 'a', 1, 1)",
                 {key(number).dag_id.value, key(number).run_id.value}));
      wire::CacheHit hit{.dag_id = "etl", .dag_run_id = "r0", .task_id = "t", .map_index = -1};
      const Maker taker{.key = {DagId{"etl"}, key(number).run_id, TaskId{"t"}}, .epoch = 1};
      AIFLOW_TRY(CacheStore(db).note_taken(hit, taker, kNow));
    }
    return RetentionStore(db).drop_run(key(1));
  });
  CHECK(count("dag_runs") == 2);
  CHECK(count("task_instances") == 2);
  CHECK(count("run_assets") == 1);
  CHECK(count("taken_results") == 1);
  CHECK(count("xcoms") == 2);
}

TEST_CASE_FIXTURE(Bench, "what is kept of the tries of a run goes with it, so many at a time") {
  const TaskKey task{DagId{"etl"}, key(1).run_id, TaskId{"t"}};
  const TaskKey other{DagId{"etl"}, key(2).run_id, TaskId{"t"}};
  write([&](db::Connection& db) -> Status {
    for (const TryRef& of : {TryRef{task, 1}, TryRef{task, 2}, TryRef{other, 1}}) {
      AIFLOW_TRY(TryDetails(db).put_rendered(of, json::object({{"a", 1}})));
    }
    return {};
  });
  const auto drop = [&] { return rows([](auto& r) { return r.drop_run_parts(key(1), 1); }).count; };
  for (int parts = 0; parts < 4; ++parts) {  // a value, an artifact, and these
    CHECK(rows([](auto& r) { return r.left_of(key(1)); })->has_parts);
    CHECK(drop() == 1);
  }
  CHECK_FALSE(rows([](auto& r) { return r.left_of(key(1)); })->has_parts);
  CHECK(drop() == 0);
  CHECK(count("try_details") == 1);
  write([](db::Connection& db) { return RetentionStore(db).drop_run(key(2)); });
  CHECK(count("try_details") == 0);
}

TEST_CASE_FIXTURE(Bench, "what is left of a run is told when it is over") {
  const auto left = [&](int number) {
    return rows([&](auto& r) { return r.left_of(key(number)); });
  };
  REQUIRE(left(1));
  CHECK(left(1)->has_parts);
  CHECK(left(1)->last_epoch == 1);
  for (int i = 0; i < 2; ++i) {
    CHECK(rows([](auto& r) { return r.drop_run_parts(key(1), 10); }).count == 1);
  }
  CHECK_FALSE(left(1)->has_parts);
  CHECK_FALSE(left(3));  // it runs
  CHECK_FALSE(left(4));  // there is none
}

TEST_CASE_FIXTURE(Bench, "a run that was cleared meanwhile loses nothing") {
  CHECK(rows([](auto& r) { return r.drop_run_parts(key(3), 10); }).count == 0);
  CHECK(count("xcoms") == 3);
}

TEST_CASE_FIXTURE(Bench, "values and artifacts of finished runs go by age, at most so many") {
  CHECK(rows([](auto& r) { return r.drop_xcoms(kNow + 9h, 1); }).count == 1);
  CHECK(rows([](auto& r) { return r.drop_xcoms(kNow + 9h, 9); }).count == 1);
  CHECK(count("xcoms") == 1);
  const auto gone = rows([](auto& r) { return r.drop_artifacts(kNow + 9h, 9); });
  CHECK(gone.count == 2);
  CHECK(gone.bytes == 20);
  CHECK(count("artifacts") == 1);
}

TEST_CASE_FIXTURE(Bench, "what goes beyond a size is the oldest") {
  const auto beyond = [&](std::int64_t bytes) {
    return rows([&](auto& r) { return r.artifacts_beyond(bytes); });
  };
  CHECK_FALSE(beyond(20));
  const auto before = beyond(19);
  REQUIRE(before);
  CHECK(rows([&](auto& r) { return r.drop_artifacts(*before, 9); }).count == 1);
  CHECK_FALSE(beyond(19));
}

TEST_CASE_FIXTURE(Bench, "offers of attempts that run stay, stale ones go") {
  CHECK(rows([](auto& r) { return r.drop_stale_offers(9); }).count == 0);
  write([](db::Connection& db) {
    return db.run("UPDATE task_instances SET epoch = 2 WHERE run_id = 'r3'");
  });
  CHECK(rows([](auto& r) { return r.drop_stale_offers(9); }).count == 1);
}

TEST_CASE_FIXTURE(Bench, "blobs without a name go, and what holds them is asked") {
  const auto drop = [&](bool may_go) {
    return rows([&](auto& r) {
      return r.drop_unused_blobs(kNow + 1h, 9, [&](const std::string&) { return may_go; });
    });
  };
  CHECK(drop(true).empty());
  write([](db::Connection& db) {
    return ArtifactStore(db).drop({DagId{"etl"}, RunId{"r1"}, TaskId{"t"}});
  });
  CHECK(drop(false).empty());
  const auto gone = drop(true);
  REQUIRE(gone.size() == 1);
  CHECK(gone.front().sha256 == digest(1));
  CHECK(rows([](auto& r) { return r.unknown_blobs({digest(1), digest(2)}); }) ==
        std::vector{digest(1)});
}

TEST_CASE_FIXTURE(Bench, "blobs that have to stay do not hide those behind them") {
  write([](db::Connection& db) -> Status {
    for (const auto& run : {"r1", "r2", "r3"}) {
      AIFLOW_TRY(ArtifactStore(db).drop({DagId{"etl"}, RunId{run}, TaskId{"t"}}));
    }
    for (const char digit : {'w', 'x', 'y', 'z'}) {
      AIFLOW_TRY(db.run("INSERT INTO blobs (sha256, size, created_at) VALUES (?, 1, ?)",
                        {std::string(64, digit), kNow}));
    }
    return Status{};
  });
  const std::string last(64, 'z');
  const auto gone = rows([&](auto& r) {
    return r.drop_unused_blobs(kNow + 1h, 2, [&](const std::string& blob) { return blob == last; });
  });
  REQUIRE(gone.size() == 1);
  CHECK(gone.front().sha256 == last);
}

TEST_CASE_FIXTURE(Bench, "expired results and old history go") {
  write([](db::Connection& db) -> Status {
    AIFLOW_TRY(CacheStore(db).keep({.key = digest(9),
                                    .maker = {.key = {DagId{"etl"}, RunId{"r1"}, TaskId{"t"}}},
                                    .xcoms = {},
                                    .life = 1h},
                                   kNow));
    for (int i = 0; i < 5; ++i) {
      AIFLOW_TRY(EventLog(db).append(kind::dag, kNow, json::object({})));
    }
    return {};
  });
  CHECK(rows([](auto& r) { return r.drop_expired_results(kNow + 59min, 9); }).count == 0);
  CHECK(rows([](auto& r) { return r.drop_expired_results(kNow + 1h, 9); }).count == 1);
  CHECK(rows([](auto& r) { return r.drop_events(2, 2); }).count == 2);
  CHECK(rows([](auto& r) { return r.drop_events(2, 9); }).count == 1);
  CHECK(rows([](auto& r) { return r.drop_events(2, 9); }).count == 0);
}

}  // namespace
}  // namespace aiflow::store
