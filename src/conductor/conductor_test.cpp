// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "conductor/detail/jobs.h"
#include "conductor/log_path.h"
#include "conductor/testing/bench.h"
#include "store/event_log.h"

namespace aiflow::conductor {
namespace {

using testing::bash_task;
using testing::Bench;

TEST_CASE("a triggered run goes through all states to success") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a"), bash_task("b", {"a"})});
  const store::RunRow run = bench.trigger("etl");
  CHECK(run.state == RunState::running);
  REQUIRE(bench.executor().waiting().size() == 1);
  CHECK(bench.state("etl", run, "a") == TaskState::queued);
  CHECK(bench.state("etl", run, "b") == TaskState::no_status);

  const executor::Job job = bench.executor().waiting().front();
  bench.executor().start_job(executor::attempt_of(job));
  bench.settle();
  CHECK(bench.state("etl", run, "a") == TaskState::running);
  bench.finish(executor::attempt_of(job));
  CHECK(bench.state("etl", run, "a") == TaskState::success);
  CHECK(bench.state("etl", run, "b") == TaskState::queued);
  bench.run_all();
  CHECK(bench.run_state("etl", run) == RunState::success);
  CHECK(bench.outbox().empty());
}

TEST_CASE("every change has a row in the event log, in its own transaction") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a"), bash_task("b", {"a"})});
  bench.trigger("etl");
  bench.run_all();
  std::map<std::string, std::string> states;
  for (const wire::StreamEvent& event : bench.event_log()) {
    if (event.kind == store::kind::task_instance) {
      states[event.data.find("task_id")->as_string()] +=
          event.data.find("state")->as_string() + " ";
    }
  }
  CHECK(states["a"] == "scheduled queued running success ");
  CHECK(states["b"] == "no_status scheduled queued running success ");
  // What the listener got is what was stored.
  std::vector<std::int64_t> stored, heard;
  for (const wire::StreamEvent& event : bench.event_log()) stored.push_back(event.id);
  for (const wire::StreamEvent& event : bench.heard()) {
    if (event.id != 0) heard.push_back(event.id);
  }
  CHECK(stored == heard);
}

TEST_CASE("a DAG whose file is gone is announced as deleted, and one that comes back is not") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  bench.remove_dag("etl");
  const wire::StreamEvent gone = bench.event_log().back();
  CHECK(gone.kind == store::kind::dag);
  CHECK(gone.data.find("dag_id")->as_string() == "etl");
  REQUIRE(gone.data.find("deleted") != nullptr);
  bench.put_dag("etl", {bash_task("a")});
  const wire::StreamEvent back = bench.event_log().back();
  CHECK(back.kind == store::kind::dag);
  CHECK(back.data.find("deleted") == nullptr);
}

TEST_CASE("a failed try is retried after its delay and its history is kept") {
  Bench bench;
  wire::TaskSpec task = bash_task("a");
  task.retries = 1;
  task.retry_delay_ms = 60'000;
  bench.put_dag("etl", {task});
  const store::RunRow run = bench.trigger("etl");
  bench.finish(executor::attempt_of(bench.executor().waiting().front()), Outcome::failed);
  CHECK(bench.state("etl", run, "a") == TaskState::up_for_retry);
  CHECK(bench.executor().waiting().empty());
  bench.advance(std::chrono::seconds(61));
  REQUIRE(bench.executor().waiting().size() == 1);
  CHECK(bench.executor().waiting().front().try_number == 2);
  bench.run_all();
  CHECK(bench.run_state("etl", run) == RunState::success);
  const auto tries = bench.tries("etl", run, "a");
  REQUIRE(tries.size() == 2);
  CHECK(tries[0].state == TaskState::up_for_retry);
  CHECK(tries[1].state == TaskState::success);
}

