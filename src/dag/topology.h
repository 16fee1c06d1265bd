// SPDX-License-Identifier: Apache-2.0
// The shape of a validated DAG by task index (position in Dag::tasks): neighbours, order, effective
// priority weights, leaves, setup and teardown scopes. Built once per DAG version; immutable.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dag/dag.h"

namespace aiflow::dag {

using TaskIndex = std::uint32_t;

/// Lists of task indexes, one list per task, in one block of memory.
class IndexLists {
 public:
  IndexLists() = default;
  explicit IndexLists(const std::vector<std::vector<TaskIndex>>& lists);
  [[nodiscard]] std::span<const TaskIndex> operator[](TaskIndex task) const {
    return std::span(items_).subspan(begin_[task], begin_[task + 1] - begin_[task]);
  }
  [[nodiscard]] bool empty() const { return items_.empty(); }

 private:
  std::vector<std::uint32_t> begin_{0};
  std::vector<TaskIndex> items_;
};

class Topology {
 public:
  /// `dag` must be valid (validate); it is not kept.
  explicit Topology(const Dag& dag);

  [[nodiscard]] std::size_t size() const { return order_.size(); }
  [[nodiscard]] std::optional<TaskIndex> find(const TaskId& task_id) const;
  [[nodiscard]] std::span<const TaskIndex> upstream(TaskIndex task) const {
    return upstream_[task];
  }
  [[nodiscard]] std::span<const TaskIndex> downstream(TaskIndex task) const {
    return downstream_[task];
  }
  /// All tasks, each after its upstreams; ties in the author's order.
  [[nodiscard]] std::span<const TaskIndex> order() const { return order_; }
  /// Own weight plus that of the relatives the task's weight rule names, each counted once.
  [[nodiscard]] std::int64_t weight(TaskIndex task) const { return weight_[task]; }
  /// Tasks whose states decide the run's state (teardowns do not, unless they say so).
  [[nodiscard]] std::span<const TaskIndex> leaves() const { return leaves_; }
  /// Setups that must succeed before a task, beyond its direct upstreams; empty for teardowns.
  [[nodiscard]] std::span<const TaskIndex> indirect_setups(TaskIndex task) const {
    return indirect_setups_[task];
  }
  /// Tasks between a teardown's setups and the teardown, beyond its direct upstreams.
  [[nodiscard]] std::span<const TaskIndex> teardown_scope(TaskIndex task) const {
    return teardown_scope_[task];
  }
  /// The reverse of indirect_setups and teardown_scope.
  [[nodiscard]] std::span<const TaskIndex> setup_dependents(TaskIndex task) const {
    return setup_dependents_[task];
  }
  [[nodiscard]] std::span<const TaskIndex> scope_dependents(TaskIndex task) const {
    return scope_dependents_[task];
  }
  [[nodiscard]] bool has_services() const { return !service_users_.empty(); }
  /// The tasks that a service is there for: all that come after it. Of other tasks: none.
  [[nodiscard]] std::span<const TaskIndex> service_users(TaskIndex task) const {
    return service_users_[task];
  }
  /// The reverse of it.
  [[nodiscard]] std::span<const TaskIndex> services_above(TaskIndex task) const {
    return services_above_[task];
  }
  /// Every task reachable from `from` (not included unless reachable), ascending.
  [[nodiscard]] std::vector<TaskIndex> all_downstream(std::span<const TaskIndex> from) const;

 private:
  void build_order(const Dag& dag);
  void build_weights(const Dag& dag);
  void build_leaves(const Dag& dag);
  void build_scopes(const Dag& dag);
  void build_services(const Dag& dag);

  std::unordered_map<TaskId, TaskIndex> index_;
  IndexLists upstream_, downstream_;
  IndexLists indirect_setups_, teardown_scope_, setup_dependents_, scope_dependents_;
  IndexLists service_users_, services_above_;
  std::vector<TaskIndex> order_, leaves_;
  std::vector<std::int64_t> weight_;
};

}  // namespace aiflow::dag
