// SPDX-License-Identifier: Apache-2.0
#include "store/data/dag_text_store.h"

#include <doctest/doctest.h>

#include "store/testing/temp_store.h"

namespace aiflow::store {
namespace {

using testing::kNow;
using testing::TempStore;

TEST_CASE("the newest texts of a DAG are kept, each under its number") {
  TempStore bench;
  const auto add = [&](const std::string& dag, const std::string& content) {
    return bench.write([&](db::Connection& db) {
      return DagTextStore(db).add({.dag_id = DagId{dag},
                                   .cause = "saved",
                                   .content = content,
                                   .saved_at = kNow,
                                   .saved_by = "ann"});
    });
  };
  for (std::int64_t i = 1; i <= kDagTextsMax + 5; ++i) {
    CHECK(add("etl", "text " + std::to_string(i)) == i);
  }
  CHECK(add("other", "of another") == 1);
  const auto list =
      bench.read([](db::Connection& db) { return DagTextStore(db).list(DagId{"etl"}); });
  REQUIRE(std::ssize(list) == kDagTextsMax);
  CHECK(list.front().version == kDagTextsMax + 5);
  CHECK(list.back().version == 6);
  CHECK(list.front().content.empty());
  REQUIRE(bench->read([](db::Connection& db) -> Status {
    DagTextStore texts(db);
    CHECK(texts.get(DagId{"etl"}, 6)->content == "text 6");
    CHECK(texts.get(DagId{"etl"}, 5).error().code == ErrorCode::not_found);
    CHECK(texts.newest(DagId{"etl"}).value()->content ==
          "text " + std::to_string(kDagTextsMax + 5));
    CHECK(texts.newest(DagId{"other"}).value()->saved_by == "ann");
    CHECK(!texts.newest(DagId{"none"}).value());
    return {};
  }));
}

}  // namespace
}  // namespace aiflow::store
