// SPDX-License-Identifier: Apache-2.0
// The simulated user: triggers, clears, marks, pauses, edits DAGs and pools.
#include <algorithm>
#include <iterator>

#include "base/placement.h"
#include "world.h"

namespace aiflow::sim {
namespace {

constexpr std::int64_t kRunsMax = 24;
constexpr std::int64_t kBackfillsMax = 3;
/// States of what has begun and has not ended, and of what waits for an upstream to be mended.
constexpr std::array kOpen = {TaskState::scheduled,         TaskState::queued,
                              TaskState::running,           TaskState::deferred,
                              TaskState::restarting,        TaskState::up_for_retry,
                              TaskState::up_for_reschedule, TaskState::upstream_failed};
constexpr std::array kRules = {TriggerRule::all_success,  TriggerRule::all_success,
                               TriggerRule::all_success,  TriggerRule::all_done,
                               TriggerRule::one_success,  TriggerRule::one_failed,
                               TriggerRule::none_failed,  TriggerRule::none_failed_min_one_success,
                               TriggerRule::all_failed,   TriggerRule::one_done,
                               TriggerRule::none_skipped, TriggerRule::all_skipped,
                               TriggerRule::always,       TriggerRule::all_done_min_one_success};

/// Something to map over: a literal, an earlier task's value, or both as a product.
std::vector<dag::MapNode> make_expand(std::vector<TaskId>& upstream, std::size_t before,
                                      Prng& prng) {
  std::vector<dag::MapNode> nodes;
  if (before == 0 || prng.chance(0.3)) {
    nodes.push_back({.length = static_cast<std::int64_t>(prng.below(4))});
  }
  if (before == 0 || (!nodes.empty() && prng.chance(0.5))) return nodes;
  const std::size_t source_at = prng.chance(0.4) ? before - 1 : prng.below(before);
  const TaskId source{"t" + std::to_string(source_at)};
  if (std::ranges::find(upstream, source) == upstream.end()) upstream.push_back(source);
  nodes.push_back({.kind = dag::MapKind::xcom, .task_id = source});
  if (nodes.size() == 2) nodes.push_back({.kind = dag::MapKind::product, .parts = {0, 1}});
  return nodes;
}

/// Maps some tasks, and puts some that follow each other into a mapped group.
void add_mapping(dag::Dag& made, double share, Prng& prng) {
  const std::size_t size = made.tasks.size();
  for (std::size_t i = 0; i < size; ++i) {
    if (!prng.chance(share)) continue;
    made.tasks[i].expand = make_expand(made.tasks[i].upstream, i, prng);
  }
  if (!prng.chance(0.5)) return;
  const std::size_t first = prng.below(size);
  const std::size_t last = std::min(size - 1, first + 1 + prng.below(3));
  made.task_groups.push_back({.group_id = "g"});
  std::vector<TaskId>& upstream = made.tasks[first].upstream;
  made.task_groups[0].expand = make_expand(upstream, first, prng);
  for (std::size_t i = first; i <= last; ++i) {
    made.tasks[i].group = "g";
    made.tasks[i].expand.clear();
  }
}

/// Some are served by no worker of a world, some by workers that serve others as well.
Placement make_place(Prng& prng) {
  switch (prng.below(3)) {
    case 0: return {.queue = "gpu"};
    case 1: return {.executor = "docker"};
    default: return {.labels = {{"site", "seoul"}}};
  }
}

/// Some DAGs wait for what those before them make, so that no circle of them goes on for ever.
std::vector<dag::AssetNode> make_condition(const std::string& id, Prng& prng) {
  std::vector<dag::AssetNode> nodes = {{.name = {"outside"}}};
  if (id != "d0") nodes.push_back({.name = {"of_d0"}});
  if (id == "d2" && prng.chance(0.5)) nodes.push_back({.name = {"of_d1"}});
  dag::AssetNode whole{.kind = prng.chance(0.5) ? dag::AssetKind::any : dag::AssetKind::all};
  for (std::uint32_t i = 0; i < nodes.size(); ++i) whole.parts.push_back(i);
  nodes.push_back(std::move(whole));
  return nodes;
}

}  // namespace

dag::Dag make_dag(const std::string& id, const Taste& taste, Prng& prng) {
  dag::Dag made;
  made.dag_id = {id};
  made.max_active_tasks = 1 + static_cast<int>(prng.below(4));
  made.max_active_runs = 1 + static_cast<int>(prng.below(3));
  made.fail_fast = prng.chance(taste.failing ? 0.8 : 0.1);
  if (prng.chance(0.1)) made.dagrun_timeout = std::chrono::seconds(120);
  const std::size_t size = 2 + prng.below(8);
  for (std::size_t i = 0; i < size; ++i) {
    dag::Task task;
    task.task_id = {"t" + std::to_string(i)};
    for (std::size_t up = 0; up < i; ++up) {
      if (prng.chance(1.5 / static_cast<double>(i))) {
        task.upstream.push_back({"t" + std::to_string(up)});
      }
    }
    task.trigger_rule = kRules[prng.below(kRules.size())];
    task.retries = static_cast<int>(prng.below(3));
    task.retry_delay = std::chrono::seconds(prng.below(8));
    task.retry_exponential_backoff = prng.chance(0.2) ? 2 : 0;
    task.max_retry_delay = std::chrono::seconds(60);
    task.operator_kind = prng.chance(taste.waiting ? 0.2 : 0.1) ? "empty" : "bash";
    task.pool = {prng.chance(0.3) ? "small" : "default_pool"};
    task.pool_slots = prng.chance(0.2) ? 2 : 1;
    task.priority_weight = static_cast<int>(prng.below(5));
    task.is_branch = prng.chance(0.15);
    task.is_short_circuit = !task.is_branch && prng.chance(0.08);
    if (prng.chance(0.1)) task.max_active_tis_per_dag = 1;
    if (prng.chance(0.3)) task.outlets.push_back({"of_" + id});
    if (taste.placing && prng.chance(0.6)) task.placement = make_place(prng);
    task.is_service = task.operator_kind != "empty" && prng.chance(taste.serving ? 0.4 : 0.05);
    if (is_of_island(task.task_id)) task.placement = {.labels = {{std::string(kIslandLabel), "x"}}};
    made.tasks.push_back(std::move(task));
  }
  if (prng.chance(taste.mapping ? 1 : 0.4)) add_mapping(made, taste.mapping ? 0.6 : 0.3, prng);
  if (prng.chance(taste.assets ? 1 : 0.2)) made.schedule.assets = make_condition(id, prng);
  made.has_success_callback = prng.chance(0.5);
  made.has_failure_callback = prng.chance(0.5);
  for (std::uint64_t i = prng.below(3); i > 0; --i) {
    constexpr std::array kFrom = {dag::DeadlineReference::queued_at,
                                  dag::DeadlineReference::logical_date,
                                  dag::DeadlineReference::average_runtime};
    made.deadlines.push_back({.reference = kFrom[prng.below(kFrom.size())],
                              .interval = std::chrono::seconds(1 + prng.below(120)),
                              .runs_max = 3,
                              .runs_min = 1});
  }
  return made;
}

WorkerOffer make_offer(const Taste& taste, bool is_island, Prng& prng) {
  WorkerOffer made{.slots = kSlotsPerWorker};
  if (is_island) made.labels[kIslandLabel] = "x";
  if (!taste.placing) return made;
  if (prng.chance(0.3)) made.slots = 0;
  if (is_island) return made;
  if (prng.chance(0.4)) made.executors.emplace_back("docker");
  if (prng.chance(0.2)) made.queues = {"gpu"};
  if (prng.chance(0.2)) made.queues = {"default", "gpu"};
  if (prng.chance(0.5)) made.labels["site"] = prng.chance(0.5) ? "seoul" : "busan";
  return made;
}

WorkerOffer whole_offer(bool is_island) {
  if (is_island) return {.slots = kSlotsPerWorker, .labels = {{kIslandLabel, "x"}}};
  return {.slots = kSlotsPerWorker,
          .executors = {"local", "docker"},
          .queues = {"default", "gpu"},
          .labels = {{"site", "seoul"}}};
}

void World::send_user(sched::Event event) {
  Server* server = leader();
  if (server != nullptr) server->inbox.push_back({std::move(event), std::nullopt});
}

const sched::TaskInstanceRow* World::any_instance() {
  const auto& rows = database_.tables.instances;
  if (rows.empty()) return nullptr;
  return &std::next(rows.begin(), static_cast<std::ptrdiff_t>(below(rows.size())))->second;
}

/// One in this state: states that last a moment are met as often as others. `mapped`: one whose
/// items may change. If there is none: any one.
const sched::TaskInstanceRow* World::any_in(TaskState state, bool mapped) {
  const auto& rows = database_.tables.instances;
  const auto* any = any_instance();
  if (any == nullptr) return nullptr;
  const auto is_wanted = [&](const auto& entry) {
    const auto& [key, row] = entry;
    return row.state == state && (!mapped || (key.map_index >= 0 && !sources_of(key).empty()));
  };
  const auto begin = rows.find(any->key);
  auto found = std::find_if(begin, rows.end(), is_wanted);
  if (found == rows.end()) found = std::find_if(rows.begin(), begin, is_wanted);
  return found != rows.end() && is_wanted(*found) ? &found->second : any;
}

const dag::Task& World::task_of(const sched::TaskKey& key) const {
  const auto& run = database_.tables.runs.at({key.dag_id, key.run_id});
  const dag::Dag& made = *database_.tables.versions.at({key.dag_id, run.dag_version}).definition;
  return *std::ranges::find(made.tasks, key.task_id, &dag::Task::task_id);
}

/// The tasks over whose values a task or its group is mapped.
std::vector<TaskId> World::sources_of(const sched::TaskKey& key) const {
  const auto& run = database_.tables.runs.at({key.dag_id, key.run_id});
  const dag::Dag& made = *database_.tables.versions.at({key.dag_id, run.dag_version}).definition;
  const dag::Task& task = task_of(key);
  const bool grouped = task.group && !made.task_groups.empty();
  std::vector<TaskId> sources;
  for (const dag::MapNode& node : grouped ? made.task_groups[0].expand : task.expand) {
    if (node.kind == dag::MapKind::xcom) sources.push_back(node.task_id);
  }
  return sources;
}

/// What a task is mapped over, near or far, is cleared alone; it may give other items when it has
/// run again. Or it is marked at once and gives none any more: nothing else finds an instance that
/// goes while it is scheduled, or in the moment that it restarts.
void World::user_change_items() {
  const bool waits = chance(0.3);
  const auto* row = any_in(waits ? TaskState::scheduled : kOpen[below(kOpen.size())], true);
  const sched::TaskKey of = row->key;
  std::vector<TaskId> sources = sources_of(of);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    for (TaskId& next : sources_of({of.dag_id, of.run_id, sources[i], -1})) {
      sources.push_back(std::move(next));
    }
  }
  if (sources.empty()) return;
  if (row->state == TaskState::running && chance(0.3)) user_clear_alone(of);
  const TaskId source = chance(0.5) ? sources.back() : sources[below(sources.size())];
  send_user(sched::TasksCleared{
      {of.dag_id, of.run_id}, {{source, std::nullopt}}, false, false, false, "kim"});
  if (chance(0.5)) return;
  const auto& rows = database_.tables.instances;
  const sched::TaskKey first{of.dag_id, of.run_id, source, -1};
  for (auto it = rows.lower_bound(first); it != rows.end(); ++it) {
    if (it->first.run_id != of.run_id || it->first.task_id != source) break;
    send_user(sched::TaskMarked{it->first, TaskState::success, "kim"});
  }
}

