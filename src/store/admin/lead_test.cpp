// SPDX-License-Identifier: Apache-2.0
// On MariaDB alone (tools/with_mariadb): a SQLite file has one server.
#include "store/admin/lead.h"

#include <doctest/doctest.h>

#include <atomic>

#include "os/system_clock.h"
#include "store/testing/temp_store.h"
#include "store/user_store.h"

namespace aiflow::store {
namespace {

using testing::TempStore;

constexpr auto kLease = std::chrono::milliseconds(300);

Status put(Store& store, const std::string& value) {
  return store.transact(
      [&](db::Connection& db) { return UserStore(db).set_setting("who", value); });
}

template <class Check>
bool comes_true(Check check) {
  for (int i = 0; i < 500; ++i) {
    if (check()) return true;
    os::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST_CASE("one server has the lead; it changes hands when released or run out") {
  TempStore temp;
  if (!temp.database().is_mariadb()) return;
  const auto& address = temp.database().address();
  Lead a(address, {.holder = "a", .lease = kLease});
  Lead b(address, {.holder = "b", .lease = kLease});
  CHECK(a.leader()->epoch == 0);
  CHECK(a.take().value() == 1);
  CHECK_FALSE(b.take()->has_value());
  std::atomic<bool> lost = false;
  a.keep("http://a", [&] { lost = true; });
  CHECK(comes_true([&] { return b.leader()->url == "http://a"; }));
  os::sleep_for(2 * kLease);
  CHECK_FALSE(b.take()->has_value());  // it was renewed
  a.release();
  CHECK(b.take().value() == 2);
  CHECK_FALSE(lost);
  // Not renewed: it runs out.
  CHECK(comes_true([&] { return !a.leader()->is_live; }));
  CHECK(a.take().value() == 3);
  // The same holder needs not wait.
  CHECK(Lead(address, {.holder = "a", .lease = kLease}).take().value() == 4);
}

TEST_CASE(
    "a leader that was overtaken hears of it, and its writes are refused in the transaction") {
  TempStore temp;
  if (!temp.database().is_mariadb()) return;
  const auto& address = temp.database().address();
  auto other = Store::open(address, testing::kNow).value();
  Lead a(address, {.holder = "a", .lease = kLease});
  Lead b(address, {.holder = "b", .lease = kLease});
  temp->fence(a.take()->value());
  other->fence(0);
  CHECK(put(*temp, "a").has_value());
  CHECK(put(*other, "b").error().code == ErrorCode::unavailable);  // on standby
  // Paused for longer than its lease: in the middle of a transaction the other one has to wait.
  const Status done = temp->transact([&](db::Connection& db) -> Status {
    AIFLOW_TRY(UserStore(db).set_setting("who", "a again"));
    os::sleep_for(2 * kLease);
    return {};
  });
  CHECK(done.has_value());
  CHECK(comes_true([&] {
    const auto epoch = b.take();
    if (!epoch || !*epoch) return false;
    other->fence(**epoch);
    return true;
  }));
  CHECK(put(*other, "b").has_value());
  const Status stale = put(*temp, "stale");
  REQUIRE_FALSE(stale.has_value());
  CHECK(stale.error().message.find("taken the lead") != std::string::npos);
  CHECK(other->read([](db::Connection& db) { return UserStore(db).setting("who"); })->value() ==
        "b");
  std::atomic<bool> lost = false;
  a.keep("http://a", [&] { lost = true; });
  CHECK(comes_true([&] { return lost.load(); }));
}

TEST_CASE("a process that stands still in a transaction keeps nobody from the lead for long") {
  TempStore temp;
  if (!temp.database().is_mariadb()) return;
  Lead a(temp.database().address(), {.holder = "a", .lease = kLease});
  Lead b(temp.database().address(), {.holder = "b", .lease = kLease});
  temp->fence(a.take()->value());
  const auto begin = os::SystemClock().steady_now();
  const Status cut = temp->transact([&](db::Connection& db) -> Status {
    AIFLOW_TRY(UserStore(db).set_setting("who", "a"));
    // The session's own limit, below the lease of the product, shortened for the test.
    AIFLOW_ASSIGN(const auto limit_s, db.first("SELECT @@SESSION.idle_transaction_timeout", {},
                                               [](db::Row& row) { return row.integer(); }));
    CHECK(limit_s.value() > 0);
    CHECK(std::chrono::seconds(limit_s.value()) < LeadOptions{}.lease);
    AIFLOW_TRY(db.script("SET SESSION idle_transaction_timeout = 1"));
    CHECK(comes_true([&] {  // meanwhile it holds the row of the leader
      const auto epoch = b.take();
      return epoch && epoch->has_value();
    }));
    return UserStore(db).set_setting("who", "stale");
  });
  CHECK_FALSE(cut.has_value());
  CHECK(os::SystemClock().steady_now() - begin < std::chrono::seconds(8));
  CHECK_FALSE(
      temp->read([](db::Connection& db) { return UserStore(db).setting("who"); })->has_value());
}

}  // namespace
}  // namespace aiflow::store
