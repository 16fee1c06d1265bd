// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include <algorithm>
#include <iterator>

#include "checker.h"

namespace aiflow::sim {
namespace {

constexpr std::int64_t kCalmStepsMax = 40'000;
constexpr std::size_t kChannelMax = 400;
constexpr std::size_t kLateMax = 100;

/// At most 3 literal items, each with at most 4 that a task returned (make_dag, outcome_of).
std::int64_t instances_of(const dag::Task& task) {
  return task.expand.empty() && !task.group ? 1 : 3 * 4;
}

}  // namespace

World::World(Config config)
    : config_(config),
      prng_(config.seed),
      steady_(std::chrono::hours(1)),
      wall_(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)),
      checker_(std::make_unique<Checker>()) {}

World::~World() = default;

const EdgeCoverage& World::edges() const { return checker_->edges(); }

void World::note(std::string_view text) {
  for (const char c : text) {
    hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;  // FNV-1a
  }
}

void World::setup() {
  began_ = now().wall;
  taste_ = {chance(0.5), chance(0.3), chance(0.4), chance(0.2),
            chance(0.4), chance(0.3), chance(0.3)};
  servers_.resize(2);
  workers_.resize(2 + below(3));
  for (Worker& worker : workers_) {
    worker.id = {"w" + std::to_string(++worker_names_)};
    worker.offer = make_offer(taste_, &worker == &workers_.front(), prng_);
  }
  server_start(servers_[0]);
  send_user(sched::PoolPut{{.name = {"small"}, .slots = 2}});
  const std::size_t dags = 1 + below(3);
  for (std::size_t i = 0; i < dags; ++i) {
    auto made = make_dag("d" + std::to_string(i), taste_, prng_);
    if (i == 0 && chance(0.5)) {
      made.schedule.kind = dag::ScheduleKind::interval;
      made.schedule.interval = kInterval;
      made.start_date = began_;
      made.catchup = chance(0.5);
    }
    auto shared = std::make_shared<const dag::Dag>(std::move(made));
    definitions_[shared->dag_id] = shared;
    send_user(sched::DagPut{{1, shared}});
  }
}

std::string World::run() {
  setup();
  for (steps_ = 0; steps_ < config_.steps && error_.empty(); ++steps_) chaos_step();
  if (error_.empty() && !calm_down()) {
    error_ = "L1/L5 not all comes to its end after the faults have stopped: " + what_is_left();
  }
  if (error_.empty()) error_ = checker_->replayed(database_);
  return error_;
}

void World::advance(Duration most) {
  steady_ += Duration(static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most.count()))));
}

void World::chaos_step() {
  const std::uint64_t dice = below(100);
  if (dice < 33) {
    deliver();
  } else if (dice < 34) {
    trigger_act();
  } else if (dice < 64) {
    server_act(servers_[below(servers_.size())]);
  } else if (dice < 84) {
    worker_act(workers_[below(workers_.size())]);
  } else if (dice < 87) {
    user_act();
  } else if (dice < 88) {
    fault();
  } else {
    advance(std::chrono::milliseconds(600));
  }
}

void World::fault() {
  ++faults_;
  Server& server = servers_[below(servers_.size())];
  Worker& worker = workers_[below(workers_.size())];
  switch (below(7)) {
    case 0:
      note("server killed");
      server.phase = Server::Phase::dead;
      return;
    case 1:
      note("server stopped");
      server.stopped_until = steady_ + std::chrono::seconds(1 + below(40));
      return;
    case 2: note("worker killed"); return worker_crash(worker);
    case 3:
      note("worker stopped");
      worker.stopped_until = steady_ + std::chrono::seconds(1 + below(40));
      return;
    case 4:
      note("wall clock jumped");
      wall_ += std::chrono::seconds(below(600));
      wall_ -= std::chrono::seconds(below(600));
      return;
    case 5:
      note("messages lost");
      up_.clear();
      return down_.clear();
    default: note("time passed"); return advance(std::chrono::seconds(25));
  }
}

void World::send_up(Up message) {
  if (up_.size() < kChannelMax) up_.push_back(std::move(message));
}

void World::send_down(Down message) {
  if (down_.size() < kChannelMax) down_.push_back(std::move(message));
}

