// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "json/value.h"
#include "service/dag_files/dag_check.h"

namespace aiflow::service {
namespace {

wire::TaskSpec task(const std::string& id, std::vector<std::string> upstream,
                    const std::string& pool = "default_pool", const std::string& pack = "") {
  wire::TaskSpec made;
  made.task_id = id;
  made.upstream = std::move(upstream);
  made.pool = pool;
  if (!pack.empty()) made.executor_config = json::object({{"pack", pack}});
  return made;
}

TEST_CASE("the steps of a DAG, and what its tasks need") {
  wire::DagFile file;
  auto& dag = file.dags.emplace_back();
  dag.dag_id = "d";
  dag.tasks = {task("end", {"b", "a"}), task("b", {"a"}, "gpu", "cuda"), task("a", {}),
               task("alone", {}, "gpu")};
  const AtHand has{.pool = [](const auto&) { return true; },
                   .pack = [](const auto&) { return false; }};
  const auto checked = check_of(file, has);
  CHECK(checked.dag_id == "d");
  REQUIRE(checked.steps.size() == 3);
  CHECK(checked.steps[0].tasks == std::vector<std::string>{"a", "alone"});
  CHECK(checked.steps[1].tasks == std::vector<std::string>{"b"});
  CHECK(checked.steps[2].tasks == std::vector<std::string>{"end"});
  REQUIRE(checked.needs.size() == 2);
  CHECK(checked.needs[0] ==
        wire::DagNeed{.kind = "pack", .name = "cuda", .is_there = false, .tasks = {"b"}});
  CHECK(checked.needs[1] ==
        wire::DagNeed{.kind = "pool", .name = "gpu", .is_there = true, .tasks = {"b", "alone"}});
}

TEST_CASE("an error without a place stands at the first line, without the stand-in's name") {
  wire::DagFile file;
  file.error = wire::ParseError{.file = "/x/dag.yaml", .message = "/x/dag.yaml: it takes too long"};
  const auto checked = check_of(file, {});
  REQUIRE(checked.problems.size() == 1);
  CHECK(checked.problems[0].message == "it takes too long");
  CHECK(checked.problems[0].line == 1);
  CHECK(checked.dag_id.empty());
}

}  // namespace
}  // namespace aiflow::service
