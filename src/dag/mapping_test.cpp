// SPDX-License-Identifier: Apache-2.0
#include "dag/mapping.h"

#include <doctest/doctest.h>

#include <map>

#include "dag/validate.h"

namespace aiflow::dag {
namespace {

MapNode literal(std::int64_t length) { return {.length = length}; }
MapNode xcom(const char* task) { return {.kind = MapKind::xcom, .task_id = TaskId{task}}; }
MapNode of(MapKind kind, std::vector<std::uint32_t> parts) {
  return {.kind = kind, .parts = std::move(parts)};
}

std::int64_t length(const std::vector<MapNode>& nodes) {
  const std::map<std::string, std::int64_t> lengths{{"a", 3}, {"b", 5}, {"none", 0}};
  return map_length(nodes, [&](const TaskId& task) { return lengths.at(task.value); });
}

Task task(const char* id, std::vector<TaskId> upstream, std::vector<MapNode> expand = {},
          std::optional<std::string> group = {}) {
  Task made;
  made.task_id = TaskId{id};
  made.upstream = std::move(upstream);
  made.expand = std::move(expand);
  made.group = std::move(group);
  return made;
}

/// a -> g.x -> g.h.y (g mapped over a), a -> m (mapped over a and a literal), a -> z
Dag example() {
  Dag dag;
  dag.dag_id = DagId{"d"};
  dag.task_groups = {{.group_id = "g", .expand = {xcom("a")}}, {.group_id = "g.h", .parent = "g"}};
  dag.tasks = {task("a", {}), task("g.x", {{"a"}}, {}, "g"), task("g.h.y", {{"g.x"}}, {}, "g.h"),
               task("m", {{"a"}}, {xcom("a"), literal(2), of(MapKind::product, {0, 1})}),
               task("z", {{"a"}})};
  return dag;
}

TEST_CASE("lengths of every kind of node") {
  CHECK(length({literal(4)}) == 4);
  CHECK(length({xcom("a")}) == 3);
  CHECK(length({xcom("a"), xcom("b"), of(MapKind::product, {0, 1})}) == 15);
  CHECK(length({xcom("a"), xcom("b"), of(MapKind::zip, {0, 1})}) == 3);
  CHECK(length({xcom("a"), xcom("b"), of(MapKind::zip_longest, {0, 1})}) == 5);
  CHECK(length({xcom("a"), xcom("b"), of(MapKind::concat, {0, 1})}) == 8);
  CHECK(length({xcom("a"), xcom("none"), of(MapKind::product, {0, 1})}) == 0);
  CHECK(length({xcom("a"), literal(2), of(MapKind::concat, {0, 1}),
                of(MapKind::product, {1, 2})}) == 10);
  CHECK(length({literal(kMapLengthMax), literal(1000), of(MapKind::product, {0, 1, 1, 1})}) ==
        kMapLengthMax);
}

TEST_CASE("members, sources and what is mapped together") {
  const Dag dag = example();
  REQUIRE(validate(dag));
  const Topology topology(dag);
  const Mapping mapping(dag, topology);
  const auto at = [&](const char* id) { return *topology.find(TaskId{id}); };
  REQUIRE(mapping.expansions().size() == 2);
  const Expansion* group = mapping.of(at("g.h.y"));
  REQUIRE(group != nullptr);
  CHECK(group == mapping.of(at("g.x")));
  CHECK(group->is_group);
  CHECK(group->members == std::vector<TaskIndex>{at("g.x"), at("g.h.y")});
  CHECK(group->sources == std::vector<TaskIndex>{at("a")});
  REQUIRE(mapping.of(at("m")) != nullptr);
  CHECK_FALSE(mapping.of(at("m"))->is_group);
  CHECK(mapping.of(at("a")) == nullptr);
  CHECK(mapping.over(at("a")).size() == 2);
  CHECK(mapping.over(at("z")).empty());
  CHECK(mapping.together(at("g.x"), at("g.h.y")));
  CHECK_FALSE(mapping.together(at("g.x"), at("m")));
  CHECK_FALSE(mapping.together(at("z"), at("a")));
}

TEST_CASE("a DAG that maps nothing has no expansions") {
  Dag dag = example();
  dag.task_groups[0].expand.clear();
  dag.tasks[3].expand.clear();
  const Mapping mapping(dag, Topology(dag));
  CHECK(mapping.empty());
  CHECK(mapping.of(1) == nullptr);
  CHECK(mapping.over(0).empty());
}

TEST_CASE("mappings that cannot work are refused") {
  const auto message = [](const Dag& dag) {
    const auto status = validate(dag);
    return status ? std::string() : status.error().message;
  };
  Dag twice = example();
  twice.tasks[2].expand = {literal(2)};
  CHECK(message(twice) ==
        "dag 'd': task 'g.h.y' is mapped inside of the mapped group 'g'; map one of them only");
  Dag nested = example();
  nested.task_groups[1].expand = {literal(2)};
  CHECK(message(nested) ==
        "dag 'd': task group 'g.h' is mapped inside of the mapped group 'g'; "
        "map one of them only");
  Dag unknown = example();
  unknown.tasks[3].expand = {xcom("nobody")};
  CHECK(message(unknown) == "dag 'd': task 'm': expand: task 'nobody' does not exist");
  Dag itself = example();
  itself.tasks[3].expand = {xcom("m")};
  CHECK(message(itself) == "dag 'd': task 'm' is mapped over its own values");
  Dag own_group = example();
  own_group.task_groups[0].expand = {xcom("g.h.y")};
  CHECK(message(own_group) == "dag 'd': the group of task 'g.h.y' is mapped over its own values");
  Dag loop = example();
  loop.tasks[3].expand = {of(MapKind::zip, {0})};
  CHECK(message(loop) == "dag 'd': task 'm': expand: a node stands before its part");
  Dag hollow = example();
  hollow.tasks[3].expand = {of(MapKind::zip, {})};
  CHECK(message(hollow) == "dag 'd': task 'm': expand: a node has no parts, or too many");
  Dag negative = example();
  negative.tasks[3].expand = {literal(-1)};
  CHECK(message(negative) == "dag 'd': task 'm': expand: a literal has a negative length");
}

}  // namespace
}  // namespace aiflow::dag