void World::user_edit_dag() {
  auto& [id, definition] =
      *std::next(definitions_.begin(), static_cast<std::ptrdiff_t>(below(definitions_.size())));
  auto edited = make_dag(id.value, taste_, prng_);
  auto assets = std::move(edited.schedule.assets);
  edited.schedule = definition->schedule;
  edited.schedule.assets = std::move(assets);
  edited.catchup = definition->catchup;
  edited.start_date = definition->start_date;
  const auto row = database_.tables.dags.find(id);
  const std::int32_t version = row == database_.tables.dags.end() ? 1 : row->second.version + 1;
  // The file is known to the parser at once; the version only when it is committed.
  definition = std::make_shared<const dag::Dag>(std::move(edited));
  send_user(sched::DagPut{{version, definition}});
}

/// Some of the minutes before the schedules began, or the first ones after.
void World::user_backfill(const DagId& dag_id) {
  if (backfills_asked_ >= kBackfillsMax) return;
  sched::BackfillRow row;
  row.id = {++backfills_asked_};
  row.dag_id = dag_id;
  row.range.from = began_ - (1 + below(12)) * kInterval;
  row.range.to = row.range.from + below(12) * kInterval;
  row.range.asked_at = now().wall;
  row.range.max_active_runs = static_cast<std::int32_t>(1 + below(3));
  row.range.newest_first = chance(0.3);
  constexpr std::array kBehaviours = {dag::Reprocess::none, dag::Reprocess::failed,
                                      dag::Reprocess::completed};
  row.range.reprocess = kBehaviours[below(3)];
  row.user = "kim";
  send_user(sched::BackfillAsked{row});
}

