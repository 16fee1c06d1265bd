// SPDX-License-Identifier: Apache-2.0
// What flows (tests/sched) and the simulator do not show: size, equality after a restart at any
// step, random DAGs.
#include "sched/step.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "base/prng.h"
#include "dag/validate.h"
#include "sched/detail/backoff.h"
#include "sched/fake_tables.h"

namespace aiflow::sched {
namespace {

using std::chrono::seconds;

dag::Task make_task(std::string id, std::vector<TaskId> upstream = {}) {
  dag::Task task;
  task.task_id = {std::move(id)};
  task.upstream = std::move(upstream);
  return task;
}

dag::Dag random_dag(Prng& prng) {
  dag::Dag dag;
  dag.dag_id = {"d"};
  dag.max_active_tasks = 1 + static_cast<int>(prng.below(6));
  const std::size_t size = 1 + prng.below(12);
  for (std::size_t i = 0; i < size; ++i) {
    auto task = make_task("t" + std::to_string(i));
    for (std::size_t up = 0; up < i; ++up) {
      if (prng.chance(0.3)) task.upstream.push_back({"t" + std::to_string(up)});
    }
    task.trigger_rule = kAllTriggerRules[prng.below(kAllTriggerRules.size())];
    task.retries = static_cast<int>(prng.below(3));
    task.retry_delay = seconds(prng.below(5));
    task.is_setup = prng.chance(0.1);
    task.is_teardown = !task.is_setup && prng.chance(0.1);
    dag.tasks.push_back(std::move(task));
  }
  return dag;
}

/// A server with one patient worker: plays a run and keeps the stored rows.
struct Player {
  State state;
  FakeTables tables;
  Now now{WallTime{seconds(1'000'000)}, SteadyTime{seconds(1000)}};
  Options options;
  std::vector<SubmitJob> open;

  explicit Player(const dag::Dag& dag) {
    options.workers = {{.slots = 4}};
    state = State(options);
    const DagVersionRow version{1, std::make_shared<const dag::Dag>(dag)};
    tables.put_version(version);
    send(DagPut{version});
    send(RunTriggered{{dag.dag_id, {"r"}}, RunType::manual, std::nullopt, "{}", "kim"});
  }

  void take(const Effects& effects) {
    tables.apply(effects);
    open.insert(open.end(), effects.submits.begin(), effects.submits.end());
  }
  void send(const Event& event) { take(step(state, std::span(&event, 1), now)); }
  void wait(Duration d) {
    now.wall += d, now.steady += d;
    take(step(state, {}, now));
  }
  void restart() {
    auto restored = restore(tables.rows(), options, now);
    REQUIRE(restored);
    state = std::move(*restored);
    take(step(state, {}, now));
  }
  RunState run_state() const { return state.run_row({{"d"}, {"r"}})->state; }

  /// Ends one open attempt, or waits; false when there is nothing left to do.
  bool play(Prng& prng) {
    if (run_state() == RunState::success || run_state() == RunState::failed) return false;
    if (open.empty()) return wait(seconds(1)), true;
    const auto at = open.begin() + static_cast<std::ptrdiff_t>(prng.below(open.size()));
    const SubmitJob job = *at;
    open.erase(at);
    constexpr std::array kOutcomes = {Outcome::success, Outcome::success, Outcome::failed,
                                      Outcome::skipped};
    AttemptFinished event{job.key, job.try_number, job.epoch, {"w"}};
    event.outcome = kOutcomes[prng.below(kOutcomes.size())];
    send(event);
    return true;
  }
};

TEST_CASE("random DAGs with random outcomes always end") {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    Prng prng(seed);
    const auto dag = random_dag(prng);
    REQUIRE(dag::validate(dag));
    Player player(dag);
    int steps = 0;
    while (player.play(prng) && steps < 1000) ++steps;
    INFO("seed ", seed);
    CHECK(steps < 1000);
    CHECK(player.state.active_attempts() == 0);
  }
}

TEST_CASE("what was decided without running has an end but no start") {
  dag::Dag dag;
  dag.dag_id = {"d"};
  dag.tasks = {make_task("fails"), make_task("below", {{"fails"}}), make_task("skips"),
               make_task("beside", {{"skips"}})};
  Player player(dag);
  player.wait(seconds(1));
  for (const auto& job : std::exchange(player.open, {})) {
    AttemptFinished event{job.key, job.try_number, job.epoch, {"w"}};
    event.outcome = job.key.task_id.value == "fails" ? Outcome::failed : Outcome::skipped;
    player.send(event);
  }
  CHECK(player.run_state() == RunState::failed);
  for (const auto& row : player.state.rows().instances) {
    CAPTURE(row.key.task_id.value);
    const bool ran = row.key.task_id.value == "fails" || row.key.task_id.value == "skips";
    CHECK(row.started_at.has_value() == ran);
    CHECK(row.ended_at.has_value());
  }
}

TEST_CASE("a restart after any step goes on exactly as if there had been none") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Prng shape(seed);
    const auto dag = random_dag(shape);
    Player straight(dag);
    Player restarting(dag);
    Prng a(seed);
    Prng b(seed);
    bool goes_on = true;
    for (int i = 0; goes_on && i < 1000; ++i) {
      restarting.restart();
      goes_on = straight.play(a);
      restarting.play(b);
      const Rows x = straight.state.rows();
      const Rows y = restarting.state.rows();
      INFO("seed ", seed, " step ", i);
      REQUIRE(x.instances == y.instances);
      REQUIRE(x.runs == y.runs);
      REQUIRE(x.dags == y.dags);
    }
  }
}

