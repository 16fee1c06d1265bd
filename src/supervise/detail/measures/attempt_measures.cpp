// SPDX-License-Identifier: Apache-2.0
// The part of an attempt that tells how it goes: its progress, what it uses, and its fields as they
// were rendered.
#include <algorithm>

#include "log/log.h"
#include "supervise/detail/attempt.h"

namespace aiflow::supervise::detail {
namespace {

constexpr Duration kProgressEvery = std::chrono::milliseconds(100);
/// A shorter attempt tells its fields with its end.
constexpr Duration kRenderedAfter = std::chrono::seconds(1);
/// Twice what aiflow.running.rendered keeps to: more is not its work.
constexpr std::size_t kRenderedBytesMax = 512U << 10;

/// A century: what is told may be anything.
constexpr std::int64_t kMsMax = 100LL * 366 * 86'400'000;

Duration from_ms(std::int64_t ms) {
  return std::chrono::milliseconds(std::clamp<std::int64_t>(ms, 0, kMsMax));
}

/// Its process is aiflow-docker, which tells what the container uses. A Python process that starts
/// one, to fill in a DockerOperator's templates, is measured itself.
bool is_container_keeper(const wire::Job& job) {
  return job.executor == "docker" || (job.operator_ == "docker" && runs_directly(job));
}

}  // namespace

void Attempt::take_progress(wire::Progress progress) {
  progress.attempt = ref();
  progress_waiting_ = std::move(progress);
  const SteadyTime now = clock_.steady_now();
  if (now >= progress_next_) return flush_progress();
  // The newest replaces what waits; a timer sends it when its turn has come.
  timers_.push_back(loop_.at(progress_next_, [this] { flush_progress(); }));
  progress_next_ = SteadyTime::max();
}

void Attempt::flush_progress() {
  if (!progress_waiting_) return;
  progress_next_ = clock_.steady_now() + kProgressEvery;
  events_.progress(*std::exchange(progress_waiting_, std::nullopt));
}

bool Attempt::is_measure_due(SteadyTime now) const {
  return pid_ != 0 && !finished_ && !is_container_keeper(job_) && meter_.is_due(now);
}

void Attempt::measure(const os::ProcessTable& processes) {
  const os::TreeUse use = processes.below(pid_);
  if (use.resident_bytes == 0) return;  // it has just ended
  events_.measured(meter_.take(clock_.steady_now(), use));
}

/// What aiflow-docker says of its container, whose processes are not below ours.
void Attempt::on_container_usage(const wire::TaskUsage& usage) {
  if (!is_container_keeper(job_)) {
    return refuse_task("sent what only a container's keeper may tell");
  }
  const Duration user = from_ms(usage.cpu_user_ms);
  const Duration system = from_ms(usage.cpu_system_ms);
  meter_.set_cpu(user, system);
  if (usage.memory_peak_bytes) meter_.set_peak(*usage.memory_peak_bytes);
  const SteadyTime now = clock_.steady_now();
  if (!meter_.is_due(now)) return;
  events_.measured(meter_.take(now, {.cpu = user + system, .resident_bytes = usage.memory_bytes}));
}

void Attempt::on_task_rendered(wire::TaskRendered rendered) {
  if (rendered_) return;
  if (!rendered.fields.is_object() || json::write(rendered.fields).size() > kRenderedBytesMax) {
    return log_.note("its rendered fields are too large to be kept");
  }
  rendered_ = std::move(rendered.fields);
  timers_.push_back(loop_.after(kRenderedAfter, [this] {
    is_rendered_told_ = true;
    events_.rendered(*rendered_);
  }));
}

/// Into the last report.
void Attempt::add_measures(wire::Finished& report) {
  std::optional<os::EndedUse> ended = ended_;
  if (process_ && !ended) ended = process_->use();
  if (is_container_keeper(job_)) ended.reset();  // that is its keeper's
  // What the zygote has forked never shared our memory.
  report.usage = meter_.total(ended, through_zygote_ ? 0 : os::own_resident_peak_bytes());
  if (group_) {
    if (const auto peak = group_->memory_peak_bytes()) report.usage->memory_peak_bytes = *peak;
  }
  if (rendered_ && !is_rendered_told_) report.rendered = std::move(rendered_);
}

}  // namespace aiflow::supervise::detail