void World::user_steer_backfill() {
  const auto& rows = database_.tables.backfills;
  if (rows.empty()) return;
  const auto& row =
      std::next(rows.begin(), static_cast<std::ptrdiff_t>(below(rows.size())))->second;
  using enum sched::BackfillSteered::Action;
  const std::uint64_t dice = below(5);
  send_user(sched::BackfillSteered{row.dag_id, row.id,
                                   dice < 2   ? pause
                                   : dice < 4 ? unpause
                                              : cancel,
                                   "kim"});
}

void World::user_clear(const sched::TaskInstanceRow& row) {
  sched::TasksCleared clear;
  clear.run = {row.key.dag_id, row.key.run_id};
  clear.user = "kim";
  clear.tasks.push_back({row.key.task_id, std::nullopt});
  if (row.key.map_index >= 0 && chance(0.5)) clear.tasks[0].map_index = row.key.map_index;
  clear.include_downstream = chance(0.6);
  clear.include_upstream = chance(0.2);
  clear.only_failed = chance(0.2);
  clear.only_running = chance(0.1);
  clear.include_future = chance(0.1);
  clear.include_past = chance(0.1);
  clear.latest_version = chance(0.3);
  clear.dry_run = chance(0.05);
  if (chance(0.1)) clear.tasks.clear();
  if (chance(0.05)) clear.group = "g";
  send_user(clear);
}

