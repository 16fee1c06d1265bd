// SPDX-License-Identifier: Apache-2.0
#include "conductor/detail/waits.h"

#include <algorithm>

#include "store/run_store.h"

namespace aiflow::conductor::detail {
namespace {

using Runs = std::vector<store::RunRow>;

/// The run of each id or date; one that is not there yet leaves a gap (nullopt).
Result<std::vector<std::optional<store::RunRow>>> runs_of(
    store::RunStore& runs, const trigger::ExternalTaskTrigger& trigger) {
  const DagId dag_id{trigger.dag_id};
  std::vector<std::optional<store::RunRow>> found;
  for (const std::string& id : trigger.run_ids) {
    auto run = runs.run({dag_id, RunId{id}});
    if (!run && run.error().code != ErrorCode::not_found) return fail(std::move(run).error());
    found.push_back(run ? std::optional(*std::move(run)) : std::nullopt);
  }
  for (const WallTime date : trigger.logical_dates) {
    AIFLOW_ASSIGN(auto listed, runs.list_runs({.dag_id = dag_id,
                                               .states = {},
                                               .logical_date_gte = date,
                                               .logical_date_lte = date,
                                               .page = {}}));
    found.push_back(listed.items.empty() ? std::nullopt : std::optional(listed.items.front()));
  }
  return found;
}

bool has(const std::vector<std::string>& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

/// States of what is waited for in one run; empty text: not there.
Result<std::vector<std::string>> states_in(store::RunStore& runs, const store::RunRow& run,
                                           const trigger::ExternalTaskTrigger& trigger) {
  if (trigger.task_ids.empty() && trigger.group_id.empty()) {
    return std::vector<std::string>{std::string(to_string(run.state))};
  }
  AIFLOW_ASSIGN(const auto tasks, runs.tasks(run.key));
  std::vector<std::string> states;
  std::set<std::string> seen;
  for (const store::TaskRow& task : tasks) {
    const std::string& id = task.key.task_id.value;
    const bool in_group = !trigger.group_id.empty() && id.starts_with(trigger.group_id + ".");
    if (!in_group && !has(trigger.task_ids, id)) continue;
    seen.insert(id);
    states.emplace_back(to_string(task.state));
  }
  const bool missing = seen.empty() || std::ranges::any_of(trigger.task_ids, [&](const auto& id) {
                         return !seen.contains(id);
                       });
  if (missing) states.emplace_back();
  return states;
}

}  // namespace

Result<std::optional<json::Value>> look_at_external(store::Store& store,
                                                    const trigger::ExternalTaskTrigger& trigger) {
  return store.read([&](db::Connection& db) -> Result<std::optional<json::Value>> {
    store::RunStore runs(db);
    AIFLOW_ASSIGN(const auto found, runs_of(runs, trigger));
    bool all_allowed = true;
    std::optional<json::Value> bad;
    for (const auto& run : found) {
      std::vector<std::string> states{std::string()};
      if (run) {
        AIFLOW_ASSIGN(states, states_in(runs, *run, trigger));
      }
      for (const std::string& state : states) {
        all_allowed = all_allowed && has(trigger.allowed, state);
        const bool failed = has(trigger.failed, state);
        if (!failed && (bad || !has(trigger.skipped, state))) continue;
        bad = json::object({{"status", failed ? "failed" : "skipped"}, {"state", state}});
        if (failed) return bad;
      }
    }
    if (bad || !all_allowed) return bad;
    return json::object({{"status", "success"}, {"state", trigger.allowed.front()}});
  });
}

void Waits::restore(const sched::Rows& rows) {
  std::set<sched::TaskKey> present;
  for (const sched::TaskInstanceRow& row : rows.instances) {
    if (row.state != TaskState::deferred) continue;
    present.insert(row.key);
    follow_row(row);
  }
  std::vector<sched::TaskKey> gone;
  for (const auto& [key, id] : ids_) {
    if (!present.contains(key)) gone.push_back(key);
  }
  for (const sched::TaskKey& key : gone) remove(key);
}

void Waits::follow(const sched::Effects& effects, const sched::State& state) {
  for (const sched::TaskKey& key : effects.instances_removed) {
    if (ids_.contains(key)) remove(key);
  }
  for (const sched::TaskInstanceRow& row : effects.instances) follow_row(row);
  if (by_run_.empty() && by_date_.empty()) return;
  for (const trigger::WaitId id : concerned(effects, state)) look(id);
}

void Waits::follow_row(const sched::TaskInstanceRow& row) {
  const auto known = ids_.find(row.key);
  if (row.state != TaskState::deferred) {
    if (known != ids_.end()) remove(row.key);
    return;
  }
  if (known != ids_.end()) {
    if (entries_.at(known->second).waiting.epoch == row.epoch) return;
    remove(row.key);
  }
  add(row);
}

void Waits::add(const sched::TaskInstanceRow& row) {
  const trigger::WaitId id = next_id_++;
  ids_[row.key] = id;
  Entry& entry = entries_[id];
  entry.waiting = {row.key, row.epoch};
  auto value = json::parse(row.deferral.value->trigger);
  auto parsed = value ? trigger::parse(*value) : Result<trigger::Trigger>(fail(value.error()));
  if (!parsed) return fire_({.id = id, .event = {}, .error = parsed.error().message});
  if (const auto* external = std::get_if<trigger::ExternalTaskTrigger>(&*parsed)) {
    entry.external = *external;
    add_external(id, *external);
    return look(id);
  }
  if (host_ == nullptr) {
    return fire_({.id = id, .event = {}, .error = "this server runs no triggers"});
  }
  host_->add({.id = id, .trigger = *std::move(parsed)});
}

void Waits::remove(const sched::TaskKey& key) {
  const auto found = ids_.find(key);
  const trigger::WaitId id = found->second;
  ids_.erase(found);
  const auto entry = entries_.find(id);
  if (entry->second.external) {
    remove_external(id, *entry->second.external);
  } else if (host_ != nullptr) {
    host_->remove(id);
  }
  entries_.erase(entry);
}

void Waits::add_external(trigger::WaitId id, const trigger::ExternalTaskTrigger& trigger) {
  const DagId dag_id{trigger.dag_id};
  for (const std::string& run : trigger.run_ids) {
    by_run_.emplace(sched::RunKey{dag_id, RunId{run}}, id);
  }
  for (const WallTime date : trigger.logical_dates) by_date_.emplace(std::pair(dag_id, date), id);
}

void Waits::remove_external(trigger::WaitId id, const trigger::ExternalTaskTrigger& trigger) {
  const auto erase = [&](auto& index, const auto& key) {
    const auto [first, last] = index.equal_range(key);
    const auto at = std::find_if(first, last, [&](const auto& item) { return item.second == id; });
    if (at != last) index.erase(at);
  };
  const DagId dag_id{trigger.dag_id};
  for (const std::string& run : trigger.run_ids) {
    erase(by_run_, sched::RunKey{dag_id, RunId{run}});
  }
  for (const WallTime date : trigger.logical_dates) erase(by_date_, std::pair(dag_id, date));
}

std::set<trigger::WaitId> Waits::concerned(const sched::Effects& effects,
                                           const sched::State& state) const {
  std::map<sched::RunKey, std::optional<WallTime>> runs;
  for (const sched::RunRow& run : effects.runs) runs[run.key] = run.logical_date;
  for (const sched::TaskInstanceRow& row : effects.instances) {
    const sched::RunKey key{row.key.dag_id, row.key.run_id};
    const auto [at, is_new] = runs.try_emplace(key);
    if (!is_new || by_date_.empty()) continue;
    if (const auto run = state.run_row(key)) at->second = run->logical_date;
  }
  std::set<trigger::WaitId> found;
  const auto add = [&](const auto& range) {
    for (auto it = range.first; it != range.second; ++it) found.insert(it->second);
  };
  for (const auto& [key, date] : runs) {
    add(by_run_.equal_range(key));
    if (date) add(by_date_.equal_range({key.dag_id, *date}));
  }
  return found;
}

void Waits::look(trigger::WaitId id) {
  auto event = look_at_external(store_, *entries_.at(id).external);
  if (!event) return fire_({.id = id, .event = {}, .error = event.error().message});
  if (*event) fire_({.id = id, .event = **std::move(event), .error = {}});
}

std::optional<Waits::Waiting> Waits::find(trigger::WaitId id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? std::nullopt : std::optional(found->second.waiting);
}

}  // namespace aiflow::conductor::detail
