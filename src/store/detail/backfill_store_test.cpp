// SPDX-License-Identifier: Apache-2.0
#include "store/backfill_store.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "store/testing/temp_store.h"

namespace aiflow::store {
namespace {

using testing::kNow;
using testing::TempStore;

BackfillRow make_row(std::int64_t id, const std::string& dag_id) {
  BackfillRow row;
  row.id = {id};
  row.dag_id = {dag_id};
  row.dag_version = 3;
  row.range = {.from = kNow - std::chrono::hours(48),
               .to = kNow - std::chrono::hours(24),
               .asked_at = kNow,
               .newest_first = true,
               .reprocess = dag::Reprocess::failed,
               .max_active_runs = 4};
  row.conf = json::object({{"day", 3}});
  row.user = "kim";
  row.cause = "asked for by kim";
  row.total = 7;
  row.made = 6;
  row.skipped = 1;
  row.queued = 0;
  row.running = 2;
  row.success = 3;
  row.failed = 1;
  return row;
}

TEST_CASE("a backfill comes back as it was stored, and is replaced") {
  TempStore temp;
  BackfillRow row = make_row(1, "etl");
  temp.write([&](db::Connection& db) { return BackfillStore(db).put(row); });
  const auto get = [&] {
    return temp.read([](db::Connection& db) { return BackfillStore(db).get({1}); });
  };
  const auto shown = [](const BackfillRow& one) {
    return json::write(wire::to_json(to_wire(one)));
  };
  CHECK(shown(get()) == shown(row));
  CHECK(get().range == row.range);
  CHECK(get().dag_version == 3);
  CHECK(get().made == 6);
  row.paused = true;
  row.completed_at = kNow;
  temp.write([&](db::Connection& db) { return BackfillStore(db).put(row); });
  CHECK(shown(get()) == shown(row));
  const auto missing = temp->read([](db::Connection& db) { return BackfillStore(db).get({9}); });
  CHECK(missing.error().code == ErrorCode::not_found);
}

TEST_CASE("backfills are listed newest first, by DAG, and the open ones apart") {
  TempStore temp;
  temp.write([&](db::Connection& db) -> Status {
    BackfillRow over = make_row(1, "etl");
    over.completed_at = kNow;
    AIFLOW_TRY(BackfillStore(db).put(over));
    AIFLOW_TRY(BackfillStore(db).put(make_row(2, "etl")));
    return BackfillStore(db).put(make_row(3, "other"));
  });
  const auto ids = [&](std::optional<DagId> dag_id, Page page) {
    const auto listed = temp.read(
        [&](db::Connection& db) { return BackfillStore(db).list({.dag_id = dag_id}, page); });
    std::string text = std::to_string(listed.total) + ":";
    for (const BackfillRow& row : listed.items) text += " " + std::to_string(row.id.value);
    return text;
  };
  CHECK(ids(std::nullopt, {}) == "3: 3 2 1");
  CHECK(ids(DagId{"etl"}, {}) == "2: 2 1");
  CHECK(ids(DagId{"etl"}, {.limit = 1, .offset = 1}) == "2: 1");
  const auto open = temp.read([](db::Connection& db) { return BackfillStore(db).open(); });
  REQUIRE(open.size() == 2);
  CHECK(open[0].id.value == 2);
  CHECK(temp.read([](db::Connection& db) { return BackfillStore(db).last_id(); }).value == 3);
}

TEST_CASE("the dates of a backfill are listed in their order") {
  TempStore temp;
  temp.write([&](db::Connection& db) -> Status {
    AIFLOW_TRY(BackfillStore(db).add_date({{1}, 2, kNow, {}, "already exists"}));
    return BackfillStore(db).add_date({{1}, 1, kNow, {"r"}, ""});
  });
  const auto dates = temp.read([](db::Connection& db) { return BackfillStore(db).dates({1}, {}); });
  REQUIRE(dates.size() == 2);
  CHECK(dates[0].run_id.value == "r");
  CHECK(dates[1].reason == "already exists");
}

}  // namespace
}  // namespace aiflow::store
