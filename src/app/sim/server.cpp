// SPDX-License-Identifier: Apache-2.0
// The server in the simulator: step, commit, perform, each a micro-step of its own.
#include <algorithm>

#include "base/assert.h"
#include "checker.h"
#include "world.h"

namespace aiflow::sim {
namespace {

constexpr Duration kResend = std::chrono::seconds(3);
constexpr std::size_t kBatchMax = 8;

AttemptKey attempt_of(const sched::SubmitJob& job) { return {job.key, job.epoch}; }

}  // namespace

Server* World::leader() {
  Server* best = nullptr;
  for (Server& server : servers_) {
    const bool up = server.phase != Server::Phase::dead;
    if (up && (best == nullptr || server.term > best->term)) best = &server;
  }
  return best;
}

std::vector<WorkerId> World::live_workers() const {
  std::vector<WorkerId> ids;
  for (const Worker& worker : workers_) {
    if (worker.alive) ids.push_back(worker.id);
  }
  return ids;
}

std::vector<WorkerOffer> World::offers() const {
  std::vector<WorkerOffer> all;
  for (const Worker& worker : workers_) {
    if (worker.alive) all.push_back(worker.offer);
  }
  return all;
}

/// One of those that serve the task's place and are not drained.
std::optional<WorkerId> World::worker_for(const sched::TaskKey& key) {
  const bool known = database_.tables.instances.contains(key);
  const Placement place = known ? task_of(key).placement : Placement{};
  std::vector<WorkerId> ids;
  for (const Worker& worker : workers_) {
    const bool takes = worker.alive && worker.offer.slots > 0;
    if (takes && serves(worker.offer, place)) ids.push_back(worker.id);
  }
  return ids.empty() ? std::nullopt : std::optional(ids[below(ids.size())]);
}

void World::server_act(Server& server) {
  if (server.stopped_until > steady_) return;
  switch (server.phase) {
    case Server::Phase::dead: {
      const Server* other = leader();
      const bool needed = other == nullptr || other->stopped_until > steady_;
      if (needed && (calm_ || chance(0.3))) server_start(server);
      return;
    }
    case Server::Phase::idle: return server_step(server);
    case Server::Phase::stepped: return server_commit(server);
    case Server::Phase::committed: return server_perform(server);
  }
}

/// Takes the leadership (one durable write) and rebuilds everything from the database.
void World::server_start(Server& server) {
  server = Server{};
  server.term = ++database_.leader;
  note("server started");
  server_read_back(server);
}

/// Rebuilds the state from the database.
void World::server_read_back(Server& server) {
  sched::Options options;
  options.lease = kLease;
  options.island_lease = kIslandLease;
  options.queue_ahead = kQueueAhead;
  options.workers = server.offers = offers();
  options.mean_runtime = [this](const sched::RuntimeQuestion& question) {
    return database_.tables.mean_runtime(question);
  };
  options.stored_run = [this](const DagId& dag_id, WallTime date, const RunId& run_id) {
    return database_.tables.stored_run(dag_id, date, run_id);
  };
  auto state = sched::restore(database_.tables.rows(), options, now());
  if (!state) {
    error_ = "restore failed: " + state.error().message;
    return;
  }
  server.state.emplace(std::move(*state));
  server.phase = Server::Phase::idle;
  server.up_since = steady_;  // leases begin anew
}

void World::server_step(Server& server) {
  server.batch.clear();
  while (!server.inbox.empty() && server.batch.size() < kBatchMax) {
    server.batch.push_back(std::move(server.inbox.front()));
    server.inbox.pop_front();
  }
  const auto wakeup = server.state->next_wakeup();
  const bool due =
      (wakeup.wall && *wakeup.wall <= now().wall) || (wakeup.steady && *wakeup.steady <= steady_);
  if (server.batch.empty() && !due) {
    if (&server != leader()) return;
    server_note_lost(server);
    server_send_outbox(server);
    return;
  }
  std::vector<sched::Event> events;
  for (const Server::Item& item : server.batch) {
    events.push_back(item.event);
    const auto* workers = std::get_if<sched::WorkersChanged>(&item.event);
    if (workers != nullptr) server.offers = workers->workers;
  }
  server.stepped_at = now();
  server.effects = sched::step(*server.state, events, server.stepped_at);
  server.phase = Server::Phase::stepped;
  if (config_.bug == ProtocolBug::send_before_commit) {
    for (const auto& job : server.effects.submits) {
      if (error_.empty()) error_ = checker_->sent(attempt_of(job), database_);
      if (const auto ids = live_workers(); !ids.empty()) {
        send_down({Down::Kind::start, ids[below(ids.size())], attempt_of(job), job.try_number});
      }
    }
  }
  if (config_.bug != ProtocolBug::ack_before_commit) return;
  for (std::size_t i = 0; i < server.batch.size(); ++i) {
    reply_to(server.batch[i], server.effects.replies[i]);
  }
}

/// The outbox's rules: a submit lives while its instance is queued under its epoch; a cancel until
/// it is answered or its lease must be over.
void World::settle_outbox(const sched::Effects& effects, Database& database) const {
  if (config_.bug != ProtocolBug::no_outbox) {
    for (const auto& job : effects.submits) {
      database.submits[attempt_of(job)] = {false, job.try_number, steady_};
    }
  }
  for (const auto& job : effects.cancels) {
    database.cancels[{job.key, job.epoch}] = {true, job.try_number, steady_};
  }
  std::erase_if(database.submits, [&](const auto& entry) {
    const auto row = database.tables.instances.find(entry.first.first);
    return row == database.tables.instances.end() || row->second.state != TaskState::queued ||
           row->second.epoch != entry.first.second;
  });
  std::erase_if(database.cancels, [&](const auto& entry) {
    return entry.second.stored_at + 2 * kIslandLease < steady_;
  });
}

/// Disk full: nothing of the step is stored. Users are told so; reports are taken again.
void World::server_cannot_commit(Server& server) {
  ++faults_;
  note("commit refused");
  for (auto item = server.batch.rbegin(); item != server.batch.rend(); ++item) {
    if (item->from) server.inbox.push_front(std::move(*item));
  }
  server.batch.clear();
  server.effects = {};
  server_read_back(server);
}

void World::server_commit(Server& server) {
  if (!calm_ && chance(0.01)) return server_cannot_commit(server);
  const bool unknown = !calm_ && chance(0.01);  // the answer of the commit is lost
  const bool lost = unknown && chance(0.5);     // ... and so is the commit
  if (unknown) ++faults_;
  const bool leads = server.term == database_.leader;
  if (lost || (!leads && config_.bug != ProtocolBug::no_leader_check)) {
    server.phase = Server::Phase::dead;
    note("server gave up its step");
    return;
  }
  for (const Server::Item& item : server.batch) {
    const auto* put = std::get_if<sched::DagPut>(&item.event);
    if (put == nullptr) continue;
    const auto key = std::pair(put->version.definition->dag_id, put->version.version);
    if (!database_.tables.versions.contains(key)) database_.tables.put_version(put->version);
  }
  database_.tables.apply(server.effects);
  settle_outbox(server.effects, database_);
  drop_cancels_answered(server);
  for (const sched::Change& change : server.effects.changes) {
    note(change.key.run_id.value + change.key.task_id.value + std::to_string(change.key.map_index) +
         change.to + std::to_string(change.epoch) + change.cause);
    ++changes_;
  }
  if (auto broken = checker_->commit(server, database_); !broken.empty()) error_ = broken;
  server.phase = unknown ? Server::Phase::dead : Server::Phase::committed;
}

void World::drop_cancels_answered(const Server& server) {
  for (const Server::Item& item : server.batch) {
    const bool answer = std::holds_alternative<sched::AttemptLost>(item.event) ||
                        std::holds_alternative<sched::AttemptFinished>(item.event);
    if (item.from && answer) database_.cancels.erase(item.from->attempt);
  }
}

void World::server_perform(Server& server) {
  for (std::size_t i = 0; i < server.batch.size(); ++i) {
    if (config_.bug != ProtocolBug::ack_before_commit) {
      reply_to(server.batch[i], server.effects.replies[i]);
    }
  }
  for (const auto& job : server.effects.submits) {
    if (config_.bug == ProtocolBug::no_outbox) {
      server.volatile_submits[attempt_of(job)] = job.try_number;
    }
  }
  server.phase = Server::Phase::idle;
  server_send_outbox(server);
}

void World::reply_to(const Server::Item& item, const sched::Reply& reply) {
  if (reply.accepted && error_.empty()) error_ = checker_->answered(item.event, database_);
  if (!item.from || std::holds_alternative<sched::AttemptLost>(item.event)) return;
  if (std::holds_alternative<sched::ServiceReported>(item.event)) return;  // no answer changes it
  Down message{Down::Kind::refused, item.from->worker, item.from->attempt, 0};
  if (reply.accepted) {
    message.kind = Down::Kind::alive;
    contact_[item.from->attempt] = steady_;
    if (std::holds_alternative<sched::AttemptStarted>(item.event)) {
      message.kind = Down::Kind::started_ok;
    }
    if (std::holds_alternative<sched::AttemptFinished>(item.event)) {
      message.kind = Down::Kind::finished_ok;
    }
  }
  send_down(std::move(message));
}

void World::server_send_outbox(Server& server) {
  const auto ids = live_workers();
  if (ids.empty()) return;
  const bool once = config_.bug == ProtocolBug::never_resent;
  const auto due = [&](const AttemptKey& attempt) {
    const auto found = server.resend_at.find(attempt);
    if (found != server.resend_at.end() && (once || found->second > steady_)) return false;
    server.resend_at[attempt] = steady_ + kResend;
    return true;
  };
  const auto submit = [&](const AttemptKey& attempt, std::int32_t try_number) {
    if (!due(attempt)) return;
    if (error_.empty()) error_ = checker_->sent(attempt, database_);
    const auto assigned = server.assigned.find(attempt);
    const auto to = assigned == server.assigned.end() ? worker_for(attempt.first)
                                                      : std::optional(assigned->second);
    if (!to) return;  // until a worker serves its place again
    server.assigned[attempt] = *to;
    sent_[attempt] = steady_;
    send_down({Down::Kind::start, *to, attempt, try_number});
  };
  for (const auto& [attempt, row] : database_.submits) submit(attempt, row.try_number);
  for (const auto& [attempt, try_number] : server.volatile_submits) submit(attempt, try_number);
  for (const auto& [attempt, row] : database_.cancels) {
    if (!due(attempt)) continue;
    for (const WorkerId& id : ids) {
      send_down({Down::Kind::cancel, id, attempt, row.try_number});
    }
  }
}

/// The executor noticed that a worker is gone: its attempts are lost.
void World::server_note_lost(Server& server) {
  const auto ids = live_workers();
  std::erase_if(server.assigned, [&](const auto& entry) {
    if (std::ranges::find(ids, entry.second) != ids.end()) return false;
    server.inbox.push_back({sched::AttemptLost{entry.first.first, entry.first.second,
                                               "worker " + entry.second.value + " has gone"},
                            std::nullopt});
    return true;
  });
}

}  // namespace aiflow::sim
