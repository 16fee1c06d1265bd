// SPDX-License-Identifier: Apache-2.0
// What survives: restarts in the middle, commits that fail, late reports of old attempts.
#include <doctest/doctest.h>

#include <array>
#include <future>

#include "conductor/testing/bench.h"
#include "os/system_clock.h"
#include "store/user_store.h"

namespace aiflow::conductor {
namespace {

using testing::bash_task;
using testing::Bench;

executor::Attempt first_waiting(Bench& bench) {
  REQUIRE_FALSE(bench.executor().waiting().empty());
  return executor::attempt_of(bench.executor().waiting().front());
}

TEST_CASE("a restart at any step gives the same end") {
  for (int steps = 0; steps < 6; ++steps) {
    CAPTURE(steps);
    Bench bench;
    bench.put_dag("etl", {bash_task("a"), bash_task("b", {"a"}), bash_task("c", {"b"})});
    const store::RunRow run = bench.trigger("etl");
    for (int i = 0; i < steps; ++i) {
      const auto running = bench.executor().running();
      if (running.empty()) {
        bench.executor().start_job(first_waiting(bench));
        bench.settle();
      } else {
        bench.finish(running.front());
      }
    }
    bench.restart();
    bench.run_all();
    CHECK(bench.run_state("etl", run) == RunState::success);
    for (const store::TaskRow& task : bench.tasks("etl", run)) CHECK(task.try_number == 1);
    CHECK(bench.outbox().empty());
  }
}

TEST_CASE("a job that was committed but never submitted is sent after a restart") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  bench.executor().set_refusing(true);
  const store::RunRow run = bench.trigger("etl");
  CHECK(bench.executor().waiting().empty());
  REQUIRE(bench.outbox().size() == 1);
  bench.restart();
  REQUIRE(bench.executor().waiting().size() == 1);
  CHECK(bench.executor().waiting().front().epoch == bench.outbox().front().epoch);
  bench.run_all();
  CHECK(bench.run_state("etl", run) == RunState::success);
}

TEST_CASE("the workers that may have jobs at a restart are known, by their executor") {
  Bench bench;
  const auto before = [&](const char* executor) {
    return workers_before(bench.store(), executor).value();
  };
  bench.restart();
  CHECK(before("local") == std::vector<WorkerId>{{"fake"}});
  CHECK(before("redis").empty());
  bench.executor().set_slots(0);
  bench.settle();
  CHECK(before("local").empty());
}

TEST_CASE(
    "what a server left behind is its workers' for so long, over two restarts, and no longer") {
  using std::chrono::seconds;
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const store::RunRow run = bench.trigger("etl");
  bench.executor().start_job(first_waiting(bench));
  bench.settle();
  const auto now = [&] { return bench.state("etl", run, "a"); };
  SUBCASE("it was left to the worker") {
    wire::LeftBehind left{.lease_ms = 300'000, .workers = {"fake"}, .sent = {}};
    REQUIRE(keep_left_behind(bench.store(), left));
    bench.restart();
    bench.advance(seconds(200));
    CHECK(now() == TaskState::running);
    // Others stop with the next server; these may not have come back.
    left.workers = {"other"};
    REQUIRE(keep_left_behind(bench.store(), left));
    CHECK(left_before(bench.store())->workers == std::vector<std::string>{"fake", "other"});
    bench.restart();
    bench.advance(seconds(299));
    CHECK(now() == TaskState::running);
    bench.advance(seconds(1));
    CHECK(now() == TaskState::failed);
    CHECK(left_before(bench.store())->workers.empty());
  }
  SUBCASE("it was left to another one, so the lease counts") {
    REQUIRE(keep_left_behind(bench.store(), {.lease_ms = 300'000, .workers = {"b"}, .sent = {}}));
    bench.restart();
    bench.advance(seconds(14));
    CHECK(now() == TaskState::running);
    bench.advance(seconds(1));
    CHECK(now() == TaskState::failed);
  }
}

TEST_CASE("what is stored beside a trigger is stored with the run or not at all") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const auto trigger = [&](const char* run_id, Status result) {
    const auto also = [&, result](db::Connection& db, const store::RunRow& row) -> Status {
      AIFLOW_TRY(store::UserStore(db).set_setting("asked", row.key.run_id.value));
      return result;
    };
    return bench.try_trigger({.dag_id = DagId{"etl"}, .run_id = RunId{run_id}, .also = also});
  };
  const auto asked = [&] {
    return bench.store()
        .read([](db::Connection& db) { return store::UserStore(db).setting("asked"); })
        .value();
  };
  REQUIRE(trigger("one", {}));
  CHECK(asked() == "one");
  CHECK(trigger("one", {}).error().code == ErrorCode::conflict);
  const auto failed = trigger("two", fail(ErrorCode::unavailable, "no"));
  CHECK(failed.error().code == ErrorCode::unavailable);
  CHECK(asked() == "one");
  bench.advance(std::chrono::seconds(1));
  CHECK(trigger("two", {}));  // there is no run of that name
  CHECK(asked() == "two");
}

TEST_CASE("a job that the executor refused is offered again without a restart") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  bench.executor().set_refusing(true);
  bench.trigger("etl");
  bench.executor().set_refusing(false);
  CHECK(bench.executor().waiting().empty());
  bench.advance(std::chrono::seconds(2));
  CHECK(bench.executor().waiting().size() == 1);
}

TEST_CASE("a job is offered again from time to time until it is claimed") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  bench.trigger("etl");
  const int sent = bench.executor().submit_count();
  bench.advance(std::chrono::seconds(11));
  CHECK(bench.executor().submit_count() == sent + 1);
  bench.executor().start_job(first_waiting(bench));
  bench.settle();
  bench.advance(std::chrono::seconds(11));
  CHECK(bench.executor().submit_count() == sent + 1);
}

TEST_CASE("a running attempt survives a restart when its worker still beats") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const store::RunRow run = bench.trigger("etl");
  const executor::Attempt attempt = first_waiting(bench);
  bench.executor().start_job(attempt);
  bench.settle();
  bench.restart();
  REQUIRE(bench.executor().running().size() == 1);
  for (int i = 0; i < 10; ++i) {
    bench.executor().beat();
    bench.advance(std::chrono::seconds(5));
  }
  CHECK(bench.state("etl", run, "a") == TaskState::running);
  bench.finish(attempt);
  CHECK(bench.run_state("etl", run) == RunState::success);
  CHECK(bench.tasks("etl", run).front().try_number == 1);
}

TEST_CASE("a heartbeat that names an attempt before its start was told does not end it") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const store::RunRow run = bench.trigger("etl");
  const executor::Attempt attempt = first_waiting(bench);
  bench.executor().beat();
  bench.settle();
  CHECK(bench.executor().cancelled().empty());
  CHECK(bench.state("etl", run, "a") == TaskState::queued);
  CHECK(bench.executor().start_job(attempt));
  bench.executor().beat();
  bench.settle();
  CHECK(bench.executor().cancelled().empty());
  bench.finish(attempt);
  CHECK(bench.run_state("etl", run) == RunState::success);
}

