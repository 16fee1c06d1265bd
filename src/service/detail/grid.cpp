// SPDX-License-Identifier: Apache-2.0
// The grid of a DAG: a word of states for each run, a letter in it for each task.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "service/detail/grid_frames.h"
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

/// A run's word has a letter for each task, in the order of the frame's tasks.
using Places = decltype(detail::GridFrame::places);

constexpr std::size_t kFramesMax = 16;

std::shared_ptr<const detail::GridFrame> frame_of(const store::VersionStamp& stamp,
                                                  const wire::DagSpec& spec) {
  auto frame = std::make_shared<detail::GridFrame>();
  frame->stamp = stamp;
  for (const auto* task : in_topological_order(spec)) {
    frame->tasks.push_back(
        {task->task_id, task->label, task->group, task->operator_name, is_mapped(spec, *task)});
  }
  for (const auto& group : spec.task_groups) {
    frame->groups.push_back({group.group_id, group.label, group.parent, group.expand.has_value()});
  }
  for (const auto& task : frame->tasks) {
    frame->places.emplace_back(task.task_id, frame->places.size());
  }
  std::ranges::sort(frame->places);
  return frame;
}

/// Lays `rows`, which come by task id and map index, over a run's word; returns how many of its
/// letters they said. Both lists are walked once side by side: a search for each row would be most
/// of the work of a grid with a million cells.
std::size_t lay_over(std::string& word, const std::vector<store::TaskStateRow>& rows,
                     const Places& places) {
  std::size_t said = 0;
  auto place = places.begin();
  std::string_view last;
  TaskState shown = TaskState::no_status;
  for (const auto& row : rows) {
    place = std::find_if(place, places.end(),
                         [&](const auto& one) { return one.first >= row.task_id.value; });
    if (place == places.end()) break;
    if (place->first != row.task_id.value) continue;
    // The instances of a mapped task share one cell.
    shown = row.map_index > 0 ? most_telling(shown, row.state) : row.state;
    word[place->second] = letter_of(shown);
    said += std::exchange(last, place->first) != place->first ? 1 : 0;
  }
  return said;
}

Result<std::string> full_word_of(store::RunStore& runs, const store::RunKey& run,
                                 const Places& places) {
  AIFLOW_ASSIGN(const auto rows, runs.task_states(run));
  std::string word(places.size(), letter_of(TaskState::no_status));
  lay_over(word, rows, places);
  return word;
}

/// Of a run of the version that the grid shows. Its rows are of that version's tasks only (a run
/// that moves to another version leaves no others behind, and sched::widths_of refuses one that has
/// some), so when as many tasks are told of as there are, the untold ones succeeded.
Result<std::string> word_of(store::RunStore& runs, const store::RunKey& run, const Places& places) {
  AIFLOW_ASSIGN(const auto outcome, runs.outcome(run));
  std::string word(places.size(), letter_of(TaskState::success));
  const std::size_t said = lay_over(word, outcome.others, places);
  if (static_cast<std::size_t>(outcome.successes) + said == places.size()) return word;
  return full_word_of(runs, run, places);
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

Result<std::shared_ptr<const detail::GridFrame>> detail::GridFrames::of(store::DagStore& dags,
                                                                        const DagId& id) {
  AIFLOW_ASSIGN(const auto stamp, dags.newest(id));
  const auto is_meant = [&](const auto& one) { return one.first == id; };
  {
    const std::scoped_lock lock(mutex_);
    const auto found = std::ranges::find_if(kept_, is_meant);
    if (found != kept_.end() && found->second->stamp == stamp) {
      std::rotate(kept_.begin(), found, std::next(found));
      return kept_.front().second;
    }
  }
  AIFLOW_ASSIGN(const auto version, dags.version(id, stamp.version));
  auto frame = frame_of(stamp, version.spec);
  const std::scoped_lock lock(mutex_);
  std::erase_if(kept_, is_meant);
  kept_.emplace_front(id, frame);
  if (kept_.size() > kFramesMax) kept_.pop_back();
  return frame;
}

Result<wire::Grid> Workflows::grid(const DagId& id, int runs_max) {
  return parts_.store.read([&](db::Connection& db) -> Result<wire::Grid> {
    store::DagStore dags(db);
    AIFLOW_ASSIGN(const auto frame, frames_->of(dags, id));
    store::RunStore runs(db);
    AIFLOW_ASSIGN(auto listed, runs.list_runs({.dag_id = id,
                                               .states = {},
                                               .newest_first = true,
                                               .page = {.limit = runs_max, .offset = 0}}));
    std::ranges::reverse(listed.items);
    wire::Grid grid;
    grid.dag_id = id.value;
    grid.tasks = frame->tasks;
    grid.groups = frame->groups;
    for (const auto& run : listed.items) {
      grid.runs.push_back(store::to_wire(run));
      auto* const word = run.dag_version == frame->stamp.version ? &word_of : &full_word_of;
      AIFLOW_ASSIGN(grid.states.emplace_back(), word(runs, run.key, frame->places));
    }
    return grid;
  });
}

}  // namespace aiflow::service
