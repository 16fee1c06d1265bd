// SPDX-License-Identifier: Apache-2.0
#include "store/data/cache_store.h"

#include <doctest/doctest.h>

#include "store/model_store.h"
#include "store/testing/temp_store.h"

namespace aiflow::store {
namespace {

using namespace std::chrono_literals;
using testing::kNow;
using testing::TempStore;

const std::string kSha(64, 'a');
const std::string kKey(64, '1');

Maker maker(const std::string& run_id, std::int64_t epoch = 1) {
  return {
      .key = {DagId{"etl"}, RunId{run_id}, TaskId{"load"}, -1}, .try_number = 1, .epoch = epoch};
}

struct Bench : TempStore {
  void keep(const std::string& run_id, const std::string& key = kKey,
            std::optional<Duration> life = {}, WallTime at = kNow) {
    write([&](db::Connection& db) {
      return CacheStore(db).keep({.key = key,
                                  .maker = maker(run_id),
                                  .xcoms = {{.key = "return_value", .value = run_id}},
                                  .life = life},
                                 at);
    });
  }
  std::optional<wire::CacheHit> find(const std::string& asking_run, WallTime at = kNow) {
    return write(
        [&](db::Connection& db) { return CacheStore(db).find(kKey, maker(asking_run).key, at); });
  }
  std::int64_t count(const CacheQuery& query = {}) {
    return read([&](db::Connection& db) { return CacheStore(db).list(query); }).total;
  }
};

TEST_CASE_FIXTURE(Bench, "a kept result is found by others, with its values") {
  CHECK_FALSE(find("r2"));
  keep("r1");
  const auto hit = find("r2");
  REQUIRE(hit);
  CHECK(hit->dag_run_id == "r1");
  CHECK(json::write(hit->xcoms) == R"([{"key":"return_value","value":"r1"}])");
  CHECK(read([](db::Connection& db) { return CacheStore(db).list({}); }).items.front().hits == 1);
}

TEST_CASE_FIXTURE(Bench, "the list goes on after the last one of a page, the newest first") {
  for (const char digit : {'1', '2', '3', '4'}) {
    keep("r1", std::string(64, digit), {}, digit == '4' ? kNow + std::chrono::seconds(1) : kNow);
  }
  std::string walked;
  CacheQuery query{.page = {.limit = 2, .offset = 0}};
  for (int page = 0; page < 3; ++page) {
    const auto got = read([&](db::Connection& db) { return CacheStore(db).list(query); });
    CHECK(got.total == 4);
    for (const auto& one : got.items) {
      walked += one.key[0];
      query.after = {one.created_at, one.key};
    }
  }
  CHECK(walked == "4123");
}

TEST_CASE_FIXTURE(Bench, "a task does not get its own result back: it was cleared to run again") {
  keep("r1");
  CHECK_FALSE(find("r1"));
}

TEST_CASE_FIXTURE(Bench, "no task gets a result of another one") {
  keep("r1");
  Maker other = maker("r2");
  other.key.task_id = TaskId{"store"};
  CHECK_FALSE(
      write([&](db::Connection& db) { return CacheStore(db).find(kKey, other.key, kNow); }));
}

TEST_CASE_FIXTURE(Bench, "no task takes the place of another one's result") {
  keep("r1");
  Maker other = maker("r2");
  other.key.dag_id = DagId{"another"};
  write([&](db::Connection& db) {
    return CacheStore(db).keep({.key = kKey, .maker = other, .xcoms = {}, .life = {}}, kNow);
  });
  REQUIRE(find("r3"));
  CHECK(find("r3")->dag_run_id == "r1");
}

TEST_CASE_FIXTURE(Bench, "a result is kept until its time is over, the newest of a key") {
  keep("r1", kKey, 1h);
  CHECK(find("r2", kNow + 59min));
  CHECK_FALSE(find("r2", kNow + 1h));
  keep("r3");
  CHECK(find("r2", kNow + 9000h)->dag_run_id == "r3");
  CHECK(count() == 1);
}

TEST_CASE_FIXTURE(Bench, "its artifacts are kept with it when their run has forgotten them") {
  write([](db::Connection& db) -> Status {
    AIFLOW_TRY(ModelStore(db).add_blob({kSha, 3}, kNow));
    AIFLOW_TRY(
        ArtifactStore(db).offer({.name = "m", .kind = "file", .sha256 = kSha}, maker("r1"), kNow));
    return ArtifactStore(db).accept(maker("r1").key, 1);
  });
  keep("r1");
  write([](db::Connection& db) { return ArtifactStore(db).drop(maker("r1").key); });
  const auto kept = read([](db::Connection& db) { return CacheStore(db).artifacts(kKey); });
  REQUIRE(kept.size() == 1);
  CHECK(kept.front().sha256 == kSha);
}

TEST_CASE_FIXTURE(Bench, "the cache is bounded and cleared by what it holds") {
  write([](db::Connection& db) -> Status {
    for (std::int64_t i = 0; i < kCachedResultsMax; ++i) {
      std::string key = std::to_string(i);
      key.insert(0, 64 - key.size(), '0');
      // keep() counts them all, each time.
      AIFLOW_TRY(db.run(R"(
        INSERT INTO result_cache (cache_key, dag_id, run_id, task_id, map_index, try_number, xcoms,
          created_at, expires_at, hits, used_at)
        VALUES (?, 'etl', 'old', 'load', -1, 1, '[]', 1, NULL, 0, ?))",
                        {key, i}));
    }
    return {};
  });
  keep("r1", kKey, {}, kNow + 1h);
  CHECK(count() == kCachedResultsMax);
  CHECK(count({.key = std::string(64, '0')}) == 0);  // the one not used for longest
  CHECK(count({.dag_id = "etl", .task_id = "load"}) == kCachedResultsMax);
  const auto cleared = [&](const CacheQuery& query) {
    return write([&](db::Connection& db) { return CacheStore(db).clear(query); });
  };
  CHECK(cleared({.dag_id = "other"}) == 0);
  CHECK(cleared({.key = kKey}) == 1);
  CHECK(cleared({}) == kCachedResultsMax - 1);
}

TEST_CASE_FIXTURE(Bench, "a large result is not kept") {
  write([&](db::Connection& db) {
    return CacheStore(db).keep(
        {.key = kKey,
         .maker = maker("r1"),
         .xcoms = {{.key = "return_value", .value = std::string(kCachedBytesMax, 'x')}},
         .life = {}},
        kNow);
  });
  CHECK(count() == 0);
}

}  // namespace
}  // namespace aiflow::store
