// SPDX-License-Identifier: Apache-2.0
// Tasks that hand their wait to a trigger: what is stored, what waits where, what goes on.
#include <doctest/doctest.h>

#include <algorithm>

#include "conductor/testing/bench.h"

namespace aiflow::conductor {
namespace {

using testing::bash_task;
using testing::Bench;

/// Starts the one job that waits; its attempt.
executor::Job start_job(Bench& bench) {
  REQUIRE(bench.executor().waiting().size() == 1);
  const executor::Job job = bench.executor().waiting().front();
  REQUIRE(bench.executor().start_job(executor::attempt_of(job)));
  bench.settle();
  return job;
}

json::Value time_trigger() {
  return json::object({{"kind", "time"}, {"at", "2030-01-01T00:00:00Z"}});
}

/// The attempt of the one job that waits defers.
void defer(Bench& bench, json::Value trigger,
           std::optional<std::int64_t> timeout_ms = std::nullopt) {
  wire::Finished finished;
  finished.attempt = executor::attempt_of(start_job(bench));
  finished.outcome = Outcome::deferred;
  finished.deferral = wire::Deferral{.trigger = std::move(trigger),
                                     .next_method = "go_on",
                                     .next_kwargs = json::object({{"n", 1}}),
                                     .timeout_ms = timeout_ms};
  finished.xcoms = {{.key = "early", .value = "bird"}};
  bench.finish(finished);
}

std::optional<json::Value> early(Bench& bench, const store::RunRow& run) {
  const auto row = bench.store().read([&](db::Connection& db) {
    return store::RunStore(db).xcom({run.key.dag_id, run.key.run_id, TaskId{"a"}, -1}, "early");
  });
  return row.value() ? std::optional((*row)->value) : std::nullopt;
}

TEST_CASE("a deferred task waits at the host and goes on with the event, once") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const store::RunRow run = bench.trigger("etl");
  CHECK_FALSE(bench.executor().waiting().front().resume);
  defer(bench, time_trigger());
  CHECK(bench.state("etl", run, "a") == TaskState::deferred);
  CHECK(bench.tasks("etl", run)[0].cause == "waits for the time 2030-01-01T00:00:00.000000Z");
  CHECK(bench.executor().waiting().empty());
  REQUIRE(bench.triggers().waits().size() == 1);
  const trigger::Wait wait = bench.triggers().waits()[0];
  CHECK(std::holds_alternative<trigger::TimeTrigger>(wait.trigger));

  bench.triggers().fire({.id = wait.id, .event = json::object({{"x", 2}}), .error = {}});
  bench.triggers().fire({.id = wait.id, .event = json::object({{"x", 3}}), .error = {}});
  bench.settle();
  CHECK(bench.triggers().waits().empty());
  const executor::Job job = start_job(bench);
  CHECK(job.try_number == 1);
  CHECK(job.epoch == 2);
  REQUIRE(job.resume);
  CHECK(job.resume->next_method == "go_on");
  CHECK(job.resume->next_kwargs.find("n")->as_int() == 1);
  CHECK(job.resume->event.find("x")->as_int() == 2);
  CHECK_FALSE(job.resume->error);
  CHECK(job.first_started_at == bench.tasks("etl", run)[0].start_date);
  // What it published before it waited is there until the attempt's end says otherwise.
  CHECK(early(bench, run) == json::Value("bird"));
  bench.finish(executor::attempt_of(job));
  CHECK(bench.run_state("etl", run) == RunState::success);
  CHECK(early(bench, run) == json::Value("bird"));
  CHECK(bench.tries("etl", run, "a").size() == 1);
  CHECK_FALSE(bench.tasks("etl", run)[0].deferral);
}

TEST_CASE("waits and events outlive a restart, at every step") {
  for (int steps = 0; steps < 3; ++steps) {
    CAPTURE(steps);
    Bench bench;
    bench.put_dag("etl", {bash_task("a")});
    const store::RunRow run = bench.trigger("etl");
    defer(bench, time_trigger(), 60'000);
    if (steps == 0) bench.restart();
    REQUIRE(bench.triggers().waits().size() == 1);
    bench.triggers().fire({.id = bench.triggers().waits()[0].id, .event = 7, .error = {}});
    if (steps != 1) bench.settle();
    bench.restart();
    if (steps == 1) {
      // The event was not stored: the trigger waits again.
      REQUIRE(bench.triggers().waits().size() == 1);
      bench.triggers().fire({.id = bench.triggers().waits()[0].id, .event = 7, .error = {}});
      bench.settle();
    }
    CHECK(bench.triggers().waits().empty());
    const executor::Job job = start_job(bench);
    REQUIRE(job.resume);
    CHECK(job.resume->event.as_int() == 7);
    bench.finish(executor::attempt_of(job));
    CHECK(bench.run_state("etl", run) == RunState::success);
  }
}

TEST_CASE("clear, mark and the end of a run end the wait at the host") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const store::RunRow run = bench.trigger("etl");
  defer(bench, time_trigger());
  const trigger::WaitId first = bench.triggers().waits()[0].id;
  REQUIRE(bench.clear({.run = run.key}));
  CHECK(bench.triggers().waits().empty());
  CHECK(bench.state("etl", run, "a") == TaskState::queued);
  CHECK_FALSE(early(bench, run));
  bench.triggers().fire({.id = first, .event = 1, .error = {}});  // it was on its way
  bench.settle();
  CHECK_FALSE(bench.executor().waiting().front().resume);
  defer(bench, time_trigger());
  CHECK(bench.triggers().waits().size() == 1);
  REQUIRE(bench.mark(
      {.key = {run.key.dag_id, run.key.run_id, TaskId{"a"}, -1}, .state = TaskState::success}));
  CHECK(bench.triggers().waits().empty());
  CHECK(bench.run_state("etl", run) == RunState::success);
}

TEST_CASE("a message is confirmed when its wait has stored it, and before the wait is given up") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const store::RunRow run = bench.trigger("etl");
  defer(bench, time_trigger());
  trigger::WaitId id = bench.triggers().waits()[0].id;
  std::vector<std::string> told_then;
  int stored = 0;
  const auto keep = [&] {
    ++stored;
    told_then = bench.triggers().told();
  };
  // Cleared in the same step, before: it is for the next wait.
  bench.conductor().clear({.run = run.key}, [](const auto&) {});
  bench.triggers().fire({.id = id, .event = 1, .error = {}, .stored = keep});
  bench.settle();
  CHECK(stored == 0);
  defer(bench, time_trigger());
  id = bench.triggers().waits()[0].id;
  bench.triggers().fire({.id = id, .event = 1, .error = {}, .stored = keep});
  bench.settle();
  CHECK(stored == 1);
  const std::string removal = "remove " + std::to_string(id);
  CHECK(std::ranges::find(told_then, removal) == told_then.end());
  CHECK(bench.triggers().told().back() == removal);
}

