// SPDX-License-Identifier: Apache-2.0
#include "service/access/audit_trail.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <thread>

#include "store/testing/temp_store.h"

namespace aiflow::service {
namespace {

using namespace std::chrono_literals;
using store::testing::TempStore;

struct Bench {
  Bench() { trail.start(); }
  std::vector<wire::AuditEntry> all() {
    const auto page = trail.page({.limit = 1000});
    REQUIRE(page);
    return page->items;
  }
  ManualClock clock{store::testing::kNow};
  TempStore store;
  AuditTrail trail{clock, *store};
};

wire::AuditEntry entry(const std::string& user, const std::string& outcome = "") {
  return {.kind = "user", .user = user, .action = "patch_dag", .outcome = outcome};
}

TEST_CASE("what begins is stored before it is done, with its outcome unknown until it ends") {
  Bench bench;
  const auto id = bench.trail.begin(entry("ann"));
  REQUIRE(id);
  const auto stored =
      bench.store.read([](db::Connection& db) { return store::AuditStore(db).page({}); }).items;
  REQUIRE(stored.size() == 1);
  CHECK(stored[0].id == *id);
  CHECK(stored[0].outcome == "unknown");
  CHECK(stored[0].at == bench.clock.now());
  bench.trail.end(*id, {.username = "ann", .outcome = "done", .status = 200});
  CHECK(bench.all().at(0).outcome == "done");
}

TEST_CASE("requests beside each other get an entry each") {
  Bench bench;
  std::array<std::int64_t, 8> ids{};
  {
    std::vector<std::jthread> threads;
    for (auto& id : ids) {
      threads.emplace_back([&] { id = bench.trail.begin(entry("ann")).value_or(0); });
    }
  }
  std::ranges::sort(ids);
  CHECK(ids == std::array<std::int64_t, 8>{1, 2, 3, 4, 5, 6, 7, 8});
}

TEST_CASE("a flood of refused requests leaves 100 and one a second, of each user for himself") {
  Bench bench;
  for (int i = 0; i < 300; ++i) bench.trail.refused(entry("", "denied"));
  bench.trail.refused(entry("ann", "denied"));
  CHECK(bench.all().size() == 101);
  bench.clock.advance(3s);
  for (int i = 0; i < 300; ++i) bench.trail.refused(entry("", "denied"));
  CHECK(bench.all().size() == 104);
}

TEST_CASE("what was told before the end is stored, what comes after it is refused") {
  Bench bench;
  const auto id = bench.trail.begin(entry("ann"));
  REQUIRE(id);
  bench.trail.end(*id, {.username = "ann", .outcome = "done", .status = 200});
  bench.trail.refused(entry("bob", "denied"));
  bench.trail.stop();
  const auto page =
      bench.store.read([](db::Connection& db) { return store::AuditStore(db).page({}); });
  REQUIRE(page.items.size() == 2);
  CHECK(page.items[1].outcome == "done");
  CHECK(bench.trail.begin(entry("ann")).error().code == ErrorCode::unavailable);
  CHECK(bench.trail.page({}).error().code == ErrorCode::unavailable);
}

TEST_CASE("what could not be stored is refused, told, and stored as failed once it can be") {
  Bench bench;
  const auto change = [&](const char* sql) {
    REQUIRE(bench.store->transact([&](db::Connection& db) { return db.run(sql); }));
  };
  const auto done = bench.trail.begin(entry("ann"));
  REQUIRE(done);
  CHECK(bench.trail.trouble().empty());
  change("ALTER TABLE audit_log RENAME TO away");
  CHECK_FALSE(bench.trail.begin(entry("bob")));
  bench.trail.end(*done, {.username = "ann", .outcome = "done", .status = 200});
  CHECK(bench.trail.trouble().contains("audit_log"));
  change("ALTER TABLE away RENAME TO audit_log");
  for (int look = 0; look < 1000 && !bench.trail.trouble().empty(); ++look) {
    std::this_thread::sleep_for(10ms);
  }
  CHECK(bench.trail.trouble().empty());
  const auto entries = bench.all();
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].user == "bob");
  CHECK(entries[0].outcome == "failed");
  CHECK(entries[0].status == 503);
  CHECK(entries[1].outcome == "done");
}

}  // namespace
}  // namespace aiflow::service