TEST_CASE("a task began when its worker says so, but not before it was queued") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const store::RunRow run = bench.trigger("etl");
  const WallTime begun = bench.clock().now();
  bench.executor().start_job(executor::attempt_of(bench.executor().waiting().front()));
  bench.advance(std::chrono::seconds(3));  // the report has waited
  CHECK(bench.tasks("etl", run).front().start_date == begun);

  const store::RunRow second = bench.trigger("etl");
  const WallTime queued = bench.clock().now();
  const executor::Job job = bench.executor().waiting().front();
  bench.clock().jump_wall(-std::chrono::hours(1));  // the worker's clock lags
  bench.executor().start_job(executor::attempt_of(job));
  bench.clock().jump_wall(std::chrono::hours(1) + std::chrono::seconds(5));
  bench.settle();
  CHECK(bench.tasks("etl", second).front().start_date == queued);
}

TEST_CASE("a task ended when its worker says so, and a mark does not make it longer") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const store::RunRow run = bench.trigger("etl");
  const executor::Job job = bench.executor().waiting().front();
  bench.executor().start_job(executor::attempt_of(job));
  bench.settle();
  const WallTime begun = bench.clock().now();
  bench.advance(std::chrono::seconds(10));  // the server was away meanwhile
  wire::Finished late;
  late.attempt = executor::attempt_of(job);
  late.ended_at = begun + std::chrono::seconds(4);
  bench.finish(late);
  CHECK(bench.tasks("etl", run).front().end_date == late.ended_at);
  bench.advance(std::chrono::seconds(60));
  REQUIRE(bench.mark({.key = {run.key.dag_id, run.key.run_id, TaskId{"a"}, -1},
                      .state = TaskState::skipped,
                      .user = "ann"}));
  CHECK(bench.tasks("etl", run).front().end_date == late.ended_at);
}

TEST_CASE("a failed run names the task that failed, not the last one that could not run") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a"), bash_task("b", {"a"}), bash_task("c", {"b"})});
  const store::RunRow run = bench.trigger("etl");
  bench.finish(executor::attempt_of(bench.executor().waiting().front()), Outcome::failed);
  CHECK(bench.state("etl", run, "c") == TaskState::upstream_failed);
  CHECK(bench.event_log().back().data.find("cause")->as_string() == "task 'a' ended as failed");
}

TEST_CASE("a sensor that reschedules is told when its try began") {
  Bench bench;
  bench.put_dag("etl", {bash_task("waits")});
  const store::RunRow run = bench.trigger("etl");
  const WallTime begun = bench.clock().now();
  for (int poke = 0; poke < 3; ++poke) {
    REQUIRE(bench.executor().waiting().size() == 1);
    const executor::Job job = bench.executor().waiting().front();
    CHECK(job.try_number == 1);
    CHECK(job.first_started_at == (poke == 0 ? std::nullopt : std::optional(begun)));
    wire::Finished again;
    again.attempt = executor::attempt_of(job);
    again.outcome = Outcome::up_for_reschedule;
    again.reschedule_at = bench.clock().now() + std::chrono::seconds(30);
    bench.finish(again);
    CHECK(bench.state("etl", run, "waits") == TaskState::up_for_reschedule);
    bench.advance(std::chrono::seconds(31));
  }
  bench.run_all();
  CHECK(bench.tasks("etl", run).front().start_date == begun);
}

TEST_CASE("values are stored with the accepted finish only") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a"), bash_task("b", {"a"})});
  const store::RunRow run = bench.trigger("etl");
  const executor::Attempt attempt = executor::attempt_of(bench.executor().waiting().front());
  wire::Finished stale;
  stale.attempt = attempt;
  stale.attempt.epoch += 7;
  stale.xcoms = {{.key = "return_value", .value = "stale"}};
  bench.finish(stale);
  CHECK_FALSE(bench.xcom("etl", run, "a").has_value());
  REQUIRE(bench.executor().acknowledged().size() == 1);
  CHECK_FALSE(bench.executor().acknowledged().front().accepted);
  CHECK(bench.state("etl", run, "a") == TaskState::queued);

  wire::Finished good;
  good.attempt = attempt;
  good.xcoms = {{.key = "return_value", .value = json::Array{7, 42}}};
  bench.finish(good);
  REQUIRE(bench.xcom("etl", run, "a").has_value());

  const auto ask = [&](std::optional<std::int64_t> item) {
    bench.executor().ask({.request_id = 5,
                          .attempt = attempt,
                          .dag_id = "etl",
                          .run_id = run.key.run_id.value,
                          .task_id = "a",
                          .map_index = -1,
                          .key = "return_value",
                          .item = item});
    bench.settle();
    return bench.executor().answers().back();
  };
  CHECK(json::write(ask({}).value) == "[7,42]");
  CHECK_FALSE(ask({}).length.has_value());
  CHECK(ask(1).value.as_int() == 42);
  CHECK(ask(1).length == 2);
  CHECK(json::write(ask(2).value) == "[7,42]");  // there is no such item
  CHECK(json::write(ask(-1).value) == "[7,42]");
}

