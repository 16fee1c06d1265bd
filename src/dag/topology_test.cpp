// SPDX-License-Identifier: Apache-2.0
#include "dag/topology.h"

#include <doctest/doctest.h>

#include <string>

#include "base/prng.h"

namespace aiflow::dag {
namespace {

Task task(std::string id, std::vector<TaskId> upstream = {}) {
  Task result;
  result.task_id = {std::move(id)};
  result.upstream = std::move(upstream);
  return result;
}

std::vector<TaskIndex> list(std::span<const TaskIndex> span) { return {span.begin(), span.end()}; }

TEST_CASE("the order puts each task after its upstreams") {
  Dag dag;
  dag.tasks = {task("c", {{"b"}}), task("b", {{"a"}}), task("a")};
  const Topology topology(dag);
  CHECK(list(topology.order()) == std::vector<TaskIndex>{2, 1, 0});
  CHECK(list(topology.downstream(2)) == std::vector<TaskIndex>{1});
  CHECK(list(topology.leaves()) == std::vector<TaskIndex>{0});
  CHECK(topology.find({"b"}) == 1);
  CHECK(!topology.find({"x"}));
}

TEST_CASE("a diamond counts the shared downstream once in the priority weight") {
  Dag dag;
  dag.tasks = {task("a"), task("b", {{"a"}}), task("c", {{"a"}}), task("d", {{"b"}, {"c"}})};
  for (int i = 0; i < 4; ++i) dag.tasks[static_cast<std::size_t>(i)].priority_weight = 1 << i;
  CHECK(Topology(dag).weight(0) == 15);
  CHECK(Topology(dag).weight(1) == 10);
  dag.tasks[3].weight_rule = WeightRule::upstream;
  dag.tasks[0].weight_rule = WeightRule::absolute;
  CHECK(Topology(dag).weight(3) == 15);
  CHECK(Topology(dag).weight(0) == 1);
}

TEST_CASE("weights of a chain longer than one block of bits are exact") {
  Dag dag;
  for (int i = 0; i < 1'500; ++i) {
    dag.tasks.push_back(task("t" + std::to_string(i)));
    if (i > 0) dag.tasks.back().upstream = {{"t" + std::to_string(i - 1)}};
  }
  const Topology topology(dag);
  CHECK(topology.weight(0) == 1'500);
  CHECK(topology.weight(1'499) == 1);
}

TEST_CASE("a setup two steps above is an indirect setup of what its teardown encloses") {
  Dag dag;
  dag.tasks = {task("setup"), task("work", {{"setup"}}), task("more", {{"work"}}),
               task("down", {{"setup"}, {"more"}}), task("after", {{"more"}})};
  dag.tasks[0].is_setup = true;
  dag.tasks[3].is_teardown = true;
  const Topology topology(dag);
  CHECK(list(topology.indirect_setups(1)).empty());
  CHECK(list(topology.indirect_setups(2)) == std::vector<TaskIndex>{0});
  CHECK(list(topology.indirect_setups(4)).empty());
  CHECK(list(topology.teardown_scope(3)) == std::vector<TaskIndex>{1});
  CHECK(list(topology.scope_dependents(1)) == std::vector<TaskIndex>{3});
  CHECK(list(topology.leaves()) == std::vector<TaskIndex>{4});
}

TEST_CASE("everything downstream is found once, without the start") {
  Dag dag;
  dag.tasks = {task("a"), task("b", {{"a"}}), task("c", {{"a"}, {"b"}}), task("x")};
  const TaskIndex start = 0;
  CHECK(Topology(dag).all_downstream(std::span(&start, 1)) == std::vector<TaskIndex>{1, 2});
}

}  // namespace
}  // namespace aiflow::dag
