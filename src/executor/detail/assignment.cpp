// SPDX-License-Identifier: Apache-2.0
#include "executor/detail/assignment.h"

#include <algorithm>
#include <utility>

#include "base/placement.h"
#include "executor/detail/said_hello.h"
#include "failpoint/failpoint.h"

namespace aiflow::executor::detail {
namespace {

/// A worker whose attempts take less than this is given jobs ahead, so that a slot that comes free
/// does not wait for the way to the server and back.
constexpr Duration kBrief = std::chrono::milliseconds(100);
/// So many brief attempts a slot in a row are a habit.
constexpr std::int64_t kHabit = 2;
constexpr std::int64_t kAhead = 3;

std::int64_t to_ms(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace

Assignment::Assignment(const Clock& clock, AssignmentOptions options, Outlet& outlet)
    : clock_(clock),
      options_(std::move(options)),
      outlet_(outlet),
      cordoned_(options_.cordoned),
      awaited_(options_.workers_before.begin(), options_.workers_before.end()),
      islands_(options_.islands_before) {
  // As if they had just been lost: what they run alone is theirs for as long as they may.
  for (const auto& [island, id] : islands_) {
    wire::Hello before;
    before.worker_id = id.value;
    before.labels.emplace()[kIslandLabel] = island;
    workers_[id] = Worker{.hello = before,
                          .offer = offer_of(before),
                          .connected = false,
                          .last_seen = clock_.now(),
                          .heard = clock_.steady_now()};
  }
}

Assignment::Id Assignment::id_of(const Attempt& attempt) {
  return {attempt.key.dag_id, attempt.key.run_id, attempt.key.task_id, attempt.key.map_index,
          attempt.epoch};
}

void Assignment::reconcile(const std::vector<Held>& running) {
  for (const Held& held : running) {
    Entry& entry = entries_[id_of(held.attempt)];
    entry.attempt = held.attempt;
    entry.worker_before = held.worker;
    entry.phase = Phase::running;
  }
}

void Assignment::begin() {
  begun_ = true;
  hold_until_ = clock_.steady_now() + options_.lease;
  left_until_ = clock_.steady_now() + std::chrono::milliseconds(options_.left_before.lease_ms);
  for (const std::string& worker : options_.left_before.workers) left_to_.insert(WorkerId{worker});
  for (const wire::SentAttempt& one : options_.left_before.sent) {
    left_sent_[id_of(one.attempt)] = WorkerId{one.worker};
  }
  for (auto& [id, entry] : entries_) entry.recovered = entry.phase == Phase::waiting;
  for (const auto& [id, worker] : workers_) {
    if (!worker.connected) outlet_.report(WorkerChanged{describe(worker)});
  }
  assign();
}

void Assignment::submit(Job job) {
  const Attempt attempt = attempt_of(job);
  const Id id = id_of(attempt);
  const auto [place, is_new] = entries_.try_emplace(id);
  if (!is_new) return;
  place->second.attempt = attempt;
  place->second.turn = next_turn_++;
  waiting_[placement_of(job)].push_back(id);
  place->second.job = std::move(job);
  assign();
}

void Assignment::cancel(const CancelRequest& request) {
  const auto found = entries_.find(id_of(request.attempt));
  if (found == entries_.end() || found->second.phase == Phase::waiting) {
    if (found != entries_.end()) entries_.erase(found);
    outlet_.report(Gone{request.attempt});
    return;
  }
  Entry& entry = found->second;
  entry.cancelled = request;
  if (entry.phase != Phase::finished) send_cancel(request, entry.worker);
}

void Assignment::acknowledge(const Receipt& receipt, bool accepted, const std::string& reason) {
  failpoint::reach("executor.acknowledging");
  const auto worker = workers_.find(receipt.worker);
  if (worker != workers_.end() && worker->second.connected) {
    const wire::Ack ack{.seq = receipt.seq, .accepted = accepted, .reason = reason};
    outlet_.send(receipt.worker, typed("Ack", ack));
    failpoint::reach("executor.acknowledged");
  }
  const auto found = unacknowledged_.find({receipt.worker, receipt.seq});
  if (found == unacknowledged_.end()) return;
  entries_.erase(found->second);
  unacknowledged_.erase(found);
}

void Assignment::order(const WorkerId& worker, WorkerOrder order) {
  if (order == WorkerOrder::uncordon) {
    cordoned_.erase(worker);
  } else {
    cordoned_.insert(worker);
  }
  release_islands(worker);
  give_islands();
  if (order == WorkerOrder::drain) outlet_.send(worker, typed("Drain", wire::Drain{}));
  const auto found = workers_.find(worker);
  if (found != workers_.end()) outlet_.report(WorkerChanged{describe(found->second)});
  assign();
}

bool Assignment::takes(const WorkerId& id, const Worker& worker, const Placement& placement) const {
  if (!worker.connected || cordoned_.contains(id) || !serves(worker.offer, placement)) return false;
  const auto island = placement.labels.find(kIslandLabel);
  if (island == placement.labels.end()) return true;
  const auto holder = islands_.find(island->second);
  return holder != islands_.end() && holder->second == id;
}

void Assignment::hello(const wire::Hello& hello) {
  failpoint::reach("executor.hello");
  const WorkerId id{hello.worker_id};
  const auto before = workers_.find(id);
  const bool is_draining = hello.slots == 0 && before != workers_.end();
  const std::int64_t slots = is_draining ? before->second.slots : hello.slots;
  workers_[id] = Worker{.hello = hello,
                        .offer = offer_of(hello),
                        .shut_out = {},
                        .slots = slots,
                        .connected = true,
                        .last_seen = clock_.now(),
                        .heard = clock_.steady_now(),
                        .machine = {},
                        .ahead = hello.ahead.value_or(0)};
  wire::HelloOk ok{.server_id = options_.server_id,
                   .heartbeat_ms = to_ms(options_.heartbeat),
                   .lease_ms = to_ms(options_.lease)};
  const Labels& labels = workers_.at(id).offer.labels;
  if (labels.contains(kIslandLabel)) ok.island_lease_ms = to_ms(options_.island_lease);
  if (!options_.server_pin.empty()) ok.server_pin = options_.server_pin;
  if (is_cordoned(id)) ok.cordoned = true;
  outlet_.send(id, typed("HelloOk", ok));
  adopt_running(hello);
  give_up_missing(id, hello.running);
  resend_unclaimed(hello);
  came_back(id);
  release_islands(id);
  give_islands();
  outlet_.report(WorkerChanged{describe(workers_.at(id))});
  assign();
}

void Assignment::adopt_running(const wire::Hello& hello) {
  const WorkerId worker{hello.worker_id};
  std::vector<Attempt> known;
  for (const Attempt& attempt : hello.running) {
    const auto found = entries_.find(id_of(attempt));
    if (found == entries_.end() || is_not_its(worker, attempt)) {
      send_cancel({.attempt = attempt, .reason = "superseded while the worker was away"}, worker);
      continue;
    }
    Entry& entry = found->second;
    if (entry.worker != worker || entry.phase == Phase::waiting) ++used_[worker];
    entry.worker = worker;
    // Unclaimed until its Started comes: should the worker die before, only we can tell.
    if (entry.phase == Phase::waiting) entry.phase = Phase::sent;
    if (entry.cancelled) send_cancel(*entry.cancelled, worker);
    known.push_back(attempt);
  }
  if (!known.empty()) outlet_.report(StillRunning{.worker = worker, .attempts = std::move(known)});
}

/// A worker lists an attempt from its start until its report is acknowledged, and ends what an
/// earlier process of it left before it says hello: what it does not list is nowhere.
void Assignment::give_up_missing(const WorkerId& worker, const std::vector<Attempt>& there) {
  std::set<Id> listed;
  for (const Attempt& attempt : there) listed.insert(id_of(attempt));
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const bool was_its =
        entry->second.worker.value.empty() && entry->second.worker_before == worker;
    const bool is_here =
        (was_its || entry->second.worker == worker) && entry->second.phase == Phase::running;
    if (!is_here || listed.contains(entry->first)) {
      ++entry;
      continue;
    }
    const Entry missing = std::move(entry->second);
    entry = entries_.erase(entry);
    if (!was_its && used_[worker] > 0) --used_[worker];
    if (missing.cancelled) {
      outlet_.report(Gone{missing.attempt});
    } else {
      outlet_.report(Lost{.attempt = missing.attempt,
                          .reason = "worker '" + worker.value + "' ended and took it along"});
    }
  }
}

void Assignment::resend_unclaimed(const wire::Hello& hello) {
  const WorkerId worker{hello.worker_id};
  for (auto& [id, entry] : entries_) {
    if (entry.worker != worker || entry.phase != Phase::sent) continue;
    // The frame may have been lost with the old connection; the worker knows one by its epoch.
    outlet_.send(worker, typed("Start", wire::Start{.job = *entry.job}));
  }
}

bool Assignment::is_not_its(const WorkerId& worker, const Attempt& attempt) const {
  const auto found = entries_.find(id_of(attempt));
  if (found == entries_.end()) return false;  // the conductor knows whether it still counts
  const WorkerId& holder = found->second.worker;
  return !holder.value.empty() && holder != worker;
}

void Assignment::refuse(const Receipt& receipt, const Attempt& attempt) {
  const std::string reason = "this worker was not given the attempt";
  outlet_.send(receipt.worker,
               typed("Ack", wire::Ack{.seq = receipt.seq, .accepted = false, .reason = reason}));
  send_cancel({.attempt = attempt, .reason = reason}, receipt.worker);
}

void Assignment::started(const WorkerId& worker, const wire::Started& report) {
  const Receipt receipt{.worker = worker, .seq = report.seq};
  if (is_not_its(worker, report.attempt)) return refuse(receipt, report.attempt);
  if (const auto found = entries_.find(id_of(report.attempt)); found != entries_.end()) {
    Entry& entry = found->second;
    if (entry.phase == Phase::waiting) ++used_[worker];
    if (entry.phase != Phase::finished) entry.phase = Phase::running;
    entry.worker = worker;
  }
  outlet_.report(Started{.receipt = receipt, .report = report});
}

void Assignment::heartbeat(const WorkerId& worker, const wire::Heartbeat& report) {
  if (const auto from = workers_.find(worker); from != workers_.end()) {
    from->second.machine = report;
    from->second.machine.attempts.clear();
    from->second.ahead = report.ahead.value_or(0);
  }
  std::vector<Attempt> known;
  for (const Attempt& attempt : report.attempts) {
    if (entries_.contains(id_of(attempt)) && !is_not_its(worker, attempt)) {
      known.push_back(attempt);
    } else {
      send_cancel({.attempt = attempt, .reason = "superseded"}, worker);
    }
  }
  if (!known.empty()) outlet_.report(StillRunning{.worker = worker, .attempts = std::move(known)});
  // After the report: what the worker takes for confirmed has its lease here.
  if (report.seq) {
    outlet_.send(worker, typed("HeartbeatOk", wire::HeartbeatOk{.seq = *report.seq}));
  }
  give_up_missing(worker, report.attempts);
  release_islands(worker);
  assign();
}

void Assignment::finished(const WorkerId& worker, const wire::Finished& report) {
  failpoint::reach("executor.finished");
  const Receipt receipt{.worker = worker, .seq = report.seq};
  if (is_not_its(worker, report.attempt)) return refuse(receipt, report.attempt);
  const Id id = id_of(report.attempt);
  if (const auto found = entries_.find(id); found != entries_.end()) {
    Entry& entry = found->second;
    const bool held_slot = entry.phase == Phase::sent || entry.phase == Phase::running;
    if (held_slot && used_[entry.worker] > 0) --used_[entry.worker];
    entry.phase = Phase::finished;
    unacknowledged_[{worker, report.seq}] = id;
  }
  if (const auto found = workers_.find(worker); found != workers_.end()) {
    std::int64_t& brief = found->second.brief_in_a_row;
    brief = report.ended_at - report.started_at < kBrief ? brief + 1 : 0;
  }
  outlet_.report(Finished{.receipt = receipt, .report = report});
  release_islands(worker);
  assign();
}

Status Assignment::take(const WorkerId& worker, const json::Value& message) {
  AIFLOW_ASSIGN(const std::string type, json::get_string(message, "type"));
  heard(worker);
  if (type == "Started") {
    AIFLOW_ASSIGN(const wire::Started report, wire::parse_started(message));
    started(worker, report);
  } else if (type == "Heartbeat") {
    AIFLOW_ASSIGN(const wire::Heartbeat report, wire::parse_heartbeat(message));
    heartbeat(worker, report);
  } else if (type == "Finished") {
    AIFLOW_ASSIGN(const wire::Finished report, wire::parse_finished(message));
    finished(worker, report);
  } else if (type == "RanAhead") {
    AIFLOW_ASSIGN(wire::Finished report, wire::parse_finished(message));
    const Receipt receipt{.worker = worker, .seq = report.seq};
    outlet_.report(RanAhead{.receipt = receipt, .report = std::move(report)});
  } else if (type == "Progress") {
    AIFLOW_ASSIGN(wire::Progress progress, wire::parse_progress(message));
    if (!is_not_its(worker, progress.attempt)) outlet_.report(Progress{std::move(progress)});
  } else if (type == "Usage") {
    AIFLOW_ASSIGN(wire::Usage usage, wire::parse_usage(message));
    if (!is_not_its(worker, usage.attempt)) outlet_.report(Used{std::move(usage)});
  } else if (type == "XComGet") {
    AIFLOW_ASSIGN(wire::XComGet question, wire::parse_xcom_get(message));
    outlet_.report(XComAsked{.worker = worker, .question = std::move(question)});
  } else if (type == "ShutOut") {
    shut_out(worker);
  }
  return {};  // other types are of a newer worker
}

void Assignment::heard(const WorkerId& worker) {
  const auto found = workers_.find(worker);
  if (found == workers_.end()) return;
  found->second.heard = clock_.steady_now();
  found->second.last_seen = clock_.now();
}

void Assignment::assign() {
  if (!begun_ || winds_down_) return;
  if (options_.pulled) return offer_waiting();
  while (const auto pick = next_pick()) send_start(*pick->entry, pick->worker);
  // Also when nothing waits here: without a worker the scheduler has no slots to fill. Others do
  // not replace it: what only this machine has (Docker, its users) would have nowhere to go.
  const bool is_there = std::ranges::any_of(workers_, [&](const auto& one) {
    const bool is_meant = options_.own_worker.value.empty() || one.first == options_.own_worker;
    return is_meant && one.second.connected;
  });
  if (!is_there) outlet_.worker_wanted();
}

void Assignment::offer_waiting() {
  for (auto lane = waiting_.begin(); lane != waiting_.end();) {
    std::deque<Id> held;
    for (const Id& id : lane->second) {
      const auto found = entries_.find(id);
      if (found == entries_.end() || found->second.phase != Phase::waiting) continue;
      if (must_hold(found->second)) {
        held.push_back(id);
      } else {
        outlet_.offer(found->second.attempt, lane->first);
      }
    }
    lane->second = std::move(held);
    lane = lane->second.empty() ? waiting_.erase(lane) : std::next(lane);
  }
}

void Assignment::offer_again() {
  std::map<std::uint64_t, const Entry*> in_order;
  for (const auto& [id, entry] : entries_) {
    if (entry.phase == Phase::waiting) in_order.emplace(entry.turn, &entry);
  }
  waiting_.clear();
  for (const auto& [turn, entry] : in_order) {
    waiting_[placement_of(*entry->job)].push_back(id_of(entry->attempt));
  }
  assign();
}

Assignment::Claim Assignment::claim(const WorkerId& worker, const Attempt& attempt) {
  const auto found = entries_.find(id_of(attempt));
  if (found == entries_.end()) return Claim::unknown;
  Entry& entry = found->second;
  if (winds_down_ || entry.phase != Phase::waiting || must_hold(entry)) return Claim::taken;
  send_start(entry, worker);
  return Claim::granted;
}

/// Jobs that ask for the same start in the order in which they came; of those that ask for
/// different places, the oldest that has one.
std::optional<Assignment::Pick> Assignment::next_pick() {
  std::optional<Pick> oldest;
  std::deque<Id>* queue = nullptr;
  for (auto lane = waiting_.begin(); lane != waiting_.end();) {
    Entry* first = first_waiting(lane->second);
    if (lane->second.empty()) {
      lane = waiting_.erase(lane);
      continue;
    }
    if (first != nullptr && (!oldest || first->turn < oldest->entry->turn)) {
      if (const auto worker = worker_for(lane->first)) {
        oldest = {.entry = first, .worker = *worker};
        queue = &lane->second;
      }
    }
    ++lane;
  }
  if (oldest) std::erase(*queue, id_of(oldest->entry->attempt));
  return oldest;
}

/// The first that may start; removes those in front that wait no more.
Assignment::Entry* Assignment::first_waiting(std::deque<Id>& queue) {
  const auto waits = [this](const Id& id) {
    const auto found = entries_.find(id);
    return found != entries_.end() && found->second.phase == Phase::waiting;
  };
  while (!queue.empty() && !waits(queue.front())) queue.pop_front();
  for (const Id& id : queue) {
    if (waits(id) && !must_hold(entries_.at(id))) return &entries_.at(id);
  }
  return nullptr;
}

bool Assignment::must_hold(const Entry& entry) const {
  // The worker of before the restart may run this very attempt: giving it to another one would run
  // it twice under one epoch.
  if (!entry.recovered) return false;
  const SteadyTime now = clock_.steady_now();
  const bool is_left = now < left_until_ && left_sent_.contains(id_of(entry.attempt));
  return is_left || (!awaited_.empty() && now < hold_until_);
}

std::optional<WorkerId> Assignment::worker_for(const Placement& placement) const {
  auto worker = freest_worker(placement);
  return worker ? worker : brisk_worker(placement);
}

std::optional<WorkerId> Assignment::freest_worker(const Placement& placement) const {
  std::optional<WorkerId> best;
  std::int64_t most = 0;
  for (const auto& [id, worker] : workers_) {
    if (!takes(id, worker, placement)) continue;
    const std::int64_t free = worker.hello.slots - used_slots(id);
    if (free <= most) continue;
    most = free;
    best = id;
  }
  return best;
}

/// The worker that may get kAhead jobs a slot ahead: the only one there is (else the job might
/// wait behind a task that turns out long while another worker is free), with brief attempts only.
std::optional<WorkerId> Assignment::brisk_worker(const Placement& placement) const {
  if (workers_.size() != 1) return std::nullopt;
  const auto& [id, worker] = *workers_.begin();
  const std::int64_t slots = worker.hello.slots;
  const bool is_brisk = worker.brief_in_a_row >= kHabit * slots;
  if (!is_brisk || !takes(id, worker, placement) || used_slots(id) >= (1 + kAhead) * slots) {
    return std::nullopt;
  }
  return id;
}

std::int64_t Assignment::used_slots(const WorkerId& worker) const {
  const auto found = used_.find(worker);
  return found == used_.end() ? 0 : found->second;
}

void Assignment::send_start(Entry& entry, const WorkerId& worker) {
  failpoint::reach("executor.starting");
  entry.phase = Phase::sent;
  entry.worker = worker;
  ++used_[worker];
  outlet_.send(worker, typed("Start", wire::Start{.job = *entry.job}));
  failpoint::reach("executor.started");
}

void Assignment::send_cancel(const CancelRequest& request, const WorkerId& worker) {
  const auto found = workers_.find(worker);
  if (found == workers_.end() || !found->second.connected) return;
  outlet_.send(worker, typed("Cancel", wire::Cancel{.attempt = request.attempt,
                                                    .reason = request.reason,
                                                    .grace_ms = to_ms(request.grace)}));
}

std::vector<wire::Worker> Assignment::workers() const {
  std::vector<wire::Worker> all;
  for (const auto& [id, worker] : workers_) all.push_back(describe(worker));
  return all;
}

}  // namespace aiflow::executor::detail
