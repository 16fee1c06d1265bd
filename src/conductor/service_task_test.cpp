// SPDX-License-Identifier: Apache-2.0
// Service tasks: what they say of their service, what others see of it, how they are ended.
#include <doctest/doctest.h>

#include <algorithm>

#include "conductor/testing/bench.h"
#include "store/data/artifact_store.h"
#include "store/model_store.h"

namespace aiflow::conductor {
namespace {

using testing::bash_task;
using testing::Bench;

wire::TaskSpec service_task(const std::string& id) {
  wire::TaskSpec task = bash_task(id);
  task.is_service = true;
  task.stop_grace_ms = 3000;
  return task;
}

/// Starts the one job that waits; its attempt.
executor::Attempt start_job(Bench& bench) {
  REQUIRE(bench.executor().waiting().size() == 1);
  const auto attempt = executor::attempt_of(bench.executor().waiting().front());
  REQUIRE(bench.executor().start_job(attempt));
  bench.settle();
  return attempt;
}

Result<bool> report(Bench& bench, const executor::Attempt& attempt, const std::string& state,
                    std::optional<json::Value> value = std::nullopt) {
  Result<bool> answered = fail(ErrorCode::internal, "no answer");
  bench.conductor().report_service({.key = store::from_wire(attempt.key),
                                    .epoch = attempt.epoch,
                                    .state = state,
                                    .cause = state + ": as told",
                                    .value = std::move(value)},
                                   [&](Result<bool> answer) { answered = std::move(answer); });
  bench.settle();
  return answered;
}

TEST_CASE("a service that serves lets its dependents start, with its address") {
  Bench bench;
  bench.put_dag("d", {service_task("db"), bash_task("a", {"db"})});
  const store::RunRow run = bench.trigger("d");
  const auto queued = executor::attempt_of(bench.executor().waiting().front());
  CHECK(report(bench, queued, "serving").error().code == ErrorCode::unavailable);

  const auto attempt = start_job(bench);
  CHECK(bench.tasks("d", run)[1].service == "starting");
  CHECK(report(bench, attempt, "draining").error().code == ErrorCode::invalid_argument);
  CHECK(report(bench, attempt, "up").error().code == ErrorCode::invalid_argument);
  CHECK(report(bench, attempt, "serving", json::Value("http://h:1")));
  CHECK(bench.tasks("d", run)[1].service == "serving");
  CHECK(bench.tasks("d", run)[1].cause == "serving: as told");
  CHECK(bench.xcom("d", run, "db")->value == json::Value("http://h:1"));
  CHECK(std::ranges::any_of(bench.heard(), [](const wire::StreamEvent& event) {
    const json::Value* service = event.data.find("service");
    return service != nullptr && *service == json::Value("serving");
  }));

  bench.restart();
  bench.executor().set_slots(8);
  const auto user = start_job(bench);
  CHECK(bench.executor().cancelled().empty());
  bench.finish(user);
  CHECK(bench.tasks("d", run)[1].service == "draining");
  REQUIRE(bench.executor().cancelled().size() == 1);
  CHECK(bench.executor().cancelled()[0].key.task_id == "db");
  CHECK(bench.executor().graces()[0] == std::chrono::seconds(3));
  CHECK(report(bench, attempt, "serving").error().code == ErrorCode::conflict);

  // What it gave out stays, and its end by the signal is a good one.
  bench.finish(attempt, Outcome::killed);
  CHECK(bench.state("d", run, "db") == TaskState::success);
  CHECK(bench.run_state("d", run) == RunState::success);
  CHECK_FALSE(bench.tasks("d", run)[1].service);
  CHECK(bench.xcom("d", run, "db")->value == json::Value("http://h:1"));
  CHECK(bench.outbox().empty());
}

/// Names of the artifacts that can be seen.
std::vector<std::string> artifacts(Bench& bench) {
  std::vector<std::string> names;
  const auto listed = bench.store()
                          .read([](db::Connection& db) {
                            return store::ArtifactStore(db).list(store::ArtifactQuery{});
                          })
                          .value();
  for (const wire::Artifact& one : listed.items) names.push_back(one.name);
  return names;
}

TEST_CASE("what a service that nobody needs any more saved stays, however its process ends") {
  for (const Outcome outcome : {Outcome::killed, Outcome::failed, Outcome::failed_no_retry}) {
    CAPTURE(outcome);
    Bench bench;
    bench.put_dag("d", {service_task("db"), bash_task("a", {"db"})});
    const store::RunRow run = bench.trigger("d");
    const auto attempt = start_job(bench);
    const std::string sha(64, 'a');
    REQUIRE(bench.store().transact([&](db::Connection& db) -> Status {
      AIFLOW_TRY(store::ModelStore(db).add_blob({sha, 3}, bench.clock().now()));
      AIFLOW_TRY(store::ArtifactStore(db).offer({.name = "dump", .kind = "file", .sha256 = sha},
                                                store::maker_of(attempt), bench.clock().now()));
      return {};
    }));
    REQUIRE(report(bench, attempt, "serving", json::Value("http://h:1")));
    bench.finish(start_job(bench));
    bench.finish(attempt, outcome);
    CHECK(bench.state("d", run, "db") == TaskState::success);
    CHECK(artifacts(bench) == std::vector<std::string>{"dump"});
    CHECK(bench.xcom("d", run, "db")->value == json::Value("http://h:1"));
  }
}

TEST_CASE("a service that fails while it is needed leaves nothing") {
  Bench bench;
  bench.put_dag("d", {service_task("db"), bash_task("a", {"db"})});
  const store::RunRow run = bench.trigger("d");
  const auto attempt = start_job(bench);
  REQUIRE(report(bench, attempt, "serving", json::Value("http://h:1")));
  bench.finish(attempt, Outcome::failed);
  CHECK(bench.state("d", run, "db") == TaskState::failed);
  CHECK_FALSE(bench.xcom("d", run, "db"));
}

TEST_CASE("a service's value keeps to the limits of an XCom") {
  Bench bench;
  bench.put_dag("d", {service_task("db"), bash_task("a", {"db"})});
  const store::RunRow run = bench.trigger("d");
  const auto attempt = start_job(bench);
  const auto large = report(bench, attempt, "serving", json::Value(std::string(48 << 10, 'x')));
  CHECK(large.error().message ==
        "a service's 'value' has 49154 bytes; the limit of an XCom is 49152");
  json::Value deep(1);
  for (int i = 0; i < 49; ++i) {
    json::Array one;
    one.push_back(std::move(deep));
    deep = json::Value(std::move(one));
  }
  const auto nested = report(bench, attempt, "serving", deep);
  CHECK(nested.error().message == "a service's 'value' is nested deeper than 48 levels");
  CHECK(bench.tasks("d", run)[1].service == "starting");
  CHECK_FALSE(bench.xcom("d", run, "db"));
  CHECK(report(bench, attempt, "serving", json::Value(std::string((48 << 10) - 2, 'x'))));
}

TEST_CASE("what an attempt of before says of its service counts no more") {
  Bench bench;
  bench.put_dag("d", {service_task("db"), bash_task("a", {"db"})});
  const store::RunRow run = bench.trigger("d");
  const auto first = start_job(bench);
  REQUIRE(bench.clear({.run = run.key, .tasks = {TaskId{"db"}}}));
  bench.finish(first, Outcome::killed);
  const auto second = start_job(bench);
  const auto refused = report(bench, first, "serving", json::Value("http://old:1"));
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK_FALSE(bench.xcom("d", run, "db"));
  CHECK(bench.tasks("d", run)[1].service == "starting");
  CHECK(report(bench, second, "serving"));
}

}  // namespace
}  // namespace aiflow::conductor
