// SPDX-License-Identifier: Apache-2.0
// The grid of a DAG: a word of states for each run, a letter in it for each task.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "service/workflows.h"
#include "store/dag_store.h"
#include "store/run_store.h"

namespace aiflow::service {
namespace {

const wire::TaskGroupSpec* find_group(const wire::DagSpec& spec,
                                      const std::optional<std::string>& id) {
  const auto at = std::ranges::find_if(
      spec.task_groups, [&](const auto& group) { return id && group.group_id == *id; });
  return at == spec.task_groups.end() ? nullptr : &*at;
}

/// The letter of a state in a run's word: 'a' for the first of api/states.yaml.
char letter_of(TaskState state) { return static_cast<char>('a' + static_cast<int>(state)); }

/// Where the tasks of a DAG stand in a run's word, in the order of their names.
using Places = std::vector<std::pair<std::string_view, std::size_t>>;

Places places_of(const std::vector<wire::GridTask>& tasks) {
  Places places;
  places.reserve(tasks.size());
  for (std::size_t at = 0; at < tasks.size(); ++at) places.emplace_back(tasks[at].task_id, at);
  std::ranges::sort(places);
  return places;
}

/// `rows` come by task id and map index. Both lists are walked once side by side: a search for each
/// row would be most of the work of a grid with a million cells.
std::string word_of(const std::vector<store::TaskStateRow>& rows, const Places& places) {
  std::string word(places.size(), letter_of(TaskState::no_status));
  auto place = places.begin();
  TaskState shown = TaskState::no_status;
  for (const auto& row : rows) {
    place = std::find_if(place, places.end(),
                         [&](const auto& one) { return one.first >= row.task_id.value; });
    if (place == places.end()) break;
    if (place->first != row.task_id.value) continue;
    // The instances of a mapped task share one cell.
    shown = row.map_index > 0 ? most_telling(shown, row.state) : row.state;
    word[place->second] = letter_of(shown);
  }
  return word;
}

}  // namespace

TaskState most_telling(TaskState a, TaskState b) {
  constexpr std::array kOrder = {TaskState::failed,         TaskState::upstream_failed,
                                 TaskState::running,        TaskState::restarting,
                                 TaskState::awaiting_input, TaskState::deferred,
                                 TaskState::up_for_retry,   TaskState::up_for_reschedule,
                                 TaskState::queued,         TaskState::scheduled,
                                 TaskState::no_status,      TaskState::success,
                                 TaskState::skipped,        TaskState::removed};
  return *std::ranges::find_if(kOrder, [&](TaskState state) { return state == a || state == b; });
}

bool is_mapped(const wire::DagSpec& spec, const wire::TaskSpec& task) {
  if (task.expand) return true;
  const auto* group = find_group(spec, task.group);
  // A file's groups cannot go round in a circle, yet what was stored is not trusted to be so.
  for (std::size_t depth = 0; group != nullptr && depth < spec.task_groups.size(); ++depth) {
    if (group->expand) return true;
    group = find_group(spec, group->parent);
  }
  return false;
}

std::vector<const wire::TaskSpec*> in_topological_order(const wire::DagSpec& spec) {
  std::map<std::string_view, std::size_t> at;
  for (std::size_t i = 0; i < spec.tasks.size(); ++i) at[spec.tasks[i].task_id] = i;
  std::vector<std::vector<std::size_t>> downstream(spec.tasks.size());
  std::vector<std::size_t> missing(spec.tasks.size(), 0);
  for (std::size_t i = 0; i < spec.tasks.size(); ++i) {
    for (const auto& upstream : spec.tasks[i].upstream) {
      const auto found = at.find(upstream);
      if (found == at.end()) continue;
      downstream[found->second].push_back(i);
      ++missing[i];
    }
  }
  std::set<std::size_t> ready;
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (missing[i] == 0) ready.insert(i);
  }
  std::vector<const wire::TaskSpec*> out;
  while (!ready.empty()) {
    const auto next = ready.extract(ready.begin()).value();
    out.push_back(&spec.tasks[next]);
    for (const auto child : downstream[next]) {
      if (--missing[child] == 0) ready.insert(child);
    }
  }
  return out;
}

Result<wire::Grid> Workflows::grid(const DagId& id, int runs_max) {
  return parts_.store.read([&](db::Connection& db) -> Result<wire::Grid> {
    store::RunStore runs(db);
    AIFLOW_ASSIGN(const auto version, store::DagStore(db).version(id));
    AIFLOW_ASSIGN(auto listed, runs.list_runs({.dag_id = id,
                                               .states = {},
                                               .newest_first = true,
                                               .page = {.limit = runs_max, .offset = 0}}));
    std::ranges::reverse(listed.items);
    wire::Grid grid;
    grid.dag_id = id.value;
    for (const auto* task : in_topological_order(version.spec)) {
      grid.tasks.push_back({task->task_id, task->label, task->group, task->operator_name,
                            is_mapped(version.spec, *task)});
    }
    for (const auto& group : version.spec.task_groups) {
      grid.groups.push_back({group.group_id, group.label, group.parent, group.expand.has_value()});
    }
    const auto places = places_of(grid.tasks);
    for (const auto& run : listed.items) {
      grid.runs.push_back(store::to_wire(run));
      AIFLOW_ASSIGN(const auto rows, runs.task_states(run.key));
      grid.states.push_back(word_of(rows, places));
    }
    return grid;
  });
}

}  // namespace aiflow::service
