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
  CHECK(temp->read([](db::Connection& db) { return EventLog(db).first_id(); }).value() == 0);
  CHECK(temp->read([](db::Connection& db) { return EventLog(db).last_id(); }).value() == 5);
  const auto next = temp->transact([](db::Connection& db) {
    return EventLog(db).append(kind::dag, WallTime{}, json::object({}));
  });
  CHECK(next->id == 6);
  const auto after = temp->read([](db::Connection& db) { return EventLog(db).after(5, 10); });
  REQUIRE(after->size() == 1);
  CHECK(after->front().kind == kind::dag);
}

}  // namespace
}  // namespace aiflow::store
