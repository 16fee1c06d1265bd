// SPDX-License-Identifier: Apache-2.0
// What the worker of an island says of what it ran alone, and which worker an island is.
#include <algorithm>
#include <set>

#include "base/placement.h"
#include "conductor/detail/engine.h"
#include "log/log.h"
#include "store/event_log.h"
#include "store/user_store.h"

namespace aiflow::conductor {
namespace {

/// Task instances whose conflicts are remembered, and rows of one instance's history that tell
/// them.
constexpr std::size_t kConflictsMax = 10'000;
constexpr std::size_t kConflictsOfTaskMax = 20;

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
  if (island == task->placement.labels.end()) {
    const std::string since = format_time(worker->second);
    return sched::Explanation{"worker_away",
                              {{"worker", row->worker.value}, {"since", since}},
                              "started by worker '" + row->worker.value +
                                  "', of which nothing has been heard since " + since +
                                  "; its tasks are given up when their lease is over"};
  }
  const std::string until = format_time(worker->second + options_.island_lease);
  return sched::Explanation{"island_away",
                            {{"island", island->second}, {"until", until}},
                            "leased to island '" + island->second + "' until " + until +
                                "; it is cut off, and may go on with the tasks that follow"};
}

}  // namespace aiflow::conductor
