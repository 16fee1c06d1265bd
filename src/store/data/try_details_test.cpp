// SPDX-License-Identifier: Apache-2.0
#include "store/data/try_details.h"

#include <doctest/doctest.h>

#include "store/detail/migrations.h"
#include "store/run_store.h"
#include "store/store.h"
#include "store/testing/temp_store.h"
#include "store/testing/test_database.h"

namespace aiflow::store {
namespace {

using testing::TempStore;

using std::chrono::milliseconds;

TEST_CASE("samples and rendered fields of a try are kept beside each other") {
  TempStore opened;
  const TaskKey key{.dag_id = {"d"}, .run_id = {"r"}, .task_id = {"t"}, .map_index = 3};
  const json::Value fields = json::object({{"bash_command", "echo 한글 '\"%"}});
  opened.write([&](db::Connection& db) -> Status {
    TryDetails details(db);
    const auto none = details.get({key, 1}).value();
    CHECK(none.samples.empty());
    CHECK(!none.rendered);
    AIFLOW_TRY(details.put_rendered({key, 1}, fields));
    AIFLOW_TRY(details.put_samples(
        {key, 1},
        {{.at = milliseconds(1000), .cpu = milliseconds(900), .memory_bytes = 5LL << 32}}));
    AIFLOW_TRY(details.put_rendered({key, 2}, json::object({{"a", 1}})));
    return details.put_rendered({key, 1}, fields);
  });
  opened.read([&](db::Connection& db) -> Status {
    const auto first = TryDetails(db).get({key, 1}).value();
    CHECK(first.rendered == fields);
    REQUIRE(first.samples.size() == 1);
    CHECK(to_wire(first.samples)[0] ==
          wire::UsageSample{.ms = 1000, .cpu_ms = 900, .memory_bytes = 5LL << 32});
    CHECK(TryDetails(db).get({key, 2}).value().samples.empty());
    return {};
  });
}

TEST_CASE("tries of before the migration have nothing of it, later ones what was told") {
  const testing::TestDatabase database;
  REQUIRE(Store::open(database.address(), WallTime{}).has_value());
  const auto old = database.connect();
  REQUIRE(db::migrate_down(*old, detail::migrations(old->dialect()), 26));
  REQUIRE(
      old->run("INSERT INTO task_tries (dag_id, run_id, task_id, map_index, try_number, epoch,"
               " state, cause, worker_id) VALUES ('d', 'r', 't', -1, 1, 1, 'failed', 'c', 'w')",
               {}));
  const auto store = Store::open(database.address(), WallTime{}).value();
  const TaskKey key{DagId{"d"}, RunId{"r"}, TaskId{"t"}};
  TryRow told;
  told.key = key;
  told.try_number = 2;
  told.epoch = 2;
  told.state = TaskState::success;
  told.cpu_user_ms = 1;
  told.cpu_system_ms = 2;
  told.memory_peak_bytes = 4LL << 32;
  told.memory_mean_bytes = 3LL << 32;
  told.usage_note = "pod";
  const auto tries = store->transact([&](db::Connection& db) -> Result<std::vector<TryRow>> {
    AIFLOW_TRY(RunStore(db).upsert_try(told));
    return RunStore(db).tries(key);
  });
  REQUIRE(tries);
  REQUIRE(tries->size() == 2);
  const auto before = to_wire(tries->front());
  CHECK(before.cause == "c");
  CHECK_FALSE(before.cpu_user_ms);
  CHECK_FALSE(before.usage_note);
  const auto after = to_wire(tries->back());
  CHECK(after.cpu_user_ms == 1);
  CHECK(after.cpu_system_ms == 2);
  CHECK(after.memory_peak_bytes == 4LL << 32);
  CHECK(after.memory_mean_bytes == 3LL << 32);
  CHECK(after.usage_note == "pod");
}

}  // namespace
}  // namespace aiflow::store
