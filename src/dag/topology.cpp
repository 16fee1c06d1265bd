// SPDX-License-Identifier: Apache-2.0
#include "dag/topology.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "base/assert.h"

namespace aiflow::dag {
namespace {

using Lists = std::vector<std::vector<TaskIndex>>;

/// Marks everything reachable from `from` along `edges`; `from` itself only if reachable.
std::vector<bool> reach(const IndexLists& edges, std::span<const TaskIndex> from,
                        std::size_t size) {
  std::vector<bool> seen(size, false);
  std::vector<TaskIndex> stack(from.begin(), from.end());
  while (!stack.empty()) {
    const TaskIndex task = stack.back();
    stack.pop_back();
    for (const TaskIndex next : edges[task]) {
      if (seen[next]) continue;
      seen[next] = true;
      stack.push_back(next);
    }
  }
  return seen;
}

bool contains(std::span<const TaskIndex> list, TaskIndex task) {
  return std::ranges::find(list, task) != list.end();
}

Lists reversed(const Lists& lists) {
  Lists result(lists.size());
  for (TaskIndex task = 0; task < lists.size(); ++task) {
    for (const TaskIndex other : lists[task]) result[other].push_back(task);
  }
  return result;
}

constexpr std::size_t kBlockWords = 8;
constexpr std::size_t kBlockTasks = kBlockWords * 64;
using Block = std::array<std::uint64_t, kBlockWords>;

/// Sum of `own` over the tasks whose bit is set; `uniform`: all own weights are equal.
std::int64_t block_sum(const Block& block, std::span<const std::int64_t> own, bool uniform) {
  std::int64_t sum = 0;
  for (std::size_t word = 0; word < kBlockWords; ++word) {
    std::uint64_t bits = block[word];
    if (uniform) {
      sum += std::popcount(bits) * own[0];
      continue;
    }
    for (; bits != 0; bits &= bits - 1) {
      sum += own[word * 64 + static_cast<std::size_t>(std::countr_zero(bits))];
    }
  }
  return sum;
}

/// For each task: the sum of `own` over itself and everything reachable along `edges`, each task
/// once. `order` lists a task after all its `edges`. Bit sets over 512 tasks at a time keep the
/// memory at 64 bytes a task and the time at O(edges x tasks / 64).
std::vector<std::int64_t> reach_sums(const IndexLists& edges, std::span<const TaskIndex> order,
                                     std::span<const std::int64_t> own) {
  const bool uniform = std::ranges::adjacent_find(own, std::ranges::not_equal_to{}) == own.end();
  std::vector<std::int64_t> sums(own.size(), 0);
  std::vector<Block> reached(own.size());
  for (std::size_t base = 0; base < own.size(); base += kBlockTasks) {
    for (const TaskIndex task : order) {
      Block block{};
      for (const TaskIndex next : edges[task]) {
        for (std::size_t word = 0; word < kBlockWords; ++word) block[word] |= reached[next][word];
      }
      if (task >= base && task < base + kBlockTasks) {
        block[(task - base) / 64] |= std::uint64_t{1} << ((task - base) % 64);
      }
      reached[task] = block;
      sums[task] += block_sum(block, own.subspan(base), uniform);
    }
  }
  return sums;
}

}  // namespace

IndexLists::IndexLists(const Lists& lists) {
  begin_.reserve(lists.size() + 1);
  for (const auto& list : lists) {
    items_.insert(items_.end(), list.begin(), list.end());
    begin_.push_back(static_cast<std::uint32_t>(items_.size()));
  }
}

Topology::Topology(const Dag& dag) {
  for (TaskIndex task = 0; task < dag.tasks.size(); ++task) {
    index_.emplace(dag.tasks[task].task_id, task);
  }
  Lists upstream(dag.tasks.size());
  for (TaskIndex task = 0; task < dag.tasks.size(); ++task) {
    for (const TaskId& id : dag.tasks[task].upstream) {
      const auto found = find(id);
      AIFLOW_ASSERT(found);
      if (!contains(upstream[task], *found)) upstream[task].push_back(*found);
    }
  }
  upstream_ = IndexLists(upstream);
  downstream_ = IndexLists(reversed(upstream));
  build_order(dag);
  build_weights(dag);
  build_leaves(dag);
  build_scopes(dag);
  build_services(dag);
}

std::optional<TaskIndex> Topology::find(const TaskId& task_id) const {
  const auto it = index_.find(task_id);
  if (it == index_.end()) return std::nullopt;
  return it->second;
}

std::vector<TaskIndex> Topology::all_downstream(std::span<const TaskIndex> from) const {
  const auto seen = reach(downstream_, from, size());
  std::vector<TaskIndex> result;
  for (TaskIndex task = 0; task < seen.size(); ++task) {
    if (seen[task]) result.push_back(task);
  }
  return result;
}

void Topology::build_order(const Dag& dag) {
  std::vector<std::size_t> open(dag.tasks.size());
  for (TaskIndex task = 0; task < open.size(); ++task) {
    open[task] = upstream_[task].size();
    if (open[task] == 0) order_.push_back(task);
  }
  for (std::size_t next = 0; next < order_.size(); ++next) {
    for (const TaskIndex task : downstream_[order_[next]]) {
      if (--open[task] == 0) order_.push_back(task);
    }
  }
  AIFLOW_ASSERT(order_.size() == dag.tasks.size());  // else a cycle: validate() refuses those
}

void Topology::build_weights(const Dag& dag) {
  std::vector<std::int64_t> own;
  bool down = false;
  bool up = false;
  for (const Task& task : dag.tasks) {
    own.push_back(task.priority_weight);
    down = down || task.weight_rule == WeightRule::downstream;
    up = up || task.weight_rule == WeightRule::upstream;
  }
  std::vector<std::int64_t> downstream_sums;
  std::vector<std::int64_t> upstream_sums;
  if (down) {
    const std::vector<TaskIndex> backwards(order_.rbegin(), order_.rend());
    downstream_sums = reach_sums(downstream_, backwards, own);
  }
  if (up) upstream_sums = reach_sums(upstream_, order_, own);
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  weight_ = own;
  for (TaskIndex task = 0; task < own.size(); ++task) {
    const WeightRule rule = dag.tasks[task].weight_rule;
    if (rule == WeightRule::downstream) weight_[task] = downstream_sums[task];
    if (rule == WeightRule::upstream) weight_[task] = upstream_sums[task];
    weight_[task] = std::clamp(weight_[task], -kMax, kMax);  // Airflow stores 32 bits
  }
}

void Topology::build_leaves(const Dag& dag) {
  const auto counts = [&](TaskIndex task) {
    return !dag.tasks[task].is_teardown || dag.tasks[task].on_failure_fail_dagrun;
  };
  for (TaskIndex task = 0; task < size(); ++task) {
    if (counts(task) && std::ranges::none_of(downstream(task), counts)) leaves_.push_back(task);
  }
}

void Topology::build_scopes(const Dag& dag) {
  Lists setups(size());
  Lists scopes(size());
  for (TaskIndex setup = 0; setup < size(); ++setup) {
    if (!dag.tasks[setup].is_setup) continue;
    std::vector<TaskIndex> teardowns;
    for (const TaskIndex task : downstream(setup)) {
      if (dag.tasks[task].is_teardown) teardowns.push_back(task);
    }
    const auto below = reach(downstream_, std::span(&setup, 1), size());
    const auto above = reach(upstream_, teardowns, size());
    for (TaskIndex task = 0; task < size(); ++task) {
      const bool in_scope = below[task] && (teardowns.empty() || above[task]);
      if (!in_scope || dag.tasks[task].is_teardown) continue;
      if (!contains(upstream(task), setup)) setups[task].push_back(setup);
    }
    for (const TaskIndex teardown : teardowns) {
      const auto before = reach(upstream_, std::span(&teardown, 1), size());
      for (TaskIndex task = 0; task < size(); ++task) {
        if (!below[task] || !before[task] || contains(upstream(teardown), task)) continue;
        if (!contains(scopes[teardown], task)) scopes[teardown].push_back(task);
      }
    }
  }
  indirect_setups_ = IndexLists(setups);
  teardown_scope_ = IndexLists(scopes);
  setup_dependents_ = IndexLists(reversed(setups));
  scope_dependents_ = IndexLists(reversed(scopes));
}

void Topology::build_services(const Dag& dag) {
  Lists users(size());
  for (TaskIndex service = 0; service < size(); ++service) {
    if (dag.tasks[service].is_service) users[service] = all_downstream(std::span(&service, 1));
  }
  service_users_ = IndexLists(users);
  services_above_ = IndexLists(reversed(users));
}

}  // namespace aiflow::dag
