// SPDX-License-Identifier: Apache-2.0
#include "sched/state.h"

#include <algorithm>
#include <map>

#include "sched/detail/model.h"

namespace aiflow::sched {
namespace {

void add(Waiting& to, const detail::Instance& instance) {
  ++to.number;
  const auto since = instance.scheduled_at ? instance.scheduled_at : instance.queued_at;
  if (since) to.since = to.since ? std::min(*to.since, *since) : *since;
}

void add_waits(const detail::Run& run, detail::TaskIndex task, Waits& to) {
  if (run.count(task, TaskState::scheduled) + run.count(task, TaskState::queued) == 0) return;
  const dag::Task& spec = run.version->task(task);
  run.each(task, [&](detail::InstanceIndex at) {
    const detail::Instance& instance = run.instances[at];
    const bool has_no_place = instance.state == TaskState::scheduled;
    if (!has_no_place && instance.state != TaskState::queued) return;
    add(to.queues[spec.placement.queue], instance);
    if (has_no_place) add(to.pools[spec.pool], instance);
  });
}

}  // namespace

State::State(Options options) : model_(std::make_unique<detail::Model>()) {
  model_->options = std::move(options);
  model_->set_workers(model_->options.workers);
  model_->pools[{"default_pool"}].row = PoolRow{.name = {"default_pool"}};
}

State::State(State&&) noexcept = default;
State& State::operator=(State&&) noexcept = default;
State::~State() = default;

Wakeup State::next_wakeup() const {
  Wakeup wakeup;
  if (!model_->schedule.empty()) wakeup.wall = model_->schedule.begin()->first;
  if (!model_->deadlines.empty()) {
    const WallTime at = model_->deadlines.begin()->first;
    wakeup.wall = wakeup.wall ? std::min(*wakeup.wall, at) : at;
  }
  if (!model_->starts.empty()) {
    const WallTime at = model_->starts.begin()->first;
    wakeup.wall = wakeup.wall ? std::min(*wakeup.wall, at) : at;
  }
  if (!model_->to_continue.empty()) wakeup.wall = WallTime{};  // at once
  if (!model_->timers.empty()) wakeup.steady = model_->timers.top().at;
  return wakeup;
}

std::optional<DagRow> State::dag_row(const DagId& dag_id) const {
  const detail::DagState* dag_state = model_->find_dag(dag_id);
  if (dag_state == nullptr) return std::nullopt;
  return dag_state->row;
}

std::optional<RunRow> State::run_row(const RunKey& key) const {
  const detail::Run* run = model_->find_run(key);
  if (run == nullptr) return std::nullopt;
  return run->row;
}

std::optional<TaskInstanceRow> State::instance_row(const TaskKey& key) const {
  const detail::Run* run = model_->find_run({key.dag_id, key.run_id});
  const auto at = run == nullptr ? std::nullopt : run->find(key.task_id, key.map_index);
  if (!at) return std::nullopt;
  return detail::row_of(*run, *at);
}

std::optional<BackfillRow> State::backfill_row(const DagId& dag_id, dag::BackfillId id) const {
  const detail::DagState* dag_state = model_->find_dag(dag_id);
  if (dag_state == nullptr) return std::nullopt;
  const auto it = dag_state->backfills.find(id);
  if (it == dag_state->backfills.end()) return std::nullopt;
  return it->second.row;
}

std::int32_t State::queued_runs(const DagId& dag_id) const {
  const detail::DagState* dag_state = model_->find_dag(dag_id);
  return dag_state == nullptr ? 0 : dag_state->runs_queued;
}

bool State::has_run(const RunKey& key) const { return model_->find_run(key) != nullptr; }

const dag::Dag* State::definition(const RunKey& key) const {
  const detail::Run* run = model_->find_run(key);
  return run == nullptr ? nullptr : run->version->definition.get();
}

const dag::Dag* State::definition(const DagId& dag_id) const {
  const detail::DagState* dag_state = model_->find_dag(dag_id);
  return dag_state == nullptr ? nullptr : dag_state->current().definition.get();
}

Rows State::rows() const {
  Rows rows;
  rows.last_asset_event = model_->last_asset_event;
  for (const auto& [name, pool] : model_->pools) {
    if (pool.row) rows.pools.push_back(*pool.row);
  }
  for (const auto& [dag_id, dag_state] : model_->dags) {
    rows.dags.push_back(dag_state.row);
    for (const auto& [number, version] : dag_state.versions) {
      rows.versions.push_back({number, version->definition});
    }
    for (const auto& [name, row] : dag_state.asset_queue) rows.asset_queue.push_back(row);
    for (const auto& [id, backfill] : dag_state.backfills) rows.backfills.push_back(backfill.row);
    for (const auto& [order, run] : dag_state.runs) {
      rows.runs.push_back(run->row);
      for (detail::InstanceIndex at = 0; at < run->instances.size(); ++at) {
        rows.instances.push_back(detail::row_of(*run, at));
      }
    }
  }
  std::ranges::sort(rows.backfills, {}, &BackfillRow::id);
  std::ranges::sort(rows.runs, {}, &RunRow::key);
  std::ranges::sort(rows.instances, {}, &TaskInstanceRow::key);
  return rows;
}

std::vector<PoolUsage> State::pools() const {
  std::map<PoolName, PoolUsage> usage;
  for (const auto& [name, pool] : model_->pools) {
    if (pool.row) usage[name].pool = *pool.row;
  }
  for (const auto& [uid, run] : model_->runs) {
    if (run->unfinished() == 0) continue;
    for (detail::TaskIndex task = 0; task < run->by_task.size(); ++task) {
      const dag::Task& spec = run->version->task(task);
      const auto found = usage.find(spec.pool);
      if (found == usage.end()) continue;
      const auto slots = [&](TaskState state) {
        return std::int64_t{run->count(task, state)} * spec.pool_slots;
      };
      found->second.running += slots(TaskState::running) + slots(TaskState::restarting);
      found->second.queued += slots(TaskState::queued);
      found->second.scheduled += slots(TaskState::scheduled);
      found->second.deferred += slots(TaskState::deferred);
    }
  }
  std::vector<PoolUsage> result;
  for (auto& [name, one] : usage) result.push_back(std::move(one));
  return result;
}

Waits State::waits() const {
  Waits out;
  for (const auto& [uid, run] : model_->runs) {
    if (run->unfinished() == 0) continue;
    for (detail::TaskIndex task = 0; task < run->by_task.size(); ++task) {
      add_waits(*run, task, out);
    }
  }
  return out;
}

std::int32_t State::active_attempts() const { return model_->active; }

}  // namespace aiflow::sched
