// SPDX-License-Identifier: Apache-2.0
#include "app/cli/whatif/workload_from_wire.h"

#include "conductor/dag_from_spec.h"
#include "wire/dag.h"

namespace aiflow::app {
namespace {

std::optional<dag::Tick> tick_of(const wire::WorkloadDag& dag) {
  const bool whole = dag.next_logical_date && dag.next_interval_start && dag.next_interval_end &&
                     dag.next_run_after;
  if (!whole) return std::nullopt;
  return dag::Tick{*dag.next_logical_date, *dag.next_interval_start, *dag.next_interval_end,
                   *dag.next_run_after};
}

Result<whatif::DagPast> past_of(const wire::WorkloadDag& dag) {
  AIFLOW_ASSIGN(const auto spec, wire::parse_dag_spec(dag.spec));
  AIFLOW_ASSIGN(auto definition, conductor::dag_from_spec(spec));
  whatif::DagPast past{.definition = std::make_shared<dag::Dag>(std::move(definition)),
                       .paused = dag.is_paused,
                       .next_tick = tick_of(dag)};
  if (!dag.usual_ms.is_object()) return fail(ErrorCode::corrupt, "'usual_ms' is no object");
  for (const auto& [task_id, ms] : dag.usual_ms.as_object()) {
    if (!ms.is_int()) return fail(ErrorCode::corrupt, "'usual_ms' holds no numbers");
    past.usual[{task_id}] = std::chrono::milliseconds(ms.as_int());
  }
  return past;
}

whatif::TaskPast past_of(const wire::WorkloadTask& task) {
  whatif::TaskPast past{.skip_all_downstream = task.skip_all_downstream,
                        .return_length = task.return_length};
  for (const auto& one : task.tries) {
    past.tries.push_back({.took = std::chrono::milliseconds(one.ms), .outcome = one.outcome});
  }
  if (!task.branch) return past;
  auto& branch = past.branch.emplace();
  for (const auto& id : *task.branch) branch.push_back({id});
  return past;
}

}  // namespace

Result<whatif::Workload> workload_from_wire(const wire::Workload& answer) {
  whatif::Workload out;
  for (const auto& dag : answer.dags) {
    auto past = past_of(dag);
    if (!past) return fail(std::move(past).error().with_context("dag '" + dag.dag_id + "'"));
    out.dags.push_back(*std::move(past));
  }
  for (const auto& pool : answer.pools) {
    out.pools.push_back({.name = {pool.name}, .slots = static_cast<std::int32_t>(pool.slots)});
  }
  for (const auto& run : answer.runs) {
    whatif::RunPast past{.key = {{run.dag_id}, {run.dag_run_id}},
                         .run_type = run.run_type,
                         .logical_date = run.logical_date,
                         .arrives = run.arrives};
    for (const auto& task : run.tasks) {
      past.tasks[{{task.task_id}, static_cast<std::int32_t>(task.map_index)}] = past_of(task);
    }
    out.runs.push_back(std::move(past));
  }
  return out;
}

}  // namespace aiflow::app
