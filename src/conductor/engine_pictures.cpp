// SPDX-License-Identifier: Apache-2.0
// What the worker of an island needs to go on with a run by itself: a picture of the run, and the
// jobs of what may come next. It comes with each job of the island; and alone after a user has
// decided something, and when the worker is connected again.
#include <algorithm>
#include <set>
#include <variant>

#include "base/placement.h"
#include "conductor/detail/engine.h"
#include "conductor/detail/jobs.h"
#include "log/log.h"

namespace aiflow::conductor {
namespace {

constexpr std::size_t kInstancesMax = 1000;
/// Of the whole picture, as JSON; a frame takes more.
constexpr std::size_t kPartBytesMax = 4U << 20;
/// A picture of a run keeps the next one back for so long a byte: 1 MB/s. The jobs in between come
/// without; after the pause a picture follows.
constexpr Duration kPausePerByte = std::chrono::microseconds(1);
/// The same after one that is too large.
constexpr Duration kPauseTooLarge = std::chrono::seconds(10);
/// Runs that are remembered for that.
constexpr std::size_t kToldMax = 10'000;
/// Of a task that is retried without the server, later tries have no token that counts.
constexpr std::int64_t kRetryTokensMax = 5;

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
  wire::IslandPart part{.made_at = made_now(),
                        .dag_version = of.run.dag_version,
                        .run_number = of.run.number,
                        .dag = wire::to_json(version->spec),
                        .paused = state_->dag_row(key.dag_id).value_or(sched::DagRow{}).paused};
  for (const sched::TaskInstanceRow& row : rows) {
    part.tasks.push_back(to_wire(row));
    const dag::Task& task = *of.definition.find(row.key.task_id);
    const auto island = task.placement.labels.find(kIslandLabel);
    if (island == task.placement.labels.end() || island->second != of.island) continue;
    if (!may_go_on_alone(dag, task, row)) continue;
    part.jobs.push_back(wire::to_json(next_job(of, row)));
  }
  if (!add_xcoms(part, of)) return std::nullopt;
  Told& told = told_[{detail::to_store(key), of.island}];
  const std::size_t bytes = json::write(wire::to_json(part)).size();
  told.next_at = clock_.steady_now() + kPausePerByte * static_cast<std::int64_t>(bytes);
  if (bytes <= kPartBytesMax) return part;
  told.next_at = clock_.steady_now() + kPauseTooLarge;
  if (!std::exchange(told.is_too_large, true)) {
    log::warn("a run is too large for its island to go on with it alone",
              {{"run", key.run_id}, {"island", of.island}});
  }
  return std::nullopt;
}

/// Newer than every picture before, over restarts of the server too.
std::int64_t Conductor::Engine::made_now() {
  const std::int64_t now =
      std::chrono::floor<std::chrono::microseconds>(clock_.now()).time_since_epoch().count();
  last_part_ = std::max(last_part_ + 1, now);
  return last_part_;
}

/// Of the attempt that the island may begin next: one that is queued, and may not have reached it,
/// or the one after this.
wire::Job Conductor::Engine::next_job(const IslandRun& of,
                                      const sched::TaskInstanceRow& row) const {
  sched::TaskInstanceRow next = row;
  const bool is_queued = row.state == TaskState::queued;
  if (!is_queued) next.epoch = sched::next_epoch(row);
  wire::Job job = detail::make_job({.task = next,
                                    .run = of.run,
                                    .definition = of.definition,
                                    .dag_file = of.dag_file,
                                    .data_dir = options_.data_dir,
                                    .use_cache = false});
  if (!options_.sign_token) return job;
  job.token = options_.sign_token(job);
  std::vector<std::string>& more = job.retry_tokens.emplace();
  const std::int64_t retries = row.max_tries - row.try_number + (is_queued ? 1 : 0);
  wire::Job retry = job;
  for (std::int64_t i = 0; i < std::min(retries, kRetryTokensMax); ++i) {
    ++retry.epoch;
    more.push_back(options_.sign_token(retry));
  }
  return job;
}

/// Unless a large one of its run has just been sent: then one follows.
void Conductor::Engine::add_picture(wire::Job& job, const sched::RunRow& run) {
  const auto island = job.placement.find(kIslandLabel);
  if (island == job.placement.end() || job.executor != Placement{}.executor) return;
  if (told_.size() > kToldMax) {
    std::erase_if(told_, [&](const auto& one) {
      return !one.second.is_due && one.second.next_at <= clock_.steady_now();
    });
  }
  const IslandRunKey key{detail::to_store(run.key), island->second};
  if (Told& told = told_[key]; told.next_at > clock_.steady_now()) {
    told.is_due = true;
    show_at_ = std::min(show_at_, told.next_at);
    return;
  }
  job.island = island_part({.run = run,
                            .definition = *book_.definition(run.key.dag_id, run.dag_version),
                            .dag_file = book_.dags[run.key.dag_id].row.fileloc,
                            .island = island->second});
  if (job.island) told_[key].is_due = false;
}

/// The island of a task that its worker may have; empty: of none.
std::string Conductor::Engine::island_of(const store::TaskKey& key) const {
  const dag::Dag* dag = state_->definition(sched::RunKey{key.dag_id, key.run_id});
  if (dag == nullptr) return {};
  const auto task = std::ranges::find(dag->tasks, key.task_id, &dag::Task::task_id);
  if (task == dag->tasks.end() || task->placement.executor != Placement{}.executor) return {};
  const auto island = task->placement.labels.find(kIslandLabel);
  return island == task->placement.labels.end() ? std::string() : island->second;
}

/// Runs of which an island may have an attempt.
std::set<Conductor::Engine::IslandRunKey> Conductor::Engine::runs_in_hand() const {
  std::set<IslandRunKey> runs;
  const auto add = [&](const store::TaskKey& key) {
    if (std::string island = island_of(key); !island.empty()) {
      runs.emplace(key.run(), std::move(island));
    }
  };
  for (const auto& [key, pid] : book_.pids) add(key);
  for (const auto& [key, submit] : book_.submits) add(key);
  for (const auto& [attempt, cancel] : book_.cancels) add(attempt.first);
  return runs;
}

void Conductor::Engine::note_decisions(const detail::Batch& batch, const sched::Effects& effects) {
  std::set<store::RunKey> runs;
  std::set<DagId> dags;
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    const sched::Event& event = batch.events[i];
    if (const auto* paused = std::get_if<sched::DagPaused>(&event)) dags.insert(paused->dag_id);
    if (const auto* marked = std::get_if<sched::RunMarked>(&event)) {
      runs.insert(detail::to_store(marked->run));
    }
    const bool names_tasks = std::holds_alternative<sched::TasksCleared>(event) ||
                             std::holds_alternative<sched::TaskMarked>(event);
    if (!names_tasks) continue;
    for (const sched::TaskKey& key : effects.replies[i].affected) {
      runs.insert(detail::to_store(key).run());
    }
  }
  for (const sched::DagRow& row : effects.dags) {
    if (row.paused) dags.insert(row.dag_id);  // the scheduler pauses too, after failed runs
  }
  if (runs.empty() && dags.empty()) return;
  owe_pictures([&](const IslandRunKey& key) {
    return runs.contains(key.first) || dags.contains(key.first.dag_id);
  });
}