TEST_CASE("a second finish of the same attempt changes nothing and is acknowledged") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const store::RunRow run = bench.trigger("etl");
  const executor::Attempt attempt = executor::attempt_of(bench.executor().waiting().front());
  bench.finish(attempt);
  const std::size_t events = bench.event_log().size();
  bench.finish(attempt, Outcome::failed);
  CHECK(bench.state("etl", run, "a") == TaskState::success);
  CHECK(bench.event_log().size() == events);
  REQUIRE(bench.executor().acknowledged().size() == 2);
  CHECK_FALSE(bench.executor().acknowledged().back().accepted);
}

TEST_CASE("requests that make no sense are refused with a reason") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const auto unknown = bench.try_trigger({.dag_id = DagId{"nope"}});
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().code == ErrorCode::not_found);
  const auto bad_id = bench.try_trigger({.dag_id = DagId{"etl"}, .run_id = RunId{"../x"}});
  REQUIRE_FALSE(bad_id.has_value());
  CHECK(bad_id.error().code == ErrorCode::invalid_argument);
  REQUIRE(bench.try_trigger({.dag_id = DagId{"etl"}, .run_id = RunId{"one"}}).has_value());
  const auto twice = bench.try_trigger({.dag_id = DagId{"etl"}, .run_id = RunId{"one"}});
  REQUIRE_FALSE(twice.has_value());
  CHECK(twice.error().code == ErrorCode::conflict);
}

TEST_CASE("the same spec is no new version, a changed one is, and a run keeps its own") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  bench.put_dag("etl", {bash_task("a")});
  CHECK(bench.dag("etl").version == 1);
  const store::RunRow run = bench.trigger("etl");
  bench.put_dag("etl", {bash_task("a"), bash_task("b", {"a"})});
  CHECK(bench.dag("etl").version == 2);
  bench.run_all();
  CHECK(bench.run_state("etl", run) == RunState::success);
  CHECK(bench.tasks("etl", run).size() == 1);
}

TEST_CASE("a broken file shows its error and leaves the good version") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  wire::TaskSpec loop = bash_task("b", {"b"});
  bench.put_dag("etl", {loop});
  REQUIRE(bench.import_errors().size() == 1);
  CHECK(bench.import_errors().front().message.find("etl") != std::string::npos);
  CHECK(bench.dag("etl").version == 1);
  bench.put_dag("etl", {bash_task("a")});
  CHECK(bench.import_errors().empty());
}

TEST_CASE("a finished run can be cleared, also after it left the memory") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a"), bash_task("b", {"a"})});
  const store::RunRow run = bench.trigger("etl");
  bench.run_all();
  for (int i = 0; i < 40; ++i) {
    bench.trigger("etl");
    bench.run_all();
  }
  const auto dry = bench.clear({.run = run.key, .tasks = {TaskId{"b"}}, .dry_run = true});
  REQUIRE(dry.has_value());
  CHECK(dry->size() == 1);
  CHECK(bench.state("etl", run, "b") == TaskState::success);
  const auto cleared = bench.clear({.run = run.key, .tasks = {TaskId{"a"}}});
  REQUIRE(cleared.has_value());
  CHECK(cleared->size() == 2);
  CHECK(bench.run_state("etl", run) != RunState::success);
  bench.run_all();
  CHECK(bench.run_state("etl", run) == RunState::success);
}

