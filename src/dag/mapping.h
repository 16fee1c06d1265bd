// SPDX-License-Identifier: Apache-2.0
// Dynamic task mapping (workflow-semantics section 6): which tasks are expanded together, over
// what, and how many instances that gives. Built once per DAG version; immutable.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "dag/dag.h"
#include "dag/topology.h"

namespace aiflow::dag {

/// One mapped task, or all tasks of a mapped group.
struct Expansion {
  std::vector<MapNode> nodes{};
  std::vector<TaskIndex> members{};
  std::vector<TaskIndex> sources{};  ///< tasks whose return values tell the length, each once
  bool is_group = false;
};

/// Beyond any use: lengths are cut off here, so that products cannot overflow.
inline constexpr std::int64_t kMapLengthMax = 1'000'000'000;

class Mapping {
 public:
  /// `dag` must be valid (validate); it is not kept.
  Mapping(const Dag& dag, const Topology& topology);

  [[nodiscard]] bool empty() const { return expansions_.empty(); }
  [[nodiscard]] std::span<const Expansion> expansions() const { return expansions_; }
  /// nullptr: the task is not mapped.
  [[nodiscard]] const Expansion* of(TaskIndex task) const;
  /// Positions of the expansions that have this task as a source.
  [[nodiscard]] std::span<const std::uint32_t> over(TaskIndex task) const;
  /// Both are in one mapped group: an instance of one meets only that instance of the other which
  /// has the same map index.
  [[nodiscard]] bool together(TaskIndex a, TaskIndex b) const;

 private:
  void add(const Topology& topology, Expansion expansion);

  std::vector<Expansion> expansions_;
  std::vector<std::uint32_t> of_;  ///< by task: position + 1; empty when nothing is mapped
  std::vector<std::vector<std::uint32_t>> over_;
};

/// How many instances the nodes give; `length_of` tells the length of a task's return value.
[[nodiscard]] std::int64_t map_length(std::span<const MapNode> nodes,
                                      const std::function<std::int64_t(const TaskId&)>& length_of);

}  // namespace aiflow::dag
