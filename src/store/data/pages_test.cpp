// SPDX-License-Identifier: Apache-2.0
#include "store/data/pages.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "store/dag_store.h"
#include "store/event_store.h"
#include "store/testing/temp_store.h"

namespace aiflow::store {
namespace {

using testing::kNow;
using testing::TempStore;

Status add_dag(db::Connection& db, const std::string& id) {
  DagVersionRow version;
  version.dag_id = DagId{id};
  version.version = 1;
  version.spec.dag_id = id;
  version.spec.params = json::object({});
  version.created_at = kNow;
  AIFLOW_TRY(DagStore(db).add_version(version));
  DagRow row;
  row.dag_id = version.dag_id;
  row.version = 1;
  row.created_at = kNow;
  return DagStore(db).put(row);
}

Status add_run(db::Connection& db, const std::string& dag, int number, int second) {
  RunRow run;
  run.key = {DagId{dag}, RunId{"r" + std::to_string(number)}};
  run.number = number;
  run.run_after = run.queued_at = kNow + std::chrono::seconds(second);
  run.conf = json::object({});
  run.dag_version = 1;
  return RunStore(db).insert_run(run);
}

struct Runs : TempStore {
  /// Of three DAGs, with many at the same time and of the same number.
  Runs() {
    write([](db::Connection& db) -> Status {
      for (const char* dag : {"a", "b", "c"}) {
        AIFLOW_TRY(add_dag(db, dag));
        for (int number = 1; number <= 7; ++number) {
          AIFLOW_TRY(add_run(db, dag, number, number / 3));
        }
      }
      return {};
    });
  }

  /// Pages of two; before each one a run is added that is newer than all, and one that is older.
  std::vector<RunKey> walk(RunQuery query) {
    query.page.limit = 2;
    std::vector<RunKey> seen;
    auto page = read([&](db::Connection& db) { return RunStore(db).list_runs(query); }).items;
    while (!page.empty()) {
      const int n = ++added;
      for (const auto& run : page) seen.push_back(run.key);
      write([&](db::Connection& db) -> Status {
        AIFLOW_TRY(add_run(db, "a", n, query.newest_first ? 1000 + n : -1000 - n));
        return add_run(db, "b", n, query.newest_first ? 1000 + n : -1000 - n);
      });
      const auto& last = page.back();
      const RunCursor after{last.run_after, last.number, last.key.dag_id};
      page = read([&](db::Connection& db) { return runs_after(db, query, after); });
    }
    return seen;
  }

  int added = 100;
};

TEST_CASE_FIXTURE(Runs, "runs of all DAGs come once each, however many are added meanwhile") {
  for (const bool newest_first : {true, false}) {
    CAPTURE(newest_first);
    RunQuery query;
    query.newest_first = newest_first;
    query.page.limit = 1000;
    const auto before = read([&](db::Connection& db) { return RunStore(db).list_runs(query); });
    std::vector<RunKey> expected;
    for (const auto& run : before.items) expected.push_back(run.key);
    CHECK(walk(query) == expected);
  }
}

TEST_CASE_FIXTURE(Runs, "a page keeps to the DAG and the filters of the first one") {
  RunQuery query;
  query.dag_id = DagId{"b"};
  query.run_after_lt = kNow + std::chrono::seconds(2);
  const auto seen = walk(query);
  CHECK(seen.size() == 5);
  CHECK(std::ranges::all_of(seen, [](const RunKey& key) { return key.dag_id == DagId{"b"}; }));
}

TEST_CASE("asset events and scene events go on after a page") {
  TempStore temp;
  temp.write([](db::Connection& db) -> Status {
    for (int i = 1; i <= 5; ++i) {
      AssetEventRow told;
      told.id = i;
      told.asset = dag::AssetName{i == 3 ? "other" : "x"};
      told.extra = json::object({});
      told.at = kNow;
      AIFLOW_TRY(AssetStore(db).add_event(told));
      wire::SceneEvent event;
      event.event_id = "e" + std::to_string(i);
      event.camera_id = "street";
      event.state = "open";
      event.started_at = kNow + std::chrono::seconds(i / 3);
      event.points = event.values = json::object({});
      AIFLOW_TRY(EventStore(db).put(event, kNow));
    }
    return {};
  });
  const auto events = temp.read([](db::Connection& db) {
    return asset_events_before(db, {.asset = dag::AssetName{"x"}}, 5, 2);
  });
  REQUIRE(events.size() == 2);
  CHECK(events[0].id == 4);
  CHECK(events[1].id == 2);

  std::vector<std::string> seen;
  SceneEventQuery query;
  query.page.limit = 2;
  for (;;) {
    const auto page = temp.read([&](db::Connection& db) { return EventStore(db).list(query); });
    CHECK(page.total == 5);
    if (page.items.empty()) break;
    for (const auto& event : page.items) seen.push_back(event.event_id);
    query.after = {page.items.back().started_at, page.items.back().event_id};
  }
  CHECK(seen == std::vector<std::string>{"e3", "e4", "e5", "e1", "e2"});
}

}  // namespace
}  // namespace aiflow::store
