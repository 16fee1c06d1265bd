// SPDX-License-Identifier: Apache-2.0
#include "sched/detail/model.h"

#include <algorithm>

#include "base/assert.h"
#include "base/placement.h"
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

void count_setup(RelativeCounts& counts, TaskState state, std::int32_t sign) {
  if (state == TaskState::success) counts.setups_success += sign;
  if (is_failed(state)) counts.setups_failed += sign;
  if (state == TaskState::skipped) counts.setups_skipped += sign;
}

/// Where an instance counts for a task that depends on it.
RelativeCounts& counts_for(Run& run, InstanceIndex at, TaskIndex dependent) {
  const Instance& instance = run.instances[at];
  if (!run.version->mapping.together(instance.task, dependent)) return run.shared[dependent];
  const std::int32_t position = std::max(instance.map_index, 0);
  return run.instances[run.at(dependent, static_cast<std::uint32_t>(position))].own;
}

/// Tells the counters of all tasks that depend on this one: O(out-degree).
void account_dependents(Run& run, InstanceIndex at, std::int32_t sign) {
  const Instance& instance = run.instances[at];
  const TaskState state = counted_state(instance);
  const dag::Topology& topology = run.version->topology;
  const bool setup = run.spec(at).is_setup;
  for (const TaskIndex next : topology.downstream(instance.task)) {
    dag::UpstreamCounts& counts = counts_for(run, at, next).upstream;
    count_upstream(counts, state, sign);
    if (setup && state == TaskState::success) counts.setups_success += sign;
    if (setup && state == TaskState::skipped) counts.setups_skipped += sign;
  }
  for (const TaskIndex next : topology.setup_dependents(instance.task)) {
    count_setup(counts_for(run, at, next), state, sign);
  }
  for (const TaskIndex next : topology.scope_dependents(instance.task)) {
    counts_for(run, at, next).scope_done += sign;
  }
}

/// The totals that relatives of this task outside of its mapped group add to.
void total_shared(Run& run, TaskIndex task) {
  const Version& version = *run.version;
  const auto outside = [&](TaskIndex other) { return !version.mapping.together(task, other); };
  RelativeCounts& counts = run.shared[task];
  for (const TaskIndex other : version.topology.upstream(task)) {
    if (!outside(other)) continue;
    ++counts.upstream.total;
    counts.upstream.setups += version.task(other).is_setup ? 1 : 0;
  }
  for (const TaskIndex other : version.topology.indirect_setups(task)) {
    counts.setups_total += outside(other) ? 1 : 0;
  }
  for (const TaskIndex other : version.topology.teardown_scope(task)) {
    counts.scope_total += outside(other) ? 1 : 0;
  }
}

/// The totals of one instance, over relatives in its mapped group.
RelativeCounts total_own(const Version& version, TaskIndex task) {
  const auto inside = [&](TaskIndex other) { return version.mapping.together(task, other); };
  RelativeCounts counts;
  for (const TaskIndex other : version.topology.upstream(task)) {
    if (!inside(other)) continue;
    ++counts.upstream.total;
    counts.upstream.setups += version.task(other).is_setup ? 1 : 0;
  }
  const auto number = [&](std::span<const TaskIndex> tasks) {
    return static_cast<std::int32_t>(std::ranges::count_if(tasks, inside));
  };
  counts.setups_total = number(version.topology.indirect_setups(task));
  counts.scope_total = number(version.topology.teardown_scope(task));
  return counts;
}

/// With the run's version and totals; not counted yet.
Instance fresh_instance(const Run& run, TaskIndex task) {
  Instance instance;
  instance.task = task;
  instance.max_tries = run.version->task(task).retries;
  if (!planted(PlantedBug::gone_epochs_reused)) instance.epoch = run.owner->row.epoch_floor;
  if (!run.more.empty()) instance.own = total_own(*run.version, task);
  return instance;
}

