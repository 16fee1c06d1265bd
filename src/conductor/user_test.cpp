// SPDX-License-Identifier: Apache-2.0
// What people change, through to the rows: runs, versions, pools.
#include <doctest/doctest.h>

#include "conductor/testing/bench.h"

namespace aiflow::conductor {
namespace {

using testing::bash_task;
using testing::Bench;

/// More finished runs than stay in memory.
std::vector<store::RunRow> many_runs(Bench& bench, std::size_t count) {
  std::vector<store::RunRow> runs;
  for (std::size_t i = 0; i < count; ++i) {
    runs.push_back(bench.trigger("etl"));
    bench.run_all();
  }
  return runs;
}

TEST_CASE("clear reaches runs before and after one, also those that are not in memory") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a"), bash_task("b", {"a"})});
  const auto runs = many_runs(bench, 40);
  ClearTasks clear{.run = runs[2].key, .tasks = {TaskId{"b"}}, .include_future = true};
  clear.dry_run = true;
  const auto preview = bench.clear(clear);
  REQUIRE(preview.has_value());
  CHECK(preview->size() == 38);
  CHECK(preview->front().key.run_id == runs[2].key.run_id);
  CHECK(bench.run_state("etl", runs[2]) == RunState::success);
  clear.dry_run = false;
  REQUIRE(bench.clear(clear).has_value());
  CHECK(bench.run_state("etl", runs[1]) == RunState::success);
  CHECK(bench.run_state("etl", runs[2]) != RunState::success);
  bench.run_all();
  for (const auto& run : runs) CHECK(bench.run_state("etl", run) == RunState::success);
  CHECK(bench.tries("etl", runs[1], "b").size() == 1);
  CHECK(bench.tries("etl", runs[2], "b").size() == 2);
}

TEST_CASE("a preview of a mark tells what would run again, and changes nothing") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a"), bash_task("b", {"a"}), bash_task("c", {"b"})});
  const auto run = bench.trigger("etl");
  MarkTask mark{.key = {DagId{"etl"}, run.key.run_id, TaskId{"a"}}, .state = TaskState::failed};
  REQUIRE(bench.mark(mark).has_value());
  bench.run_all();
  REQUIRE(bench.state("etl", run, "c") == TaskState::upstream_failed);
  mark.state = TaskState::success;
  mark.dry_run = true;
  const auto preview = bench.mark(mark);
  REQUIRE(preview.has_value());
  REQUIRE(preview->size() == 3);
  CHECK(preview->at(0).state == TaskState::success);
  CHECK(preview->at(1).key.task_id.value == "b");
  CHECK(preview->at(1).state == TaskState::no_status);
  CHECK(preview->at(2).state == TaskState::no_status);
  CHECK(bench.state("etl", run, "a") == TaskState::failed);
  CHECK(bench.state("etl", run, "c") == TaskState::upstream_failed);
  mark.dry_run = false;
  REQUIRE(bench.mark(mark).has_value());
  bench.run_all();
  CHECK(bench.run_state("etl", run) == RunState::success);
}

TEST_CASE("a cleared run keeps its version, or goes on in the newest one when that is asked for") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a"), bash_task("old", {"a"})});
  const auto run = bench.trigger("etl");
  bench.run_all();
  bench.put_dag("etl", {bash_task("a"), bash_task("fresh", {"a"})});
  REQUIRE(bench.clear({.run = run.key, .tasks = {TaskId{"old"}}}).has_value());
  bench.run_all();
  CHECK(bench.tasks("etl", run).size() == 2);
  CHECK(bench.state("etl", run, "old") == TaskState::success);
  ClearTasks newest{.run = run.key, .tasks = {TaskId{"a"}}, .include_downstream = false};
  newest.latest_version = true;
  REQUIRE(bench.clear(newest).has_value());
  bench.restart();
  bench.run_all();
  const auto tasks = bench.tasks("etl", run);
  REQUIRE(tasks.size() == 2);
  CHECK(tasks[1].key.task_id == TaskId{"fresh"});
  CHECK(tasks[1].state == TaskState::success);
  CHECK(bench.run_state("etl", run) == RunState::success);
  CHECK(bench.outbox().empty());
}