void World::user_clear_alone(const sched::TaskKey& key) {
  send_user(sched::TasksCleared{
      {key.dag_id, key.run_id}, {{key.task_id, key.map_index}}, false, false, false, "kim"});
}

void World::user_mark(sched::TaskKey key) {
  constexpr std::array kMarks = {TaskState::success, TaskState::failed, TaskState::skipped};
  TaskState mark = kMarks[below(3)];
  const auto& upstream = task_of(key).upstream;
  if (!upstream.empty() && chance(0.4)) {  // what it waits for, or has waited for
    const sched::TaskKey before{key.dag_id, key.run_id, upstream[below(upstream.size())], -1};
    if (database_.tables.instances.contains(before)) key = before;
    if (chance(0.5)) mark = TaskState::failed;
  }
  sched::TaskMarked marked{key, mark, "kim"};
  marked.include_upstream = chance(0.1);
  marked.include_downstream = chance(0.1);
  marked.include_future = chance(0.1);
  marked.include_past = chance(0.1);
  send_user(marked);
}

/// Its task is empty from now on, and its run goes on in that version: what waits need not run.
void World::user_move(const sched::TaskKey& key) {
  const std::int32_t version = database_.tables.dags.at(key.dag_id).version;
  auto edited =
      std::make_shared<dag::Dag>(*database_.tables.versions.at({key.dag_id, version}).definition);
  const auto task = std::ranges::find(edited->tasks, key.task_id, &dag::Task::task_id);
  if (task == edited->tasks.end()) return;
  task->operator_kind = "empty";
  definitions_[key.dag_id] = edited;
  send_user(sched::DagPut{{version + 1, std::move(edited)}});
  sched::TasksCleared clear;
  clear.run = {key.dag_id, key.run_id};
  clear.user = "kim";
  clear.tasks.push_back({{"t0"}, std::nullopt});
  clear.latest_version = true;
  send_user(clear);
}

