// SPDX-License-Identifier: Apache-2.0
#include "service/monitor/history.h"

#include <algorithm>

#include "log/log.h"

namespace aiflow::service {
namespace {

/// Of so many steps between two samples the times are kept; the quantiles are of these.
constexpr std::size_t kStepsMax = 4096;

constexpr std::size_t kQueuesMax = 100;

double ms(Duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

/// The nearest rank; sorts a part of `times`.
double quantile(std::vector<double>& times, double q) {
  if (times.empty()) return 0;
  const auto rank = static_cast<std::ptrdiff_t>(q * static_cast<double>(times.size() - 1));
  std::nth_element(times.begin(), times.begin() + rank, times.end());
  return times[static_cast<std::size_t>(rank)];
}

wire::SystemSample sample_of(const Figures& figures) {
  wire::SystemSample out;
  out.at = figures.at;
  if (figures.process) out.resident_bytes = figures.process->resident_bytes;
  if (figures.disk) out.disk_free_bytes = static_cast<std::int64_t>(figures.disk->free_bytes);
  if (figures.host) {
    out.host_memory_bytes = figures.host->memory_bytes;
    out.host_memory_used_bytes = figures.host->memory_used_bytes;
  }
  out.database_bytes = figures.database_bytes;
  out.scheduler_waiting = static_cast<std::int64_t>(figures.scheduler_waiting);
  out.event_streams = static_cast<std::int64_t>(figures.event_streams);
  out.http_connections = static_cast<std::int64_t>(figures.http.connections);
  out.workers = static_cast<std::int64_t>(figures.workers.size());
  for (const auto& [name, one] : figures.waits.queues) {
    if (out.queues.size() == kQueuesMax) break;
    out.queues.push_back({.queue = name, .waiting = one.number, .since = one.since});
  }
  if (figures.census) {
    for (const auto& [state, count] : figures.census->tasks) {
      out.tasks[std::string(to_string(state))] = count;
    }
    for (const auto& [state, count] : figures.census->runs) {
      out.runs[std::string(to_string(state))] = count;
    }
    out.outbox = figures.census->outbox;
  }
  return out;
}

/// Of what is known; nothing when that is none.
class Mean {
 public:
  void add(const std::optional<double>& value) {
    if (!value) return;
    sum_ += *value;
    ++count_;
  }
  [[nodiscard]] std::optional<double> value() const {
    if (count_ == 0) return std::nullopt;
    return sum_ / static_cast<double>(count_);
  }

 private:
  double sum_ = 0;
  std::int64_t count_ = 0;
};

/// The last of these, with the mean use of the processors and the worst latency of all.
wire::SystemSample whole_minute(const std::deque<wire::SystemSample>& seconds) {
  auto out = seconds.back();
  out.queues.clear();
  Mean cpu;
  Mean host;
  out.steps = 0;
  const auto first = seconds.size() - std::min(seconds.size(), History::kPerMinute);
  for (std::size_t i = first; i < seconds.size(); ++i) {
    const auto& one = seconds[i];
    out.steps += one.steps;
    out.decide_p99_ms = std::max(out.decide_p99_ms, one.decide_p99_ms);
    out.commit_p99_ms = std::max(out.commit_p99_ms, one.commit_p99_ms);
    cpu.add(one.cpu_cores);
    host.add(one.host_cpu);
  }
  out.cpu_cores = cpu.value();
  out.host_cpu = host.value();
  return out;
}

}  // namespace

void History::start(std::function<Figures()> read, Publish publish) {
  thread_ = std::jthread(
      [this, read = std::move(read), publish = std::move(publish)](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
          publish(add(read()));
          std::unique_lock lock(mutex_);
          stopped_.wait_for(lock, stop, kEvery, [] { return false; });
        }
      });
}

void History::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void History::step(const conductor::StepTimes& times) {
  const std::scoped_lock lock(mutex_);
  ++step_count_;
  if (steps_.size() < kStepsMax) steps_.push_back(times);
}

wire::SystemSample History::add(const Figures& figures) {
  auto out = sample_of(figures);
  const std::scoped_lock lock(mutex_);
  std::vector<double> decide;
  std::vector<double> commit;
  for (const auto& one : steps_) {
    decide.push_back(ms(one.decide));
    commit.push_back(ms(one.commit));
  }
  out.steps = step_count_;
  out.decide_p50_ms = quantile(decide, 0.5);
  out.decide_p99_ms = quantile(decide, 0.99);
  out.commit_p50_ms = quantile(commit, 0.5);
  out.commit_p99_ms = quantile(commit, 0.99);
  steps_.clear();
  step_count_ = 0;
  if (figures.process && cpu_s_ && !seconds_.empty() && out.at > seconds_.back().at) {
    const std::chrono::duration<double> passed = out.at - seconds_.back().at;
    out.cpu_cores = (figures.process->cpu_s - *cpu_s_) / passed.count();
  }
  if (figures.process) cpu_s_ = figures.process->cpu_s;
  if (figures.host && host_) out.host_cpu = os::busy_share(*host_, *figures.host);
  if (figures.host) host_ = figures.host;
  // Nobody asks who waited an hour ago.
  if (!seconds_.empty()) seconds_.back().queues.clear();
  seconds_.push_back(out);
  if (seconds_.size() > kSecondsMax) seconds_.pop_front();
  if (++since_minute_ == kPerMinute) {
    since_minute_ = 0;
    minutes_.push_back(whole_minute(seconds_));
    if (minutes_.size() > kMinutesMax) minutes_.pop_front();
  }
  return out;
}

wire::SystemHistory History::samples() const {
  const std::scoped_lock lock(mutex_);
  wire::SystemHistory out;
  out.seconds = {seconds_.begin(), seconds_.end()};
  out.minutes = {minutes_.begin(), minutes_.end()};
  return out;
}

}  // namespace aiflow::service