/// `count` more instances of the task exist: its dependents outside of its group wait for them too.
void add_to_totals(Run& run, TaskIndex task, std::int32_t count) {
  const Version& version = *run.version;
  const auto outside = [&](TaskIndex other) { return !version.mapping.together(task, other); };
  for (const TaskIndex next : version.topology.downstream(task)) {
    if (!outside(next)) continue;
    run.shared[next].upstream.total += count;
    run.shared[next].upstream.setups += version.task(task).is_setup ? count : 0;
  }
  for (const TaskIndex next : version.topology.setup_dependents(task)) {
    if (outside(next)) run.shared[next].setups_total += count;
  }
  for (const TaskIndex next : version.topology.scope_dependents(task)) {
    if (outside(next)) run.shared[next].scope_total += count;
  }
}

}  // namespace

Version::Version(const DagVersionRow& row)
    : number(row.version),
      definition(row.definition),
      topology(*row.definition),
      mapping(*row.definition, topology) {
  for (TaskIndex index = 0; index < definition->tasks.size(); ++index) {
    const dag::Task& spec = task(index);
    const bool limited = spec.max_active_tis_per_dag || spec.max_active_tis_per_dagrun;
    const BucketSpec bucket{spec.pool, spec.pool_slots, limited ? index : kNoTask, spec.placement};
    const auto same = [&](const BucketSpec& other) { return !limited && bucket == other; };
    const auto found = std::ranges::find_if(buckets, same);
    bucket_of.push_back(static_cast<std::uint32_t>(found - buckets.begin()));
    if (found == buckets.end()) buckets.push_back(bucket);
    has_past_deps = has_past_deps || spec.depends_on_past || spec.wait_for_downstream;
    has_islands = has_islands || is_of_island(spec.placement);
  }
}

bool Version::in_group(TaskIndex index, const std::string& group_id) const {
  std::optional<std::string> group = task(index).group;
  while (group && *group != group_id) {
    const auto it = std::ranges::find(definition->task_groups, *group, &dag::TaskGroup::group_id);
    group = it == definition->task_groups.end() ? std::nullopt : it->parent;
  }
  return group.has_value();
}

std::int32_t Run::active() const {
  return static_cast<std::int32_t>(count(TaskState::queued) + count(TaskState::running) +
                                   count(TaskState::restarting));
}

std::optional<InstanceIndex> Run::find(const TaskId& task_id, std::int32_t map_index) const {
  const auto task = version->topology.find(task_id);
  if (!task) return std::nullopt;
  if (instances[*task].map_index == map_index) return *task;
  if (map_index < 1 || map_index >= static_cast<std::int32_t>(width(*task))) return std::nullopt;
  return at(*task, static_cast<std::uint32_t>(map_index));
}