TEST_CASE("a task cleared while it runs is cancelled and its late result refused") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const store::RunRow run = bench.trigger("etl");
  const executor::Attempt first = executor::attempt_of(bench.executor().waiting().front());
  bench.executor().start_job(first);
  bench.settle();
  REQUIRE(bench.clear({.run = run.key}).has_value());
  CHECK_FALSE(bench.executor().cancelled().empty());
  bench.finish(first);
  CHECK(bench.state("etl", run, "a") != TaskState::success);
  bench.run_all();
  CHECK(bench.run_state("etl", run) == RunState::success);
  CHECK(bench.outbox().empty());
}

TEST_CASE("a mark by hand holds") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const store::RunRow run = bench.trigger("etl");
  const auto marked = bench.mark({.key = {DagId{"etl"}, run.key.run_id, TaskId{"a"}},
                                  .state = TaskState::success,
                                  .user = "ann"});
  REQUIRE(marked.has_value());
  REQUIRE(marked->size() == 1);
  CHECK(marked->front().state == TaskState::success);
  CHECK(bench.run_state("etl", run) == RunState::success);
}

TEST_CASE("a paused dag takes triggers but starts nothing") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  REQUIRE(bench.pause({.dag_id = DagId{"etl"}, .paused = true}).has_value());
  CHECK(bench.dag("etl").is_paused);
  bench.trigger("etl");
  CHECK(bench.executor().waiting().empty());
  REQUIRE(bench.pause({.dag_id = DagId{"etl"}, .paused = false}).has_value());
  bench.settle();
  CHECK(bench.executor().waiting().size() == 1);
}

TEST_CASE("the job has what the worker needs") {
  Bench bench;
  wire::TaskSpec task = bash_task("a");
  task.execution_timeout_ms = 5000;
  bench.put_dag("etl", {task});
  json::Value conf = json::object({{"day", "monday"}});
  REQUIRE(bench.try_trigger({.dag_id = DagId{"etl"}, .run_id = RunId{"r1"}, .conf = conf}));
  const executor::Job job = bench.executor().waiting().front();
  CHECK(job.operator_ == "bash");
  CHECK(job.payload.find("bash_command")->as_string() == "true");
  CHECK(job.params.find("day")->as_string() == "monday");
  CHECK(job.execution_timeout_ms == 5000);
  CHECK(job.env.at("AIFLOW_CTX_TASK_ID") == "a");
  CHECK(job.env.at("AIRFLOW_CTX_DAG_RUN_ID") == "r1");
  CHECK(job.env.at("AIFLOW_CTX_TRY_NUMBER") == "1");
  CHECK(job.token == "token-of-a-1");
  CHECK(job.log_path ==
        log_path(bench.data_dir() / "logs", {DagId{"etl"}, RunId{"r1"}, TaskId{"a"}}, 1));
}

wire::DagSpec spec_with(const std::string& params) {
  wire::DagSpec spec = testing::dag_spec("etl", {bash_task("a")});
  spec.params = json::parse(params).value();
  return spec;
}

constexpr const char* kLimited =
    R"({"n": {"value": 1, "schema": {"type": "integer", "maximum": 3}},
        "who": {"schema": {"type": "string"}}})";

TEST_CASE("a run with values that do not fit is refused, and no run is left") {
  Bench bench;
  bench.put_spec(spec_with(kLimited));
  const auto refused = bench.try_trigger(
      {.dag_id = DagId{"etl"}, .run_id = RunId{"r1"}, .conf = json::object({{"n", 4}})});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::invalid_argument);
  CHECK(refused.error().message ==
        "param 'n': 4 is greater than the maximum 3; param 'who' has no default: it must be given");
  CHECK(bench.executor().waiting().empty());
  REQUIRE(bench.try_trigger(
      {.dag_id = DagId{"etl"}, .run_id = RunId{"r1"}, .conf = json::object({{"who", "x"}})}));
  CHECK(bench.executor().waiting().front().params == json::object({{"n", 1}, {"who", "x"}}));
}

TEST_CASE("a repeated run id is a conflict, whatever the values are") {
  Bench bench;
  bench.put_spec(spec_with(kLimited));
  const TriggerRun good{
      .dag_id = DagId{"etl"}, .run_id = RunId{"r1"}, .conf = json::object({{"who", "x"}})};
  REQUIRE(bench.try_trigger(good));
  TriggerRun bad = good;
  bad.conf = json::Value();
  const auto refused = bench.try_trigger(bad);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::conflict);
}

