// SPDX-License-Identifier: Apache-2.0
#include "dag/validate.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "dag/asset.h"
#include "dag/schedule.h"

namespace aiflow::dag {
namespace {

using Index = std::unordered_map<std::string_view, std::size_t>;
constexpr std::size_t kIdBytesMax = 250;  // with an ending it is still a name of a file
constexpr std::size_t kPlaceBytesMax = 63;
constexpr std::size_t kLabelsMax = 16;
constexpr std::size_t kPathShown = 20;  // task ids of a cycle shown in full

std::unexpected<Error> invalid(std::string message) {
  return fail(ErrorCode::invalid_argument, std::move(message));
}

std::string quoted(std::string_view id) { return "'" + std::string(id) + "'"; }

bool id_byte_ok(unsigned char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
  return letter || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

Status check_id(std::string_view what, std::string_view id) {
  if (id.empty()) return invalid(std::string(what) + " is empty");
  if (id.size() > kIdBytesMax) {
    return invalid(std::string(what) + " has " + std::to_string(id.size()) + " bytes, at most " +
                   std::to_string(kIdBytesMax) + " are allowed");
  }
  const auto ok = [](char c) { return id_byte_ok(static_cast<unsigned char>(c)); };
  if (!std::ranges::all_of(id, ok)) {
    return invalid(std::string(what) + " " + quoted(id) +
                   " may hold only letters, digits, '_', '.' and '-'");
  }
  return {};
}

Status check_at_least(std::string_view what, std::int64_t value, std::int64_t least) {
  if (value >= least) return {};
  return invalid(std::string(what) + " is " + std::to_string(value) + ", but must be at least " +
                 std::to_string(least));
}

constexpr Duration kStopGraceMax = std::chrono::hours(1);

Status check_numbers(const Task& task) {
  AIFLOW_TRY(check_at_least("retries", task.retries, 0));
  AIFLOW_TRY(check_at_least("pool_slots", task.pool_slots, 1));
  AIFLOW_TRY(check_at_least("retry_delay in microseconds", task.retry_delay.count(), 0));
  AIFLOW_TRY(check_at_least("max_active_tis_per_dag", task.max_active_tis_per_dag.value_or(1), 1));
  AIFLOW_TRY(
      check_at_least("max_active_tis_per_dagrun", task.max_active_tis_per_dagrun.value_or(1), 1));
  const auto timeout = task.execution_timeout.value_or(Duration(1)).count();
  AIFLOW_TRY(check_at_least("execution_timeout in microseconds", timeout, 1));
  const double backoff = task.retry_exponential_backoff;
  if (!(backoff >= 0 && backoff <= 1000)) {
    return invalid("retry_exponential_backoff must be between 0 and 1000");
  }
  if (task.pool.value.empty()) return invalid("pool is empty");
  if (task.is_setup && task.is_teardown) return invalid("a task is setup or teardown, not both");
  if (task.is_service && task.is_teardown) return invalid("a service cannot be a teardown");
  const auto grace = task.stop_grace;
  if (grace < Duration{0} || grace > kStopGraceMax) return invalid("stop_grace is 0 to 3600 s");
  return {};
}

Status check_map_node(const std::vector<MapNode>& nodes, std::size_t position, const Index& index) {
  const MapNode& node = nodes[position];
  const bool leaf = node.kind == MapKind::literal || node.kind == MapKind::xcom;
  if (node.length < 0) return invalid("a literal has a negative length");
  if (node.kind == MapKind::xcom && !index.contains(node.task_id.value)) {
    return invalid("task " + quoted(node.task_id.value) + " does not exist");
  }
  if (leaf != node.parts.empty()) return invalid("a node has no parts, or too many");
  const auto later = [&](std::uint32_t part) { return part >= position; };
  if (std::ranges::any_of(node.parts, later)) return invalid("a node stands before its part");
  return {};
}

Status check_expand(const std::vector<MapNode>& nodes, const Index& index) {
  for (std::size_t position = 0; position < nodes.size(); ++position) {
    auto status = check_map_node(nodes, position, index);
    if (!status) return fail(std::move(status).error().with_context("expand"));
  }
  return {};
}

Status check_upstreams(const Task& task, const Index& index) {
  for (const TaskId& id : task.upstream) {
    if (id == task.task_id) return invalid("the task is its own upstream");
    if (!index.contains(id.value)) {
      return invalid("upstream " + quoted(id.value) + " does not exist");
    }
  }
  return {};
}

/// A name that stands in streams, labels and file names of others.
Status check_place(std::string_view what, std::string_view name) {
  const auto ok = [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || std::string_view("_.-/:").contains(c);
  };
  if (name.empty() || name.size() > kPlaceBytesMax || !std::ranges::all_of(name, ok)) {
    return invalid(std::string(what) + " " + quoted(name) +
                   " is not a name of 1 to 63 letters, digits, '_', '.', '-', '/' and ':'");
  }
  return {};
}

Status check_placement(const Placement& placement) {
  AIFLOW_TRY(check_place("executor", placement.executor));
  AIFLOW_TRY(check_place("queue", placement.queue));
  if (placement.labels.size() > kLabelsMax) return invalid("placement has more than 16 labels");
  for (const auto& [name, value] : placement.labels) {
    AIFLOW_TRY(check_place("placement label", name));
    AIFLOW_TRY(check_place("placement value", value));
  }
  return {};
}

Status check_task(const Task& task, const Index& index) {
  AIFLOW_TRY(check_id("task_id", task.task_id.value));
  AIFLOW_TRY(check_numbers(task));
  AIFLOW_TRY(check_placement(task.placement));
  AIFLOW_TRY(check_expand(task.expand, index));
  return check_upstreams(task, index);
}

std::string cycle_text(const Dag& dag, std::span<const std::size_t> cycle) {
  std::string text = "cycle of " + std::to_string(cycle.size()) + " tasks: ";
  for (std::size_t i = 0; i < std::min(cycle.size(), kPathShown); ++i) {
    text += dag.tasks[cycle[i]].task_id.value + " -> ";
  }
  if (cycle.size() > kPathShown) text += "... -> ";
  return text + dag.tasks[cycle.front()].task_id.value;
}

/// Follows upstreams from tasks that Kahn's order could not place: each of them has such an
/// upstream, so the walk must meet itself.
Status check_cycle(const Dag& dag, const Index& index) {
  std::vector<std::size_t> open(dag.tasks.size());
  std::vector<std::vector<std::size_t>> downstream(dag.tasks.size());
  std::vector<std::size_t> ready;
  for (std::size_t task = 0; task < dag.tasks.size(); ++task) {
    open[task] = dag.tasks[task].upstream.size();
    if (open[task] == 0) ready.push_back(task);
    for (const TaskId& id : dag.tasks[task].upstream) {
      downstream[index.at(id.value)].push_back(task);
    }
  }
  for (std::size_t next = 0; next < ready.size(); ++next) {
    for (const std::size_t task : downstream[ready[next]]) {
      if (--open[task] == 0) ready.push_back(task);
    }
  }
  if (ready.size() == dag.tasks.size()) return {};
  std::vector<std::size_t> path;
  std::vector<bool> seen(dag.tasks.size(), false);
  auto task = static_cast<std::size_t>(
      std::ranges::find_if(open, [](std::size_t n) { return n > 0; }) - open.begin());
  while (!seen[task]) {
    seen[task] = true;
    path.push_back(task);
    for (const TaskId& id : dag.tasks[task].upstream) {
      if (open[index.at(id.value)] > 0) task = index.at(id.value);
    }
  }
  std::vector<std::size_t> cycle(std::ranges::find(path, task), path.end());
  std::ranges::reverse(cycle);  // the walk went upstream; people read downstream
  return invalid(cycle_text(dag, cycle));
}

using Groups = std::unordered_map<std::string_view, const TaskGroup*>;

std::optional<std::string> mapped_group(std::optional<std::string> group, const Groups& groups) {
  while (group && groups.at(*group)->expand.empty()) group = groups.at(*group)->parent;
  return group;
}

/// A mapped task or group inside of a mapped group would need two map indexes.
Status check_mapped_once(const Dag& dag, const Groups& groups) {
  const auto twice = [](const std::string& what, const std::string& group) {
    return invalid(what + " is mapped inside of the mapped group " + quoted(group) +
                   "; map one of them only");
  };
  for (const Task& task : dag.tasks) {
    const auto group = mapped_group(task.group, groups);
    if (!task.expand.empty() && group) return twice("task " + quoted(task.task_id.value), *group);
  }
  for (const TaskGroup& group : dag.task_groups) {
    const auto outer = mapped_group(group.parent, groups);
    if (group.expand.empty() || !outer) continue;
    return twice("task group " + quoted(group.group_id), *outer);
  }
  return {};
}

/// What is mapped cannot wait for its own values.
Status check_sources(const Dag& dag, const Groups& groups) {
  for (const Task& task : dag.tasks) {
    const auto own = [&](const MapNode& node) { return node.task_id == task.task_id; };
    const auto group = mapped_group(task.group, groups);
    const bool itself = std::ranges::any_of(task.expand, own);
    if (itself || (group && std::ranges::any_of(groups.at(*group)->expand, own))) {
      return invalid((itself ? "task " : "the group of task ") + quoted(task.task_id.value) +
                     " is mapped over its own values");
    }
  }
  return {};
}

Status check_groups(const Dag& dag, const Index& index) {
  Groups groups;
  for (const TaskGroup& group : dag.task_groups) {
    if (!groups.emplace(group.group_id, &group).second) {
      return invalid("task group " + quoted(group.group_id) + " is defined twice");
    }
  }
  for (const TaskGroup& group : dag.task_groups) {
    if (group.parent && !groups.contains(*group.parent)) {
      return invalid("task group " + quoted(group.group_id) + ": parent " + quoted(*group.parent) +
                     " does not exist");
    }
    std::size_t depth = 0;
    for (const TaskGroup* at = &group; at->parent; at = groups.at(*at->parent)) {
      if (!groups.contains(*at->parent)) break;
      if (++depth > dag.task_groups.size()) {
        return invalid("task group " + quoted(group.group_id) + " contains itself");
      }
    }
  }
  for (const Task& task : dag.tasks) {
    if (task.group && !groups.contains(*task.group)) {
      return invalid("task " + quoted(task.task_id.value) + ": group " + quoted(*task.group) +
                     " does not exist");
    }
  }
  for (const TaskGroup& group : dag.task_groups) {
    auto status = check_expand(group.expand, index);
    if (status) continue;
    return fail(std::move(status).error().with_context("task group " + quoted(group.group_id)));
  }
  AIFLOW_TRY(check_mapped_once(dag, groups));
  return check_sources(dag, groups);
}

Status check_cron(const std::string& text) {
  auto cron = Cron::parse(text);
  if (!cron) return fail(std::move(cron).error().with_context("schedule"));
  if (cron->next(WallTime{}, {})) return {};
  return invalid("schedule: cron " + quoted(text) + " names a date that never comes");
}

Status check_interval(const Schedule& schedule) {
  if (schedule.interval_months == 0) {
    return check_at_least("schedule interval in microseconds", schedule.interval.count(),
                          Duration(std::chrono::seconds(1)).count());
  }
  AIFLOW_TRY(check_at_least("schedule interval in months", schedule.interval_months, 1));
  return check_at_least("schedule interval in microseconds", schedule.interval.count(), 0);
}

Status check_timetable(const Dag& dag) {
  const Schedule& schedule = dag.schedule;
  AIFLOW_TRY(check_at_least("data interval in microseconds", schedule.span.count(), 0));
  if (schedule.kind == ScheduleKind::interval) return check_interval(schedule);
  if (schedule.kind == ScheduleKind::cron) {
    AIFLOW_TRY(check_cron(schedule.cron));
    for (const std::string& cron : schedule.more_crons) AIFLOW_TRY(check_cron(cron));
  }
  if (!std::ranges::is_sorted(schedule.events)) return invalid("schedule: events are not in order");
  if (schedule.kind == ScheduleKind::continuous && dag.max_active_runs != 1) {
    return invalid("schedule '@continuous' needs max_active_runs=1");
  }
  return {};
}

Status check_schedule(const Dag& dag) {
  AIFLOW_TRY(check_timetable(dag));
  if (dag.compat != 2 && dag.compat != 3) return invalid("compat must be 2 or 3");
  AIFLOW_TRY(check_at_least("max_active_tasks", dag.max_active_tasks, 1));
  AIFLOW_TRY(check_at_least("max_active_runs", dag.max_active_runs, 1));
  AIFLOW_TRY(
      check_at_least("max_consecutive_failed_dag_runs", dag.max_consecutive_failed_dag_runs, 0));
  const auto timeout = dag.dagrun_timeout.value_or(Duration(1)).count();
  return check_at_least("dagrun_timeout in microseconds", timeout, 1);
}

Status check_dag(const Dag& dag) {
  AIFLOW_TRY(check_schedule(dag));
  Index index;
  for (std::size_t task = 0; task < dag.tasks.size(); ++task) {
    if (!index.emplace(dag.tasks[task].task_id.value, task).second) {
      return invalid("task " + quoted(dag.tasks[task].task_id.value) + " is defined twice");
    }
  }
  for (const Task& task : dag.tasks) {
    auto status = check_task(task, index);
    if (status) continue;
    return fail(std::move(status).error().with_context("task " + quoted(task.task_id.value)));
  }
  AIFLOW_TRY(check_groups(dag, index));
  return check_cycle(dag, index);
}

}  // namespace

Status validate(const Dag& dag) {
  AIFLOW_TRY(check_id("dag_id", dag.dag_id.value));
  AIFLOW_TRY(check_condition(dag.schedule.assets));
  auto status = check_dag(dag);
  if (status) return {};
  return fail(std::move(status).error().with_context("dag " + quoted(dag.dag_id.value)));
}

}  // namespace aiflow::dag
