// SPDX-License-Identifier: Apache-2.0
#include "whatif/simulate.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "whatif/changes.h"

namespace aiflow::whatif {
namespace {

using namespace std::chrono_literals;

const WallTime kStart = parse_time("2026-03-02T00:00:00Z").value();

dag::Task task(const std::string& id, std::vector<TaskId> upstream = {}) {
  return {.task_id = {id}, .upstream = std::move(upstream), .retry_delay = 60s};
}

DagPast dag_of(const std::string& id, std::vector<dag::Task> tasks) {
  auto made = std::make_shared<dag::Dag>();
  made->dag_id = {id};
  made->tasks = std::move(tasks);
  return {.definition = std::move(made)};
}

RunPast run_of(const std::string& dag_id, const std::string& run_id, Duration after) {
  return {.key = {{dag_id}, {run_id}}, .arrives = kStart + after};
}

TaskPast took(Duration duration) { return {.tries = {{.took = duration}}}; }

/// One DAG "d" with task "t", and runs a, b, c of it at the same moment, 10 s each.
Workload three_at_once() {
  Workload workload{.dags = {dag_of("d", {task("t")})},
                    .pools = {{{"default_pool"}, 128}},
                    .slots = 1,
                    .from = kStart,
                    .to = kStart + 1h};
  for (const char* id : {"a", "b", "c"}) {
    workload.runs.push_back(run_of("d", id, 5s));
    workload.runs.back().tasks[{{"t"}, -1}] = took(10s);
  }
  return workload;
}

std::vector<Duration> waits(const Simulated& simulated) {
  std::vector<Duration> out;
  for (const Served& served : simulated.tries) out.push_back(served.started - served.ready);
  return out;
}

}  // namespace

TEST_CASE("attempts wait for a slot, and less with more slots") {
  const auto workload = three_at_once();
  const auto one = simulate(workload).value();
  CHECK(waits(one) == std::vector<Duration>{0s, 10s, 20s});
  CHECK(one.ended == kStart + 35s);
  const auto two = simulate(changed(workload, {.slots = 2}).value()).value();
  CHECK(waits(two) == std::vector<Duration>{0s, 0s, 10s});
  REQUIRE(one.runs.size() == 3);
  CHECK(one.runs[2].arrived == kStart + 5s);
  CHECK(one.runs[2].ended == kStart + 35s);
  CHECK(one.runs[2].state == RunState::success);
}

TEST_CASE("a pool limits like a slot, and a pool without slots lets nothing end") {
  auto workload = three_at_once();
  workload.slots = 8;
  workload.pools[0].slots = 1;
  CHECK(waits(simulate(workload).value()).back() == 20s);
  Changes wider;
  wider.pools[{"default_pool"}] = -1;
  CHECK(waits(simulate(changed(workload, wider).value()).value()).back() == 0s);
  Changes none;
  none.pools[{"default_pool"}] = 0;
  const auto stuck = simulate(changed(workload, none).value()).value();
  CHECK(stuck.tries.empty());
  CHECK(stuck.never_started == 3);
  CHECK_FALSE(stuck.runs[0].ended.has_value());
}

TEST_CASE("the heavier task goes first, also when the weight is one of the changes") {
  Workload workload = three_at_once();
  workload.dags = {dag_of("d", {task("x"), task("y")})};
  workload.runs.resize(1);
  CHECK(simulate(workload).value().tries[0].key.task_id.value == "x");
  Changes changes;
  changes.weights[{{"d"}, {"y"}}] = 9;
  const auto after = simulate(changed(workload, changes).value()).value();
  CHECK(after.tries[0].key.task_id.value == "y");
  CHECK(changes.in_words(workload) == "priority d.y its own -> 9");
}

TEST_CASE("max_active_runs holds runs back") {
  auto workload = three_at_once();
  workload.slots = 8;
  Changes changes;
  changes.max_active_runs[{"d"}] = 1;
  const auto after = simulate(changed(workload, changes).value()).value();
  CHECK(after.ended == kStart + 35s);
  CHECK(waits(after) == std::vector<Duration>{0s, 0s, 0s});  // the runs wait, not the tasks
}

TEST_CASE("recorded tries, branches and lists are played again") {
  Workload workload = three_at_once();
  workload.runs.resize(1);
  auto choice = task("choice");
  choice.is_branch = true;
  auto list = task("list", {{"choice"}});
  auto each = task("each", {{"list"}});
  each.expand = {{.kind = dag::MapKind::xcom, .task_id = {"list"}}};
  auto flaky = task("flaky", {{"choice"}});
  flaky.retries = 1;
  workload.dags = {dag_of("d", {choice, list, each, flaky, task("other", {{"choice"}})})};
  auto& past = workload.runs[0].tasks;
  past.clear();
  past[{{"choice"}, -1}] = {.tries = {{.took = 1s}}, .branch = {{{"list"}, {"flaky"}}}};
  past[{{"list"}, -1}] = {.tries = {{.took = 1s}}, .return_length = 3};
  past[{{"flaky"}, -1}] = {.tries = {{.took = 2s, .outcome = Outcome::failed}, {.took = 3s}}};
  const auto played = simulate(workload).value();
  std::map<std::string, int> count;
  for (const Served& served : played.tries) ++count[served.key.task_id.value];
  CHECK(count == std::map<std::string, int>{{"choice", 1}, {"each", 3}, {"flaky", 2}, {"list", 1}});
  CHECK(played.runs[0].state == RunState::success);
  const auto& second = *std::ranges::find_if(played.tries, [](const Served& served) {
    return served.key.task_id.value == "flaky" && served.try_number == 2;
  });
  CHECK(second.ended - second.started == 3s);
}

TEST_CASE("schedules make the runs of a coming week, and none after it") {
  auto past = dag_of("d", {task("t")});
  auto hourly = std::make_shared<dag::Dag>(*past.definition);
  hourly->schedule = {.kind = dag::ScheduleKind::cron, .cron = "0 * * * *"};
  hourly->start_date = kStart - 24h * 30;
  hourly->catchup = true;
  const WallTime first = kStart + 1h;
  past = {.definition = hourly,
          .next_tick = dag::Tick{first, first, first, first},
          .usual = {{{"t"}, 30min}}};
  Workload workload{.dags = {past},
                    .pools = {{{"default_pool"}, 128}},
                    .slots = 1,
                    .from = kStart,
                    .to = kStart + 24h * 7,
                    .by_schedule = true};
  const auto week = simulate(workload).value();
  CHECK(week.runs.size() == 7 * 24 - 1);  // the end of the period is not in it
  CHECK(week.runs[0].arrived == first);
  CHECK(week.tries[0].ended - week.tries[0].started == 30min);
  Changes changes;
  changes.paused[{"d"}] = true;
  CHECK(simulate(changed(workload, changes).value()).value().runs.empty());
}

TEST_CASE("what a run's time-out ends holds its slot no longer") {
  Workload workload = three_at_once();
  workload.runs.resize(1);
  workload.runs[0].tasks[{{"t"}, -1}] = took(1h);
  auto limited = std::make_shared<dag::Dag>(*workload.dags[0].definition);
  limited->dagrun_timeout = 1min;
  workload.dags[0].definition = limited;
  const auto played = simulate(workload).value();
  CHECK(played.runs[0].state == RunState::failed);
  REQUIRE(played.tries.size() == 1);
  CHECK(played.tries[0].ended - played.tries[0].started == 1min);
}

TEST_CASE("a change of what is not there is refused by name") {
  const auto workload = three_at_once();
  Changes changes;
  changes.weights[{{"d"}, {"nobody"}}] = 2;
  CHECK(changed(workload, changes).error().message == "dag 'd' has no task 'nobody'");
  Changes other;
  other.max_active_runs[{"e"}] = 2;
  CHECK(changed(workload, other).error().code == ErrorCode::not_found);
  CHECK(changed(workload, {.slots = 0}).error().code == ErrorCode::invalid_argument);
}

}  // namespace aiflow::whatif
