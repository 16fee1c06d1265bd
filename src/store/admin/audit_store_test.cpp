// SPDX-License-Identifier: Apache-2.0
#include "store/admin/audit_store.h"

#include <doctest/doctest.h>

#include <vector>

#include "store/data/retention_store.h"
#include "store/testing/temp_store.h"

namespace aiflow::store {
namespace {

using namespace std::chrono_literals;
using testing::kNow;
using testing::TempStore;

/// Ten entries, a minute apart: of ann and bob by turns, the even ones about the DAG "etl".
struct Bench : TempStore {
  Bench() {
    for (int i = 0; i < 10; ++i) {
      const bool even = i % 2 == 0;
      ids.push_back(write([&](db::Connection& db) {
        return AuditStore(db).add({.at = kNow + i * 1min,
                                   .kind = "user",
                                   .user = even ? "ann" : "bob",
                                   .address = "10.0.0.1",
                                   .action = even ? "patch_dag" : "create_user",
                                   .object_kind = even ? "dag" : "user",
                                   .object_id = even ? "etl" : "eve",
                                   .dag_id = even ? "etl" : "",
                                   .outcome = "unknown",
                                   .request_id = "r" + std::to_string(i)});
      }));
    }
  }
  wire::AuditPage page(const AuditQuery& query) {
    return read([&](db::Connection& db) { return AuditStore(db).page(query); });
  }
  std::vector<std::int64_t> ids;
};

TEST_CASE("entries are listed newest first, page by page, each once") {
  Bench bench;
  std::vector<std::string> seen;
  AuditQuery query{.limit = 4};
  for (bool more = true; more;) {
    const auto page = bench.page(query);
    for (const auto& entry : page.items) seen.push_back(entry.request_id);
    more = page.next_cursor.has_value();
    if (more) query.before_id = std::stoll(*page.next_cursor);
  }
  CHECK(seen ==
        std::vector<std::string>{"r9", "r8", "r7", "r6", "r5", "r4", "r3", "r2", "r1", "r0"});
}

TEST_CASE("each filter leaves the entries that fit it") {
  Bench bench;
  CHECK(bench.page({.user = "ann"}).items.size() == 5);
  CHECK(bench.page({.action = "create_user"}).items.size() == 5);
  CHECK(bench.page({.object_kind = "user", .object_id = "eve"}).items.size() == 5);
  CHECK(bench.page({.dag_id = "etl"}).items.size() == 5);
  CHECK(bench.page({.user = "bob", .dag_id = "etl"}).items.empty());
  const auto range = bench.page({.from = kNow + 2min, .to = kNow + 4min}).items;
  REQUIRE(range.size() == 2);
  CHECK(range[0].request_id == "r3");
  CHECK(range[1].at == kNow + 2min);
}

TEST_CASE("an entry gets its outcome and what became known on the way") {
  Bench bench;
  bench.write([&](db::Connection& db) {
    return AuditStore(db).end(bench.ids[3], {.username = "bob",
                                             .object_kind = "run",
                                             .object_id = "etl/r1",
                                             .dag_id = "etl",
                                             .outcome = "done",
                                             .status = 200});
  });
  const auto done = bench.page({.outcome = "done"}).items;
  REQUIRE(done.size() == 1);
  CHECK(done[0].object_id == "etl/r1");
  CHECK(done[0].status == 200);
  CHECK(bench.page({.outcome = "unknown"}).items.size() == 9);
}

TEST_CASE("the log goes by number and by age, the oldest first, a bounded part at a time") {
  Bench bench;
  const auto drop = [&](std::int64_t keep, std::optional<WallTime> before, int limit) {
    return bench
        .write([&](db::Connection& db) {
          return RetentionStore(db).drop_audit({keep, before, limit});
        })
        .count;
  };
  CHECK(drop(100, std::nullopt, 500) == 0);
  CHECK(drop(8, std::nullopt, 500) == 2);
  CHECK(drop(100, kNow + 5min, 2) == 2);
  CHECK(drop(100, kNow + 5min, 500) == 1);
  CHECK(drop(100, kNow + 5min, 500) == 0);
  CHECK(bench.page({}).items.size() == 5);
}

}  // namespace
}  // namespace aiflow::store
