// SPDX-License-Identifier: Apache-2.0
#include "whatif/changes.h"

#include <algorithm>
#include <functional>

namespace aiflow::whatif {
namespace {

DagPast* find_dag(Workload& workload, const DagId& dag_id) {
  const auto found = std::ranges::find_if(
      workload.dags, [&](const DagPast& past) { return past.definition->dag_id == dag_id; });
  return found == workload.dags.end() ? nullptr : &*found;
}

Result<DagPast*> need_dag(Workload& workload, const DagId& dag_id) {
  DagPast* past = find_dag(workload, dag_id);
  if (past != nullptr) return past;
  return fail(ErrorCode::not_found, "dag '" + dag_id.value + "' is not in the simulated period");
}

using Edit = std::function<Status(dag::Dag&)>;

Status edit(Workload& workload, const DagId& dag_id, const Edit& change) {
  AIFLOW_ASSIGN(DagPast * past, need_dag(workload, dag_id));
  auto copy = std::make_shared<dag::Dag>(*past->definition);
  AIFLOW_TRY(change(*copy));
  past->definition = std::move(copy);
  return {};
}

Status set_weight(dag::Dag& definition, const TaskId& task_id, int weight) {
  const auto task = std::ranges::find(definition.tasks, task_id, &dag::Task::task_id);
  if (task == definition.tasks.end()) {
    return fail(ErrorCode::not_found,
                "dag '" + definition.dag_id.value + "' has no task '" + task_id.value + "'");
  }
  task->priority_weight = weight;
  return {};
}

Status at_least_one(const std::string& what, std::int64_t number) {
  if (number >= 1) return {};
  return fail(ErrorCode::invalid_argument, what + " must be at least 1");
}

Status set_pool(Workload& workload, const PoolName& name, std::int32_t slots) {
  if (slots < -1) {
    return fail(ErrorCode::invalid_argument,
                "pool '" + name.value + "' has -1 (no limit), 0 or more slots");
  }
  const auto pool = std::ranges::find(workload.pools, name, &sched::PoolRow::name);
  if (pool == workload.pools.end()) {
    workload.pools.push_back({.name = name, .slots = slots});
  } else {
    pool->slots = slots;
  }
  return {};
}

void add(std::string& words, const std::string& what, const std::string& from,
         const std::string& to) {
  words += (words.empty() ? "" : ", ") + what + " " + from + " -> " + to;
}

std::string pool_slots(const Workload& workload, const PoolName& name) {
  const auto pool = std::ranges::find(workload.pools, name, &sched::PoolRow::name);
  return pool == workload.pools.end() ? "none" : std::to_string(pool->slots);
}

}  // namespace

std::string Changes::in_words(const Workload& before) const {
  std::string words;
  if (slots) add(words, "slots", std::to_string(before.slots), std::to_string(*slots));
  for (const auto& [name, count] : pools) {
    add(words, "pool " + name.value, pool_slots(before, name), std::to_string(count));
  }
  for (const auto& [task, weight] : weights) {
    const std::string name = task.first.value + "." + task.second.value;
    add(words, "priority " + name, "its own", std::to_string(weight));
  }
  for (const auto& [dag_id, count] : max_active_runs) {
    add(words, "max_active_runs " + dag_id.value, "its own", std::to_string(count));
  }
  for (const auto& [dag_id, count] : max_active_tasks) {
    add(words, "max_active_tasks " + dag_id.value, "its own", std::to_string(count));
  }
  for (const auto& [dag_id, is_paused] : paused) {
    add(words, dag_id.value, is_paused ? "active" : "paused", is_paused ? "paused" : "active");
  }
  return words;
}

Result<Workload> changed(Workload workload, const Changes& changes) {
  if (changes.slots) {
    AIFLOW_TRY(at_least_one("the number of slots", *changes.slots));
    workload.slots = *changes.slots;
  }
  for (const auto& [name, slots] : changes.pools) AIFLOW_TRY(set_pool(workload, name, slots));
  for (const auto& [task, weight] : changes.weights) {
    AIFLOW_TRY(edit(workload, task.first, [&](dag::Dag& definition) {
      return set_weight(definition, task.second, weight);
    }));
  }
  for (const auto& [dag_id, count] : changes.max_active_runs) {
    AIFLOW_TRY(at_least_one("max_active_runs", count));
    AIFLOW_TRY(edit(workload, dag_id, [&](dag::Dag& definition) -> Status {
      definition.max_active_runs = count;
      return {};
    }));
  }
  for (const auto& [dag_id, count] : changes.max_active_tasks) {
    AIFLOW_TRY(at_least_one("max_active_tasks", count));
    AIFLOW_TRY(edit(workload, dag_id, [&](dag::Dag& definition) -> Status {
      definition.max_active_tasks = count;
      return {};
    }));
  }
  for (const auto& [dag_id, is_paused] : changes.paused) {
    AIFLOW_ASSIGN(DagPast * past, need_dag(workload, dag_id));
    past->paused = is_paused;
  }
  return workload;
}

}  // namespace aiflow::whatif
