// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "conductor/testing/bench.h"
#include "store/asset_store.h"
#include "store/dag_store.h"
#include "store/event_log.h"
#include "store/run_store.h"

namespace aiflow::conductor {
namespace {

using testing::bash_task;
using testing::Bench;

wire::AssetSpec asset(const std::string& name, const std::string& uri = "") {
  return {
      .name = name, .uri = uri.empty() ? name : uri, .group = "asset", .extra = json::object({})};
}

wire::DagSpec maker() {
  wire::DagSpec spec = testing::dag_spec("make", {bash_task("a")});
  spec.tasks[0].outlets = {{"x"}};
  spec.assets = {{asset("x", "s3://x")}};
  return spec;
}

/// Waits for x and y.
wire::DagSpec user() {
  wire::DagSpec spec = testing::dag_spec("use", {bash_task("b")});
  spec.schedule.kind = "assets";
  spec.schedule.assets = {{{.kind = "asset", .name = "x", .parts = {}},
                           {.kind = "asset", .name = "y", .parts = {}},
                           {.kind = "all", .name = std::nullopt, .parts = {0, 1}}}};
  spec.assets = {{asset("x", "s3://x"), asset("y")}};
  return spec;
}

Result<store::AssetEventRow> tell(Bench& bench, const std::string& name) {
  std::optional<Result<store::AssetEventRow>> answer;
  bench.conductor().asset_changed(
      {.asset = {name}, .extra = json::object({{"rows", 3}}), .user = "kim"},
      [&](auto given) { answer = std::move(given); });
  bench.settle();
  REQUIRE(answer.has_value());
  return *std::move(answer);
}

std::vector<store::RunRow> runs_of(Bench& bench, const std::string& dag_id) {
  return bench.store()
      .read([&](db::Connection& db) {
        return store::RunStore(db).list_runs({.dag_id = DagId{dag_id}, .states = {}, .page = {}});
      })
      .value()
      .items;
}

wire::Dag view(Bench& bench, const std::string& dag_id) {
  return bench.store()
      .read([&](db::Connection& db) -> Result<wire::Dag> {
        store::DagStore dags(db);
        AIFLOW_ASSIGN(const auto row, dags.get(DagId{dag_id}));
        return dags.view(row);
      })
      .value();
}

TEST_CASE("a task's success and a word from outside make a run, whose job has the events") {
  Bench bench;
  bench.put_spec(maker());
  bench.put_spec(user());
  const store::RunRow made = bench.trigger("make");
  executor::Job job = bench.executor().waiting().front();
  wire::Finished finished;
  finished.attempt = executor::attempt_of(job);
  finished.assets = {
      {{.name = "x", .uri = "s3://x", .extra = json::object({{"n", 1}}), .alias = ""}}};
  bench.executor().start_job(finished.attempt);
  bench.settle();
  bench.finish(finished);
  CHECK(runs_of(bench, "use").empty());
  REQUIRE(view(bench, "use").assets.has_value());
  CHECK(view(bench, "use").assets->at(0).is_new);
  CHECK_FALSE(view(bench, "use").assets->at(1).is_new);
  bench.restart();
  REQUIRE(tell(bench, "y"));
  const auto runs = runs_of(bench, "use");
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].run_type == RunType::asset_triggered);
  CHECK_FALSE(runs[0].logical_date.has_value());
  CHECK_FALSE(view(bench, "use").assets->at(0).is_new);
  job = bench.executor().waiting().front();
  REQUIRE(job.triggering_asset_events.has_value());
  REQUIRE(job.triggering_asset_events->size() == 2);
  const wire::TriggeringEvent& first = job.triggering_asset_events->front();
  CHECK(first.uri == "s3://x");
  CHECK(json::write(first.extra) == R"({"n":1})");
  CHECK(first.source_run_id == made.key.run_id.value);
  CHECK(first.source_task_id == "a");
  std::size_t told = 0;
  for (const auto& event : bench.event_log()) told += event.kind == store::kind::asset_event;
  CHECK(told == 2);
}

TEST_CASE("what a run consumed goes with the run; the events stay") {
  Bench bench;
  bench.put_spec(maker());
  bench.put_spec(user());
  REQUIRE(tell(bench, "x"));
  REQUIRE(tell(bench, "y"));
  bench.run_all();
  const store::RunKey run = runs_of(bench, "use").at(0).key;
  const auto consumed = [&] {
    return bench.store()
        .read([&](db::Connection& db) { return store::AssetStore(db).consumed(run, 10); })
        .value()
        .size();
  };
  REQUIRE(consumed() == 2);
  REQUIRE(bench.delete_run({.key = run}).has_value());
  CHECK(consumed() == 0);
  const auto events =
      bench.store().read([](db::Connection& db) { return store::AssetStore(db).events({}, {}); });
  CHECK(events->total == 2);
}

TEST_CASE("a failed attempt and a late second report make nothing new") {
  Bench bench;
  bench.put_spec(maker());
  bench.trigger("make");
  const auto attempt = executor::attempt_of(bench.executor().waiting().front());
  bench.executor().start_job(attempt);
  bench.settle();
  bench.finish(attempt, Outcome::failed);
  bench.finish(attempt, Outcome::success);
  const auto events =
      bench.store().read([](db::Connection& db) { return store::AssetStore(db).events({}, {}); });
  CHECK(events->total == 0);
}

TEST_CASE("an asset is active while a DAG names it; one name has one uri") {
  Bench bench;
  const auto active = [&](const std::string& name) {
    const auto rows =
        bench.store().read([](db::Connection& db) { return store::AssetStore(db).list(); });
    for (const store::AssetRow& row : *rows) {
      if (row.spec.name == name) return row.is_active ? "active" : "not active";
    }
    return "unknown";
  };
  CHECK(active("x") == std::string("unknown"));
  bench.put_spec(maker());
  bench.put_spec(user());
  CHECK(active("x") == std::string("active"));
  bench.remove_dag("use");
  CHECK(active("x") == std::string("active"));
  CHECK(active("y") == std::string("not active"));
  CHECK(tell(bench, "y").error().code == ErrorCode::not_found);
  wire::DagSpec other = user();
  other.assets = {{asset("x", "s3://elsewhere")}};
  bench.put_spec(other);
  REQUIRE(bench.import_errors().size() == 1);
  CHECK(bench.import_errors()[0].message.contains("another uri in dag 'make'"));
}

}  // namespace
}  // namespace aiflow::conductor