/// Now and then under a name that was there before: that run may have been deleted. Some are dated
/// back; some are put off, by their date or without one.
void World::user_trigger() {
  const bool again = runs_asked_ > 0 && chance(0.2);
  if (!again && ++runs_asked_ > kRunsMax) return;
  const std::int64_t number =
      again ? 1 + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(runs_asked_)))
            : runs_asked_;
  const DagId dag_id{"d" + std::to_string(below(definitions_.size()))};
  sched::RunTriggered trigger{.key = {dag_id, {"r" + std::to_string(number)}}, .user = "kim"};
  const std::uint64_t dice = below(20);
  if (dice < 4) trigger.logical_date = began_ - below(12) * kInterval;
  if (dice == 4) trigger.logical_date = now().wall + std::chrono::seconds(1 + below(200));
  if (dice == 5 || dice == 6) trigger.run_after = now().wall + std::chrono::seconds(below(200));
  send_user(std::move(trigger));
}

/// One is drained, or comes back, or another one comes in its place: what it has goes on.
void World::user_change_workers() {
  Worker& worker = workers_[below(workers_.size())];
  if (chance(0.4)) {
    worker.offer.slots = worker.offer.slots == 0 ? kSlotsPerWorker : 0;
  } else {
    worker.offer = make_offer(taste_, is_island(worker), prng_);
  }
  send_user(sched::WorkersChanged{offers()});
}

/// False: nothing was done.
bool World::user_act_by_taste() {
  if (taste_.placing && chance(0.15)) {
    user_change_workers();
  } else if (taste_.mapping && chance(0.3)) {
    user_change_items();
  } else if (taste_.restarting && chance(0.1)) {
    user_clear_alone(any_in(TaskState::running, false)->key);
  } else if (taste_.waiting && chance(0.1)) {
    const bool retry = chance(0.5);
    user_move(any_in(retry ? TaskState::up_for_retry : TaskState::up_for_reschedule, false)->key);
  } else if (taste_.assets && chance(0.1)) {
    send_user(sched::AssetChanged{{"outside"}, "{}", "kim"});
  } else {
    return false;
  }
  return true;
}

void World::user_act() {
  const auto dag_id = [&] { return DagId{"d" + std::to_string(below(definitions_.size()))}; };
  const std::uint64_t dice = below(100);
  const auto* row = any_instance();
  if (row != nullptr && user_act_by_taste()) return;
  if (dice < 31) return user_trigger();
  if (dice < 33) return user_backfill(dag_id());
  if (dice < 34) return send_user(sched::AssetChanged{{"outside"}, "{}", "kim"});
  if (dice < 35) return user_steer_backfill();
  if (dice < 40) return send_user(sched::DagPaused{dag_id(), chance(0.5), "kim"});
  if (dice < 45) return user_edit_dag();
  if (dice < 48) {
    return send_user(
        sched::PoolPut{{.name = {"small"}, .slots = static_cast<std::int32_t>(2 + below(3))}});
  }
  if (dice < 49) return send_user(sched::PoolRemoved{{"small"}});
  if (row == nullptr) return;
  if (dice < 60) return user_change_items();
  if (chance(0.5)) row = any_in(kOpen[below(kOpen.size())], false);
  const sched::RunKey run{row->key.dag_id, row->key.run_id};
  if (dice < 74) return user_clear(*row);
  if (dice < 93) return user_mark(row->key);
  if (dice < 96) return send_user(sched::RunDeleted{run, "kim"});
  if (dice < 97) return send_user(sched::RunMarked{run, RunState::queued, "kim"});
  send_user(sched::RunMarked{run, chance(0.5) ? RunState::success : RunState::failed, "kim"});
}

}  // namespace aiflow::sim
