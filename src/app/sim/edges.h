// SPDX-License-Identifier: Apache-2.0
// S5: the published table of state changes of a task instance, and which of its edges were taken.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <vector>

#include "base/states.h"

namespace aiflow::sim {

struct Edge {
  TaskState from;
  TaskState to;
  bool by_user;  ///< by clear or mark, or by what follows from one in the same step
  auto operator<=>(const Edge&) const = default;
};

[[nodiscard]] std::string to_text(const Edge& edge);

[[nodiscard]] bool is_finished(TaskState state);

class EdgeCoverage {
 public:
  /// Counts it; false when the table has no such edge.
  bool take(const Edge& edge);
  void add(const EdgeCoverage& other);
  /// Edges of the table that were never taken.
  [[nodiscard]] std::vector<Edge> missing() const;
  [[nodiscard]] const std::map<Edge, std::int64_t>& counts() const { return counts_; }
  [[nodiscard]] static std::size_t published();

 private:
  std::map<Edge, std::int64_t> counts_;
};

}  // namespace aiflow::sim