TEST_CASE("a task's params go over the dag's, and conf over both") {
  Bench bench;
  wire::DagSpec spec = spec_with(R"({"n": {"value": 1}, "day": {"value": "sunday"}})");
  spec.tasks[0].params = json::parse(R"({"n": {"value": 2, "schema": {"maximum": 5}}})").value();
  bench.put_spec(spec);
  const json::Value conf = json::object({{"day", "monday"}});
  REQUIRE(bench.try_trigger({.dag_id = DagId{"etl"}, .run_id = RunId{"r1"}, .conf = conf}));
  const executor::Job job = bench.executor().waiting().front();
  CHECK(job.params == json::object({{"n", 2}, {"day", "monday"}}));
  CHECK(job.conf == conf);
  const auto refused = bench.try_trigger(
      {.dag_id = DagId{"etl"}, .run_id = RunId{"r2"}, .conf = json::object({{"n", 6}})});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "task 'a', param 'n': 6 is greater than the maximum 5");
}

TEST_CASE("a scheduled dag whose defaults do not fit is an import error, one by hand is not") {
  Bench bench;
  wire::DagSpec spec = spec_with(kLimited);
  bench.put_spec(spec);
  CHECK(bench.import_errors().empty());
  spec.schedule.kind = "once";
  bench.put_spec(spec);
  REQUIRE(bench.import_errors().size() == 1);
  CHECK(bench.import_errors().front().message ==
        "dag 'etl': param 'who' has no default (a DAG with a schedule needs defaults that fit: "
        "nobody gives its runs values)");
}

TEST_CASE("progress is shown, not stored") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const store::RunRow run = bench.trigger("etl");
  const executor::Attempt attempt = executor::attempt_of(bench.executor().waiting().front());
  bench.executor().start_job(attempt);
  const std::size_t events = (bench.settle(), bench.event_log().size());
  bench.executor().report_progress(
      {.attempt = attempt, .done = 1, .total = 4, .unit = "frames", .what = "reading"});
  bench.settle();
  const store::TaskKey key{DagId{"etl"}, run.key.run_id, TaskId{"a"}};
  REQUIRE(bench.conductor().progress(key).has_value());
  CHECK(bench.conductor().progress(key)->total == 4);
  CHECK(bench.event_log().size() == events);
  CHECK(bench.heard().back().kind == store::kind::progress);
  bench.finish(attempt);
  CHECK_FALSE(bench.conductor().progress(key).has_value());
}

TEST_CASE("what a queued attempt waits for is its cause and its explanation until it starts") {
  Bench bench;
  bench.put_dag("d", {bash_task("a")});
  const store::RunRow run = bench.trigger("d");
  const auto attempt = executor::attempt_of(bench.executor().waiting().front());
  bench.executor().report_wait(attempt, "its pod waits: no room");
  bench.settle();
  CHECK(bench.tasks("d", run)[0].cause == "its pod waits: no room");
  CHECK(std::ranges::any_of(bench.heard(), [](const wire::StreamEvent& event) {
    const json::Value* cause = event.data.find("cause");
    return cause != nullptr && *cause == json::Value("its pod waits: no room");
  }));
  Result<wire::Explanation> why = fail(ErrorCode::internal, "no answer");
  bench.conductor().explain(store::from_wire(attempt.key),
                            [&](Result<wire::Explanation> answer) { why = std::move(answer); });
  bench.settle();
  REQUIRE(why);
  CHECK(why->code == "attempt_waits");
  CHECK(why->text == "queued: its pod waits: no room");
  CHECK(bench.executor().waiting().size() == 1);
  REQUIRE(bench.executor().start_job(attempt));
  bench.executor().report_wait(attempt, "its pod waits: late");
  bench.settle();
  CHECK_FALSE(bench.tasks("d", run)[0].cause.contains("waits"));
}

}  // namespace
}  // namespace aiflow::conductor
