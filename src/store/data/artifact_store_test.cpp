// SPDX-License-Identifier: Apache-2.0
#include "store/data/artifact_store.h"

#include <doctest/doctest.h>

#include "store/model_store.h"
#include "store/testing/temp_store.h"

namespace aiflow::store {
namespace {

using testing::kNow;
using testing::TempStore;

const std::string kSha(64, 'a');

Maker maker(const std::string& task_id, std::int64_t epoch) {
  return {.key = {DagId{"etl"}, RunId{"r1"}, TaskId{task_id}, -1}, .try_number = 1, .epoch = epoch};
}

NewArtifact made(const std::string& name) {
  return {.name = name, .kind = "file", .sha256 = kSha, .size = 3, .files = 1, .media_type = ""};
}

struct Bench : TempStore {
  Bench() {
    write([](db::Connection& db) { return ModelStore(db).add_blob({kSha, 3}, kNow); });
  }
  wire::Artifact offer(const std::string& name, const Maker& by) {
    return write([&](db::Connection& db) { return ArtifactStore(db).offer(made(name), by, kNow); });
  }
  std::vector<std::string> seen(const ArtifactQuery& query = {}) {
    const auto listed = read([&](db::Connection& db) { return ArtifactStore(db).list(query); });
    std::vector<std::string> names;
    for (const auto& one : listed.items) names.push_back(one.task_id + "/" + one.name);
    CHECK(listed.total == std::ssize(names));
    return names;
  }
};

using Names = std::vector<std::string>;

TEST_CASE_FIXTURE(Bench, "an artifact is seen when its attempt was accepted, not before") {
  const auto id = offer("model", maker("train", 4)).artifact_id;
  CHECK(seen() == Names{});
  CHECK((*this)->read([&](db::Connection& db) { return ArtifactStore(db).get(id); }).error().code ==
        ErrorCode::not_found);
  write([](db::Connection& db) { return ArtifactStore(db).accept(maker("train", 4).key, 4); });
  CHECK(seen() == Names{"train/model"});
}

TEST_CASE_FIXTURE(Bench, "a list goes on after a page, artifacts of one moment too") {
  for (const char* name : {"a", "b", "c"}) offer(name, maker("train", 4));
  write([](db::Connection& db) { return ArtifactStore(db).accept(maker("train", 4).key, 4); });
  ArtifactQuery query;
  query.page.limit = 2;
  const auto first = read([&](db::Connection& db) { return ArtifactStore(db).list(query); });
  REQUIRE(first.items.size() == 2);
  query.after = {first.items[1].created_at, first.items[1].artifact_id};
  const auto second = read([&](db::Connection& db) { return ArtifactStore(db).list(query); });
  REQUIRE(second.items.size() == 1);
  CHECK(second.total == 3);
  CHECK(first.items[0].name + first.items[1].name + second.items[0].name == "cba");
}

TEST_CASE_FIXTURE(Bench, "what an attempt before offered is not accepted with the next") {
  offer("old", maker("train", 4));
  offer("new", maker("train", 5));
  offer("other", maker("check", 4));
  write([](db::Connection& db) { return ArtifactStore(db).accept(maker("train", 5).key, 5); });
  CHECK(seen() == Names{"train/new"});
  write([](db::Connection& db) { return ArtifactStore(db).drop(maker("train", 5).key); });
  CHECK(seen() == Names{});
}

TEST_CASE_FIXTURE(Bench, "a name stands for the last that the attempt saved") {
  offer("model", maker("train", 4));
  offer("model", maker("train", 4));
  write([](db::Connection& db) { return ArtifactStore(db).accept(maker("train", 4).key, 4); });
  CHECK(seen() == Names{"train/model"});
}

TEST_CASE_FIXTURE(Bench, "lists are filtered, uses are told, and removed ones are gone") {
  const auto id = offer("model", maker("train", 4)).artifact_id;
  offer("log", maker("train", 4));
  write([](db::Connection& db) { return ArtifactStore(db).accept(maker("train", 4).key, 4); });
  CHECK(seen({.task_id = "train", .name = "model"}) == Names{"train/model"});
  CHECK(seen({.sha256 = std::string(64, 'b')}) == Names{});
  CHECK(seen({.dag_id = "etl", .run_id = "r2"}) == Names{});
  for (int i = 0; i < 2; ++i) {
    write([&](db::Connection& db) {
      return ArtifactStore(db).add_use(id, maker("check", 9), kNow + std::chrono::seconds(i));
    });
  }
  const auto found = read([&](db::Connection& db) { return ArtifactStore(db).get(id); });
  REQUIRE(found.uses.size() == 1);
  CHECK(found.uses.front().task_id == "check");
  write([&](db::Connection& db) { return ArtifactStore(db).remove(id); });
  CHECK(seen() == Names{"train/log"});
}

TEST_CASE_FIXTURE(Bench, "a blob that an artifact or a tree names cannot be forgotten") {
  const std::string tree(64, 'b');
  write([&](db::Connection& db) -> Status {
    AIFLOW_TRY(ModelStore(db).add_blob({tree, 9}, kNow));
    return ArtifactStore(db).add_tree_files(tree, {kSha});
  });
  const auto forget = [&](const std::string& sha256) {
    return (*this)->transact(
        [&](db::Connection& db) { return db.run("DELETE FROM blobs WHERE sha256 = ?", {sha256}); });
  };
  CHECK(forget(kSha).error().code == ErrorCode::conflict);
  CHECK(forget(tree).has_value());
  CHECK(forget(kSha).has_value());
  const auto unknown = (*this)->transact([&](db::Connection& db) {
    return ArtifactStore(db).offer(made("model"), maker("train", 4), kNow);
  });
  CHECK(unknown.error().code == ErrorCode::conflict);
}

}  // namespace
}  // namespace aiflow::store
