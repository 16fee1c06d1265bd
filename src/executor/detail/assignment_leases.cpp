// SPDX-License-Identifier: Apache-2.0
// How long a silent worker keeps what it has, and what becomes of it then.
#include <algorithm>
#include <iterator>
#include <utility>

#include "base/placement.h"
#include "executor/detail/assignment.h"

namespace aiflow::executor::detail {
namespace {

/// Of a callback: no task has such an id.
bool is_callback(const Job& job) { return job.key.task_id.starts_with('@'); }

}  // namespace

std::vector<WorkerId> Assignment::expire() {
  const SteadyTime now = clock_.steady_now();
  std::vector<WorkerId> gone;
  std::vector<WorkerId> cut_off;
  for (const auto& [id, worker] : workers_) {
    const bool is_silent = worker.connected && worker.heard + options_.lease <= now;
    if (is_silent && options_.lease < lease_of(worker)) cut_off.push_back(id);
    if (worker.heard + lease_of(worker) <= now) gone.push_back(id);
  }
  for (const WorkerId& id : gone) forget(id);
  for (const WorkerId& id : cut_off) disconnected(id);  // its island goes on
  gone.insert(gone.end(), cut_off.begin(), cut_off.end());
  end_cancels_of_nobody(now);
  give_back_unserved(now);
  if (begun_) assign();
  return gone;
}

/// What waits for workers of which the last has gone, or takes nothing more: the scheduler tells
/// why it cannot run, and keeps no room in a pool for it meanwhile. Right after a start workers may
/// still be on their way back. Not what an island may have begun alone under this very epoch, nor
/// callbacks: these are given out whoever is there, and a loss counts as a delivery.
void Assignment::give_back_unserved(SteadyTime now) {
  if (!begun_ || winds_down_ || now < hold_until_) return;
  const auto is_served = [this](const Placement& placement) {
    const auto island = placement.labels.find(kIslandLabel);
    if (island != placement.labels.end() && islands_.contains(island->second)) return true;
    return std::ranges::any_of(workers_, [&](const auto& one) {
      return serves(one.second.offer, placement) && !takes_nothing(one.second);
    });
  };
  std::map<Placement, bool> served;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (entry->second.phase != Phase::waiting || must_hold(entry->second) ||
        is_callback(*entry->second.job)) {
      ++entry;
      continue;
    }
    const Placement place = placement_of(*entry->second.job);
    const auto [known, is_new] = served.try_emplace(place, false);
    if (is_new) known->second = is_served(place);
    if (known->second) {
      ++entry;
      continue;
    }
    outlet_.report(Lost{.attempt = entry->second.attempt,
                        .reason = "no worker that takes tasks serves its place any more"});
    entry = entries_.erase(entry);
  }
}

void Assignment::disconnected(const WorkerId& id) {
  const auto found = workers_.find(id);
  if (found == workers_.end()) return;
  Worker& worker = found->second;
  worker.connected = false;
  if (!has_ended(id, worker)) {
    return outlet_.report(WorkerChanged{describe(worker), worker.shut_out});
  }
  forget(id);
  if (begun_) assign();
}

/// It takes nothing new and has nothing in hand: no lease has to be waited for. Should it only have
/// been cut off, it says hello again.
bool Assignment::has_ended(const WorkerId& id, const Worker& worker) const {
  const bool takes_no_more = worker.hello.slots == 0 || !worker.shut_out.empty();
  return takes_no_more && used_slots(id) == 0 && worker.ahead == 0;
}

void Assignment::forget(const WorkerId& id) {
  wire::Worker last = describe(workers_.at(id));
  std::string why = workers_.at(id).shut_out;
  last.state = "gone";
  last.running = 0;
  forget_attempts_of(id);
  workers_.erase(id);
  used_.erase(id);
  drop_islands_of(id);
  give_islands();
  outlet_.report(WorkerChanged{std::move(last), std::move(why)});
}

