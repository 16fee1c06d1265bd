// SPDX-License-Identifier: Apache-2.0
// The part of the worker that looks what its attempts use: one look at all processes serves all of
// them, and no look is made for those that end within a second.
#include <algorithm>
#include <cstdlib>

#include "os/limits/host_use.h"
#include "supervise/detail/worker_loop.h"

namespace aiflow::supervise::detail {
namespace {

constexpr Duration kMeasureEvery = std::chrono::seconds(1);
/// Where a look takes long, since the machine has many processes, looks are rarer: this part of the
/// time at most.
constexpr int kShareOfTime = 50;

}  // namespace

void WorkerLoop::measure_soon(Duration spent) {
  if (measure_timer_) return;
  measure_timer_ = loop_.after(std::max(kMeasureEvery, spent * kShareOfTime), [this] {
    measure_timer_.reset();
    measure();
  });
}

void WorkerLoop::measure() {
  if (attempts_.empty()) return;  // the next one asks for it again
  const SteadyTime before = clock_.steady_now();
  std::optional<os::ProcessTable> processes;
  for (const auto& [key, attempt] : attempts_) {
    if (!attempt->is_measure_due(before)) continue;
    if (!processes) processes.emplace();
    attempt->measure(*processes);
  }
  measure_soon(std::chrono::duration_cast<Duration>(clock_.steady_now() - before));
}

void WorkerLoop::tell_machine(wire::Heartbeat& heartbeat) {
  double load = 0;
  if (::getloadavg(&load, 1) == 1) heartbeat.load = load;
  const auto now = os::host_use();
  if (!now) return;
  if (host_) heartbeat.cpu_used = os::busy_share(*host_, *now);
  heartbeat.memory_bytes = now->memory_bytes;
  heartbeat.memory_used_bytes = now->memory_used_bytes;
  host_ = *now;
}

void WorkerLoop::on_measured(const Attempt& attempt, const wire::AttemptSample& sample) {
  link_.send(encode("Usage", wire::Usage{.attempt = attempt.ref(), .sample = sample}));
}

/// A second Started, which the server acknowledges as the first.
void WorkerLoop::on_rendered(const Attempt& attempt, const json::Value& fields) {
  const wire::Started started{.seq = spool_.next_seq(),
                              .attempt = attempt.ref(),
                              .pid = attempt.pid(),
                              .at = clock_.now(),
                              .rendered = fields};
  unacknowledged_starts_.emplace(started.seq, started);
  link_.send(encode("Started", started));
}

}  // namespace aiflow::supervise::detail
