// SPDX-License-Identifier: Apache-2.0
// Messages that start runs.
#include <doctest/doctest.h>

#include "conductor/testing/bench.h"

namespace aiflow::conductor {
namespace {

using testing::bash_task;
using testing::Bench;
using testing::dag_spec;

wire::WatcherSpec watcher(const std::string& name, const std::string& channel) {
  return {.name = name,
          .trigger =
              json::object({{"kind", "redis"}, {"host", "h"}, {"channels", json::Array{channel}}})};
}

wire::DagSpec watching(std::vector<wire::WatcherSpec> watchers) {
  wire::DagSpec spec = dag_spec("orders", {bash_task("a")});
  spec.watchers = std::move(watchers);
  return spec;
}

std::vector<store::RunRow> runs(Bench& bench) {
  return bench.store()
      .read([](db::Connection& db) {
        return store::RunStore(db).list_runs({.dag_id = {}, .states = {}, .page = {}});
      })
      .value()
      .items;
}

TEST_CASE("each message starts a run with the message in its conf") {
  Bench bench;
  bench.put_spec(watching({watcher("queue", "c")}));
  REQUIRE(bench.triggers().waits().size() == 1);
  const trigger::Wait wait = bench.triggers().waits()[0];
  CHECK(wait.repeats);
  bench.triggers().fire({.id = wait.id, .event = json::object({{"data", "1"}}), .error = {}});
  bench.triggers().fire({.id = wait.id, .event = json::object({{"data", "2"}}), .error = {}});
  bench.settle();
  const auto made = runs(bench);
  REQUIRE(made.size() == 2);
  CHECK(made[1].run_type == RunType::asset_triggered);
  CHECK(made[1].triggered_by == "watcher 'queue'");
  CHECK(made[1].conf.find("message")->find("data")->as_string() == "1");
  CHECK(bench.triggers().waits().size() == 1);
}

TEST_CASE("a DAG is listened for while it is active and not paused, also after a restart") {
  Bench bench;
  bench.put_spec(watching({watcher("queue", "c"), watcher("other", "d")}));
  CHECK(bench.triggers().waits().size() == 2);
  REQUIRE(bench.pause({.dag_id = DagId{"orders"}, .paused = true}));
  CHECK(bench.triggers().waits().empty());
  bench.restart();
  CHECK(bench.triggers().waits().empty());
  REQUIRE(bench.pause({.dag_id = DagId{"orders"}, .paused = false}));
  CHECK(bench.triggers().waits().size() == 2);
  bench.restart();
  CHECK(bench.triggers().waits().size() == 2);
  // A new version: what is the same goes on, what is new waits, what is gone does not.
  const trigger::WaitId same = bench.triggers().waits()[1].id;  // "queue", after "other"
  bench.put_spec(watching({watcher("queue", "c"), watcher("other", "e")}));
  const auto waits = bench.triggers().waits();
  REQUIRE(waits.size() == 2);
  CHECK((waits[0].id == same || waits[1].id == same));
  bench.remove_dag("orders");
  CHECK(bench.triggers().waits().empty());
}

TEST_CASE("a watcher whose trigger fails tries again") {
  Bench bench;
  bench.put_spec(watching({watcher("queue", "c")}));
  const trigger::WaitId first = bench.triggers().waits()[0].id;
  bench.triggers().fire({.id = first, .event = {}, .error = "connection 'q' is not known"});
  bench.settle();
  CHECK(runs(bench).empty());
  bench.advance(std::chrono::seconds(31));
  REQUIRE(bench.triggers().waits().size() == 1);
  const trigger::WaitId second = bench.triggers().waits()[0].id;
  CHECK(second != first);
  // In this order: what the first one was given and has not stored goes to the second one.
  const auto told = bench.triggers().told();
  REQUIRE(told.size() == 3);
  CHECK(told[1] == "add " + std::to_string(second));
  CHECK(told[2] == "remove " + std::to_string(first));
}

TEST_CASE("a message is confirmed when its run is stored, not when its DAG has gone") {
  Bench bench;
  bench.put_spec(watching({watcher("queue", "c")}));
  int stored = 0;
  const auto keep = [&] { ++stored; };
  const trigger::WaitId id = bench.triggers().waits()[0].id;
  bench.triggers().fire({.id = id, .event = 1, .error = {}, .stored = keep});
  CHECK(stored == 0);
  bench.settle();
  CHECK(stored == 1);
  const std::string large((1U << 20) + 1, 'x');  // dropped: it would come for ever
  bench.triggers().fire({.id = id, .event = large, .error = {}, .stored = keep});
  bench.settle();
  CHECK(stored == 2);
  bench.conductor().file_removed("/dags/orders.py", [](const auto&) {});
  bench.triggers().fire({.id = id, .event = 2, .error = {}, .stored = keep});
  bench.settle();
  CHECK(stored == 2);
  CHECK(runs(bench).size() == 1);
}

TEST_CASE("a message whose conf does not fit, or that comes to a long queue, starts no run") {
  Bench bench;
  wire::DagSpec spec = watching({watcher("queue", "c")});
  spec.params = json::parse(R"({"n": {"schema": {"type": "integer"}}})").value();
  bench.put_spec(spec);
  bench.triggers().fire({.id = bench.triggers().waits()[0].id, .event = 1, .error = {}});
  bench.settle();
  CHECK(runs(bench).empty());
}

TEST_CASE("a message that no job could carry starts no run") {
  Bench bench;
  bench.put_spec(watching({watcher("queue", "c")}));
  const std::string large((1U << 20) + 1, 'x');
  bench.triggers().fire({.id = bench.triggers().waits()[0].id, .event = large, .error = {}});
  bench.settle();
  CHECK(runs(bench).empty());
}

TEST_CASE("a message of an asset's watcher makes it new, whichever DAGs name it") {
  Bench bench;
  wire::AssetSpec lake{.name = "lake", .uri = "s3://lake", .group = "asset", .extra = {}};
  wire::DagSpec reader = dag_spec("reader", {bash_task("a")});
  reader.schedule.kind = "assets";
  reader.schedule.assets.emplace().push_back({.kind = "asset", .name = "lake", .parts = {}});
  reader.assets = {{lake}};
  bench.put_spec(reader);
  CHECK(bench.triggers().waits().empty());
  lake.watchers = {{watcher("queue", "c")}};
  for (const char* id : {"one", "two"}) {
    wire::DagSpec writer = dag_spec(id, {bash_task("a")});
    writer.assets = {{lake}};
    bench.put_spec(writer);
  }
  REQUIRE(bench.triggers().waits().size() == 1);
  bench.triggers().fire(
      {.id = bench.triggers().waits()[0].id, .event = json::object({{"data", "7"}}), .error = {}});
  bench.settle();
  REQUIRE(runs(bench).size() == 1);
  CHECK(runs(bench)[0].key.dag_id == DagId{"reader"});
  const auto events = bench.store().read([](db::Connection& db) {
    return store::AssetStore(db).events({.asset = dag::AssetName{"lake"}}, {.limit = 10});
  });
  REQUIRE(events->items.size() == 1);
  CHECK(events->items[0].user == "watcher 'queue'");
  CHECK(json::write(events->items[0].extra) == R"({"from_trigger":true,"payload":{"data":"7"}})");
  // It is listened for as long as one DAG that says so is there.
  bench.remove_dag("one");
  CHECK(bench.triggers().waits().size() == 1);
  bench.remove_dag("two");
  CHECK(bench.triggers().waits().empty());
}

TEST_CASE("watchers that cannot be are errors of the file") {
  const auto problem = [](std::vector<wire::WatcherSpec> watchers) {
    Bench bench;
    bench.put_spec(watching(std::move(watchers)));
    REQUIRE(bench.import_errors().size() == 1);
    return bench.import_errors()[0].message;
  };
  CHECK(problem({watcher("a", "c"), watcher("a", "d")}).contains("its name is taken"));
  CHECK(problem({{.name = "a", .trigger = json::object({{"kind", "moon"}})}}).contains("'moon'"));
  const json::Value time = json::object({{"kind", "time"}, {"at", "2030-01-01T00:00:00Z"}});
  CHECK(problem({{.name = "a", .trigger = time}}).contains("not one for messages"));
}

}  // namespace
}  // namespace aiflow::conductor