TEST_CASE("equal events give equal effects, and the stored rows are the state") {
  Prng shape(7);
  const auto dag = random_dag(shape);
  Player player(dag);
  Prng prng(7);
  while (player.play(prng)) CHECK(player.tables.rows().instances == player.state.rows().instances);
}

TEST_CASE("rows that do not fit the DAG version are refused") {
  Prng prng(1);
  Player player(random_dag(prng));
  auto rows = player.tables.rows();
  rows.instances.pop_back();
  const auto restored = restore(rows, {}, player.now);
  REQUIRE(!restored);
  CHECK(restored.error().code == ErrorCode::corrupt);
  rows = player.tables.rows();
  rows.versions.clear();
  CHECK(!restore(rows, {}, player.now));
}

TEST_CASE("a finished run that was let go can be brought back and cleared") {
  dag::Dag dag;
  dag.dag_id = {"d"};
  dag.tasks = {make_task("a")};
  dag.tasks[0].operator_kind = "empty";
  Player player(dag);
  for (std::size_t i = 0; i <= kFinishedRunsKept; ++i) {
    player.send(RunTriggered{
        {{"d"}, {"x" + std::to_string(i)}}, RunType::manual, std::nullopt, "{}", "kim"});
  }
  const RunKey first{{"d"}, {"r"}};
  REQUIRE(!player.state.has_run(first));
  const TaskKey key{{"d"}, {"r"}, {"a"}, -1};
  player.send(RunLoaded{player.tables.runs.at(first),
                        {player.tables.instances.at(key)},
                        player.tables.versions.at({{"d"}, 1})});
  REQUIRE(player.state.has_run(first));
  player.send(TasksCleared{first, {}, true, false, false, "kim"});
  CHECK(player.tables.instances.at(key).try_number == 2);
  CHECK(player.tables.runs.at(first).clear_number == 1);
}

TEST_CASE("of several changes of a pool in one step the last one counts") {
  dag::Dag dag;
  dag.dag_id = {"d"};
  dag.tasks = {make_task("a")};
  Player player(dag);
  const PoolPut put{{.name = {"p"}, .slots = 3}};
  const auto together = [&](const std::vector<Event>& events) {
    player.tables.apply(step(player.state, events, player.now));
    CHECK(player.tables.rows().pools == player.state.rows().pools);
  };
  together({put, PoolRemoved{{"p"}}, put});
  CHECK(player.tables.pools.contains({"p"}));
  together({PoolRemoved{{"p"}}, put, PoolRemoved{{"p"}}});
  CHECK_FALSE(player.tables.pools.contains({"p"}));
}

TEST_CASE("sha1 and the backoff are Airflow's") {
  const auto digest = detail::sha1("abc");  // FIPS 180 example
  CHECK(digest[0] == 0xa9);
  CHECK(digest[19] == 0x9d);
  CHECK(detail::sha1(std::string(200, 'x'))[0] == 0x94);
  dag::Task task = make_task("t");
  task.retry_delay = seconds(300);
  task.retry_exponential_backoff = 2;
  const WallTime date = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
  // Python: int(sha1(b"d#t#2026-01-01 00:00:00+00:00#1").hexdigest(), 16) % 300
  CHECK(detail::retry_delay(task, {"d", "t", date, 1}) == seconds(300 + 89));
  CHECK(detail::retry_delay(task, {"d", "t", date, 3}) == seconds(1200 + 578));
  task.max_retry_delay = seconds(500);
  CHECK(detail::retry_delay(task, {"d", "t", date, 3}) == seconds(500));
  CHECK(detail::retry_delay(task, {"d", "t", date, 30}) == seconds(500));
  task.retry_exponential_backoff = 0;
  CHECK(detail::retry_delay(task, {"d", "t", date, 3}) == seconds(300));
}

