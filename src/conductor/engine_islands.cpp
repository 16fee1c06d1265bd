// SPDX-License-Identifier: Apache-2.0
// What the worker of an island needs to go on with a run by itself: a picture of the run, sent with
// each job of the island, and the jobs of what may come next.
#include <algorithm>
#include <set>

#include "base/placement.h"
#include "conductor/detail/engine.h"
#include "conductor/detail/jobs.h"
#include "log/log.h"
#include "store/event_log.h"
#include "store/user_store.h"

namespace aiflow::conductor {
namespace {

constexpr std::size_t kInstancesMax = 1000;
/// Task instances whose conflicts are remembered, and rows of one instance's history that tell
/// them.
constexpr std::size_t kConflictsMax = 10'000;
constexpr std::size_t kConflictsOfTaskMax = 20;
/// Of the whole picture, as JSON; a frame takes more.
constexpr std::size_t kPartBytesMax = 4U << 20;

wire::IslandTask to_wire(const sched::TaskInstanceRow& row) {
  wire::IslandTask task{.task_id = row.key.task_id.value,
                        .map_index = row.key.map_index,
                        .state = row.state,
                        .try_number = row.try_number,
                        .max_tries = row.max_tries,
                        .epoch = row.epoch,
                        .weight = row.weight,
                        .next_try_at = row.next_try_at,
                        .epoch_floor = row.epoch_floor,
                        .branch_followed = std::nullopt,
                        .skip_all_downstream = row.skip_all_downstream,
                        .return_length = row.return_length};
  if (row.branch_followed) {
    task.branch_followed.emplace();
    for (const TaskId& id : *row.branch_followed) task.branch_followed->push_back(id.value);
  }
  return task;
}

bool is_mapped(const dag::Dag& dag, const dag::Task& task) {
  if (!task.expand.empty()) return true;
  for (auto group = task.group; group;) {
    const auto found = std::ranges::find(dag.task_groups, *group, &dag::TaskGroup::group_id);
    if (found == dag.task_groups.end()) return false;
    if (!found->expand.empty()) return true;
    group = found->parent;
  }
  return false;
}

/// The server alone knows what other runs and other users of a pool do; a mapped task that is not
/// expanded yet has no jobs.
bool may_go_on_alone(const dag::Dag& dag, const dag::Task& task,
                     const sched::TaskInstanceRow& row) {
  const bool asks_past = task.depends_on_past || task.wait_for_downstream;
  const bool is_shared = task.pool.value != "default_pool" || task.max_active_tis_per_dag;
  const bool is_over = row.state == TaskState::success || row.state == TaskState::failed ||
                       row.state == TaskState::skipped || row.state == TaskState::upstream_failed ||
                       row.state == TaskState::removed;
  const bool waits = row.deferral.value != nullptr;
  const bool is_open = is_mapped(dag, task) && row.key.map_index < 0;
  return !asks_past && !is_shared && !is_over && !waits && !is_open &&
         task.placement.executor == Placement{}.executor;
}

}  // namespace

/// Why the server will never give out this attempt; empty: it may yet.
std::string Conductor::Engine::decided_otherwise(const executor::Attempt& attempt) const {
  const sched::TaskKey key{DagId{attempt.key.dag_id}, RunId{attempt.key.run_id},
                           TaskId{attempt.key.task_id},
                           static_cast<std::int32_t>(attempt.key.map_index)};
  const auto run = state_->run_row({key.dag_id, key.run_id});
  const auto row = state_->instance_row(key);
  if (!run || !row) return "the run is gone";
  const bool is_open = row->state == TaskState::no_status || row->state == TaskState::scheduled ||
                       row->state == TaskState::up_for_retry || row->state == TaskState::queued ||
                       row->state == TaskState::running || row->state == TaskState::deferred ||
                       row->state == TaskState::up_for_reschedule;
  const bool is_given = row->epoch == attempt.epoch &&
                        (row->state == TaskState::queued || row->state == TaskState::running);
  if (is_given) return {};
  const std::string state(to_string(row->state));
  if (std::max(row->epoch, row->epoch_floor - 1) >= attempt.epoch)
    return "it was decided anew meanwhile, and is " + state;
  if (!is_open) return "it is " + state + " already";
  if (run->state == RunState::running) return {};
  return "its run is over: " + std::string(to_string(run->state));
}

/// The operator reads of it in the task's history.
void Conductor::Engine::on(detail::Batch& batch, const executor::RanAhead& report) {
  const wire::Finished& ran = report.report;
  const store::TaskKey key{.dag_id = DagId{ran.attempt.key.dag_id},
                           .run_id = RunId{ran.attempt.key.run_id},
                           .task_id = TaskId{ran.attempt.key.task_id},
                           .map_index = static_cast<int>(ran.attempt.key.map_index)};
  const bool is_its = may_have_run(report.receipt.worker, key);
  const std::string why = is_its ? decided_otherwise(ran.attempt) : "it is no task of this island";
  if (why.empty()) return;
  batch.after.emplace_back([this, receipt = report.receipt, why](const Result<sched::Reply>& done) {
    if (done) executor_.acknowledge(receipt, false, why);
  });
  if (!is_its || !is_new_conflict(key, ran.attempt.epoch)) return;
  const std::string cause = "conflict: worker '" + report.receipt.worker.value + "' ran try " +
                            std::to_string(ran.attempt.try_number) + " while it was cut off (" +
                            std::string(to_string(ran.outcome)) +
                            "); the result is refused: " + why;
  log::warn("an island ran what the server has decided otherwise",
            {{"dag", ran.attempt.key.dag_id},
             {"run", ran.attempt.key.run_id},
             {"task", ran.attempt.key.task_id},
             {"cause", cause}});
  if (const auto row = task_row(key)) {
    json::Value data = wire::to_json(store::to_wire(*row));
    data.set("cause", cause);
    batch.writes.emplace_back([data = std::move(data)](detail::Writing& writing) {
      return writing.log(store::kind::task_instance, data);
    });
  }
}

/// The worker is the task's island, or the run is gone and nobody can tell any more.
bool Conductor::Engine::may_have_run(const WorkerId& id, const store::TaskKey& key) const {
  const auto worker = workers_.find(id);
  if (worker == workers_.end() || !worker->second.labels.contains(kIslandLabel)) return false;
  const dag::Dag* dag = state_->definition(sched::RunKey{key.dag_id, key.run_id});
  if (dag == nullptr) return true;
  const auto task = std::ranges::find(dag->tasks, key.task_id, &dag::Task::task_id);
  if (task == dag->tasks.end()) return true;
  const auto island = task->placement.labels.find(kIslandLabel);
  return island != task->placement.labels.end() &&
         island->second == worker->second.labels.at(kIslandLabel);
}

/// Workers say it again and again until they are answered; and one that lies is not to fill the
/// history.
bool Conductor::Engine::is_new_conflict(const store::TaskKey& key, std::int64_t epoch) {
  if (conflicts_.size() >= kConflictsMax) conflicts_.clear();
  std::set<std::int64_t>& told = conflicts_[key];
  return told.size() < kConflictsOfTaskMax && told.insert(epoch).second;
}

/// Stored in the commit that gives the scheduler the worker's slots: before it has a task.
void Conductor::Engine::on(detail::Batch& batch, const executor::IslandGiven& report) {
  batch.writes.emplace_back([report](detail::Writing& writing) -> Status {
    store::UserStore settings(writing.db);
    AIFLOW_ASSIGN(const auto text, settings.setting(std::string(kIslandsSetting)));
    json::Value known = json::parse(text.value_or("{}")).value_or(json::object({}));
    json::Value next = json::object({});
    for (const auto& [island, worker] : known.as_object()) {
      if (island != report.island) next.set(island, worker);
    }
    if (!report.worker.value.empty()) next.set(report.island, report.worker.value);
    return settings.set_setting(std::string(kIslandsSetting), json::write(next));
  });
}

Result<std::map<std::string, WorkerId>> islands_before(store::Store& store) {
  AIFLOW_ASSIGN(const auto text, store.read([](db::Connection& db) {
    return store::UserStore(db).setting(std::string(kIslandsSetting));
  }));
  std::map<std::string, WorkerId> islands;
  AIFLOW_ASSIGN(const json::Value known, json::parse(text.value_or("{}")));
  if (!known.is_object()) return islands;
  for (const auto& [island, worker] : known.as_object()) {
    if (worker.is_string()) islands[std::string(island)] = WorkerId{worker.as_string()};
  }
  return islands;
}

std::optional<sched::Explanation> Conductor::Engine::explain_away(const sched::TaskKey& key) const {
  const auto row = state_->instance_row(key);
  const dag::Dag* dag = state_->definition(sched::RunKey{key.dag_id, key.run_id});
  if (!row || dag == nullptr) return std::nullopt;
  const bool is_there = row->state == TaskState::running || row->state == TaskState::restarting;
  const auto worker = away_.find(row->worker);
  const auto task = std::ranges::find(dag->tasks, key.task_id, &dag::Task::task_id);
  if (!is_there || worker == away_.end() || task == dag->tasks.end()) return std::nullopt;
  const auto island = task->placement.labels.find(kIslandLabel);
  if (island == task->placement.labels.end()) return std::nullopt;
  const std::string until = format_time(worker->second + options_.island_lease);
  return sched::Explanation{"island_away",
                            {{"island", island->second}, {"until", until}},
                            "leased to island '" + island->second + "' until " + until +
                                "; it is cut off, and may go on with the tasks that follow"};
}

std::vector<sched::TaskInstanceRow> Conductor::Engine::instances_of(const sched::RunKey& run,
                                                                    const dag::Dag& dag) const {
  std::vector<sched::TaskInstanceRow> rows;
  for (const dag::Task& task : dag.tasks) {
    for (std::int32_t index = -1; rows.size() <= kInstancesMax; ++index) {
      auto row = state_->instance_row({run.dag_id, run.run_id, task.task_id, index});
      if (row) rows.push_back(*std::move(row));
      if (!row && index >= 0) break;
    }
  }
  return rows;
}

/// What the island's tasks may ask for of those that ended before: all that their direct upstreams
/// have published.
Status Conductor::Engine::add_xcoms(wire::IslandPart& part, const IslandRun& of) {
  std::set<std::string> asked;
  for (const dag::Task& task : of.definition.dag.tasks) {
    const auto island = task.placement.labels.find(kIslandLabel);
    if (island == task.placement.labels.end() || island->second != of.island) continue;
    for (const TaskId& upstream : task.upstream) asked.insert(upstream.value);
  }
  return store_.read([&](db::Connection& db) -> Status {
    store::RunStore runs(db);
    for (const wire::IslandTask& task : part.tasks) {
      if (task.state != TaskState::success || !asked.contains(task.task_id)) continue;
      AIFLOW_ASSIGN(const auto rows,
                    runs.xcoms({of.run.key.dag_id, of.run.key.run_id, TaskId{task.task_id},
                                static_cast<int>(task.map_index)}));
      for (const store::XComRow& row : rows) {
        part.xcoms.push_back({.task_id = task.task_id,
                              .map_index = task.map_index,
                              .key = row.name,
                              .value = row.value});
      }
    }
    return {};
  });
}

std::optional<wire::IslandPart> Conductor::Engine::island_part(const IslandRun& of) {
  const dag::Dag& dag = of.definition.dag;
  const sched::RunKey key = of.run.key;
  const auto rows = instances_of(key, dag);
  if (rows.size() > kInstancesMax) return std::nullopt;
  const auto version = store_.read([&](db::Connection& db) {
    return store::DagStore(db).version(key.dag_id, of.run.dag_version);
  });
  if (!version) return std::nullopt;
  const std::int64_t now =
      std::chrono::floor<std::chrono::microseconds>(clock_.now()).time_since_epoch().count();
  last_part_ = std::max(last_part_ + 1, now);
  wire::IslandPart part{.made_at = last_part_,
                        .dag_version = of.run.dag_version,
                        .run_number = of.run.number,
                        .dag = wire::to_json(version->spec)};
  for (const sched::TaskInstanceRow& row : rows) {
    part.tasks.push_back(to_wire(row));
    const dag::Task& task = *of.definition.find(row.key.task_id);
    const auto island = task.placement.labels.find(kIslandLabel);
    if (island == task.placement.labels.end() || island->second != of.island) continue;
    if (!may_go_on_alone(dag, task, row)) continue;
    sched::TaskInstanceRow next = row;
    next.epoch = sched::next_epoch(row);
    wire::Job job = detail::make_job({.task = next,
                                      .run = of.run,
                                      .definition = of.definition,
                                      .dag_file = of.dag_file,
                                      .data_dir = options_.data_dir,
                                      .use_cache = false});
    if (options_.sign_token) job.token = options_.sign_token(job);
    part.jobs.push_back(wire::to_json(job));
  }
  if (!add_xcoms(part, of)) return std::nullopt;
  if (json::write(wire::to_json(part)).size() > kPartBytesMax) return std::nullopt;
  return part;
}

}  // namespace aiflow::conductor