wire::LeftBehind Assignment::wind_down() {
  winds_down_ = true;
  wire::LeftBehind left;
  const auto is_elsewhere = [this](const WorkerId& id) { return id != options_.own_worker; };
  for (const auto& [id, worker] : workers_) {
    if (worker.connected && is_elsewhere(id)) left.workers.push_back(id.value);
  }
  for (const auto& [id, entry] : entries_) {
    if (entry.phase != Phase::sent || !is_elsewhere(entry.worker)) continue;
    left.sent.push_back({.attempt = entry.attempt, .worker = entry.worker.value});
  }
  return left;
}

void Assignment::came_back(const WorkerId& worker) {
  awaited_.erase(worker);
  left_to_.erase(worker);
  std::erase_if(left_sent_, [&](const auto& sent) { return sent.second == worker; });
}

/// It ends its tasks by itself, when it learns of it: they are left to it for the lease.
void Assignment::shut_out(const WorkerId& id) {
  const auto found = workers_.find(id);
  if (found == workers_.end()) return;
  found->second.shut_out = "the credential of worker '" + id.value + "' was revoked";
}

/// What ran before a restart, on a worker that has not come back within its lease, runs no more.
void Assignment::end_cancels_of_nobody(SteadyTime now) {
  if (!begun_ || now < hold_until_ || (!left_to_.empty() && now < left_until_)) return;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const Entry& one = entry->second;
    const bool is_over =
        one.cancelled && one.phase == Phase::running && !workers_.contains(one.worker);
    if (is_over) outlet_.report(Gone{one.attempt});
    entry = is_over ? entries_.erase(entry) : std::next(entry);
  }
}

void Assignment::forget_attempts_of(const WorkerId& worker) {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const Phase phase = entry->second.phase;
    if (entry->second.worker != worker || phase == Phase::finished) {
      ++entry;
      continue;
    }
    // A claimed attempt has its lease in the scheduler; an unclaimed one is known only here.
    if (phase == Phase::sent) {
      const std::string& why = workers_.at(worker).shut_out;
      outlet_.report(Lost{.attempt = entry->second.attempt,
                          .reason = why.empty() ? "worker '" + worker.value + "' is gone" : why});
    } else if (entry->second.cancelled) {
      outlet_.report(Gone{entry->second.attempt});
    }
    entry = entries_.erase(entry);
  }
}

void Assignment::drop_islands_of(const WorkerId& gone) {
  for (auto held = islands_.begin(); held != islands_.end();) {
    const bool is_its = held->second == gone;
    if (is_its) outlet_.report(IslandGiven{.island = held->first, .worker = {}});
    held = is_its ? islands_.erase(held) : std::next(held);
  }
}

/// Connected, without an attempt in hand and with none ahead, it can begin nothing alone.
void Assignment::release_islands(const WorkerId& id) {
  const auto found = workers_.find(id);
  if (found == workers_.end() || !found->second.connected) return;
  const Worker& worker = found->second;
  if (used_slots(id) > 0 || worker.ahead > 0) return;
  const auto offered = worker.offer.labels.find(kIslandLabel);
  const bool is_elsewhere = std::ranges::any_of(islands_, [&](const auto& held) {
    const bool offers = offered != worker.offer.labels.end() && offered->second == held.first;
    return held.second == id && !offers;
  });
  if (!is_elsewhere && !takes_nothing(worker)) return;
  drop_islands_of(id);
  give_islands();
}

void Assignment::give_islands() {
  for (const auto& [id, worker] : workers_) {
    const auto island = worker.offer.labels.find(kIslandLabel);
    if (island == worker.offer.labels.end() || !worker.connected || takes_nothing(worker)) continue;
    const bool is_new = islands_.try_emplace(island->second, id).second;
    if (is_new) outlet_.report(IslandGiven{.island = island->second, .worker = id});
  }
}

void Assignment::show(const std::string& island, const wire::Picture& picture) {
  const auto holder = islands_.find(island);
  if (holder == islands_.end()) return;
  const auto worker = workers_.find(holder->second);
  if (worker == workers_.end() || !worker->second.connected) return;
  outlet_.send(holder->second, typed("Picture", picture));
}

/// An island goes on by itself: nobody else gets its tasks before it has ended them.
Duration Assignment::lease_of(const Worker& worker) const {
  return worker.offer.labels.contains(kIslandLabel) ? options_.island_lease : options_.lease;
}

}  // namespace aiflow::executor::detail