/// Microseconds per event for a run of this DAG, from trigger to end.
double cost_per_event(const dag::Dag& dag) {
  Player player(dag);
  std::size_t events = 0;
  const auto start = std::chrono::steady_clock::now();
  while (!player.open.empty()) {
    std::vector<Event> batch;
    for (const SubmitJob& job : std::exchange(player.open, {})) {
      batch.emplace_back(AttemptStarted{job.key, job.try_number, job.epoch, {"w"}});
      batch.emplace_back(AttemptFinished{job.key, job.try_number, job.epoch, {"w"}});
    }
    events += batch.size();
    const Effects effects = step(player.state, batch, player.now);
    player.open = effects.submits;
  }
  const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - start;
  CHECK(player.run_state() == RunState::success);
  return spent.count() / static_cast<double>(events);
}

TEST_CASE("10,000 tasks, as a chain and as a fan, run without recursion at a small cost a step") {
  dag::Dag chain;
  dag::Dag fan;
  chain.dag_id = fan.dag_id = {"d"};
  fan.max_active_tasks = chain.max_active_tasks = 64;
  fan.tasks = {make_task("t0")};
  chain.tasks = {make_task("t0")};
  auto join = make_task("join");
  for (int i = 1; i < 10'000; ++i) {
    chain.tasks.push_back(make_task("t" + std::to_string(i), {{"t" + std::to_string(i - 1)}}));
    fan.tasks.push_back(make_task("t" + std::to_string(i), {{"t0"}}));
    join.upstream.push_back({"t" + std::to_string(i)});
  }
  fan.tasks.push_back(join);
  MESSAGE("chain: " << cost_per_event(chain) << " us per event");
  MESSAGE("fan: " << cost_per_event(fan) << " us per event");
}

TEST_CASE("a long backfill keeps few runs in memory, and makes each of its dates once") {
  dag::Dag dag;
  dag.dag_id = {"d"};
  dag.schedule = {dag::ScheduleKind::cron, "0 * * * *", {}, ""};
  dag.start_date = parse_time("2030-01-01T00:00:00Z").value();
  dag.tasks.push_back(make_task("a"));
  dag.tasks[0].operator_kind = "empty";
  State state;
  Now now{parse_time("2026-01-01T00:30:00Z").value(), SteadyTime{seconds(1000)}};
  const Event put = DagPut{{1, std::make_shared<const dag::Dag>(dag)}};
  static_cast<void>(step(state, std::span(&put, 1), now));
  BackfillRow row;
  row.id = {1};
  row.dag_id = {"d"};
  row.range = {.from = parse_time("2025-01-01T00:00:00Z").value(),
               .to = parse_time("2025-12-31T23:00:00Z").value(),
               .asked_at = now.wall};
  const Event asked = BackfillAsked{row};
  Effects effects = step(state, std::span(&asked, 1), now);
  std::size_t made = 0;
  std::size_t most = 0;
  while (true) {
    for (const RunRow& run : effects.runs) made += run.state == RunState::success ? 1 : 0;
    most = std::max(most, state.rows().runs.size());
    if (!state.next_wakeup().wall || *state.next_wakeup().wall > now.wall) break;
    effects = step(state, {}, now);
    REQUIRE(effects.backfill_dates.size() <= 64);
  }
  CHECK(made == 365 * 24);
  CHECK(most <= kFinishedRunsKept + 64);
  CHECK(state.backfill_row({"d"}, {1})->success == 365 * 24);
  CHECK(state.backfill_row({"d"}, {1})->completed_at.has_value());
}

TEST_CASE("a DAG that makes what it waits for, without any work, leaves each step its end") {
  dag::Dag dag;
  dag.dag_id = {"d"};
  dag.schedule.assets = {{.name = {"x"}}};
  dag.tasks = {make_task("a")};
  dag.tasks[0].operator_kind = "empty";
  dag.tasks[0].outlets = {{"x"}};
  State state;
  const Now now{WallTime{seconds(1'000'000)}, SteadyTime{seconds(1000)}};
  const Event put = DagPut{{1, std::make_shared<const dag::Dag>(dag)}};
  static_cast<void>(step(state, std::span(&put, 1), now));
  const Event told = AssetChanged{{"x"}, "{}", "kim"};
  CHECK(step(state, std::span(&told, 1), now).runs.size() == 64);
  CHECK(state.next_wakeup().wall == WallTime{});
  CHECK(step(state, {}, now).runs.size() == 64);
  const Event pause = DagPaused{{"d"}, true, "kim"};
  CHECK(step(state, std::span(&pause, 1), now).runs.empty());
  CHECK_FALSE(state.next_wakeup().wall.has_value());
}

}  // namespace
}  // namespace aiflow::sched
