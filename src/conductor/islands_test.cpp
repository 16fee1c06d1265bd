// SPDX-License-Identifier: Apache-2.0
// What an island is told of its runs, and what it says of tasks.
#include <doctest/doctest.h>

#include <algorithm>

#include "base/placement.h"
#include "conductor/testing/bench.h"

namespace aiflow::conductor {
namespace {

using namespace std::chrono_literals;
using testing::bash_task;
using testing::Bench;

wire::TaskSpec island_task(const std::string& id, std::vector<std::string> upstream = {}) {
  wire::TaskSpec task = bash_task(id, std::move(upstream));
  task.placement.emplace()[std::string(kIslandLabel)] = "x";
  return task;
}

struct Island {
  Bench bench;
  store::RunRow run;

  explicit Island(std::vector<wire::TaskSpec> tasks, int slots = 2) {
    hello(slots);
    bench.put_dag("d", std::move(tasks));
    run = bench.trigger("d");
  }
  void hello(int slots = 2) {
    bench.executor().set_slots(slots, {{std::string(kIslandLabel), "x"}});
    bench.settle();
  }
  /// Starts the one job that waits.
  executor::Job start() {
    REQUIRE_FALSE(bench.executor().waiting().empty());
    const executor::Job job = bench.executor().waiting().front();
    REQUIRE(bench.executor().start_job(executor::attempt_of(job)));
    bench.settle();
    return job;
  }
  std::size_t shown() { return bench.executor().shown().size(); }
  wire::Picture last() { return bench.executor().shown().back(); }
  static std::string state(const wire::IslandPart& part, const std::string& task) {
    const auto found = std::ranges::find(part.tasks, task, &wire::IslandTask::task_id);
    return found == part.tasks.end() ? "" : std::string(to_string(found->state));
  }
};

TEST_CASE(
    "an island hears at once of a pause, a mark, a clear and the end of a run it has part of") {
  Island island({island_task("a"), island_task("b", {"a"}), island_task("c", {"b"})});
  const executor::Job job = island.start();
  REQUIRE(job.island);
  CHECK_FALSE(job.island->paused.value());
  CHECK(island.shown() == 0);

  REQUIRE(island.bench.pause({.dag_id = DagId{"d"}, .paused = true, .user = "kim"}));
  REQUIRE(island.shown() == 1);
  CHECK(island.last().part->paused.value());
  CHECK(island.last().made_at > job.island->made_at);
  REQUIRE(island.bench.pause({.dag_id = DagId{"d"}, .paused = false, .user = "kim"}));
  CHECK_FALSE(island.last().part->paused.value());

  store::TaskKey b{island.run.key.dag_id, island.run.key.run_id, TaskId{"b"}, -1};
  REQUIRE(island.bench.mark({.key = b, .state = TaskState::success, .user = "kim"}));
  CHECK(Island::state(*island.last().part, "b") == "success");
  ClearTasks clear;
  clear.run = island.run.key;
  clear.tasks = {TaskId{"b"}};
  clear.user = "kim";
  REQUIRE(island.bench.clear(clear));
  CHECK(Island::state(*island.last().part, "b") == "no_status");
  CHECK(island.shown() == 4);

  REQUIRE(island.bench.mark_run(
      {.key = island.run.key, .state = RunState::failed, .note = {}, .user = "kim"}));
  CHECK(island.shown() == 5);
  CHECK_FALSE(island.last().part);
}

TEST_CASE("an island that is back is told of the runs it has attempts of, also by a new server") {
  Island island({island_task("a"), island_task("b", {"a"})});
  island.start();
  island.hello();
  REQUIRE(island.shown() == 1);
  CHECK(Island::state(*island.last().part, "a") == "running");
  island.bench.restart();
  CHECK(island.shown() == 0);
  island.hello();
  CHECK(island.shown() == 1);
}

TEST_CASE("runs that the island has no attempt of are not shown") {
  Island island({bash_task("a"), island_task("b", {"a"})});
  REQUIRE(island.bench.pause({.dag_id = DagId{"d"}, .paused = true, .user = "kim"}));
  CHECK(island.shown() == 0);
}

TEST_CASE("of a large run not every job brings a picture; one follows, and it is of then") {
  std::vector<wire::TaskSpec> tasks;
  for (int i = 0; i < 8; ++i) {
    tasks.push_back(island_task("t" + std::to_string(i)));
    tasks.back().payload = json::object({{"bash_command", std::string(50'000, 'x')}});
  }
  Island island(tasks, 8);
  const auto jobs = island.bench.executor().waiting();
  REQUIRE(jobs.size() == 8);
  CHECK(std::ranges::count_if(jobs, [](const auto& job) { return job.island.has_value(); }) == 1);
  for (int i = 0; i < 8; ++i) island.start();
  island.bench.advance(100ms);
  CHECK(island.shown() == 0);
  island.bench.advance(2s);
  CHECK(island.shown() == 1);
  CHECK(Island::state(*island.last().part, "t7") == "running");
  island.bench.advance(20s);
  CHECK(island.shown() == 1);
}

TEST_CASE("a picture has the tokens of the tries that follow, each of its own epoch") {
  wire::TaskSpec flaky = island_task("a");
  flaky.retries = 2;
  Island island({flaky});
  const executor::Job job = island.start();
  island.hello();
  REQUIRE(island.last().part->jobs.size() == 1);
  const auto next = wire::parse_job(island.last().part->jobs.front()).value();
  CHECK(next.epoch == job.epoch + 1);
  CHECK(next.token == "token-of-a-" + std::to_string(next.epoch));
  CHECK(next.retry_tokens.value() ==
        std::vector<std::string>{"token-of-a-" + std::to_string(next.epoch + 1)});
}

/// The cause rows of the run's history that tell of a conflict.
std::size_t conflicts(Bench& bench) {
  const auto log = bench.event_log();
  return static_cast<std::size_t>(std::ranges::count_if(log, [](const auto& event) {
    const std::string cause = json::get_string_or(event.data, "cause", "").value_or("");
    return cause.starts_with("conflict: ");
  }));
}

TEST_CASE("what a worker says of tasks that are not its island's is refused, and told nobody") {
  wire::TaskSpec other = island_task("other");
  other.placement.emplace()[std::string(kIslandLabel)] = "y";
  Island island({island_task("a"), other, bash_task("plain")});
  const store::TaskKey a{island.run.key.dag_id, island.run.key.run_id, TaskId{"a"}, -1};
  REQUIRE(island.bench.mark({.key = a, .state = TaskState::failed, .user = "kim"}));
  const std::size_t before = island.bench.executor().acknowledged().size();
  const auto say = [&](const std::string& task, std::int64_t seq) {
    store::TaskKey key = a;
    key.task_id = TaskId{task};
    island.bench.executor().run_ahead(
        {.seq = seq, .attempt = {store::to_wire(key), 1, 1}, .outcome = Outcome::success});
    island.bench.settle();
    return island.bench.executor().acknowledged().back();
  };
  CHECK(say("other", 1).reason == "it is no task of this island");
  CHECK(say("plain", 2).reason == "it is no task of this island");
  CHECK(conflicts(island.bench) == 0);
  CHECK_FALSE(say("a", 3).accepted);
  CHECK(conflicts(island.bench) == 1);
  say("a", 3);  // it was not answered in time: said again
  CHECK(conflicts(island.bench) == 1);
  CHECK(island.bench.executor().acknowledged().size() == before + 4);
}

}  // namespace
}  // namespace aiflow::conductor
