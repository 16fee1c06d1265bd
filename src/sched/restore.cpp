// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "sched/detail/decide.h"
#include "sched/detail/load_run.h"
#include "sched/planted_bug.h"
#include "sched/step.h"

namespace aiflow::sched {
namespace detail {
namespace {

void copy_row(Instance& to, const TaskInstanceRow& from) {
  to.state = from.state;
  to.try_number = from.try_number;
  to.max_tries = from.max_tries;
  to.epoch = planted(PlantedBug::restore_resets_epoch) ? 0 : from.epoch;
  if (!planted(PlantedBug::epoch_floor_forgotten)) to.epoch_floor = from.epoch_floor;
  to.cause = from.cause;
  to.worker = from.worker;
  to.scheduled_at = from.scheduled_at;
  to.queued_at = from.queued_at;
  to.started_at = from.started_at;
  to.ended_at = from.ended_at;
  to.next_try_at = from.next_try_at;
  to.branch_followed = from.branch_followed;
  to.skip_all_downstream = from.skip_all_downstream;
  to.return_length = from.return_length;
  to.deferral = from.deferral.value;
  if (!planted(PlantedBug::service_forgotten)) to.service = from.service;
}

/// Wall times of the rows become steady times of this process.
void arm_timers(Model& model, Run& run, InstanceIndex at, Now now) {
  const Instance& instance = run.instances[at];
  if (planted(PlantedBug::restore_forgets_timers)) return;
  if (instance.state == TaskState::running || instance.state == TaskState::restarting) {
    const bool is_left = model.options.left_to.contains(instance.worker);
    const Duration lease = model.lease_of(run, at);
    model.arm(run, at, now.steady + (is_left ? std::max(lease, model.options.left_for) : lease));
  }
  const bool times_out = instance.state == TaskState::deferred && instance.next_try_at;
  const bool waits = instance.state == TaskState::up_for_retry ||
                     instance.state == TaskState::up_for_reschedule || times_out;
  if (!waits) return;
  const Duration left = instance.next_try_at.value_or(now.wall) - now.wall;
  model.arm(run, at, now.steady + std::max(left, Duration{0}));
}

std::unexpected<Error> corrupt(const RunRow& row, const std::string& what) {
  return fail(ErrorCode::corrupt, "dag " + quoted(row.key.dag_id.value) + ", run " +
                                      quoted(row.key.run_id.value) + ": " + what);
}

/// The number of instances of each task; 0: one that is not expanded. Errors: corrupt when a task
/// has no instance, one twice, or a gap in its map indexes.
Result<std::vector<std::uint32_t>> widths_of(const Version& version, const RunRow& row,
                                             std::span<const TaskInstanceRow> instances) {
  std::vector<std::vector<std::int32_t>> found(version.topology.size());
  for (const TaskInstanceRow& instance : instances) {
    const auto task = version.topology.find(instance.key.task_id);
    if (!task) {
      return corrupt(row, "unexpected instance of task " + quoted(instance.key.task_id.value));
    }
    found[*task].push_back(instance.key.map_index);
  }
  std::vector<std::uint32_t> widths;
  for (TaskIndex task = 0; task < found.size(); ++task) {
    std::vector<std::int32_t>& indexes = found[task];
    std::ranges::sort(indexes);
    const bool mapped = version.mapping.of(task) != nullptr;
    const bool single = indexes.size() == 1 && indexes[0] == -1;
    bool counted = mapped && !indexes.empty();
    for (std::size_t i = 0; i < indexes.size(); ++i) {
      counted = counted && indexes[i] == static_cast<std::int32_t>(i);
    }
    if (!single && !counted) {
      return corrupt(row, "the instances of task " + quoted(version.task(task).task_id.value) +
                              " are not complete");
    }
    widths.push_back(single ? 0 : static_cast<std::uint32_t>(indexes.size()));
  }
  return widths;
}

}  // namespace

bool load_version(Model& model, const DagVersionRow& row) {
  DagState* dag_state = model.find_dag(row.definition->dag_id);
  if (dag_state == nullptr) return false;
  if (!dag_state->versions.contains(row.version)) {
    dag_state->versions.emplace(row.version, std::make_shared<const Version>(row));
  }
  return true;
}

void load_backfill(Model& model, const BackfillRow& row) {
  Backfill backfill;
  backfill.row = row;
  model.find_dag(row.dag_id)->backfills.try_emplace(row.id, std::move(backfill));
}

Status load_run(Model& model, const RunRow& row, std::span<const TaskInstanceRow> instances,
                Now now) {
  DagState* dag_state = model.find_dag(row.key.dag_id);
  if (dag_state == nullptr || !dag_state->versions.contains(row.dag_version)) {
    return corrupt(row, "version " + std::to_string(row.dag_version) + " of its DAG is missing");
  }
  if (row.backfill.value != 0 && !dag_state->backfills.contains(row.backfill)) {
    return corrupt(row, "backfill " + std::to_string(row.backfill.value) + " is missing");
  }
  AIFLOW_ASSIGN(const auto widths,
                widths_of(*dag_state->versions.at(row.dag_version), row, instances));
  Run& run = model.add_run(*dag_state, row);
  for (TaskIndex task = 0; task < widths.size(); ++task) widen(run, task, widths[task]);
  for (const TaskInstanceRow& from : instances) {
    const InstanceIndex at = *run.find(from.key.task_id, from.key.map_index);
    model.account(run, at, -1);
    copy_row(run.instances[at], from);
    model.account(run, at, +1);
    run.has_decisions =
        run.has_decisions || from.branch_followed.has_value() || from.skip_all_downstream;
    if (from.state == TaskState::scheduled) model.set_ready(run, at, true);
    arm_timers(model, run, at, now);
  }
  if (planted(PlantedBug::start_forgotten)) model.starts.clear();
  if (planted(PlantedBug::deadline_forgotten)) run.row.deadlines_missed = 0;
  model.arm_deadlines(run);
  const auto timeout = run.version->definition->dagrun_timeout;
  if (timeout && row.state == RunState::running) {
    const Duration left = row.started_at.value_or(now.wall) + *timeout - now.wall;
    model.arm_run(run, now.steady + std::max(left, Duration{0}));
  }
  return {};
}

namespace {

/// The next step goes on with it if it is open.
Status restore_backfill(Model& model, const BackfillRow& row) {
  const std::string name =
      "dag " + quoted(row.dag_id.value) + ", backfill " + std::to_string(row.id.value);
  DagState* dag_state = model.find_dag(row.dag_id);
  if (dag_state == nullptr) return fail(ErrorCode::corrupt, name + ": the DAG is missing");
  load_backfill(model, row);
  Backfill& backfill = dag_state->backfills.at(row.id);
  if (!backfill.open()) return {};
  const auto version = dag_state->versions.find(row.dag_version);
  if (version == dag_state->versions.end()) {
    return fail(ErrorCode::corrupt,
                name + ": version " + std::to_string(row.dag_version) + " is missing");
  }
  backfill.version = version->second;
  if (planted(PlantedBug::backfill_skips_after_restart) && row.made < row.total) {
    ++backfill.row.made;
  }
  model.to_continue.insert(row.dag_id);
  return {};
}

}  // namespace
}  // namespace detail

Result<State> restore(const Rows& rows, Options options, Now now) {
  State state(std::move(options));
  detail::Model& model = state.model();
  for (const PoolRow& pool : rows.pools) model.pools[pool.name].row = pool;
  for (const DagRow& row : rows.dags) model.dags[row.dag_id].row = row;
  for (const DagVersionRow& version : rows.versions) detail::load_version(model, version);
  for (const BackfillRow& row : rows.backfills) {
    AIFLOW_TRY(detail::restore_backfill(model, row));
  }
  std::map<RunKey, std::vector<TaskInstanceRow>> instances;
  for (const TaskInstanceRow& row : rows.instances) {
    instances[{row.key.dag_id, row.key.run_id}].push_back(row);
  }
  for (const RunRow& row : rows.runs) {
    AIFLOW_TRY(detail::load_run(model, row, instances[row.key], now));
  }
  for (auto& [dag_id, dag_state] : model.dags) {
    if (!dag_state.versions.contains(dag_state.row.version)) {
      return fail(ErrorCode::corrupt, "dag " + detail::quoted(dag_id.value) + ": version " +
                                          std::to_string(dag_state.row.version) + " is missing");
    }
    model.arm_schedule(dag_state);
    detail::index_consumer(model, dag_state);
  }
  model.last_asset_event = rows.last_asset_event;
  for (const AssetQueueRow& row : rows.asset_queue) {
    if (detail::DagState* dag_state = model.find_dag(row.dag_id)) {
      dag_state->asset_queue.emplace(row.asset, row);
      model.to_continue.insert(row.dag_id);
    }
  }
  return state;
}

}  // namespace aiflow::sched
