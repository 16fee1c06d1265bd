// SPDX-License-Identifier: Apache-2.0
#include "sched/detail/model.h"

#include <algorithm>

#include "base/assert.h"
#include "sched/planted_bug.h"

namespace aiflow::sched::detail {
namespace {

void count_upstream(dag::UpstreamCounts& counts, TaskState state, std::int32_t sign) {
  switch (state) {
    case TaskState::success: counts.success += sign; return;
    case TaskState::failed: counts.failed += sign; return;
    case TaskState::upstream_failed: counts.upstream_failed += sign; return;
    case TaskState::skipped: counts.skipped += sign; return;
    case TaskState::removed: counts.removed += sign; return;
    default: return;
  }
}

void count_setup(Instance& instance, TaskState state, std::int32_t sign) {
  if (state == TaskState::success) instance.setups_success += sign;
  if (is_failed(state)) instance.setups_failed += sign;
  if (state == TaskState::skipped) instance.setups_skipped += sign;
}

/// Tells the counters of all tasks that depend on this one: O(out-degree).
void account_dependents(Run& run, TaskIndex task, std::int32_t sign) {
  const TaskState state = run.instances[task].state;
  const dag::Topology& topology = run.version->topology;
  const bool setup = run.version->task(task).is_setup;
  for (const TaskIndex next : topology.downstream(task)) {
    dag::UpstreamCounts& counts = run.instances[next].upstream;
    count_upstream(counts, state, sign);
    if (setup && state == TaskState::success) counts.setups_success += sign;
    if (setup && state == TaskState::skipped) counts.setups_skipped += sign;
  }
  for (const TaskIndex next : topology.setup_dependents(task)) {
    count_setup(run.instances[next], state, sign);
  }
  for (const TaskIndex next : topology.scope_dependents(task)) {
    run.instances[next].scope_done += sign;
  }
}

bool same_bucket(const BucketSpec& a, const BucketSpec& b) {
  return a.pool == b.pool && a.pool_slots == b.pool_slots && a.limited_task == b.limited_task;
}

}  // namespace

Version::Version(const DagVersionRow& row)
    : number(row.version), definition(row.definition), topology(*row.definition) {
  for (TaskIndex index = 0; index < definition->tasks.size(); ++index) {
    const dag::Task& spec = task(index);
    const bool limited = spec.max_active_tis_per_dag || spec.max_active_tis_per_dagrun;
    const BucketSpec bucket{spec.pool, spec.pool_slots, limited ? index : kNoTask};
    const auto same = [&](const BucketSpec& other) {
      return !limited && same_bucket(bucket, other);
    };
    const auto found = std::ranges::find_if(buckets, same);
    bucket_of.push_back(static_cast<std::uint32_t>(found - buckets.begin()));
    if (found == buckets.end()) buckets.push_back(bucket);
    has_past_deps = has_past_deps || spec.depends_on_past || spec.wait_for_downstream;
  }
}

std::int32_t Run::active() const {
  return static_cast<std::int32_t>(count(TaskState::queued) + count(TaskState::running) +
                                   count(TaskState::restarting));
}

std::uint32_t Run::unfinished() const {
  std::uint32_t sum = 0;
  for (const TaskState state : kAllTaskStates) sum += is_finished(state) ? 0 : count(state);
  return sum;
}

DagState* Model::find_dag(const DagId& dag_id) {
  const auto it = dags.find(dag_id);
  return it == dags.end() ? nullptr : &it->second;
}

const DagState* Model::find_dag(const DagId& dag_id) const {
  const auto it = dags.find(dag_id);
  return it == dags.end() ? nullptr : &it->second;
}

Run* Model::find_run(const RunKey& key) {
  DagState* dag_state = find_dag(key.dag_id);
  if (dag_state == nullptr) return nullptr;
  const auto it = dag_state->run_index.find(key.run_id);
  return it == dag_state->run_index.end() ? nullptr : it->second;
}

const Run* Model::find_run(const RunKey& key) const {
  const DagState* dag_state = find_dag(key.dag_id);
  if (dag_state == nullptr) return nullptr;
  const auto it = dag_state->run_index.find(key.run_id);
  return it == dag_state->run_index.end() ? nullptr : it->second;
}

Run& Model::add_run(DagState& dag_state, RunRow row) {
  auto made = std::make_unique<Run>();
  Run& run = *made;
  run.uid = next_uid++;
  run.row = std::move(row);
  run.owner = &dag_state;
  run.version = dag_state.versions.at(run.row.dag_version);
  run.instances.resize(run.version->topology.size());
  run.ready.resize(run.version->buckets.size());
  for (TaskIndex task = 0; task < run.instances.size(); ++task) {
    dag::UpstreamCounts& counts = run.instances[task].upstream;
    for (const TaskIndex other : run.version->topology.upstream(task)) {
      ++counts.total;
      counts.setups += run.version->task(other).is_setup ? 1 : 0;
    }
    run.instances[task].max_tries = run.version->task(task).retries;
    account(run, task, +1);
  }
  dag_state.runs_queued += run.row.state == RunState::queued ? 1 : 0;
  dag_state.runs_running += run.row.state == RunState::running ? 1 : 0;
  runs.emplace(run.uid, &run);
  dag_state.run_index.emplace(run.row.key.run_id, &run);
  dag_state.runs.emplace(run.order(), std::move(made));
  return run;
}

void Model::drop_run(Run& run) {
  AIFLOW_ASSERT(run.finished() && run.ready_count == 0 && run.active() == 0);
  DagState& dag_state = *run.owner;
  runs.erase(run.uid);
  dag_state.run_index.erase(run.row.key.run_id);
  dag_state.runs.erase(run.order());
}

void Model::account(Run& run, TaskIndex task, std::int32_t sign) {
  const TaskState state = run.instances[task].state;
  auto& count = run.counts[static_cast<std::size_t>(state)];
  count = static_cast<std::uint32_t>(static_cast<std::int32_t>(count) + sign);
  if (is_finished(state)) account_dependents(run, task, sign);
  if (!is_active(state)) return;
  const dag::Task& spec = run.version->task(task);
  active += sign;
  run.owner->active += sign;
  if (spec.max_active_tis_per_dag) run.owner->active_of[spec.task_id] += sign;
  const bool skip = planted(PlantedBug::pool_counts_only_running) && state == TaskState::queued;
  if (!skip) pools[spec.pool].used += sign * spec.pool_slots;
}

void Model::arm(Run& run, TaskIndex task, SteadyTime due) {
  Instance& instance = run.instances[task];
  instance.due = due;
  if (due >= instance.timer_at) return;  // the live entry comes first and arms again
  instance.timer_at = due;
  timers.push({due, run.uid, task});
}

void Model::arm_run(Run& run, SteadyTime due) {
  run.due = due;
  if (due != kNoTime) timers.push({due, run.uid, kNoTask});
}

void Model::arm_schedule(DagState& dag_state) {
  std::optional<WallTime> wanted;
  const std::int32_t open = dag_state.runs_queued + dag_state.runs_running;
  const bool may = dag_state.row.active && !dag_state.row.paused && dag_state.row.next_tick &&
                   open < dag_state.current().definition->max_active_runs;
  if (may) wanted = dag_state.row.next_tick->run_after;
  if (dag_state.armed) schedule.erase({*dag_state.armed, dag_state.row.dag_id});
  if (wanted) schedule.insert({*wanted, dag_state.row.dag_id});
  dag_state.armed = wanted;
}

void Model::set_ready(Run& run, TaskIndex task, bool ready) {
  auto& bucket = run.ready[run.version->bucket_of[task]];
  const ReadyKey key{-run.version->topology.weight(task), task};
  const bool changed = ready ? bucket.insert(key).second : bucket.erase(key) > 0;
  if (!changed) return;
  run.ready_count = ready ? run.ready_count + 1 : run.ready_count - 1;
  if (run.ready_count == 0) ready_runs.erase(run.uid);
  if (ready && run.ready_count == 1) ready_runs.emplace(run.uid, &run);
}

TaskInstanceRow row_of(const Run& run, TaskIndex task) {
  const Instance& from = run.instances[task];
  const dag::Task& spec = run.version->task(task);
  TaskInstanceRow row;
  row.key = run.key_of(task);
  row.state = from.state;
  row.try_number = from.try_number;
  row.max_tries = from.max_tries;
  row.epoch = from.epoch;
  row.cause = from.cause;
  row.worker = from.worker;
  row.weight = run.version->topology.weight(task);
  row.pool = spec.pool;
  row.pool_slots = spec.pool_slots;
  row.scheduled_at = from.scheduled_at;
  row.queued_at = from.queued_at;
  row.started_at = from.started_at;
  row.ended_at = from.ended_at;
  row.next_try_at = from.next_try_at;
  row.branch_followed = from.branch_followed;
  row.skip_all_downstream = from.skip_all_downstream;
  return row;
}

}  // namespace aiflow::sched::detail