TEST_CASE("a silent worker costs one try and its late result is refused") {
  Bench bench;
  wire::TaskSpec task = bash_task("a");
  task.retries = 1;
  task.retry_delay_ms = 1000;
  bench.put_dag("etl", {task});
  const store::RunRow run = bench.trigger("etl");
  const executor::Attempt attempt = first_waiting(bench);
  bench.executor().start_job(attempt);
  bench.settle();
  bench.advance(std::chrono::seconds(16));
  CHECK(bench.state("etl", run, "a") == TaskState::up_for_retry);
  CHECK_FALSE(bench.executor().cancelled().empty());
  bench.finish(attempt);
  CHECK(bench.state("etl", run, "a") == TaskState::up_for_retry);
  CHECK_FALSE(bench.executor().acknowledged().back().accepted);
  bench.advance(std::chrono::seconds(2));
  bench.run_all();
  CHECK(bench.run_state("etl", run) == RunState::success);
  CHECK(bench.tasks("etl", run).front().try_number == 2);
  CHECK(bench.outbox().empty());
}

/// Makes every write fail, as a full or read-only disk does, until it is destroyed.
class BrokenDisk {
 public:
  explicit BrokenDisk(Bench& bench) : bench_(bench) {
    set(bench.database().is_mariadb()
            ? "CREATE TRIGGER full_disk BEFORE INSERT ON event_log FOR EACH ROW"
              " SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'disk full'"
            : "CREATE TRIGGER full_disk BEFORE INSERT ON event_log"
              " BEGIN SELECT raise(ABORT, 'disk full'); END");
  }
  ~BrokenDisk() { set("DROP TRIGGER full_disk"); }