TEST_CASE("a task that leaves its run takes the job that waits for a worker with it") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a"), bash_task("old")});
  const auto run = bench.trigger("etl");
  bench.put_dag("etl", {bash_task("a")});
  ClearTasks newest{.run = run.key, .tasks = {TaskId{"a"}}};
  newest.latest_version = true;
  REQUIRE(bench.clear(newest).has_value());
  REQUIRE(bench.tasks("etl", run).size() == 1);
  for (const auto& row : bench.outbox()) {
    CHECK((row.kind == store::OutboxKind::cancel || row.key.task_id == TaskId{"a"}));
  }
  bench.restart();
  bench.run_all();
  CHECK(bench.run_state("etl", run) == RunState::success);
}

TEST_CASE("a clear without kept results says so to every run that it reaches") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  bench.trigger("etl");
  bench.advance(std::chrono::seconds(1));
  const auto second = bench.trigger("etl");
  bench.run_all();
  ClearTasks request{.run = second.key, .tasks = {TaskId{"a"}}};
  request.include_past = true;
  request.use_cache = false;
  const auto uses = [&] {
    std::vector<bool> of_jobs;
    for (const auto& job : bench.executor().waiting()) {
      of_jobs.push_back(job.use_cache.value_or(true));
    }
    return of_jobs;
  };
  REQUIRE(bench.clear(request).has_value());
  CHECK(uses() == std::vector{false, false});
  bench.restart();
  CHECK(uses() == std::vector{false, false});
  request.use_cache = true;
  REQUIRE(bench.clear(request).has_value());
  bench.restart();
  CHECK(uses() == std::vector{true, true});
}

TEST_CASE("a run can be deleted when it does not run; nothing of it stays but its name") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const auto run = bench.trigger("etl");
  const auto refused = bench.delete_run({.key = run.key, .user = "ann"});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::conflict);
  bench.run_all();
  REQUIRE(bench.delete_run({.key = run.key, .user = "ann"}).has_value());
  CHECK(bench.tasks("etl", run).empty());
  CHECK(bench.tries("etl", run, "a").empty());
  const wire::StreamEvent last = bench.event_log().back();
  CHECK(last.kind == "dag_run");
  CHECK(last.data.find("deleted")->as_bool());
  CHECK(last.data.find("user")->as_string() == "ann");
  bench.restart();
  CHECK(bench.delete_run({.key = run.key}).error().code == ErrorCode::not_found);
  TriggerRun again;
  again.dag_id = DagId{"etl"};
  again.run_id = run.key.run_id;
  again.logical_date = run.logical_date;
  REQUIRE(bench.try_trigger(again).has_value());
  bench.run_all();
  CHECK(bench.run_state("etl", run) == RunState::success);
  // The attempt of the run that was deleted had epoch 1.
  CHECK(bench.tasks("etl", run).front().epoch > 1);
}

TEST_CASE("a run that takes no kept results goes on so when it is back from its rows") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a"), bash_task("b", {"a"})});
  TriggerRun request{.dag_id = DagId{"etl"}};
  request.use_cache = false;
  const auto run = bench.try_trigger(request).value();
  bench.finish(executor::attempt_of(bench.executor().waiting().front()), Outcome::failed);
  static_cast<void>(many_runs(bench, 40));  // it is let go
  REQUIRE(bench.mark({.key = {run.key.dag_id, run.key.run_id, TaskId{"a"}}}).has_value());
  REQUIRE(bench.executor().waiting().size() == 1);
  CHECK(bench.executor().waiting().front().use_cache == false);
}

TEST_CASE("a refused trigger leaves nothing for a later run of its name") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const auto first = bench.trigger("etl");
  TriggerRun request{.dag_id = DagId{"etl"}, .run_id = RunId{"again"}};
  request.logical_date = first.logical_date;
  request.note = "a note";
  request.use_cache = false;
  REQUIRE_FALSE(bench.try_trigger(request).has_value());
  bench.run_all();
  const auto again = bench.try_trigger({.dag_id = DagId{"etl"}, .run_id = RunId{"again"}}).value();
  CHECK(again.note.empty());
  CHECK(bench.executor().waiting().front().use_cache.value_or(true));
}

