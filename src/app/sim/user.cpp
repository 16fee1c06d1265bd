// SPDX-License-Identifier: Apache-2.0
// The simulated user: triggers, clears, marks, pauses, edits DAGs and pools.
#include <algorithm>
#include <iterator>

#include "world.h"

namespace aiflow::sim {
namespace {

constexpr std::int64_t kRunsMax = 24;
constexpr std::array kRules = {TriggerRule::all_success,  TriggerRule::all_success,
                               TriggerRule::all_success,  TriggerRule::all_done,
                               TriggerRule::one_success,  TriggerRule::one_failed,
                               TriggerRule::none_failed,  TriggerRule::none_failed_min_one_success,
                               TriggerRule::all_failed,   TriggerRule::one_done,
                               TriggerRule::none_skipped, TriggerRule::all_skipped,
                               TriggerRule::always,       TriggerRule::all_done_min_one_success};

}  // namespace

dag::Dag make_dag(const std::string& id, Prng& prng) {
  dag::Dag made;
  made.dag_id = {id};
  made.max_active_tasks = 1 + static_cast<int>(prng.below(4));
  made.max_active_runs = 1 + static_cast<int>(prng.below(3));
  made.fail_fast = prng.chance(0.1);
  if (prng.chance(0.1)) made.dagrun_timeout = std::chrono::seconds(120);
  const std::size_t size = 2 + prng.below(8);
  for (std::size_t i = 0; i < size; ++i) {
    dag::Task task;
    task.task_id = {"t" + std::to_string(i)};
    for (std::size_t up = 0; up < i; ++up) {
      if (prng.chance(1.5 / static_cast<double>(i))) {
        task.upstream.push_back({"t" + std::to_string(up)});
      }
    }
    task.trigger_rule = kRules[prng.below(kRules.size())];
    task.retries = static_cast<int>(prng.below(3));
    task.retry_delay = std::chrono::seconds(prng.below(8));
    task.retry_exponential_backoff = prng.chance(0.2) ? 2 : 0;
    task.operator_kind = prng.chance(0.1) ? "empty" : "bash";
    task.pool = {prng.chance(0.3) ? "small" : "default_pool"};
    task.pool_slots = prng.chance(0.2) ? 2 : 1;
    task.priority_weight = static_cast<int>(prng.below(5));
    task.is_branch = prng.chance(0.15);
    task.is_short_circuit = !task.is_branch && prng.chance(0.08);
    if (prng.chance(0.1)) task.max_active_tis_per_dag = 1;
    made.tasks.push_back(std::move(task));
  }
  return made;
}

void World::send_user(sched::Event event) {
  Server* server = leader();
  if (server != nullptr) server->inbox.push_back({std::move(event), std::nullopt});
}

const sched::TaskInstanceRow* World::any_instance() {
  const auto& rows = database_.tables.instances;
  if (rows.empty()) return nullptr;
  return &std::next(rows.begin(), static_cast<std::ptrdiff_t>(below(rows.size())))->second;
}

void World::user_edit_dag() {
  auto& [id, definition] =
      *std::next(definitions_.begin(), static_cast<std::ptrdiff_t>(below(definitions_.size())));
  auto edited = make_dag(id.value, prng_);
  edited.schedule = definition->schedule;
  edited.catchup = definition->catchup;
  edited.start_date = definition->start_date;
  const auto row = database_.tables.dags.find(id);
  const std::int32_t version = row == database_.tables.dags.end() ? 1 : row->second.version + 1;
  // The file is known to the parser at once; the version only when it is committed.
  definition = std::make_shared<const dag::Dag>(std::move(edited));
  send_user(sched::DagPut{{version, definition}});
}

void World::user_act() {
  const auto dag_id = [&] { return DagId{"d" + std::to_string(below(definitions_.size()))}; };
  const std::uint64_t dice = below(100);
  const auto* row = any_instance();
  if (dice < 35) {
    if (++runs_asked_ > kRunsMax) return;
    return send_user(sched::RunTriggered{{dag_id(), {"r" + std::to_string(runs_asked_)}},
                                         RunType::manual,
                                         std::nullopt,
                                         "{}",
                                         "kim"});
  }
  if (dice < 40) return send_user(sched::DagPaused{dag_id(), chance(0.5), "kim"});
  if (dice < 45) return user_edit_dag();
  if (dice < 48) {
    return send_user(sched::PoolPut{{{"small"}, static_cast<std::int32_t>(2 + below(3))}});
  }
  if (row == nullptr) return;
  const sched::RunKey run{row->key.dag_id, row->key.run_id};
  if (dice < 75) {
    return send_user(
        sched::TasksCleared{run, {row->key.task_id}, chance(0.6), chance(0.2), chance(0.2), "kim"});
  }
  if (dice < 95) {
    constexpr std::array kMarks = {TaskState::success, TaskState::failed, TaskState::skipped};
    return send_user(sched::TaskMarked{row->key, kMarks[below(3)], "kim"});
  }
  send_user(sched::RunMarked{run, chance(0.5) ? RunState::success : RunState::failed, "kim"});
}

}  // namespace aiflow::sim
