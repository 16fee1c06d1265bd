// SPDX-License-Identifier: Apache-2.0
// A DAG's callbacks and deadlines, from the change that they belong to until a worker has run them.
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

#include "conductor/testing/bench.h"
#include "sched/state.h"
#include "store/notice_store.h"

namespace aiflow::conductor {
namespace {

using testing::bash_task;
using testing::Bench;

std::vector<store::NoticeRow> notices(Bench& bench, const store::RunRow& run) {
  return bench.store()
      .read([&](db::Connection& db) { return store::NoticeStore(db).of_run(run.key); })
      .value();
}

/// Waiting jobs that are callbacks.
std::vector<executor::Job> callbacks(Bench& bench) {
  std::vector<executor::Job> jobs;
  for (const executor::Job& job : bench.executor().waiting()) {
    if (job.operator_ == "callback") jobs.push_back(job);
  }
  return jobs;
}

wire::DagSpec told() {
  wire::DagSpec spec = testing::dag_spec("etl", {bash_task("a")});
  spec.has_failure_callback = true;
  spec.deadlines = {{.reference = "queued_at", .at = {}, .interval_ms = 60'000, .name = "soon"}};
  return spec;
}

store::RunRow failed_run(Bench& bench) {
  bench.put_spec(told());
  const auto run = bench.trigger("etl");
  bench.finish(executor::attempt_of(bench.executor().waiting().front()), Outcome::failed);
  REQUIRE(bench.run_state("etl", run) == RunState::failed);
  return run;
}

TEST_CASE("a failed run's callback is stored with it, and run until a worker says how it went") {
  Bench bench;
  const auto run = failed_run(bench);
  REQUIRE(callbacks(bench).size() == 1);
  const executor::Job job = callbacks(bench)[0];
  CHECK(job.key.task_id == "@failure.0");
  CHECK(job.payload.find("reason")->as_string() == "task 'a' ended as failed");
  CHECK(notices(bench, run).at(0).state == "waiting");

  bench.restart();  // the job went with the executor; its row did not
  REQUIRE(callbacks(bench).size() == 1);
  CHECK(callbacks(bench)[0].epoch == job.epoch);
  bench.executor().start_job(executor::attempt_of(job));
  bench.settle();
  CHECK(notices(bench, run).at(0).state == "running");
  CHECK(bench.executor().acknowledged().back().accepted);
  bench.finish(executor::attempt_of(job), Outcome::success);
  CHECK(notices(bench, run).at(0).state == "success");
  CHECK(bench.executor().acknowledged().back().accepted);
  bench.restart();
  CHECK(callbacks(bench).empty());
  // What comes late is refused, and its worker need not keep it.
  bench.finish(executor::attempt_of(job), Outcome::failed);
  CHECK_FALSE(bench.executor().acknowledged().back().accepted);
  CHECK(notices(bench, run).at(0).state == "success");
}

TEST_CASE("a callback whose worker is lost is run again, three times at most") {
  Bench bench;
  const auto run = failed_run(bench);
  for (int attempt = 1; attempt <= 3; ++attempt) {
    REQUIRE(callbacks(bench).size() == 1);
    const executor::Attempt sent = executor::attempt_of(callbacks(bench)[0]);
    CHECK(sent.epoch == attempt);
    bench.executor().start_job(sent);
    bench.settle();
    bench.executor().lose(sent);
    bench.settle();
  }
  CHECK(callbacks(bench).empty());
  CHECK(notices(bench, run).at(0).state == "failed");
  CHECK(notices(bench, run).at(0).attempts == 3);
  CHECK(notices(bench, run).at(0).cause == "the fake worker is gone");
}

TEST_CASE("a missed deadline is an event, a callback and a mark of its run, once") {
  Bench bench;
  bench.put_spec(told());
  const auto run = bench.trigger("etl");
  bench.advance(std::chrono::seconds(59));
  CHECK(callbacks(bench).empty());
  bench.advance(std::chrono::seconds(2));
  REQUIRE(callbacks(bench).size() == 1);
  CHECK(callbacks(bench)[0].payload.find("kind")->as_string() == "deadline");
  CHECK(callbacks(bench)[0].payload.find("due_at") != nullptr);
  bool told_of_run = false;
  for (const auto& event : bench.event_log()) {
    const auto* cause = event.data.find("cause");
    const bool missed = cause != nullptr && cause->is_string() &&
                        cause->as_string().starts_with("deadline 'soon' of ");
    told_of_run = told_of_run || (event.kind == "dag_run" && missed);
  }
  CHECK(told_of_run);
  bench.restart();
  bench.advance(std::chrono::hours(1));
  CHECK(notices(bench, run).size() == 1);
  CHECK(callbacks(bench).size() == 1);
  const auto row =
      bench.store().read([&](db::Connection& db) { return store::RunStore(db).run(run.key); });
  CHECK(store::to_wire(*row).deadlines_missed == 1);
}

TEST_CASE("a deleted run takes its callbacks with it") {
  Bench bench;
  const auto run = failed_run(bench);
  const executor::Attempt sent = executor::attempt_of(callbacks(bench)[0]);
  REQUIRE(bench.delete_run({.key = run.key}).has_value());
  CHECK(notices(bench, run).empty());
  bench.executor().start_job(sent);
  bench.settle();
  CHECK_FALSE(bench.executor().acknowledged().back().accepted);
  bench.restart();
  CHECK(callbacks(bench).empty());
}

Forgotten forget(Bench& bench, const store::RunRow& run) {
  std::optional<Result<Forgotten>> answer;
  bench.conductor().forget(run.key, [&](auto given) { answer = std::move(given); });
  bench.settle();
  return answer->value();
}

TEST_CASE("a run is not forgotten before its callbacks are run; they go with it") {
  Bench bench;
  const auto run = failed_run(bench);
  for (std::size_t i = 0; i <= sched::kFinishedRunsKept; ++i) {
    bench.advance(std::chrono::seconds(1));
    const auto later = bench.trigger("etl");
    REQUIRE(bench.mark_run({.key = later.key, .state = RunState::success}).has_value());
  }
  CHECK(forget(bench, run) == Forgotten::no);
  const auto of_run = [&](const executor::Job& job) {
    return job.key.run_id == run.key.run_id.value;
  };
  const auto jobs = callbacks(bench);
  const auto job = std::ranges::find_if(jobs, of_run);
  REQUIRE(job != jobs.end());
  bench.executor().start_job(executor::attempt_of(*job));
  bench.settle();
  bench.finish(executor::attempt_of(*job), Outcome::success);
  REQUIRE(notices(bench, run).size() == 1);
  CHECK(forget(bench, run) == Forgotten::all);
  CHECK(notices(bench, run).empty());
}

TEST_CASE("a retry policy's delay comes through") {
  Bench bench;
  auto task = bash_task("a");
  task.retries = 1;
  task.retry_delay_ms = 100'000;
  bench.put_dag("etl", {task});
  const auto run = bench.trigger("etl");
  wire::Finished failed;
  failed.attempt = executor::attempt_of(bench.executor().waiting().front());
  failed.outcome = Outcome::failed;
  failed.retry_delay_ms = 3000;
  bench.finish(failed);
  CHECK(bench.state("etl", run, "a") == TaskState::up_for_retry);
  bench.advance(std::chrono::seconds(4));
  CHECK(bench.state("etl", run, "a") == TaskState::queued);
}

TEST_CASE("a value of the latest run before is found when this run has none") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a"), bash_task("b")});
  const auto publish = [&](int value) {
    const auto run = bench.trigger("etl");
    for (const executor::Job& job : bench.executor().waiting()) {
      wire::Finished finished;
      finished.attempt = executor::attempt_of(job);
      if (job.key.task_id == "a" && value > 0) finished.xcoms = {{"return_value", value}};
      bench.finish(finished);
    }
    return run;
  };
  publish(1);
  publish(2);
  const auto third = publish(0);
  const auto ask = [&](bool prior) {
    wire::XComGet question;
    question.dag_id = "etl";
    question.run_id = third.key.run_id.value;
    question.task_id = "a";
    question.map_index = -1;
    question.key = "return_value";
    question.include_prior_dates = prior;
    bench.executor().ask(question);
    bench.settle();
    return bench.executor().answers().back();
  };
  CHECK_FALSE(ask(false).found);
  CHECK(ask(true).value.as_int() == 2);
}

}  // namespace
}  // namespace aiflow::conductor
