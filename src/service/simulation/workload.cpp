// SPDX-License-Identifier: Apache-2.0
#include "service/simulation/workload.h"

#include <algorithm>
#include <map>
#include <vector>

#include "store/dag_store.h"
#include "store/run_store.h"

namespace aiflow::service {
namespace {

/// Finished runs of a DAG that tell how long its tasks take.
constexpr int kRunsLookedAt = 20;

std::int64_t ms_between(WallTime from, WallTime to) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count();
}

Result<json::Value> usual_ms(store::RunStore& runs, const DagId& dag_id) {
  AIFLOW_ASSIGN(const auto last, runs.list_runs({.dag_id = dag_id,
                                                 .states = {RunState::success, RunState::failed},
                                                 .page = {.limit = kRunsLookedAt, .offset = 0}}));
  std::map<std::string, std::vector<std::int64_t>> found;
  for (const auto& run : last.items) {
    AIFLOW_ASSIGN(const auto tasks, runs.tasks(run.key));
    for (const auto& task : tasks) {
      const bool ran = task.state == TaskState::success && task.start_date && task.end_date;
      if (ran)
        found[task.key.task_id.value].push_back(ms_between(*task.start_date, *task.end_date));
    }
  }
  json::Value usual = json::object({});
  for (auto& [task_id, values] : found) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    usual.set(task_id, *middle);
  }
  return usual;
}

/// The tries that held a slot until they ended.
Result<std::vector<wire::WorkloadTry>> tries_of(store::RunStore& runs, const store::TaskRow& task) {
  std::vector<wire::WorkloadTry> out;
  if (task.try_number > 1) {
    AIFLOW_ASSIGN(const auto earlier, runs.tries(task.key));
    for (const auto& row : earlier) {
      if (row.try_number >= task.try_number || !row.start_date || !row.end_date) continue;
      out.push_back({.ms = ms_between(*row.start_date, *row.end_date), .outcome = Outcome::failed});
    }
  }
  if (!task.start_date || !task.end_date) return out;
  const std::int64_t ms = ms_between(*task.start_date, *task.end_date);
  if (task.state == TaskState::success) out.push_back({ms, Outcome::success});
  if (task.state == TaskState::failed) out.push_back({ms, Outcome::failed_no_retry});
  if (task.state == TaskState::skipped) out.push_back({ms, Outcome::skipped});
  return out;
}

Result<wire::WorkloadRun> run_of(store::RunStore& runs, const store::RunRow& row) {
  wire::WorkloadRun out{.dag_id = row.key.dag_id.value,
                        .dag_run_id = row.key.run_id.value,
                        .run_type = row.run_type,
                        .logical_date = row.logical_date,
                        .arrives = row.queued_at};
  AIFLOW_ASSIGN(const auto tasks, runs.tasks(row.key));
  for (const auto& task : tasks) {
    AIFLOW_ASSIGN(auto tries, tries_of(runs, task));
    if (tries.empty()) continue;
    out.tasks.push_back({.task_id = task.key.task_id.value,
                         .map_index = task.key.map_index,
                         .tries = std::move(tries),
                         .branch = task.branch_followed,
                         .skip_all_downstream = task.skip_all_downstream,
                         .return_length = task.return_length});
  }
  return out;
}

Status too_much(const std::string& what) {
  return fail(ErrorCode::invalid_argument,
              "the period has more than " + what + "; choose a shorter one");
}

Status add_runs(store::RunStore& runs, const DagId& dag_id, const WorkloadQuery& query,
                wire::Workload& out) {
  AIFLOW_ASSIGN(const auto listed,
                runs.list_runs({.dag_id = dag_id,
                                .states = {},
                                .queued_at_gte = query.period->first,
                                .queued_at_lt = query.period->second,
                                .newest_first = false,
                                .page = {.limit = kWorkloadRunsMax, .offset = 0}}));
  if (listed.total + std::ssize(out.runs) > kWorkloadRunsMax) {
    return too_much(std::to_string(kWorkloadRunsMax) + " runs");
  }
  std::size_t tasks = 0;
  for (const auto& run : out.runs) tasks += run.tasks.size();
  for (const auto& row : listed.items) {
    AIFLOW_ASSIGN(out.runs.emplace_back(), run_of(runs, row));
    tasks += out.runs.back().tasks.size();
    if (tasks > kWorkloadTasksMax) return too_much(std::to_string(kWorkloadTasksMax) + " tasks");
  }
  return {};
}

}  // namespace

Result<wire::Workload> read_workload(db::Connection& db, const WorkloadQuery& query) {
  store::DagStore dags(db);
  store::RunStore runs(db);
  wire::Workload out;
  AIFLOW_ASSIGN(const auto rows, dags.list(query.sight));
  for (const auto& row : rows) {
    AIFLOW_ASSIGN(const auto version, dags.version(row.dag_id));
    wire::WorkloadDag dag{.dag_id = row.dag_id.value,
                          .is_paused = row.is_paused,
                          .spec = wire::to_json(version.spec)};
    if (row.next_tick) {
      dag.next_logical_date = row.next_tick->logical_date;
      dag.next_interval_start = row.next_tick->interval_start;
      dag.next_interval_end = row.next_tick->interval_end;
      dag.next_run_after = row.next_tick->run_after;
    }
    AIFLOW_ASSIGN(dag.usual_ms, usual_ms(runs, row.dag_id));
    out.dags.push_back(std::move(dag));
    if (query.period) AIFLOW_TRY(add_runs(runs, row.dag_id, query, out));
  }
  AIFLOW_ASSIGN(const auto pools, runs.pools());
  for (const auto& pool : pools) out.pools.push_back({pool.name.value, pool.slots});
  return out;
}

}  // namespace aiflow::service
