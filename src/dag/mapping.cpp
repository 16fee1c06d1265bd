// SPDX-License-Identifier: Apache-2.0
#include "dag/mapping.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace aiflow::dag {
namespace {

/// The group's own or nearest enclosing group that is mapped; nullptr: none.
const TaskGroup* mapped_group(const Dag& dag, const std::optional<std::string>& group_id) {
  std::optional<std::string> at = group_id;
  while (at) {
    const auto group = std::ranges::find(dag.task_groups, *at, &TaskGroup::group_id);
    if (group == dag.task_groups.end()) return nullptr;
    if (!group->expand.empty()) return &*group;
    at = group->parent;
  }
  return nullptr;
}

std::int64_t length_of_parts(const MapNode& node, std::span<const std::int64_t> known) {
  std::int64_t length = node.kind == MapKind::product ? 1 : 0;
  for (std::size_t i = 0; i < node.parts.size(); ++i) {
    const std::int64_t part = known[node.parts[i]];
    switch (node.kind) {
      case MapKind::product: length *= part; break;
      case MapKind::concat: length += part; break;
      case MapKind::zip: length = i == 0 ? part : std::min(length, part); break;
      default: length = std::max(length, part); break;
    }
    length = std::min(length, kMapLengthMax);
  }
  return length;
}

}  // namespace

Mapping::Mapping(const Dag& dag, const Topology& topology) {
  const auto mapped = [](const auto& item) { return !item.expand.empty(); };
  if (std::ranges::none_of(dag.tasks, mapped) && std::ranges::none_of(dag.task_groups, mapped)) {
    return;
  }
  of_.resize(topology.size());
  over_.resize(topology.size());
  for (const TaskGroup& group : dag.task_groups) {
    if (group.expand.empty()) continue;
    Expansion expansion{.nodes = group.expand, .is_group = true};
    for (TaskIndex task = 0; task < topology.size(); ++task) {
      if (mapped_group(dag, dag.tasks[task].group) == &group) expansion.members.push_back(task);
    }
    add(topology, std::move(expansion));
  }
  for (TaskIndex task = 0; task < topology.size(); ++task) {
    if (dag.tasks[task].expand.empty()) continue;
    add(topology, {.nodes = dag.tasks[task].expand, .members = {task}});
  }
}

void Mapping::add(const Topology& topology, Expansion expansion) {
  for (const MapNode& node : expansion.nodes) {
    if (node.kind != MapKind::xcom) continue;
    const TaskIndex source = *topology.find(node.task_id);
    if (std::ranges::find(expansion.sources, source) != expansion.sources.end()) continue;
    expansion.sources.push_back(source);
  }
  const auto position = static_cast<std::uint32_t>(expansions_.size());
  for (const TaskIndex member : expansion.members) of_[member] = position + 1;
  for (const TaskIndex source : expansion.sources) over_[source].push_back(position);
  expansions_.push_back(std::move(expansion));
}

const Expansion* Mapping::of(TaskIndex task) const {
  if (of_.empty() || of_[task] == 0) return nullptr;
  return &expansions_[of_[task] - 1];
}

std::span<const std::uint32_t> Mapping::over(TaskIndex task) const {
  if (over_.empty()) return {};
  return over_[task];
}

bool Mapping::together(TaskIndex a, TaskIndex b) const {
  return !of_.empty() && of_[a] != 0 && of_[a] == of_[b];
}

std::int64_t map_length(std::span<const MapNode> nodes,
                        const std::function<std::int64_t(const TaskId&)>& length_of) {
  std::vector<std::int64_t> known;
  for (const MapNode& node : nodes) {
    switch (node.kind) {
      case MapKind::literal: known.push_back(std::min(node.length, kMapLengthMax)); break;
      case MapKind::xcom: known.push_back(std::min(length_of(node.task_id), kMapLengthMax)); break;
      default: known.push_back(length_of_parts(node, known)); break;
    }
  }
  return known.back();
}

}  // namespace aiflow::dag
