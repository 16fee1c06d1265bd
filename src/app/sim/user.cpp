// SPDX-License-Identifier: Apache-2.0
// The simulated user: triggers, clears, marks, pauses, edits DAGs and pools.
#include <algorithm>
#include <iterator>

#include "world.h"

namespace aiflow::sim {
namespace {

constexpr std::int64_t kRunsMax = 24;
constexpr std::int64_t kBackfillsMax = 3;
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
  if (before == 0 || prng.chance(0.4)) {
    nodes.push_back({.length = static_cast<std::int64_t>(prng.below(4))});
  }
  if (before == 0 || (!nodes.empty() && prng.chance(0.5))) return nodes;
  const TaskId source{"t" + std::to_string(prng.below(before))};
  if (std::ranges::find(upstream, source) == upstream.end()) upstream.push_back(source);
  nodes.push_back({.kind = dag::MapKind::xcom, .task_id = source});
  if (nodes.size() == 2) nodes.push_back({.kind = dag::MapKind::product, .parts = {0, 1}});
  return nodes;
}

/// Maps some tasks, and puts some that follow each other into a mapped group.
void add_mapping(dag::Dag& made, Prng& prng) {
  const std::size_t size = made.tasks.size();
  for (std::size_t i = 0; i < size; ++i) {
    if (!prng.chance(0.3)) continue;
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

dag::Dag make_dag(const std::string& id, Prng& prng) {
  dag::Dag made;
  made.dag_id = {id};
  made.max_active_tasks = 1 + static_cast<int>(prng.below(4));
  made.max_active_runs = 1 + static_cast<int>(prng.below(3));
  made.fail_fast = prng.chance(0.2);
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
    task.operator_kind = prng.chance(0.1) ? "empty" : "bash";
    task.pool = {prng.chance(0.3) ? "small" : "default_pool"};
    task.pool_slots = prng.chance(0.2) ? 2 : 1;
    task.priority_weight = static_cast<int>(prng.below(5));
    task.is_branch = prng.chance(0.15);
    task.is_short_circuit = !task.is_branch && prng.chance(0.08);
    if (prng.chance(0.1)) task.max_active_tis_per_dag = 1;
    if (prng.chance(0.3)) task.outlets.push_back({"of_" + id});
    made.tasks.push_back(std::move(task));
  }
  if (prng.chance(0.5)) add_mapping(made, prng);
  if (prng.chance(0.3)) made.schedule.assets = make_condition(id, prng);
  return made;
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

/// One that runs, if there is one near.
const sched::TaskInstanceRow* World::any_running() {
  constexpr int kLooks = 100;
  const auto& rows = database_.tables.instances;
  if (rows.empty()) return nullptr;
  auto row = std::next(rows.begin(), static_cast<std::ptrdiff_t>(below(rows.size())));
  for (int looked = 0; looked < kLooks && row != rows.end(); ++looked, ++row) {
    if (row->second.state == TaskState::running) return &row->second;
  }
  return nullptr;
}

/// The tasks over whose values an instance's task or its group is mapped.
std::vector<TaskId> World::sources_of(const sched::TaskInstanceRow& row) const {
  const auto& run = database_.tables.runs.at({row.key.dag_id, row.key.run_id});
  const dag::Dag& made =
      *database_.tables.versions.at({row.key.dag_id, run.dag_version}).definition;
  const auto task = std::ranges::find(made.tasks, row.key.task_id, &dag::Task::task_id);
  const bool grouped = task->group && !made.task_groups.empty();
  std::vector<TaskId> sources;
  for (const dag::MapNode& node : grouped ? made.task_groups[0].expand : task->expand) {
    if (node.kind == dag::MapKind::xcom) sources.push_back(node.task_id);
  }
  return sources;
}

void World::user_edit_dag() {
  auto& [id, definition] =
      *std::next(definitions_.begin(), static_cast<std::ptrdiff_t>(below(definitions_.size())));
  auto edited = make_dag(id.value, prng_);
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

void World::user_act() {
  const auto dag_id = [&] { return DagId{"d" + std::to_string(below(definitions_.size()))}; };
  const std::uint64_t dice = below(100);
  const auto* row = any_instance();
  if (dice < 31) {
    if (++runs_asked_ > kRunsMax) return;
    std::optional<WallTime> date;
    if (chance(0.2)) date = began_ - below(12) * kInterval;
    return send_user(sched::RunTriggered{
        {dag_id(), {"r" + std::to_string(runs_asked_)}}, RunType::manual, date, "{}", "kim"});
  }
  if (dice < 33) return user_backfill(dag_id());
  if (dice < 34) return send_user(sched::AssetChanged{{"outside"}, "{}", "kim"});
  if (dice < 35) return user_steer_backfill();
  if (dice < 40) return send_user(sched::DagPaused{dag_id(), chance(0.5), "kim"});
  if (dice < 45) return user_edit_dag();
  if (dice < 48) {
    return send_user(sched::PoolPut{{{"small"}, static_cast<std::int32_t>(2 + below(3))}});
  }
  if (row == nullptr) return;
  for (int look = 0; dice < 60 && look < 8 && row->key.map_index < 0; ++look) {
    row = any_instance();  // a mapped one, if it is easy to find
  }
  if (dice >= 60 && dice < 68) {
    if (const auto* running = any_running()) row = running;
  }
  const sched::RunKey run{row->key.dag_id, row->key.run_id};
  if (dice < 60 && row->key.map_index >= 0) {
    // What it is mapped over, alone: its items may change while it runs.
    for (const TaskId& source : sources_of(*row)) {
      send_user(sched::TasksCleared{run, {{source, std::nullopt}}, false, false, false, "kim"});
    }
    return;
  }
  if (dice < 75) {
    sched::TaskChoice choice{row->key.task_id, std::nullopt};
    if (row->key.map_index >= 0 && chance(0.5)) choice.map_index = row->key.map_index;
    return send_user(
        sched::TasksCleared{run, {choice}, chance(0.6), chance(0.2), chance(0.2), "kim"});
  }
  if (dice < 95) {
    constexpr std::array kMarks = {TaskState::success, TaskState::failed, TaskState::skipped};
    return send_user(sched::TaskMarked{row->key, kMarks[below(3)], "kim"});
  }
  send_user(sched::RunMarked{run, chance(0.5) ? RunState::success : RunState::failed, "kim"});
}

}  // namespace aiflow::sim
