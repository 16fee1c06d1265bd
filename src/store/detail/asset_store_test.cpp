// SPDX-License-Identifier: Apache-2.0
#include "store/asset_store.h"

#include <doctest/doctest.h>

#include "store/testing/temp_store.h"

namespace aiflow::store {
namespace {

using testing::kNow;
using testing::TempStore;

AssetEventRow event(std::int64_t id, const std::string& asset, const std::string& alias = "") {
  AssetEventRow row;
  row.id = id;
  row.asset = {asset};
  row.extra = json::object({{"n", id}});
  row.alias = alias;
  row.source = {{"d"}, {"r"}, {"t"}, -1};
  row.at = kNow + std::chrono::seconds(id);
  return row;
}

TEST_CASE("an asset keeps its first day when its description changes") {
  TempStore temp;
  AssetRow row;
  row.spec = {.name = "x", .uri = "s3://x", .group = "asset", .extra = json::object({})};
  row.created_at = kNow;
  temp.write([&](db::Connection& db) { return AssetStore(db).put(row); });
  row.spec.uri = "s3://y";
  row.is_active = false;
  row.created_at = kNow + std::chrono::hours(1);
  temp.write([&](db::Connection& db) { return AssetStore(db).put(row); });
  temp.write([&](db::Connection& db) { return AssetStore(db).add_unnamed(row); });
  const auto rows = temp.read([](db::Connection& db) { return AssetStore(db).list(); });
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].spec.uri == "s3://y");
  CHECK_FALSE(rows[0].is_active);
  CHECK(rows[0].created_at == kNow);
}

TEST_CASE("a run's events are those of its ranges, each once, by asset and by alias") {
  TempStore temp;
  temp.write([&](db::Connection& db) -> Status {
    AssetStore store(db);
    AIFLOW_TRY(store.add_event(event(1, "x")));
    AIFLOW_TRY(store.add_event(event(2, "y", "today")));
    AIFLOW_TRY(store.add_event(event(3, "x")));
    AIFLOW_TRY(store.add_event(event(4, "x")));
    AIFLOW_TRY(store.add_run_assets({{{"c"}, {"r1"}}, {"x"}, 1, 3}));
    AIFLOW_TRY(store.add_run_assets({{{"c"}, {"r1"}}, {"y"}, 2, 2}));
    return store.add_run_assets({{{"c"}, {"r1"}}, {"alias:today"}, 2, 2});
  });
  const auto ids = [&](int max) {
    const auto events = temp.read(
        [&](db::Connection& db) { return AssetStore(db).consumed({{"c"}, {"r1"}}, max); });
    std::string text;
    for (const AssetEventRow& row : events) text += std::to_string(row.id);
    return text;
  };
  CHECK(ids(10) == "123");
  CHECK(ids(2) == "23");
  CHECK(temp.read([](db::Connection& db) { return AssetStore(db).last_event(); }) == 4);
  const auto activity =
      temp.read([](db::Connection& db) { return AssetStore(db).activity({"x"}); });
  CHECK(activity.events == 3);
  CHECK(activity.last_event_at == kNow + std::chrono::seconds(4));
  const auto listed = temp.read([](db::Connection& db) {
    return AssetStore(db).events({.asset = dag::AssetName{"x"}}, {.limit = 2});
  });
  CHECK(listed.total == 3);
  CHECK(listed.items.front().id == 4);
}

TEST_CASE("what waits at a DAG, until nothing does") {
  TempStore temp;
  AssetQueueRow row{{"c"}, {"x"}, 1, 3, 2, kNow};
  temp.write([&](db::Connection& db) { return AssetStore(db).put_queue(row); });
  const auto queue = [&] {
    return temp.read([](db::Connection& db) { return AssetStore(db).queue(); });
  };
  REQUIRE(queue().size() == 1);
  CHECK(queue()[0].last == 3);
  CHECK(temp.read([](db::Connection& db) { return AssetStore(db).waiting({"c"}); }).size() == 1);
  row.count = 0;
  temp.write([&](db::Connection& db) { return AssetStore(db).put_queue(row); });
  CHECK(queue().empty());
}

}  // namespace
}  // namespace aiflow::store
