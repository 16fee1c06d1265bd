// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include <doctest/doctest.h>

#include <thread>

#include "os/temp_dir.h"
#include "store/event_log.h"
#include "store/testing/temp_store.h"
#include "store/user_store.h"

namespace aiflow::store {
namespace {

using testing::TempStore;

Status put(db::Connection& db, const std::string& name, const std::string& value) {
  return UserStore(db).set_setting(name, value);
}

std::string setting(Store& store, const std::string& name) {
  const auto found = store.read([&](db::Connection& db) { return UserStore(db).setting(name); });
  REQUIRE(found.has_value());
  return found->value_or("(none)");
}

TEST_CASE("a transaction that fails leaves nothing, a good one is seen by readers") {
  TempStore temp;
  const Status failed = temp->transact([](db::Connection& db) -> Status {
    AIFLOW_TRY(put(db, "a", "1"));
    return fail(ErrorCode::conflict, "changed my mind");
  });
  CHECK_FALSE(failed.has_value());
  CHECK(setting(*temp, "a") == "(none)");
  REQUIRE(temp->transact([](db::Connection& db) { return put(db, "a", "2"); }));
  CHECK(setting(*temp, "a") == "2");
}

TEST_CASE("a reader sees one snapshot while a writer goes on") {
  TempStore temp;
  REQUIRE(temp->transact([](db::Connection& db) { return put(db, "a", "old"); }));
  const auto done = temp->read([&](db::Connection& db) -> Status {
    AIFLOW_ASSIGN(const auto before, UserStore(db).setting("a"));
    CHECK(before == "old");
    AIFLOW_TRY(temp->transact([](db::Connection& writer) { return put(writer, "a", "new"); }));
    AIFLOW_ASSIGN(const auto after, UserStore(db).setting("a"));
    CHECK(after == "old");
    return {};
  });
  CHECK(done.has_value());
  CHECK(setting(*temp, "a") == "new");
}

TEST_CASE("many threads may write and read") {
  TempStore temp;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&temp, t] {
      for (int i = 0; i < 20; ++i) {
        static_cast<void>(temp->transact([&](db::Connection& db) {
          return EventLog(db).append("test", WallTime{}, json::Value(t * 100 + i));
        }));
        static_cast<void>(temp->read([](db::Connection& db) { return EventLog(db).last_id(); }));
      }
    });
  }
  threads.clear();
  const auto last = temp->read([](db::Connection& db) { return EventLog(db).last_id(); });
  CHECK(last.value() == 80);
}

TEST_CASE("what was committed is there after opening again") {
  TempStore temp;
  REQUIRE(temp->transact([](db::Connection& db) { return put(db, "a", "kept"); }));
  temp.reopen();
  CHECK(setting(*temp, "a") == "kept");
}

TEST_CASE("event ids are never used twice, also after pruning") {
  TempStore temp;
  for (int i = 0; i < 5; ++i) {
    REQUIRE(temp->transact([](db::Connection& db) {
      return EventLog(db).append(kind::dag, WallTime{}, json::object({{"x", 1}}));
    }));
  }
  REQUIRE(temp->transact([](db::Connection& db) { return EventLog(db).prune(0); }));
  CHECK(temp->read([](db::Connection& db) { return EventLog(db).first_id(); }).value() == 5);
  CHECK(temp->read([](db::Connection& db) { return EventLog(db).last_id(); }).value() == 5);
  const auto next = temp->transact([](db::Connection& db) {
    return EventLog(db).append(kind::dag, WallTime{}, json::object({}));
  });
  CHECK(next->id == 6);
  const auto after = temp->read([](db::Connection& db) { return EventLog(db).after(5, 10); });
  REQUIRE(after->size() == 1);
  CHECK(after->front().kind == kind::dag);
}

// --- What only a server has -------------------------------------------------------------------

void end_all_other_connections(const TempStore& temp) {
  const auto admin = temp.database().connect();
  const auto ids = admin->all(
      "SELECT id FROM information_schema.processlist WHERE db = DATABASE()"
      " AND id <> connection_id()",
      {}, [](db::Row& row) { return row.integer(); });
  REQUIRE(ids.has_value());
  for (const std::int64_t id : *ids) REQUIRE(admin->script("KILL " + std::to_string(id)));
}

TEST_CASE("MariaDB: a transaction whose connection is lost is run again as a whole") {
  TempStore temp;
  if (!temp.database().is_mariadb()) return;
  REQUIRE(temp->transact([](db::Connection& db) { return put(db, "idle", "1"); }));
  end_all_other_connections(temp);  // "gone away" before the first statement
  REQUIRE(temp->transact([](db::Connection& db) { return put(db, "idle", "2"); }));
  int runs = 0;
  const Status done = temp->transact([&](db::Connection& db) -> Status {
    AIFLOW_TRY(put(db, "first", std::to_string(++runs)));
    if (runs < 3) end_all_other_connections(temp);
    return put(db, "second", std::to_string(runs));
  });
  if (!done) FAIL(done.error().message);
  CHECK(runs == 3);
  CHECK(setting(*temp, "first") == "3");
  CHECK(setting(*temp, "second") == "3");
}

TEST_CASE("MariaDB: a deadlock and a lock time-out run the transaction again") {
  TempStore temp;
  if (!temp.database().is_mariadb()) return;
  REQUIRE(temp->transact([](db::Connection& db) { return put(db, "a", "0"); }));
  REQUIRE(temp->transact([](db::Connection& db) { return put(db, "b", "0"); }));
  const auto other = temp.database().connect();
  int runs = 0;
  const Status done = temp->transact([&](db::Connection& db) -> Status {
    ++runs;
    AIFLOW_TRY(db.run("UPDATE settings SET value = ? WHERE name = 'a'", {std::to_string(runs)}));
    if (runs > 1) return put(db, "b", "ours");
    // The other one has changed more rows, so that the server ends ours when both wait.
    REQUIRE(
        other->script("START TRANSACTION; UPDATE settings SET value = 'x' WHERE name = 'b';"
                      "INSERT INTO pools (name, slots) VALUES ('p1', 1), ('p2', 1)"));
    std::jthread waits([&] {
      CHECK(other->run("UPDATE settings SET value = 'x' WHERE name = 'a'").has_value());
      CHECK(other->run("COMMIT").has_value());
    });
    return put(db, "b", "ours");
  });
  if (!done) FAIL(done.error().message);
  CHECK(runs == 2);
  CHECK(setting(*temp, "b") == "ours");
}

TEST_CASE("MariaDB: readers go on after the server has ended their idle connections") {
  TempStore temp;
  if (!temp.database().is_mariadb()) return;
  CHECK(setting(*temp, "a") == "(none)");
  end_all_other_connections(temp);
  CHECK(setting(*temp, "a") == "(none)");
}

}  // namespace
}  // namespace aiflow::store