TEST_CASE("a run for later starts at its time, also over a restart, and says when") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  TriggerRun later{.dag_id = DagId{"etl"}};
  later.run_after = bench.clock().now() + std::chrono::hours(2);
  const auto run = bench.try_trigger(later).value();
  CHECK(run.run_after == later.run_after);
  CHECK(run.logical_date == later.run_after);
  bench.advance(std::chrono::hours(1));
  CHECK(bench.run_state("etl", run) == RunState::queued);
  bench.restart();
  bench.run_all();
  CHECK(bench.run_state("etl", run) == RunState::queued);
  bench.advance(std::chrono::minutes(61));
  CHECK(bench.run_state("etl", run) == RunState::running);
  bench.run_all();
  CHECK(bench.run_state("etl", run) == RunState::success);
}

/// Removes an old run as retention does.
void forget(Bench& bench, const store::RunKey& key) {
  auto done = Forgotten::in_part;
  while (done == Forgotten::in_part) {
    done = Forgotten::no;
    bench.conductor().forget(key, [&](auto answer) { done = answer.value(); });
    bench.settle();
  }
  REQUIRE(done == Forgotten::all);
}

TEST_CASE("a run that retention removed is not taken for a later one of its name") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const auto runs = many_runs(bench, 40);
  const auto old = bench.tasks("etl", runs[0]).front().epoch;
  forget(bench, runs[0].key);
  CHECK(bench.tasks("etl", runs[0]).empty());
  bench.restart();
  TriggerRun again;
  again.dag_id = DagId{"etl"};
  again.run_id = runs[0].key.run_id;
  again.logical_date = runs[0].logical_date;
  REQUIRE(bench.try_trigger(again).has_value());
  CHECK(bench.tasks("etl", runs[0]).front().epoch > old);
  bench.run_all();
  CHECK(bench.run_state("etl", runs[0]) == RunState::success);
}

TEST_CASE("a run that is being removed can't be cleared in the same commit") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const auto runs = many_runs(bench, 40);
  std::optional<ErrorCode> refused;
  bench.conductor().forget(runs[0].key, [](auto) {});
  bench.conductor().clear({.run = runs[0].key}, [&](auto answer) {
    if (!answer) refused = answer.error().code;
  });
  bench.settle();
  CHECK(refused == ErrorCode::conflict);
  // One that was looked at first stays.
  Forgotten done = Forgotten::all;
  bench.conductor().clear({.run = runs[1].key, .dry_run = true}, [](auto) {});
  bench.conductor().forget(runs[1].key, [&](auto answer) { done = answer.value(); });
  bench.settle();
  CHECK(done == Forgotten::no);
  CHECK(bench.run_state("etl", runs[1]) == RunState::success);
}

TEST_CASE("a run takes a note and a state by hand") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const auto run = bench.trigger("etl");
  const auto marked = bench.mark_run(
      {.key = run.key, .state = RunState::failed, .note = "the source was late", .user = "ann"});
  REQUIRE(marked.has_value());
  CHECK(marked->state == RunState::failed);
  CHECK(marked->note == "the source was late");
  CHECK(bench.state("etl", run, "a") == TaskState::failed);
  REQUIRE(bench.mark_run({.key = run.key, .note = ""}).has_value());
  bench.restart();
  CHECK(bench.mark_run({.key = run.key, .state = RunState::queued})->note.empty());
  CHECK(bench.mark_run({.key = run.key, .note = std::string(5000, 'x')}).error().code ==
        ErrorCode::invalid_argument);
}

