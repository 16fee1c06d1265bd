// SPDX-License-Identifier: Apache-2.0
#include "store/data/try_details.h"

#include <doctest/doctest.h>

#include "store/run_store.h"
#include "store/testing/temp_store.h"

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

}  // namespace
}  // namespace aiflow::store
