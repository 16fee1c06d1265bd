// SPDX-License-Identifier: Apache-2.0
// A worker in the simulator: claims an attempt before it runs it, keeps its lease by heartbeats,
// ends what it may no longer run, keeps results on disk until they are acknowledged.
#include <algorithm>
#include <memory>

#include "checker.h"
#include "world.h"

namespace aiflow::sim {
namespace {

constexpr Duration kHeartbeat = std::chrono::seconds(4);
constexpr Duration kAgain = std::chrono::seconds(2);
constexpr std::size_t kSaidMax = 50;

}  // namespace

std::size_t World::running_on(const Worker& worker) const {
  return static_cast<std::size_t>(std::ranges::count_if(worker.attempts, [](const auto& entry) {
    return entry.second.phase != WorkerAttempt::Phase::waiting;
  }));
}

void World::worker_act(Worker& worker) {
  if (!worker.alive || worker.stopped_until > steady_) return;
  for (const auto& [attempt, result] : worker.spool) {
    if (worker.report_at[attempt] > steady_) continue;
    worker.report_at[attempt] = steady_ + kAgain;
    send_up({result, worker.id, attempt});
  }
  std::vector<AttemptKey> keys;
  for (const auto& [key, attempt] : worker.attempts) keys.push_back(key);
  for (const AttemptKey& key : keys) worker_run(worker, key, worker.attempts.at(key));
}

void World::worker_run(Worker& worker, const AttemptKey& key, WorkerAttempt& attempt) {
  using Phase = WorkerAttempt::Phase;
  if (attempt.phase == Phase::ending) {
    if (attempt.ends_at > steady_) return;
    if (chance(0.5)) return worker_finish(worker, key);  // it heeded no signal
    worker.attempts.erase(key);
    return;
  }
  if (attempt.phase == Phase::running && attempt.lease_until <= steady_) {
    worker.attempts.erase(key);  // its lease is over: it ends its own process
    return;
  }
  if (attempt.phase == Phase::running && attempt.ends_at <= steady_) {
    return worker_finish(worker, key);
  }
  const bool slot = running_on(worker) < static_cast<std::size_t>(kSlotsPerWorker);
  if (attempt.phase == Phase::waiting && slot) {
    attempt.phase = Phase::claiming;
    attempt.next_message = steady_;
  }
  if (attempt.phase == Phase::waiting || attempt.next_message > steady_) return;
  const bool claim = attempt.phase == Phase::claiming;
  attempt.next_message = steady_ + (claim ? kAgain : kHeartbeat);
  if (claim) {
    send_up({sched::AttemptStarted{key.first, attempt.try_number, key.second, worker.id}, worker.id,
             key});
  } else {
    send_up({sched::Heartbeat{key.first, key.second, worker.id}, worker.id, key});
    worker_serve(worker, key);
  }
}

/// A service comes up, and goes up and down.
void World::worker_serve(const Worker& worker, const AttemptKey& key) {
  if (!database_.tables.instances.contains(key.first)) return;  // its run is deleted, or moved
  if (!task_of(key.first).is_service) return;
  const bool serves = calm_ || chance(0.7);
  const auto state = serves ? sched::ServiceState::serving : sched::ServiceState::degraded;
  send_up({sched::ServiceReported{key.first, key.second, state, "asked"}, worker.id, key});
}

/// What an attempt will report: mostly success.
sched::AttemptFinished World::outcome_of(const Worker& worker, const AttemptKey& key,
                                         std::int32_t try_number) {
  sched::AttemptFinished result;
  result.key = key.first;
  result.epoch = key.second;
  result.try_number = try_number;
  result.worker = worker.id;
  result.cause = "exit";
  std::uint64_t dice = below(20);
  if (!calm_ && taste_.mapping && chance(0.6)) dice = 19;  // all must succeed to be mapped over
  if (!calm_ && taste_.waiting && chance(0.4)) dice = 6 + below(2);
  if (!calm_ && taste_.failing && chance(0.1)) dice = 4;
  if (dice < 4) result.outcome = Outcome::failed;
  if (dice == 0) result.retry_delay = std::chrono::seconds(below(10));
  if (dice == 4) result.outcome = Outcome::failed_no_retry;
  if (dice == 5) result.outcome = Outcome::skipped;
  if (dice == 6) {
    result.outcome = Outcome::up_for_reschedule;
    result.reschedule_at = now().wall + std::chrono::seconds(below(20));
  }
  if (dice == 7) {
    result.outcome = Outcome::deferred;
    result.deferral = std::make_shared<const sched::Deferral>(
        sched::Deferral{.words = "a trigger", .next_method = "go_on"});
    if (chance(0.3)) result.deferral_timeout = std::chrono::seconds(1 + below(30));
  }
  if (result.outcome != Outcome::success) return result;
  if (chance(0.9))
    result.return_length = static_cast<std::int64_t>(below(5)) - (chance(0.1) ? 1 : 0);
  const dag::Dag& definition = *definitions_.at(key.first.dag_id);
  const auto task = std::ranges::find(definition.tasks, key.first.task_id, &dag::Task::task_id);
  if (task == definition.tasks.end()) return result;
  if (!task->outlets.empty() && chance(0.5)) {
    result.assets.push_back({task->outlets[0], R"({"rows":1})", chance(0.2) ? "alias" : ""});
  }
  if (task->is_short_circuit) result.skip_all_downstream = chance(0.5);
  if (!task->is_branch) return result;
  result.branch.emplace();
  for (const dag::Task& child : definition.tasks) {
    const bool below_it = std::ranges::find(child.upstream, task->task_id) != child.upstream.end();
    if (below_it && chance(0.5)) result.branch->push_back(child.task_id);
  }
  return result;
}

/// A trigger of an instance that the database has as deferred speaks; in chaos it may also say
/// again what it, or another one, has said before.
void World::trigger_act() {
  const auto send = [&](const sched::TriggerFired& event) { send_user(event); };
  if (!calm_ && !said_.empty() && chance(0.3)) send(said_[below(said_.size())]);
  for (const sched::TriggerFired& old : said_) {  // of a deferral before this one
    const auto row = database_.tables.instances.find(old.key);
    const bool newer = row != database_.tables.instances.end() &&
                       row->second.state == TaskState::deferred && row->second.epoch != old.epoch;
    if (newer && !calm_ && chance(0.3)) send(old);
  }
  for (const auto& [key, row] : database_.tables.instances) {
    if (row.state != TaskState::deferred || (!calm_ && chance(taste_.waiting ? 0.7 : 0.85)))
      continue;
    const sched::TriggerFired event{key, row.epoch, "true", chance(0.1) ? "no such host" : ""};
    send(event);
    said_.push_back(event);
    if (said_.size() > kSaidMax) said_.pop_front();
  }
}

/// Many are short, some outlast several leases: what changes meanwhile finds them at work.
Duration World::run_time() {
  const std::uint64_t dice = below(10);
  const std::uint64_t most = dice < 4 ? 1'000 : (dice < 8 ? 12'000 : 60'000);
  return std::chrono::milliseconds(100 + below(most));
}

void World::worker_finish(Worker& worker, const AttemptKey& key) {
  worker.spool.emplace(key, outcome_of(worker, key, worker.attempts.at(key).try_number));
  worker.attempts.erase(key);
}

/// A process that was told to end may take its time: it is not gone yet.
bool World::worker_end_slowly(WorkerAttempt& attempt) {
  using Phase = WorkerAttempt::Phase;
  if (attempt.phase == Phase::ending) return true;
  if (attempt.phase != Phase::running || chance(taste_.restarting ? 0.1 : 0.7)) return false;
  attempt.phase = Phase::ending;
  attempt.ends_at =
      steady_ +
      Duration(static_cast<std::int64_t>(below(static_cast<std::uint64_t>(kEndMax.count()))));
  return true;
}

void World::worker_receive(Worker& worker, const Down& message) {
  const auto found = worker.attempts.find(message.attempt);
  const bool here = found != worker.attempts.end();
  switch (message.kind) {
    case Down::Kind::start:
      if (!worker.seen.insert(message.attempt).second) return;
      worker.attempts[message.attempt].try_number = message.try_number;
      return;
    case Down::Kind::cancel:
      if (here && worker_end_slowly(found->second)) return;
      if (here) worker.attempts.erase(found);
      if (worker.spool.contains(message.attempt)) return;
      if (!worker.seen.contains(message.attempt)) return;
      send_up({sched::AttemptLost{message.attempt.first, message.attempt.second, "cancelled"},
               worker.id, message.attempt});
      return;
    case Down::Kind::started_ok:
      if (!here || found->second.phase != WorkerAttempt::Phase::claiming) return;
      found->second.phase = WorkerAttempt::Phase::running;
      found->second.lease_until = steady_ + lease_of(message.attempt.first.task_id);
      found->second.ends_at = steady_ + run_time();
      found->second.next_message = steady_ + kHeartbeat;
      if (chance(0.5)) worker_serve(worker, message.attempt);
      if (error_.empty()) error_ = checker_->processes(workers_, database_);
      return;
    case Down::Kind::alive:
      if (here) {
        found->second.lease_until =
            found->second.next_message - kHeartbeat + lease_of(message.attempt.first.task_id);
      }
      return;
    case Down::Kind::finished_ok: worker.spool.erase(message.attempt); return;
    case Down::Kind::refused:
      if (here) worker.attempts.erase(found);
      worker.spool.erase(message.attempt);
      return;
  }
}

/// kill -9 of the worker: its processes die with it, what it had spooled stays. The next one has
/// another name and reports what it finds.
void World::worker_crash(Worker& worker) {
  worker.attempts.clear();
  worker.seen.clear();
  worker.id = {"w" + std::to_string(++worker_names_)};
  worker.stopped_until = steady_;
}

}  // namespace aiflow::sim