 private:
  void set(std::string_view sql) {
    // Beside the store's connection: MariaDB ends a transaction at such a statement.
    REQUIRE(bench_.database().connect()->script(sql));
  }
  Bench& bench_;
};

TEST_CASE("a failed commit is an error to the caller, loses nothing, and the loop goes on") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  const store::RunRow run = bench.trigger("etl");
  const executor::Attempt attempt = first_waiting(bench);
  {
    const BrokenDisk broken(bench);
    const auto refused = bench.try_trigger({.dag_id = DagId{"etl"}, .run_id = RunId{"lost"}});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::unavailable);
    CHECK_FALSE(bench.conductor().trouble().empty());
    bench.advance(std::chrono::seconds(1));
    bench.finish(attempt);
    CHECK(bench.executor().acknowledged().empty());
    CHECK(bench.state("etl", run, "a") == TaskState::queued);
  }
  bench.advance(std::chrono::seconds(1));
  CHECK(bench.conductor().trouble().empty());
  CHECK(bench.state("etl", run, "a") == TaskState::success);
  REQUIRE(bench.executor().acknowledged().size() == 1);
  CHECK(bench.executor().acknowledged().front().accepted);
  CHECK(bench.try_trigger({.dag_id = DagId{"etl"}, .run_id = RunId{"lost"}}).has_value());
}

TEST_CASE("an XCom whose name no database keeps fails its task and stops nothing else") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a"), bash_task("b")});
  const store::RunRow run = bench.trigger("etl");
  const executor::Attempt attempt = first_waiting(bench);
  wire::Finished finished;
  finished.attempt = attempt;
  finished.xcoms = {{.key = "good", .value = 1}, {.key = std::string(1000, 'k'), .value = 1}};
  bench.executor().start_job(attempt);
  bench.finish(finished);
  CHECK(bench.conductor().trouble().empty());
  CHECK(bench.state("etl", run, attempt.key.task_id) == TaskState::failed);
  CHECK(bench.tasks("etl", run).front().cause.find("1000 bytes") != std::string::npos);
  bench.run_all();
  CHECK(bench.run_state("etl", run) == RunState::failed);
}

/// Makes MariaDB end transactions with "deadlock found" at inserts into a table, so many times.
void end_by_deadlock(Bench& bench, const std::string& table, int times) {
  const auto db = bench.database().connect();
  // Of an engine without transactions: what is counted down stays so.
  REQUIRE(
      db->run("CREATE TABLE IF NOT EXISTS faults (name VARBINARY(64) PRIMARY KEY, n BIGINT)"
              " ENGINE = Aria"));
  REQUIRE(db->run("REPLACE INTO faults (name, n) VALUES (?, ?)", {table, times}));
  const std::string name = "'" + table + "'";
  const Status made =
      db->run("CREATE OR REPLACE TRIGGER fault_" + table + " AFTER INSERT ON " + table +
              " FOR EACH ROW BEGIN UPDATE faults SET n = n - 1 WHERE name = " + name +
              "; IF (SELECT n FROM faults WHERE name = " + name +
              ") >= 0 THEN SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213,"
              " MESSAGE_TEXT = 'Deadlock found'; END IF; END");
  if (!made) FAIL(made.error().message);
}

