// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "conductor/testing/bench.h"
#include "store/backfill_store.h"
#include "store/event_log.h"
#include "store/run_store.h"

namespace aiflow::conductor {
namespace {

using testing::bash_task;
using testing::Bench;

WallTime at(const std::string& text) { return parse_time(text).value(); }

/// A daily DAG that makes no runs of its own in this test.
void put_daily(Bench& bench) {
  wire::DagSpec spec = testing::dag_spec("etl", {bash_task("a")});
  spec.schedule.kind = "cron";
  spec.schedule.cron = "0 0 * * *";
  spec.start_date = at("2100-01-01T00:00:00Z");
  bench.put_spec(spec);
}

AskBackfill days(const std::string& from, const std::string& to) {
  return {.dag_id = DagId{"etl"},
          .range = {.from = at(from + "T00:00:00Z"), .to = at(to + "T00:00:00Z")},
          .user = "kim"};
}

Result<store::BackfillRow> ask(Bench& bench, const AskBackfill& request) {
  std::optional<Result<store::BackfillRow>> answer;
  bench.conductor().backfill(request, [&](auto given) { answer = std::move(given); });
  bench.settle();
  REQUIRE(answer.has_value());
  return *std::move(answer);
}

store::BackfillRow stored(Bench& bench, dag::BackfillId id) {
  return bench.store()
      .read([&](db::Connection& db) { return store::BackfillStore(db).get(id); })
      .value();
}

TEST_CASE("a backfill of more runs than are kept in memory ends with all of them, over a restart") {
  Bench bench;
  put_daily(bench);
  auto request = days("2020-01-01", "2020-02-29");
  request.range.max_active_runs = 3;
  const auto made = ask(bench, request);
  REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
  CHECK(made->total == 60);
  CHECK(stored(bench, made->id).running == 3);
  CHECK(bench.executor().waiting().size() == 3);
  bench.restart();
  bench.run_all();
  const auto row = stored(bench, made->id);
  CHECK(row.success == 60);
  CHECK(row.completed_at.has_value());
  const auto runs = bench.store().read([](db::Connection& db) {
    return store::RunStore(db).list_runs({.dag_id = DagId{"etl"}, .states = {}, .page = {}});
  });
  REQUIRE(runs);
  CHECK(runs->total == 60);
  CHECK(runs->items.front().run_type == RunType::backfill);
  CHECK(runs->items.front().backfill == made->id);
  // The listener was told at the start and at the end.
  std::string told;
  for (const auto& event : bench.event_log()) {
    if (event.kind == store::kind::backfill) told = json::write(event.data);
  }
  CHECK(told == json::write(wire::to_json(store::to_wire(row))));
}

TEST_CASE("dates whose runs memory has let go are known: left alone, or run again") {
  Bench bench;
  put_daily(bench);
  const auto first = ask(bench, days("2020-01-01", "2020-02-29"));
  REQUIRE(first);
  bench.run_all();
  const auto second = ask(bench, days("2020-01-01", "2020-01-05"));
  REQUIRE(second);
  CHECK(stored(bench, second->id).skipped == 5);
  CHECK(stored(bench, second->id).completed_at.has_value());
  auto again = days("2020-01-01", "2020-01-05");
  again.range.reprocess = dag::Reprocess::completed;
  again.conf = json::object({{"why", "fixed"}});
  const auto third = ask(bench, again);
  REQUIRE(third);
  bench.run_all();
  CHECK(stored(bench, third->id).success == 5);
  const store::RunKey key{DagId{"etl"}, RunId{"backfill__2020-01-01T00:00:00+00:00"}};
  const auto run =
      bench.store().read([&](db::Connection& db) { return store::RunStore(db).run(key); });
  REQUIRE(run);
  CHECK(run->backfill == third->id);
  CHECK(run->clear_number == 1);
  CHECK(json::write(run->conf) == R"({"why":"fixed"})");
}

TEST_CASE("a date or an id that a run in the database has is refused, and nothing else suffers") {
  Bench bench;
  put_daily(bench);
  REQUIRE(ask(bench, days("2020-01-01", "2020-02-29")));
  bench.run_all();
  const auto dated = bench.try_trigger({.dag_id = DagId{"etl"},
                                        .run_id = RunId{"mine"},
                                        .logical_date = at("2020-01-01T00:00:00Z")});
  REQUIRE_FALSE(dated);
  CHECK(dated.error().code == ErrorCode::conflict);
  const auto named = bench.try_trigger(
      {.dag_id = DagId{"etl"}, .run_id = RunId{"backfill__2020-01-01T00:00:00+00:00"}});
  REQUIRE_FALSE(named);
  CHECK(named.error().code == ErrorCode::conflict);
  CHECK(bench.conductor().trouble().empty());
}

TEST_CASE("a backfill is steered by its number") {
  Bench bench;
  put_daily(bench);
  const auto made = ask(bench, days("2020-01-01", "2020-02-29"));
  REQUIRE(made);
  const auto steer = [&](std::int64_t id, SteerBackfill::Action action) {
    std::optional<Result<store::BackfillRow>> answer;
    bench.conductor().steer_backfill({.id = {id}, .action = action, .user = "lee"},
                                     [&](auto given) { answer = std::move(given); });
    bench.settle();
    return *std::move(answer);
  };
  using enum SteerBackfill::Action;
  CHECK(steer(made->id.value, pause)->paused);
  bench.run_all();
  CHECK(stored(bench, made->id).success == 10);
  CHECK(steer(made->id.value, unpause)->cause == "unpaused by lee");
  CHECK(steer(made->id.value, cancel)->completed_at.has_value());
  CHECK(steer(made->id.value, cancel).error().code == ErrorCode::conflict);
  CHECK(steer(77, pause).error().code == ErrorCode::not_found);
  bench.run_all();
  CHECK(stored(bench, made->id).success == 20);
}

TEST_CASE("params that do not fit refuse a backfill as they refuse a run") {
  Bench bench;
  put_daily(bench);
  auto request = days("2020-01-01", "2020-01-02");
  request.conf = json::Value(3);
  const auto refused = ask(bench, request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace aiflow::conductor