TEST_CASE("a trigger that fails or times out lets the task go on to say so") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const store::RunRow run = bench.trigger("etl");
  defer(bench, time_trigger());
  bench.triggers().fire(
      {.id = bench.triggers().waits()[0].id, .event = {}, .error = "no such host"});
  bench.settle();
  CHECK(bench.executor().waiting().front().resume->error == "no such host");
  defer(bench, time_trigger(), 60'000);
  bench.advance(std::chrono::seconds(61));
  CHECK(bench.triggers().waits().empty());
  const executor::Job job = start_job(bench);
  CHECK(job.resume->timed_out);
  CHECK(job.resume->error == "the trigger's time-out has passed");
  bench.finish(executor::attempt_of(job), Outcome::failed);
  CHECK(bench.run_state("etl", run) == RunState::failed);
  CHECK_FALSE(early(bench, run));
}

TEST_CASE("a deferral that cannot be kept fails the task, in words") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const store::RunRow unknown = bench.trigger("etl");
  defer(bench, json::object({{"kind", "moon"}}));
  CHECK(bench.state("etl", unknown, "a") == TaskState::failed);
  CHECK(bench.tasks("etl", unknown)[0].cause.starts_with("it cannot be deferred: trigger 'moon'"));
  CHECK_FALSE(early(bench, unknown));
  const store::RunRow large = bench.trigger("etl");
  defer(bench, json::object({{"kind", "file"}, {"pattern", "/" + std::string(70'000, 'x')}}));
  CHECK(bench.tasks("etl", large)[0].cause.contains("the limit is 65536"));
  CHECK(bench.triggers().waits().empty());
}

TEST_CASE("an event that is too large is an error of the trigger") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  bench.trigger("etl");
  defer(bench, time_trigger());
  bench.triggers().fire({.id = bench.triggers().waits()[0].id,
                         .event = std::string(trigger::kEventBytesMax, 'x'),
                         .error = {}});
  bench.settle();
  CHECK(bench.executor().waiting().front().resume->error->contains("the limit is 262144"));
}

json::Value external(const store::RunRow& run, std::string_view tasks) {
  json::Value trigger = json::object({{"kind", "external_task"},
                                      {"dag_id", run.key.dag_id.value},
                                      {"allowed", json::Array{"success"}},
                                      {"failed", json::Array{"failed"}}});
  if (tasks.empty()) {
    trigger.set("run_ids", json::Array{run.key.run_id.value});
  } else {
    trigger.set("logical_dates", json::Array{format_time(*run.logical_date)});
    trigger.set("task_ids", json::Array{tasks});
  }
  return trigger;
}

TEST_CASE("a wait for another run or task ends with the commit that ends it") {
  for (const Outcome outcome : {Outcome::success, Outcome::failed}) {
    for (const std::string_view task : {"", "b"}) {
      CAPTURE(task);
      Bench bench;
      bench.put_dag("other", {bash_task("b"), bash_task("c", {"b"})});
      bench.put_dag("etl", {bash_task("a")});
      REQUIRE(bench.pause({.dag_id = DagId{"other"}, .paused = true}));
      const store::RunRow other = bench.trigger("other");
      const store::RunRow run = bench.trigger("etl");
      defer(bench, external(other, task));
      CHECK(bench.triggers().waits().empty());
      CHECK(bench.state("etl", run, "a") == TaskState::deferred);
      bench.restart();
      REQUIRE(bench.pause({.dag_id = DagId{"other"}, .paused = false}));
      CHECK(bench.state("etl", run, "a") == TaskState::deferred);
      bench.finish(executor::attempt_of(start_job(bench)), outcome);
      // The run has another task to do after b, unless b failed.
      const bool done = !task.empty() || outcome == Outcome::failed;
      CHECK(bench.state("etl", run, "a") == (done ? TaskState::queued : TaskState::deferred));
      if (!done) continue;
      for (const executor::Job& job : bench.executor().waiting()) {
        if (job.key.task_id != "a") continue;
        CHECK(job.resume->event.find("status")->as_string() == to_string(outcome));
      }
    }
  }
}

TEST_CASE("a wait for a run that has ended long ago ends at once") {
  Bench bench;
  bench.put_dag("other", {bash_task("b")});
  bench.put_dag("etl", {bash_task("a")});
  const store::RunRow other = bench.trigger("other");
  bench.run_all();
  const store::RunRow run = bench.trigger("etl");
  defer(bench, external(other, "b"));
  CHECK(bench.state("etl", run, "a") == TaskState::queued);
}

}  // namespace
}  // namespace aiflow::conductor
