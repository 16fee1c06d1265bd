// SPDX-License-Identifier: Apache-2.0
#include "service/dag_files/dag_check.h"

#include <algorithm>
#include <map>
#include <utility>

namespace aiflow::service {
namespace {

std::vector<wire::DagProblem> problems_of(const wire::ParseError& error) {
  std::vector<wire::DagProblem> out;
  for (const auto& one : error.problems.value_or(std::vector<wire::ParseProblem>{})) {
    out.push_back({one.message, one.line, one.column, one.path});
  }
  if (!out.empty()) return out;
  std::string message = error.message;
  // What the parser of files puts in front names a file that only stood in for the text.
  if (message.starts_with(error.file + ": ")) message.erase(0, error.file.size() + 2);
  return {{.message = std::move(message), .line = error.line.value_or(1), .column = 1}};
}

/// Each task as early as its upstream allows, in the file's order.
std::vector<wire::DagStep> steps_of(const wire::DagSpec& dag) {
  std::map<std::string, std::size_t> step;
  std::vector<wire::DagStep> steps;
  // The parser takes no circles, so each round places a task at least.
  for (bool placed = true; placed && step.size() < dag.tasks.size();) {
    placed = false;
    for (const auto& task : dag.tasks) {
      const auto is_placed = [&](const auto& upstream) { return step.contains(upstream); };
      if (step.contains(task.task_id) || !std::ranges::all_of(task.upstream, is_placed)) continue;
      std::size_t own = 0;
      for (const auto& upstream : task.upstream) own = std::max(own, step[upstream] + 1);
      step[task.task_id] = own;
      steps.resize(std::max(steps.size(), own + 1));
      placed = true;
    }
  }
  for (const auto& task : dag.tasks) {
    const auto found = step.find(task.task_id);
    if (found != step.end()) steps[found->second].tasks.push_back(task.task_id);
  }
  return steps;
}

std::vector<wire::DagNeed> needs_of(const wire::DagSpec& dag, const AtHand& has) {
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> found;
  for (const auto& task : dag.tasks) {
    if (task.pool != "default_pool") found[{"pool", task.pool}].push_back(task.task_id);
    const auto* pack = task.executor_config ? task.executor_config->find("pack") : nullptr;
    if (pack != nullptr && pack->is_string()) {
      found[{"pack", pack->as_string()}].push_back(task.task_id);
    }
  }
  std::vector<wire::DagNeed> needs;
  for (auto& [need, tasks] : found) {
    const auto& [kind, name] = need;
    needs.push_back({.kind = kind,
                     .name = name,
                     .is_there = kind == "pool" ? has.pool(name) : has.pack(name),
                     .tasks = std::move(tasks)});
  }
  return needs;
}

}  // namespace

wire::DagCheck check_of(const wire::DagFile& file, const AtHand& has) {
  if (file.error) return {.problems = problems_of(*file.error)};
  if (file.dags.size() != 1) {
    return {.problems = {{.message = "the text is no DAG", .line = 1, .column = 1}}};
  }
  const wire::DagSpec& dag = file.dags.front();
  return {
      .problems = {}, .dag_id = dag.dag_id, .steps = steps_of(dag), .needs = needs_of(dag, has)};
}

}  // namespace aiflow::service
