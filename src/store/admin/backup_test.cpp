// SPDX-License-Identifier: Apache-2.0
#include "store/admin/backup.h"

#include <doctest/doctest.h>

#include <fstream>

#include "store/admin/check.h"
#include "store/admin/schema.h"
#include "store/dag_store.h"
#include "store/event_log.h"
#include "store/run_store.h"
#include "store/testing/temp_store.h"
#include "store/user_store.h"

namespace aiflow::store {
namespace {

using testing::kNow;
using testing::TempStore;

const TaskKey kTask{DagId{"etl"}, RunId{"r1"}, TaskId{"a"}};

/// A run with a queued task, its job in the outbox, an event and a session.
void fill(TempStore& temp) {
  temp.write([](db::Connection& db) -> Status {
    DagVersionRow version;
    version.dag_id = DagId{"etl"};
    version.version = 1;
    version.spec.dag_id = "etl";
    version.spec.params = json::object({{"text", "Grüße, 안녕"}});
    version.created_at = kNow;
    AIFLOW_TRY(DagStore(db).add_version(version));
    DagRow dag;
    dag.dag_id = DagId{"etl"};
    dag.version = 1;
    dag.created_at = kNow;
    AIFLOW_TRY(DagStore(db).put(dag));
    RunRow run;
    run.key = kTask.run();
    run.number = 1;
    run.run_after = run.queued_at = kNow;
    run.conf = json::object({});
    run.dag_version = 1;
    AIFLOW_TRY(RunStore(db).insert_run(run));
    TaskRow task;
    task.key = kTask;
    task.state = TaskState::queued;
    task.epoch = 7;
    AIFLOW_TRY(RunStore(db).upsert_task(task));
    AIFLOW_TRY(
        RunStore(db).add_outbox({.key = kTask, .epoch = 7, .reason = {}, .created_at = kNow}));
    AIFLOW_TRY(UserStore(db).set_setting("a", "before"));
    AIFLOW_TRY(EventLog(db).append(kind::dag, kNow, json::object({{"x", 1.5}})));
    return {};
  });
}

std::string setting(TempStore& temp) {
  return temp.read([](db::Connection& db) { return UserStore(db).setting("a"); }).value_or("");
}

void check_restored(TempStore& temp) {
  CHECK(setting(temp) == "before");
  const TaskRow task = temp.read([](db::Connection& db) { return RunStore(db).task(kTask); });
  CHECK(task.epoch > 100'000);  // S2: above all that were given after the backup
  const auto outbox = temp.read([](db::Connection& db) { return RunStore(db).outbox(); });
  REQUIRE(outbox.size() == 1);
  CHECK(outbox.front().epoch == task.epoch);
  const auto version =
      temp.read([](db::Connection& db) { return DagStore(db).version(DagId{"etl"}); });
  CHECK(version.spec.params == json::object({{"text", "Grüße, 안녕"}}));
}

TEST_CASE("a backup brings back what was there, with epochs that were never given") {
  const os::TempDir folder = os::TempDir::create("backup").value();
  const auto file = folder.path() / "b.db";
  TempStore temp;
  fill(temp);
  const auto counts = back_up(temp.database().address(), file, kNow);
  if (!counts) FAIL(counts.error().message);
  CHECK_FALSE(std::filesystem::exists(file.string() + "-wal"));
  CHECK(back_up(temp.database().address(), file, kNow).error().code == ErrorCode::conflict);
  temp.write([](db::Connection& db) { return UserStore(db).set_setting("a", "after"); });
  temp.write([](db::Connection& db) { return UserStore(db).set_setting("b", "new"); });
  temp.close();
  const Status done = restore(temp.database().address(), file, kNow);
  if (!done) FAIL(done.error().message);
  temp.reopen();
  check_restored(temp);
  CHECK_FALSE(temp.read([](db::Connection& db) { return UserStore(db).setting("b"); }).has_value());
  CHECK(find_damage(*temp.database().connect()).value().empty());
}

TEST_CASE("a backup is the way from one kind of database to the other") {
  const os::TempDir folder = os::TempDir::create("backup").value();
  const auto file = folder.path() / "b.db";
  TempStore from;
  fill(from);
  REQUIRE(back_up(from.database().address(), file, kNow).has_value());
  const db::Address other((folder.path() / "other.db").string());
  REQUIRE(restore(other, file, kNow).has_value());
  REQUIRE(Store::open(other, kNow).has_value());
  const auto again = folder.path() / "again.db";
  REQUIRE(back_up(other, again, kNow).has_value());
  from.close();
  REQUIRE(restore(from.database().address(), again, kNow).has_value());
  from.reopen();
  check_restored(from);
}

TEST_CASE("what is damaged or no backup is refused, and the database stays as it is") {
  const os::TempDir folder = os::TempDir::create("backup").value();
  const auto file = folder.path() / "b.db";
  TempStore temp;
  fill(temp);
  REQUIRE(back_up(temp.database().address(), file, kNow).has_value());
  const auto refused = [&](const std::filesystem::path& backup) {
    const Status done = restore(temp.database().address(), backup, kNow);
    REQUIRE_FALSE(done.has_value());
    return done.error().code;
  };
  CHECK(refused(folder.path() / "none.db") == ErrorCode::not_found);
  std::ofstream(folder.path() / "text.db") << std::string(5000, 'x');
  CHECK(refused(folder.path() / "text.db") == ErrorCode::corrupt);
  {
    const auto backup = db::Connection::open({.address = file.string()}).value();
    REQUIRE(backup->script("PRAGMA foreign_keys = OFF; DELETE FROM dags"));
  }
  CHECK(refused(file) == ErrorCode::corrupt);
  CHECK(setting(temp) == "before");
}

TEST_CASE("rows that name nothing are found, and the schema's versions are told") {
  TempStore temp;
  fill(temp);
  const auto db = temp.database().connect();
  CHECK(find_damage(*db).value().empty());
  REQUIRE(db->script(temp.database().is_mariadb() ? "SET SESSION foreign_key_checks = 0"
                                                  : "PRAGMA foreign_keys = OFF"));
  REQUIRE(db->run("DELETE FROM dag_runs"));
  const auto problems = find_damage(*db).value();
  REQUIRE(problems.size() == 2);
  CHECK(problems.front().find("task_instances") != std::string::npos);
  CHECK(problems.back() == "run_counts: 1 runs of 'etl' that are queued, and there are 0");
  const SchemaState schema = schema_state(*db).value();
  CHECK(schema.now == schema.program);
  CHECK(schema.pending.empty());
}

TEST_CASE("MariaDB: a database that a server leads is not restored over") {
  const os::TempDir folder = os::TempDir::create("backup").value();
  TempStore temp;
  if (!temp.database().is_mariadb()) return;
  fill(temp);
  const auto file = folder.path() / "b.db";
  REQUIRE(back_up(temp.database().address(), file, kNow).has_value());
  const auto db = temp.database().connect();
  REQUIRE(db->run("UPDATE leader SET holder = 'edge-1', expires_at = 9000000000000000"));
  const Status done = restore(temp.database().address(), file, kNow);
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().code == ErrorCode::conflict);
  CHECK(done.error().message.find("edge-1") != std::string::npos);
}

}  // namespace
}  // namespace aiflow::store
