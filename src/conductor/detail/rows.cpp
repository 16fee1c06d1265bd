// SPDX-License-Identifier: Apache-2.0
#include "conductor/detail/rows.h"

#include <memory>
#include <utility>

namespace aiflow::conductor::detail {

Definition::Definition(dag::Dag given) : dag(std::move(given)) {
  for (std::size_t i = 0; i < dag.tasks.size(); ++i) index.emplace(dag.tasks[i].task_id, i);
}

const dag::Task* Definition::find(const TaskId& id) const {
  const auto found = index.find(id);
  return found == index.end() ? nullptr : &dag.tasks[found->second];
}

store::RunKey to_store(const sched::RunKey& key) { return {key.dag_id, key.run_id}; }
sched::RunKey to_sched(const store::RunKey& key) { return {key.dag_id, key.run_id}; }
store::TaskKey to_store(const sched::TaskKey& key) {
  return {key.dag_id, key.run_id, key.task_id, key.map_index};
}
sched::TaskKey to_sched(const store::TaskKey& key) {
  return {key.dag_id, key.run_id, key.task_id, key.map_index};
}

store::DagRow to_store(const sched::DagRow& dag, const store::DagRow& base) {
  store::DagRow row = base;
  row.dag_id = dag.dag_id;
  row.is_paused = dag.paused;
  row.is_active = dag.active;
  row.version = dag.version;
  row.last_tick = dag.last_tick;
  row.next_tick = dag.next_tick;
  row.consecutive_failed_runs = dag.consecutive_failed_runs;
  row.last_run_number = dag.last_run_number;
  row.epoch_floor = dag.epoch_floor;
  row.cause = dag.cause;
  return row;
}

sched::DagRow to_sched(const store::DagRow& dag) {
  return {.dag_id = dag.dag_id,
          .active = dag.is_active,
          .paused = dag.is_paused,
          .version = dag.version,
          .last_tick = dag.last_tick,
          .next_tick = dag.next_tick,
          .consecutive_failed_runs = dag.consecutive_failed_runs,
          .last_run_number = dag.last_run_number,
          .epoch_floor = dag.epoch_floor,
          .cause = dag.cause};
}

store::PoolRow to_store(const sched::PoolRow& pool) {
  return {.name = pool.name,
          .slots = pool.slots,
          .description = pool.description,
          .include_deferred = pool.include_deferred};
}

sched::PoolRow to_sched(const store::PoolRow& pool) {
  return {.name = pool.name,
          .slots = pool.slots,
          .description = pool.description,
          .include_deferred = pool.include_deferred};
}

store::RunRow to_store(const sched::RunRow& run) {
  auto conf = json::parse(run.conf);
  return {.key = to_store(run.key),
          .number = run.number,
          .state = run.state,
          .run_type = run.run_type,
          .logical_date = run.logical_date,
          .data_interval_start = run.interval_start,
          .data_interval_end = run.interval_end,
          .run_after = run.run_after,
          .queued_at = run.queued_at,
          .start_date = run.started_at,
          .end_date = run.ended_at,
          .conf = conf ? *std::move(conf) : json::object({}),
          .note = {},
          .dag_version = run.dag_version,
          .cause = run.cause,
          .triggered_by = run.triggered_by,
          .clear_number = run.clear_number,
          .backfill = run.backfill,
          .ordinal = run.ordinal,
          .deadlines_missed = run.deadlines_missed};
}

sched::RunRow to_sched(const store::RunRow& run) {
  return {.key = to_sched(run.key),
          .number = run.number,
          .dag_version = run.dag_version,
          .run_type = run.run_type,
          .state = run.state,
          .logical_date = run.logical_date,
          .interval_start = run.data_interval_start,
          .interval_end = run.data_interval_end,
          .run_after = run.run_after,
          .queued_at = run.queued_at,
          .started_at = run.start_date,
          .ended_at = run.end_date,
          .clear_number = run.clear_number,
          .deadlines_missed = static_cast<std::uint32_t>(run.deadlines_missed),
          .conf = json::write(run.conf),
          .triggered_by = run.triggered_by,
          .cause = run.cause,
          .backfill = run.backfill,
          .ordinal = run.ordinal};
}

store::AssetEventRow to_store(const sched::AssetEventRow& event) {
  auto extra = json::parse(event.extra);
  return {.id = event.id,
          .asset = event.asset,
          .extra = extra ? *std::move(extra) : json::object({}),
          .alias = event.alias,
          .user = event.user,
          .source = to_store(event.source),
          .at = event.at};
}

store::AssetQueueRow to_store(const sched::AssetQueueRow& row) {
  return {.dag_id = row.dag_id,
          .asset = row.asset,
          .first = row.first,
          .last = row.last,
          .count = row.count,
          .at = row.at};
}

sched::AssetQueueRow to_sched(const store::AssetQueueRow& row) {
  return {.dag_id = row.dag_id,
          .asset = row.asset,
          .first = row.first,
          .last = row.last,
          .count = row.count,
          .at = row.at};
}

store::BackfillRow to_store(const sched::BackfillRow& backfill) {
  auto conf = json::parse(backfill.conf);
  return {.id = backfill.id,
          .dag_id = backfill.dag_id,
          .range = backfill.range,
          .dag_version = backfill.dag_version,
          .conf = conf ? *std::move(conf) : json::object({}),
          .user = backfill.user,
          .paused = backfill.paused,
          .completed_at = backfill.completed_at,
          .cause = backfill.cause,
          .total = backfill.total,
          .made = backfill.made,
          .skipped = backfill.skipped,
          .queued = backfill.queued,
          .running = backfill.running,
          .success = backfill.success,
          .failed = backfill.failed};
}

sched::BackfillRow to_sched(const store::BackfillRow& backfill) {
  return {.id = backfill.id,
          .dag_id = backfill.dag_id,
          .range = backfill.range,
          .dag_version = backfill.dag_version,
          .conf = json::write(backfill.conf),
          .user = backfill.user,
          .paused = backfill.paused,
          .completed_at = backfill.completed_at,
          .cause = backfill.cause,
          .total = backfill.total,
          .made = backfill.made,
          .skipped = backfill.skipped,
          .queued = backfill.queued,
          .running = backfill.running,
          .success = backfill.success,
          .failed = backfill.failed};
}

namespace {

json::Value write_deferral(const sched::Deferral& deferral) {
  return json::object({{"trigger", deferral.trigger},
                       {"words", deferral.words},
                       {"next_method", deferral.next_method},
                       {"next_kwargs", deferral.next_kwargs},
                       {"fired", deferral.fired},
                       {"event", deferral.event},
                       {"error", deferral.error},
                       {"timed_out", deferral.timed_out}});
}

/// As write_deferral wrote it.
sched::Deferral read_deferral(const json::Value& value) {
  const auto text = [&](std::string_view key) {
    return json::get_string_or(value, key, "").value_or("");
  };
  const auto flag = [&](std::string_view key) {
    return json::get_bool_or(value, key, false).value_or(false);
  };
  return {.trigger = text("trigger"),
          .words = text("words"),
          .next_method = text("next_method"),
          .next_kwargs = text("next_kwargs"),
          .fired = flag("fired"),
          .event = text("event"),
          .error = text("error"),
          .timed_out = flag("timed_out")};
}

}  // namespace

store::TaskRow to_store(const sched::TaskInstanceRow& task, const Definition& definition) {
  store::TaskRow row{.key = to_store(task.key),
                     .state = task.state,
                     .cause = task.cause,
                     .try_number = task.try_number,
                     .max_tries = task.max_tries,
                     .epoch = task.epoch,
                     .scheduled_at = task.scheduled_at,
                     .queued_at = task.queued_at,
                     .start_date = task.started_at,
                     .end_date = task.ended_at,
                     .wake_at = task.next_try_at,
                     .worker_id = task.worker.value,
                     .pid = std::nullopt,
                     .pool = task.pool.value,
                     .pool_slots = task.pool_slots,
                     .priority_weight = task.weight,
                     .operator_name = {},
                     .display_name = task.key.task_id.value,
                     .branch_followed = std::nullopt,
                     .skip_all_downstream = task.skip_all_downstream,
                     .return_length = task.return_length,
                     .deferral = std::nullopt,
                     .service = std::nullopt,
                     .epoch_floor = task.epoch_floor};
  if (task.service) row.service = to_string(*task.service);
  if (task.deferral.value) row.deferral = write_deferral(*task.deferral.value);
  if (const dag::Task* known = definition.find(task.key.task_id)) {
    row.operator_name = known->operator_name;
    row.display_name = known->label;
  }
  if (task.branch_followed) {
    row.branch_followed.emplace();
    for (const TaskId& id : *task.branch_followed) row.branch_followed->push_back(id.value);
  }
  return row;
}

sched::TaskInstanceRow to_sched(const store::TaskRow& task) {
  sched::TaskInstanceRow row{.key = to_sched(task.key),
                             .state = task.state,
                             .try_number = task.try_number,
                             .max_tries = task.max_tries,
                             .epoch = task.epoch,
                             .epoch_floor = task.epoch_floor,
                             .cause = task.cause,
                             .worker = WorkerId{task.worker_id},
                             .weight = task.priority_weight,
                             .pool = PoolName{task.pool},
                             .pool_slots = task.pool_slots,
                             .scheduled_at = task.scheduled_at,
                             .queued_at = task.queued_at,
                             .started_at = task.start_date,
                             .ended_at = task.end_date,
                             .next_try_at = task.wake_at,
                             .branch_followed = std::nullopt,
                             .skip_all_downstream = task.skip_all_downstream,
                             .return_length = task.return_length,
                             .deferral = {},
                             .service = std::nullopt};
  if (task.service) row.service = sched::parse_service_state(*task.service);
  if (task.deferral) {
    row.deferral.value = std::make_shared<const sched::Deferral>(read_deferral(*task.deferral));
  }
  if (task.branch_followed) {
    row.branch_followed.emplace();
    for (const std::string& id : *task.branch_followed) {
      row.branch_followed->push_back(TaskId{id});
    }
  }
  return row;
}

}  // namespace aiflow::conductor::detail