TEST_CASE("who waits is told by queue and by pool, and since when the first one does") {
  Bench bench;
  REQUIRE(bench.put_pool({.name = PoolName{"gpu"}, .slots = 1}).has_value());
  CHECK(bench.waits().queues.empty());
  auto first = bash_task("a");
  first.pool = "gpu";
  first.priority_weight = 2;
  auto second = bash_task("b");
  second.pool = "gpu";
  second.queue = "night";
  auto third = bash_task("c", {"b"});
  bench.put_dag("etl", {first, second, third});
  const auto begin = bench.clock().now();
  const auto run = bench.trigger("etl");
  // a has the pool's slot, and waits for its worker alone; c is not ready.
  auto waits = bench.waits();
  REQUIRE(waits.queues.size() == 2);
  CHECK(waits.queues.at("default").number == 1);
  CHECK(waits.queues.at("night").number == 1);
  REQUIRE(waits.pools.size() == 1);
  CHECK(waits.pools.at(PoolName{"gpu"}).number == 1);
  bench.advance(std::chrono::seconds(30));
  bench.trigger("etl");
  bench.restart();
  waits = bench.waits();
  CHECK(waits.queues.at("night").number == 2);
  CHECK(waits.queues.at("default").number == 2);
  CHECK(waits.pools.at(PoolName{"gpu"}).number == 3);
  for (const auto& since : {waits.queues.at("night").since, waits.queues.at("default").since,
                            waits.pools.at(PoolName{"gpu"}).since}) {
    REQUIRE(since.has_value());
    CHECK(*since >= begin);
    CHECK(*since < begin + std::chrono::seconds(30));
  }
  bench.run_all();
  // The only worker serves no other queue than the default one.
  CHECK(bench.state("etl", run, "a") == TaskState::success);
  waits = bench.waits();
  CHECK_FALSE(waits.queues.contains("default"));
  CHECK(waits.queues.at("night").number == 2);
  CHECK(waits.pools.at(PoolName{"gpu"}).number == 2);
}

TEST_CASE("pools are made, changed and removed, and outlive a restart") {
  Bench bench;
  const PutPool make{.name = PoolName{"gpu"}, .slots = 1, .description = "cards"};
  REQUIRE(bench.put_pool(make).has_value());
  CHECK(bench.put_pool(make).error().code == ErrorCode::conflict);
  auto task = bash_task("a");
  task.pool = "gpu";
  auto other = task;
  other.task_id = "b";
  bench.put_dag("etl", {task, other});
  const auto run = bench.trigger("etl");
  bench.restart();
  const auto pools = bench.pools();
  REQUIRE(pools.size() == 2);
  CHECK(pools[1].name == "gpu");
  CHECK(pools[1].description == "cards");
  CHECK(pools[1].queued_slots == 1);
  CHECK(pools[1].scheduled_slots == 1);
  CHECK(pools[1].open_slots == 0);
  const auto wide = bench.put_pool(
      {.name = PoolName{"gpu"}, .slots = -1, .kind = PutPool::Kind::change, .user = "ann"});
  REQUIRE(wide.has_value());
  CHECK(wide->open_slots == -1);
  CHECK(wide->description == "cards");
  CHECK(bench.event_log().back().kind != "pool");  // the task that could start now came after it
  bench.run_all();
  CHECK(bench.run_state("etl", run) == RunState::success);
  CHECK(bench.remove_pool({.name = PoolName{"default_pool"}}).error().code ==
        ErrorCode::invalid_argument);
  REQUIRE(bench.remove_pool({.name = PoolName{"gpu"}, .user = "ann"}).has_value());
  const wire::StreamEvent last = bench.event_log().back();
  CHECK(last.kind == "pool");
  CHECK(last.data.find("deleted")->as_bool());
  CHECK(last.data.find("user")->as_string() == "ann");
  CHECK(bench.remove_pool({.name = PoolName{"gpu"}}).error().code == ErrorCode::not_found);
  bench.restart();
  CHECK(bench.pools().size() == 1);
  for (const auto& bad : {std::string(), std::string("a/b"), std::string(300, 'x')}) {
    CHECK_FALSE(bench.put_pool({.name = PoolName{bad}, .slots = 1}).has_value());
  }
  CHECK_FALSE(bench.put_pool({.name = PoolName{"p"}, .slots = -2}).has_value());
}

}  // namespace
}  // namespace aiflow::conductor
