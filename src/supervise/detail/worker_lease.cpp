// SPDX-License-Identifier: Apache-2.0
// Heartbeats between the beats, and the lease of a worker elsewhere: it is renewed by heartbeats
// that the server confirms.
#include <algorithm>
#include <chrono>
#include <utility>

#include "base/placement.h"
#include "log/log.h"
#include "supervise/detail/worker_loop.h"

namespace aiflow::supervise::detail {
namespace {

constexpr auto kLeftMax = std::chrono::hours(24);
constexpr auto kTellDelay = std::chrono::milliseconds(200);

}  // namespace

/// Once for many: the server may answer each with a cancel for every attempt in it, when it has
/// given them up or their acknowledgements are on the way.
void WorkerLoop::heartbeat_soon() {
  if (std::exchange(is_heartbeat_due_, true)) return;
  loop_.after(kTellDelay, [this] {
    is_heartbeat_due_ = false;
    send_heartbeat();
  });
}

/// The server has heard heartbeat `seq`: it holds the tasks for ours for a lease from a time that
/// is not before we sent it.
void WorkerLoop::confirm_lease(std::int64_t seq) {
  const auto sent = heartbeats_.find(seq);
  if (!options_.ends_with_lease || sent == heartbeats_.end()) return;
  lease_end_ = sent->second + lease_;
  has_asked_again_ = false;
  heartbeats_.erase(heartbeats_.begin(), std::next(sent));
  watch_lease();
}

/// Nobody else gets what runs here before that: the next server knows what this one has said. An
/// answer that was on its way meanwhile does not shorten it.
void WorkerLoop::extend_lease(Duration time) {
  if (!lease_end_ || time <= Duration{0}) return;
  left_until_ = clock_.steady_now() + std::min<Duration>(time, kLeftMax);
  watch_lease();
  log::info("the server stops, tasks go on without it",
            {{"seconds", std::chrono::duration_cast<std::chrono::seconds>(time).count()}});
}

/// A server that hears a hello leaves the tasks to us for a lease from then on, and its answer may
/// be lost: so it counts from when we say it.
void WorkerLoop::end_extension() {
  if (!left_until_) return;
  const SteadyTime end = std::max(*lease_end_, *left_until_);
  lease_end_ = std::min(end, clock_.steady_now() + lease_);
  left_until_.reset();
  watch_lease();
}

void WorkerLoop::watch_lease() {
  if (lease_timer_) loop_.cancel(*lease_timer_);
  lease_timer_ = loop_.at(std::max(*lease_end_, left_until_.value_or(*lease_end_)), [this] {
    lease_timer_.reset();
    if (!ask_again()) end_with_lease();
  });
}

/// The lease of an island is its uplink's to keep, which may have stood still for as long as we
/// have (a virtual machine that was paused): it gets the time for one more beat. The uplink
/// reckons with it (Island::holds_lease).
bool WorkerLoop::ask_again() {
  if (!options_.labels.contains(kIslandLabel) || std::exchange(has_asked_again_, true))
    return false;
  send_heartbeat();
  lease_timer_ = loop_.after(lease_ / 3, [this] {
    lease_timer_.reset();
    end_with_lease();
  });
  return true;
}

/// Another worker may get these tasks now. Reports of what has ended stay: the server knows whether
/// they still count.
void WorkerLoop::end_with_lease() {
  ahead_.clear();  // never started
  if (attempts_.empty()) return;
  log::warn("the server has not been reached for as long as the lease, its tasks are ended",
            {{"running", static_cast<std::int64_t>(attempts_.size())}});
  std::vector<Attempt*> running;
  for (const auto& [key, attempt] : attempts_) running.push_back(attempt.get());
  for (Attempt* attempt : running) {
    attempt->end({.cause = "the server was not reached for as long as the worker's lease",
                  .outcome = Outcome::failed,
                  .grace = {}});
  }
}

}  // namespace aiflow::supervise::detail