/// One message of a random place arrives; in chaos it may be lost, or arrive and stay.
void World::deliver() {
  const bool lose = !calm_ && chance(0.03);
  const bool doubled = !calm_ && chance(0.05);
  if (!calm_ && !late_.empty() && chance(0.08)) {  // much may have changed since it was sent
    Server* server = leader();
    const Up& message = late_[below(late_.size())];
    if (server != nullptr) server->inbox.push_back({message.event, message});
  }
  const bool up = !up_.empty() && (down_.empty() || chance(0.5));
  if (up) {
    const auto at = std::next(
        up_.begin(),
        static_cast<std::ptrdiff_t>(calm_ ? 0 : below(std::min<std::size_t>(up_.size(), 6))));
    const Up message = *at;
    const bool late = doubled && chance(0.5);
    if (!doubled || late) up_.erase(at);
    if (late && late_.size() < kLateMax) late_.push_back(message);
    Server* server = leader();
    if (!lose && server != nullptr) server->inbox.push_back({message.event, message});
    return;
  }
  if (down_.empty()) return;
  const auto at = std::next(
      down_.begin(),
      static_cast<std::ptrdiff_t>(calm_ ? 0 : below(std::min<std::size_t>(down_.size(), 6))));
  const Down message = *at;
  if (!doubled) down_.erase(at);
  const auto worker = std::ranges::find(workers_, message.worker, &Worker::id);
  if (lose || worker == workers_.end() || worker->stopped_until > steady_) return;
  worker_receive(*worker, message);
}

bool World::all_done() const {
  const auto& tables = database_.tables;
  const bool runs = std::ranges::all_of(tables.runs, [](const auto& entry) {
    return entry.second.state == RunState::success || entry.second.state == RunState::failed;
  });
  const bool spools = std::ranges::all_of(workers_, [](const Worker& worker) {
    return worker.spool.empty() && worker.attempts.empty();
  });
  const bool inboxes = std::ranges::all_of(servers_, [](const Server& server) {
    return server.phase == Server::Phase::dead ||
           (server.inbox.empty() && server.phase == Server::Phase::idle);
  });
  const bool backfills = std::ranges::all_of(
      tables.backfills, [](const auto& entry) { return entry.second.completed_at.has_value(); });
  return runs && backfills && spools && inboxes && database_.submits.empty() &&
         database_.cancels.empty() && up_.empty() && down_.empty();
}

std::string World::what_is_left() {
  const Server* server = leader();
  for (const auto& [key, row] : database_.tables.instances) {
    const RunState run = database_.tables.runs.at({key.dag_id, key.run_id}).state;
    if (run == RunState::success || run == RunState::failed || is_finished(row.state)) continue;
    return key.run_id.value + "." + key.task_id.value + " is " + std::string(to_string(row.state)) +
           " in a run " + std::string(to_string(run)) + "; " +
           (server == nullptr ? "no server" : sched::explain(*server->state, key).text);
  }
  for (const auto& [id, row] : database_.tables.backfills) {
    if (row.completed_at) continue;
    return "backfill " + std::to_string(id.value) + " has dealt with " + std::to_string(row.made) +
           " of " + std::to_string(row.total) + " dates";
  }
  return std::to_string(database_.submits.size()) + " submits, " +
         std::to_string(database_.cancels.size()) + " cancels, or messages";
}

void World::calm_step() {
  while (!up_.empty() || !down_.empty()) deliver();
  for (Server& server : servers_) server_act(server);
  for (Worker& worker : workers_) worker_act(worker);
  if (steps_ % 8 == 0) trigger_act();
  advance(std::chrono::milliseconds(400));
}

/// Faults stop, schedules end, nothing is paused: everything must come to its end.
bool World::calm_down() {
  calm_ = true;
  calm_since_ = steady_;
  note("calm");
  for (Server& server : servers_) server.stopped_until = {};
  for (Worker& worker : workers_) {
    worker.stopped_until = {};
    worker.offer = whole_offer(is_island(worker));
  }
  while (error_.empty() && leader() == nullptr) server_act(servers_[0]);
  for (std::int64_t i = 0; i < kCalmStepsMax && error_.empty(); ++i, ++steps_) {
    if (i % 256 == 0) ask_for_the_end();  // again: a stale server may have taken it with it
    if (all_done()) return true;
    if (i % 16 == 0 && steady_ > calm_since_ + calm_bound()) return false;
    calm_step();
    check_leases();
    check_sent();
  }
  return !error_.empty();
}

