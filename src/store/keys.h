// SPDX-License-Identifier: Apache-2.0
// Names of runs and task instances in the database.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "base/id.h"

namespace aiflow::store {

struct RunKey {
  DagId dag_id;
  RunId run_id;
  auto operator<=>(const RunKey&) const = default;
};

/// Beyond it no request is right; the scheduler makes far fewer instances.
inline constexpr int kMapIndexMax = 1'000'000;
inline constexpr int kNotMapped = -1;

struct TaskKey {
  DagId dag_id;
  RunId run_id;
  TaskId task_id;
  int map_index = kNotMapped;
  [[nodiscard]] RunKey run() const { return {dag_id, run_id}; }
  auto operator<=>(const TaskKey&) const = default;
};

/// A slice of a list; `limit` is bounded by the callers (the API: at most 1000).
struct Page {
  int limit = 100;
  int offset = 0;
};

/// A slice with the number of rows in all.
template <class T>
struct Listed {
  std::vector<T> items;
  std::int64_t total = 0;
};

}  // namespace aiflow::store
