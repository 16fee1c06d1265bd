// SPDX-License-Identifier: Apache-2.0
// Assets: an event (a task that succeeded, or somebody from outside) is noted once, waits at each
// DAG that names the asset, and is consumed by one run of each. Of an asset and a DAG only the
// first and the last waiting event are kept: what comes faster than it is consumed costs no memory.
#include <algorithm>
#include <utility>

#include "sched/detail/stepper.h"
#include "sched/planted_bug.h"

namespace aiflow::sched::detail {
namespace {

const std::vector<dag::AssetNode>& condition_of(const DagState& dag_state) {
  return dag_state.current().definition->schedule.assets;
}

std::string names_text(const std::map<dag::AssetName, AssetQueueRow>& queue) {
  std::string text;
  for (const auto& [name, row] : queue) text += (text.empty() ? "" : ", ") + quoted(name.value);
  return queue.size() == 1 ? "asset " + text + " is new" : "assets " + text + " are new";
}

}  // namespace

Reply Stepper::apply(const AssetChanged& event) {
  const auto names_it = [&](const auto& entry) {
    const DagState& dag_state = entry.second;
    if (!dag_state.row.active) return false;
    const dag::Dag& definition = *dag_state.current().definition;
    const auto names = dag::names_of(definition.schedule.assets);
    return std::ranges::binary_search(names, event.asset) ||
           std::ranges::any_of(definition.tasks, [&](const dag::Task& task) {
             return std::ranges::find(task.outlets, event.asset) != task.outlets.end();
           });
  };
  if (std::ranges::none_of(model_.dags, names_it)) {
    return refuse(ErrorCode::not_found, "no DAG names the asset " + quoted(event.asset.value));
  }
  emit({.asset = event.asset, .extra = event.extra, .user = event.user});
  return {};
}

/// The events of an attempt that succeeded: one for each outlet, with what the task said of it, and
/// those that it added to an alias.
void Stepper::emit_outlets(Ref ref, const std::vector<AssetChange>& said) {
  const dag::Task& spec = ref.run->spec(ref.at);
  const auto made = [&](const AssetChange& change) {
    AssetEventRow row{.asset = change.asset, .extra = change.extra, .alias = change.alias};
    row.source = ref.run->key_of(ref.at);
    emit(std::move(row));
  };
  for (const dag::AssetName& outlet : spec.outlets) {
    const auto own = [&](const AssetChange& change) {
      return change.asset == outlet && change.alias.empty();
    };
    const auto found = std::ranges::find_if(said, own);
    made(found == said.end() ? AssetChange{.asset = outlet} : *found);
  }
  for (const AssetChange& change : said) {
    if (!change.alias.empty()) made(change);
  }
}

void Stepper::emit(AssetEventRow row) {
  row.id = ++model_.last_asset_event;
  row.at = now_.wall;
  queue(row.asset, row);
  if (!row.alias.empty()) queue({std::string(dag::kAliasPrefix) + row.alias}, row);
  out_.asset_events.push_back(std::move(row));
}

/// A paused DAG takes no notice, as in Airflow.
void Stepper::queue(const dag::AssetName& name, const AssetEventRow& event) {
  const auto consumers = model_.consumers.find(name);
  if (consumers == model_.consumers.end()) return;
  for (const DagId& dag_id : consumers->second) {
    DagState& dag_state = model_.dags.at(dag_id);
    if (dag_state.row.paused) continue;
    const bool busy = dag_state.runs_queued + dag_state.runs_running > 0;
    if (busy && planted(PlantedBug::asset_event_lost)) continue;
    auto [at, fresh] = dag_state.asset_queue.try_emplace(name);
    if (fresh) at->second = {.dag_id = dag_id, .asset = name, .first = event.id};
    at->second.last = event.id;
    at->second.at = now_.wall;
    ++at->second.count;
    touch_queue(at->second);
    note_dag(dag_state, "asset event", {"asset " + quoted(name.value) + " is new"});
    start_later(dag_state);
  }
}

void Stepper::touch_queue(const AssetQueueRow& row) { dirty_queue_[{row.dag_id, row.asset}] = row; }

/// Makes the run for which the DAG's assets are new; it consumes all that waits.
void Stepper::make_asset_run(DagState& dag_state) {
  const std::int32_t limit = dag_state.current().definition->max_active_runs;
  const bool may = dag_state.row.active && !dag_state.row.paused &&
                   dag_state.runs_queued + dag_state.runs_running < limit;
  if (!may || dag_state.asset_queue.empty()) return;
  const auto is_new = [&](const dag::AssetName& name) {
    return dag_state.asset_queue.contains(name);
  };
  if (!dag::is_met(condition_of(dag_state), is_new)) return;
  if (runs_left_-- <= 0) {  // DAGs in a circle, of empty tasks, would keep this step for ever
    model_.to_continue.insert(dag_state.row.dag_id);
    return;
  }
  RunRow run;
  run.run_type = RunType::asset_triggered;
  for (const auto& [name, row] : dag_state.asset_queue) {
    run.run_after = std::max(run.run_after, row.at);
  }
  WallTime named = run.run_after;  // two runs in one microsecond
  do {
    run.key = {dag_state.row.dag_id, made_run_id("asset_triggered", named)};
    named += Duration(1);
  } while (run_with_id(dag_state, run.key.run_id));
  run.cause = names_text(dag_state.asset_queue);
  for (const auto& [name, row] : dag_state.asset_queue) {
    out_.run_assets.push_back({run.key, name, row.first, row.last});
  }
  const bool keep = planted(PlantedBug::asset_event_twice);
  for (auto [name, row] : std::exchange(dag_state.asset_queue, {})) {
    if (keep && row.count > 1) {
      --row.count;  // not for ever: a run may end in the step that makes it
      dag_state.asset_queue.emplace(name, row);
      continue;
    }
    row.count = 0;
    touch_queue(row);
  }
  create_run(dag_state, std::move(run));
}

/// Who waits for what, by the newest versions. What a DAG no longer waits for is forgotten.
void Stepper::index_assets(DagState& dag_state) {
  const auto names = index_consumer(model_, dag_state);
  for (auto& [name, row] : dag_state.asset_queue) {
    if (std::ranges::binary_search(names, name)) continue;
    row.count = 0;
    touch_queue(row);
  }
  std::erase_if(dag_state.asset_queue, [](const auto& entry) { return entry.second.count == 0; });
}

std::vector<dag::AssetName> index_consumer(Model& model, const DagState& dag_state) {
  for (auto& [name, dags] : model.consumers) dags.erase(dag_state.row.dag_id);
  std::erase_if(model.consumers, [](const auto& entry) { return entry.second.empty(); });
  if (!dag_state.row.active) return {};
  auto names = dag::names_of(condition_of(dag_state));
  for (const dag::AssetName& name : names) model.consumers[name].insert(dag_state.row.dag_id);
  return names;
}

}  // namespace aiflow::sched::detail
