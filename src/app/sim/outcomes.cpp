// SPDX-License-Identifier: Apache-2.0
// What attempts leave behind, and what the history as a whole must say.
#include <algorithm>

#include "checker.h"

namespace aiflow::sim {

using sched::TaskKey;
using enum TaskState;

std::int32_t room(const std::vector<WorkerOffer>& offers) {
  std::int32_t slots = 0;
  for (const WorkerOffer& offer : offers) slots += offer.slots;
  return slots == 0 ? 0 : slots + kQueueAhead;
}

std::int32_t room_at(std::vector<WorkerOffer> offers, const Placement& place) {
  std::erase_if(offers, [&](const WorkerOffer& offer) { return !serves(offer, place); });
  return room(offers);
}

/// S13: what a row says of a value or a decision is what the accepted attempt of its generation
/// said.
void Checker::check_outcome(const sched::TaskInstanceRow& row, const Shadow& shadow) {
  const bool says = row.return_length || row.branch_followed || row.skip_all_downstream;
  if (!says) return;
  if (!shadow.outcome || shadow.outcome->outcome != Outcome::success) {
    return fail("S13", row.key, "it shows a value that no accepted attempt gave");
  }
  const sched::AttemptFinished& told = *shadow.outcome;
  const bool same = row.return_length == told.return_length &&
                    row.branch_followed.has_value() == told.branch.has_value() &&
                    row.skip_all_downstream == told.skip_all_downstream;
  if (!same) fail("S13", row.key, "it shows another value than its attempt gave");
}

/// S17: a run keeps the version that it was made with until a user moves it, and runs only tasks
/// of it.
void Checker::check_version(const sched::RunRow& row, const Server& server, const Database& after) {
  const TaskKey key{row.key.dag_id, row.key.run_id, {}, -1};
  const auto moves = [&](const Server::Item& item) {
    const auto* clear = std::get_if<sched::TasksCleared>(&item.event);
    return clear != nullptr && clear->latest_version && clear->run.dag_id == row.key.dag_id;
  };
  if (moved_.contains(row.key) && std::ranges::none_of(server.batch, moves)) {
    fail("S17", key, "the run changed its version");
  }
  if (!after.tables.versions.contains({row.key.dag_id, row.dag_version})) {
    fail("S17", key, "its version is not stored");
  }
}

/// S15: the history from empty gives the tables.
std::string Checker::replayed(const Database& database) const {
  for (const auto& [key, row] : database.tables.instances) {
    const auto shadow = shadows_.find(key);
    const Shadow none;
    const Shadow& is = shadow == shadows_.end() ? none : shadow->second;
    if (is.state == row.state && is.epoch == row.epoch && is.try_number == row.try_number) continue;
    return "S15 " + name(key) + ": replaying the history gives " +
           std::string(to_string(is.state)) + ", the table has " +
           std::string(to_string(row.state));
  }
  for (const auto& [key, shadow] : shadows_) {
    if (shadow.state == no_status || database.tables.instances.contains(key)) continue;
    return "S15 " + name(key) + ": in the history, not in the table";
  }
  for (const auto& [key, row] : database.tables.runs) {
    const auto state = run_states_.find(key);
    if (state != run_states_.end() && state->second == to_string(row.state)) continue;
    return "S15 run " + key.run_id.value + ": the table differs from the history";
  }
  return "";
}

/// L4: nothing that could start is left waiting by a step.
void Checker::check_idle(const Server& server, const Database& after) {
  Active active = count_active(after);
  if (active.total >= room(server.offers)) return;
  for (const auto& [key, shadow] : shadows_) {
    if (shadow.state != scheduled) continue;
    const sched::RunRow& run = after.tables.runs.at({key.dag_id, key.run_id});
    if (run.state != RunState::running || after.tables.dags.at(key.dag_id).paused) continue;
    if (is_limited(key, active, server, after)) continue;
    fail("L4", key, "it could start, and the step did not start it");
  }
}

Checker::Active Checker::count_active(const Database& after) const {
  Active active;
  for (const auto& [key, shadow] : shadows_) {
    const bool holds =
        shadow.state == queued || shadow.state == running || shadow.state == restarting;
    if (!holds) continue;
    const dag::Task& spec = *task(key, after);
    ++active.total;
    ++active.runs[{key.dag_id, key.run_id}];
    active.pools[spec.pool] += spec.pool_slots;
    ++active.places[spec.placement];
    if (spec.max_active_tis_per_dag) ++active.tasks[{key.dag_id, key.task_id}];
  }
  return active;
}

/// True when its place, a pool or a limit keeps one more of this task from starting.
bool Checker::is_limited(const TaskKey& key, Active& active, const Server& server,
                         const Database& after) const {
  const dag::Task& spec = *task(key, after);
  if (active.places[spec.placement] >= room_at(server.offers, spec.placement)) return true;
  const auto pool = after.tables.pools.find(spec.pool);
  const bool pool_full = pool == after.tables.pools.end() ||
                         active.pools[spec.pool] + spec.pool_slots > pool->second.slots;
  const bool run_full =
      active.runs[{key.dag_id, key.run_id}] >= definition(key, after)->max_active_tasks;
  const bool task_full = spec.max_active_tis_per_dag &&
                         active.tasks[{key.dag_id, key.task_id}] >= *spec.max_active_tis_per_dag;
  return pool_full || run_full || task_full;
}

}  // namespace aiflow::sim