/// At once, whatever was sent before.
void Conductor::Engine::owe_pictures(const std::function<bool(const IslandRunKey&)>& is_meant) {
  for (auto& [key, told] : told_) {
    if (is_meant(key)) told.next_at = SteadyTime::min();  // the next job brings one
  }
  for (const IslandRunKey& key : runs_in_hand()) {
    if (!is_meant(key)) continue;
    Told& told = told_[key];
    told.next_at = SteadyTime::min();
    told.is_due = true;
    show_at_ = SteadyTime::min();
  }
}

void Conductor::Engine::send_pictures(SteadyTime now) {
  if (now < show_at_) return;
  const std::set<IslandRunKey> in_hand = runs_in_hand();
  std::vector<IslandRunKey> due;
  for (auto& [key, told] : told_) {
    if (!told.is_due || told.next_at > now) continue;
    told.is_due = false;
    if (in_hand.contains(key)) due.push_back(key);
  }
  for (const IslandRunKey& key : due) send_picture(key);
  show_at_ = SteadyTime::max();
  for (const auto& [key, told] : told_) {
    if (told.is_due) show_at_ = std::min(show_at_, told.next_at);
  }
}

void Conductor::Engine::send_picture(const IslandRunKey& to) {
  const auto& [key, island] = to;
  wire::Picture picture{.dag_id = key.dag_id.value, .run_id = key.run_id.value, .made_at = 0};
  const auto run = state_->run_row(detail::to_sched(key));
  const auto* definition = run ? book_.definition(key.dag_id, run->dag_version) : nullptr;
  if (definition != nullptr && run->state == RunState::running) {
    picture.part = island_part({.run = *run,
                                .definition = *definition,
                                .dag_file = book_.dags[key.dag_id].row.fileloc,
                                .island = island});
  }
  picture.made_at = picture.part ? picture.part->made_at : made_now();
  executor_.show(island, picture);
}

}  // namespace aiflow::conductor