RelativeCounts Run::relatives(InstanceIndex at) const {
  const Instance& instance = instances[at];
  RelativeCounts sum = shared[instance.task];
  if (more.empty()) return sum;
  const RelativeCounts& own = instance.own;
  sum.upstream.total += own.upstream.total;
  sum.upstream.success += own.upstream.success;
  sum.upstream.failed += own.upstream.failed;
  sum.upstream.upstream_failed += own.upstream.upstream_failed;
  sum.upstream.skipped += own.upstream.skipped;
  sum.upstream.removed += own.upstream.removed;
  sum.upstream.setups += own.upstream.setups;
  sum.upstream.setups_success += own.upstream.setups_success;
  sum.upstream.setups_skipped += own.upstream.setups_skipped;
  sum.setups_total += own.setups_total;
  sum.setups_success += own.setups_success;
  sum.setups_failed += own.setups_failed;
  sum.setups_skipped += own.setups_skipped;
  sum.scope_total += own.scope_total;
  sum.scope_done += own.scope_done;
  return sum;
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

void lay_out(Run& run) {
  const std::size_t tasks = run.version->topology.size();
  run.instances.assign(tasks, {});
  run.shared.assign(tasks, {});
  run.by_task.assign(tasks, {});
  run.more.clear();
  if (!run.version->mapping.empty()) run.more.resize(tasks);
  run.counts = {};
  run.ready.assign(run.version->buckets.size(), {});
  run.ready_count = 0;
  for (TaskIndex task = 0; task < tasks; ++task) {
    total_shared(run, task);
    run.instances[task] = fresh_instance(run, task);
    count_instance(run, task, +1);
  }
}

Run& Model::add_run(DagState& dag_state, RunRow row) {
  auto made = std::make_unique<Run>();
  Run& run = *made;
  run.uid = next_uid++;
  run.row = std::move(row);
  run.owner = &dag_state;
  run.version = dag_state.versions.at(run.row.dag_version);
  lay_out(run);
  if (Backfill* backfill = dag_state.backfill_of(run)) {
    ++backfill->runs;
  } else {
    put_off(run, is_for_later(run.row));
    count_run(run, +1);
  }
  runs.emplace(run.uid, &run);
  dag_state.run_index.emplace(run.row.key.run_id, &run);
  dag_state.runs.emplace(run.order(), std::move(made));
  return run;
}

void Model::drop_run(Run& run) {
  AIFLOW_ASSERT(run.row.state != RunState::running && run.ready_count == 0 && run.active() == 0);
  DagState& dag_state = *run.owner;
  if (run.row.state == RunState::queued) count_run(run, -1);
  put_off(run, false);
  runs.erase(run.uid);
  if (Backfill* backfill = dag_state.backfill_of(run)) --backfill->runs;
  if (run.deadline_armed) deadlines.erase({*run.deadline_armed, run.uid});
  dag_state.run_index.erase(run.row.key.run_id);
  dag_state.runs.erase(run.order());
}

void Model::count_run(Run& run, std::int32_t sign) {
  DagState& dag_state = *run.owner;
  if (Backfill* backfill = dag_state.backfill_of(run)) {
    switch (run.row.state) {
      case RunState::queued: backfill->row.queued += sign; return;
      case RunState::running: backfill->row.running += sign; return;
      case RunState::success: backfill->row.success += sign; return;
      case RunState::failed: backfill->row.failed += sign; return;
    }
  }
  const bool counts = !run.put_off || planted(PlantedBug::put_off_takes_a_place);
  if (run.row.state == RunState::queued && counts) dag_state.runs_queued += sign;
  if (run.row.state == RunState::running) dag_state.runs_running += sign;
}

void widen(Run& run, TaskIndex task, std::uint32_t count) {
  if (run.width(task) < count && !planted(PlantedBug::expansion_not_counted)) {
    add_to_totals(run, task, static_cast<std::int32_t>(count - run.width(task)));
  }
  if (count > 0) run.instances[task].map_index = 0;
  while (run.width(task) < count) {
    const auto at = static_cast<InstanceIndex>(run.instances.size());
    Instance instance = fresh_instance(run, task);
    instance.map_index = static_cast<std::int32_t>(run.width(task));
    run.instances.push_back(std::move(instance));
    run.more[task].push_back(at);
    count_instance(run, at, +1);
  }
}

void count_instance(Run& run, InstanceIndex at, std::int32_t sign) {
  const TaskState state = run.instances[at].state;
  const auto add = [&](StateCounts& counts) {
    auto& count = counts[static_cast<std::size_t>(state)];
    count = static_cast<std::uint32_t>(static_cast<std::int32_t>(count) + sign);
  };
  add(run.counts);
  add(run.by_task[run.instances[at].task]);
  if (is_finished(counted_state(run.instances[at]))) account_dependents(run, at, sign);
}

void Model::set_workers(std::vector<WorkerOffer> offers) {
  workers = std::move(offers);
  slots = 0;
  for (const WorkerOffer& worker : workers) slots += worker.slots;
  std::erase_if(lanes, [](const auto& lane) { return lane.second.active == 0; });
  if (planted(PlantedBug::offers_kept)) return;
  for (auto& [placement, lane] : lanes) lane.slots = slots_for(placement);
}

std::int32_t Model::slots_for(const Placement& placement) const {
  std::int32_t sum = 0;
  for (const WorkerOffer& worker : workers) {
    if (serves(worker, placement)) sum += worker.slots;
  }
  return sum;
}

Lane& Model::lane(const Placement& placement) {
  const auto [found, is_new] = lanes.try_emplace(placement);
  if (is_new) found->second.slots = slots_for(placement);
  return found->second;
}

void Model::account(Run& run, InstanceIndex at, std::int32_t sign) {
  count_instance(run, at, sign);
  account_limits(run, at, sign);
}

void Model::account_limits(const Run& run, InstanceIndex at, std::int32_t sign) {
  const TaskState state = run.instances[at].state;
  const dag::Task& spec = run.spec(at);
  if (state == TaskState::deferred) pools[spec.pool].deferred += sign * spec.pool_slots;
  if (!is_active(state)) return;
  active += sign;
  const bool waits = planted(PlantedBug::place_counts_only_running) && state == TaskState::queued;
  if (!waits) lane(spec.placement).active += sign;
  run.owner->active += sign;
  if (spec.max_active_tis_per_dag) run.owner->active_of[spec.task_id] += sign;
  const bool skip = planted(PlantedBug::pool_counts_only_running) && state == TaskState::queued;
  if (!skip) pools[spec.pool].active += sign * spec.pool_slots;
}

void Model::arm(Run& run, InstanceIndex at, SteadyTime due) {
  Instance& instance = run.instances[at];
  instance.due = due;
  if (due >= instance.timer_at) return;  // the live entry comes first and arms again
  instance.timer_at = due;
  timers.push({due, run.uid, at});
}

Duration Model::lease_of(const Run& run, InstanceIndex at) const {
  return is_of_island(run.spec(at).placement) ? options.island_lease : options.lease;
}

void Model::arm_run(Run& run, SteadyTime due) {
  run.due = due;
  if (due != kNoTime) timers.push({due, run.uid, kNoTask});
}

bool is_for_later(const RunRow& row) {
  return row.state == RunState::queued && row.run_type == RunType::manual &&
         row.run_after > row.queued_at;
}

void Model::put_off(Run& run, bool wanted) {
  if (run.put_off) starts.erase({run.row.run_after, run.uid});
  run.put_off = wanted;
  if (wanted) starts.insert({run.row.run_after, run.uid});
}

void Model::arm_schedule(DagState& dag_state) {
  std::optional<WallTime> wanted;
  std::int32_t open = dag_state.runs_queued + dag_state.runs_running;
  if (planted(PlantedBug::backfill_counts_for_dag)) {
    for (const auto& [id, backfill] : dag_state.backfills) open += backfill.active();
  }
  const bool may = dag_state.row.active && !dag_state.row.paused && dag_state.row.next_tick &&
                   open < dag_state.current().definition->max_active_runs;
  if (may) wanted = dag_state.row.next_tick->run_after;
  if (dag_state.armed) schedule.erase({*dag_state.armed, dag_state.row.dag_id});
  if (wanted) schedule.insert({*wanted, dag_state.row.dag_id});
  dag_state.armed = wanted;
}

void Model::set_ready(Run& run, InstanceIndex at, bool ready) {
  const Instance& instance = run.instances[at];
  auto& bucket = run.ready[run.version->bucket_of[instance.task]];
  const ReadyKey key{-run.version->topology.weight(instance.task), instance.task,
                     instance.map_index, at};
  const bool changed = ready ? bucket.insert(key).second : bucket.erase(key) > 0;
  if (!changed) return;
  run.ready_count = ready ? run.ready_count + 1 : run.ready_count - 1;
  if (run.ready_count == 0) ready_runs.erase(run.uid);
  if (ready && run.ready_count == 1) ready_runs.emplace(run.uid, &run);
}

TaskInstanceRow row_of(const Run& run, InstanceIndex at) {
  const Instance& from = run.instances[at];
  const dag::Task& spec = run.spec(at);
  TaskInstanceRow row;
  row.key = run.key_of(at);
  row.state = from.state;
  row.try_number = from.try_number;
  row.max_tries = from.max_tries;
  row.epoch = from.epoch;
  row.epoch_floor = from.epoch_floor;
  row.cause = from.cause;
  row.worker = from.worker;
  row.weight = run.version->topology.weight(from.task);
  row.pool = spec.pool;
  row.pool_slots = spec.pool_slots;
  row.scheduled_at = from.scheduled_at;
  row.queued_at = from.queued_at;
  row.started_at = from.started_at;
  row.ended_at = from.ended_at;
  row.next_try_at = from.next_try_at;
  row.branch_followed = from.branch_followed;
  row.skip_all_downstream = from.skip_all_downstream;
  row.return_length = from.return_length;
  row.deferral.value = from.deferral;
  row.service = from.service;
  return row;
}

}  // namespace aiflow::sched::detail