/// The DAG for a backfill that is still open; it may have been removed since that was asked for.
/// Its schedule ends: newer runs go first, and could keep all slots for ever.
sched::DagVersionRow World::without_schedule(const DagId& dag_id) const {
  const std::int32_t version = database_.tables.dags.at(dag_id).version;
  const auto& newest = database_.tables.versions.at({dag_id, version});
  if (newest.definition->end_date) return newest;
  auto ended = std::make_shared<dag::Dag>(*newest.definition);
  ended->end_date = now().wall;
  return {version + 1, std::move(ended)};
}

void World::ask_for_the_end() {
  send_user(sched::WorkersChanged{offers()});
  send_user(sched::PoolPut{{.name = {"small"}, .slots = 2}});
  std::set<DagId> filling;
  for (const auto& [id, row] : database_.tables.backfills) {
    if (row.completed_at) continue;
    filling.insert(row.dag_id);
    send_user(sched::DagPut{without_schedule(row.dag_id)});
    send_user(
        sched::BackfillSteered{row.dag_id, id, sched::BackfillSteered::Action::unpause, "kim"});
  }
  for (const auto& [id, definition] : definitions_) {
    if (!filling.contains(id)) send_user(sched::DagRemoved{id});
    send_user(sched::DagPaused{id, false, "kim"});
  }
}

/// L1: how long everything that was open since the calm began may take, one after the other, each
/// try as long as it can and three times over, since a sensor or trigger lets it run again.
Duration World::calm_bound() {
  constexpr Duration kRunMax = std::chrono::seconds(61);
  constexpr Duration kRescheduleMax = std::chrono::seconds(20);
  for (const auto& [key, run] : database_.tables.runs) {
    if (run.state == RunState::queued || run.state == RunState::running) calm_runs_.insert(key);
  }
  Duration bound = 4 * kIslandLease;
  const WallTime calm_wall = wall_ + (calm_since_ - SteadyTime{});
  for (const sched::RunKey& key : calm_runs_) {
    const auto run = database_.tables.runs.find(key);
    if (run == database_.tables.runs.end()) continue;                   // deleted
    bound += std::max(run->second.run_after - calm_wall, Duration{0});  // it may be put off
    const std::int32_t version = run->second.dag_version;
    const auto& dag = *database_.tables.versions.at({key.dag_id, version}).definition;
    for (const dag::Task& task : dag.tasks) {
      const bool grows = task.retry_exponential_backoff > 0;  // with each try, also those cleared
      const Duration delay = grows ? *task.max_retry_delay : task.retry_delay;
      bound += instances_of(task) * (task.retries + 1) *
               (3 * (kRunMax + kEndMax + kRescheduleMax + lease_of(task.task_id)) + delay);
    }
  }
  return bound;
}

/// L3: a job that no worker has claimed is sent again and again.
void World::check_sent() {
  const Server* server = leader();
  if (server == nullptr || server->phase != Server::Phase::idle || !error_.empty()) return;
  if (server->term != database_.leader) return;
  for (const auto& [attempt, row] : database_.submits) {
    const SteadyTime since =
        std::max({sent_[attempt], row.stored_at, server->up_since, calm_since_});
    if (steady_ <= since + std::chrono::seconds(6)) continue;
    error_ = "L3 " + attempt.first.run_id.value + "." + attempt.first.task_id.value +
             ": queued, and its job is not sent again";
  }
}

/// L2: an attempt whose worker fell silent is given up soon after its lease.
void World::check_leases() {
  const Server* server = leader();
  if (server == nullptr || server->phase != Server::Phase::idle || !error_.empty()) return;
  if (server->term != database_.leader) return;  // a stale one: its first commit ends it
  for (const auto& [key, row] : database_.tables.instances) {
    if (row.state != TaskState::running) continue;
    // A server that was stopped until the calm began gets the same grace from there.
    const SteadyTime heard =
        std::max({contact_[{key, row.epoch}], server->up_since, calm_since_ - kLease});
    if (steady_ <= heard + lease_of(key.task_id) + std::chrono::seconds(5)) continue;
    error_ = "L2 " + key.run_id.value + "." + key.task_id.value + ": its lease is over";
  }
}

}  // namespace aiflow::sim