TEST_CASE("MariaDB: a step that a deadlock ended is stored as if nothing had been") {
  Bench bench;
  if (!bench.database().is_mariadb()) return;
  bench.put_dag("etl", {bash_task("a"), bash_task("b", {"a"})});
  const auto fail_both = [&] {
    end_by_deadlock(bench, "event_log", 2);
    end_by_deadlock(bench, "outbox", 1);
  };
  fail_both();
  const store::RunRow run = bench.trigger("etl");
  for (const char* task : {"a", "b"}) {
    CAPTURE(task);
    REQUIRE(bench.executor().waiting().size() == 1);
    CHECK(bench.outbox().size() == 1);
    const executor::Attempt attempt = first_waiting(bench);
    fail_both();
    bench.executor().start_job(attempt);
    bench.settle();
    CHECK(bench.state("etl", run, task) == TaskState::running);
    CHECK(bench.outbox().empty());
    fail_both();
    bench.finish(attempt);
    CHECK(bench.state("etl", run, task) == TaskState::success);
    CHECK(bench.conductor().trouble().empty());
  }
  CHECK(bench.run_state("etl", run) == RunState::success);
  // What was told is what is stored, once.
  std::vector<wire::StreamEvent> told = bench.heard();
  std::erase_if(told, [](const wire::StreamEvent& event) { return event.id == 0; });
  CHECK(told == bench.event_log());
}

TEST_CASE("requests that wait at the end are cancelled, and the thread ends") {
  Bench bench;
  bench.put_dag("etl", {bash_task("a")});
  bench.conductor().stop();
  const auto late = wait_for<store::RunRow>(
      [&](auto answer) { bench.conductor().trigger({.dag_id = DagId{"etl"}}, answer); });
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().code == ErrorCode::cancelled);
}

TEST_CASE("the thread answers requests and runs tasks by itself") {
  const os::TempDir folder = os::TempDir::create("conductor").value();
  const os::SystemClock clock;
  const store::testing::TestDatabase database;
  auto store = store::Store::open(database.address(), clock.now()).value();
  executor::FakeExecutor executor(clock);
  std::promise<void> done;
  Conductor conductor(
      clock, *store, executor,
      {.data_dir = folder.path(), .on_changes = [&](const std::vector<wire::StreamEvent>& events) {
         for (const wire::StreamEvent& event : events) {
           const json::Value* state = event.data.find("state");
           if (event.kind == "dag_run" && state != nullptr && state->as_string() == "success") {
             done.set_value();
           }
         }
       }});
  REQUIRE(conductor.open().has_value());
  conductor.start();
  executor.set_slots(1);
  const auto spec = [] {
    wire::DagSpec made;
    made.dag_id = "etl";
    made.schedule.kind = "none";
    made.timezone = "UTC";
    made.max_active_tasks = made.max_active_runs = 16;
    made.compat = 3;
    made.params = json::object({});
    made.tasks = {bash_task("a")};
    return made;
  }();
  wire::DagFile file;
  file.file = "/dags/etl.py";
  file.dags = {spec};
  REQUIRE(wait_for<std::vector<DagId>>([&](auto answer) {
            conductor.parsed({.file = file, .source = ""}, answer);
          }).has_value());
  const auto run = wait_for<store::RunRow>(
      [&](auto answer) { conductor.trigger({.dag_id = DagId{"etl"}}, answer); });
  REQUIRE(run.has_value());
  // The job is sent before the request is answered.
  REQUIRE(executor.waiting().size() == 1);
  const executor::Attempt attempt = executor::attempt_of(executor.waiting().front());
  executor.start_job(attempt);
  wire::Finished finished;
  finished.attempt = attempt;
  executor.finish_job(finished);
  REQUIRE(done.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready);
  conductor.stop();
}

}  // namespace
}  // namespace aiflow::conductor
