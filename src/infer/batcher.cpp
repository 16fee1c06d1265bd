// SPDX-License-Identifier: Apache-2.0
#include "infer/batcher.h"

#include <algorithm>
#include <cmath>

namespace aiflow::infer {
namespace {

constexpr double kBucketGrowth = 1.12;

std::size_t bucket_of(Duration d, std::size_t count) {
  const auto us = static_cast<double>(std::max<std::int64_t>(d.count(), 1));
  const auto index = static_cast<std::size_t>(std::log(us) / std::log(kBucketGrowth));
  return std::min(index, count - 1);
}

}  // namespace

void LatencyHistogram::add(Duration d) {
  buckets_[bucket_of(d, buckets_.size())].fetch_add(1, std::memory_order_relaxed);
}

std::int64_t LatencyHistogram::count() const {
  std::int64_t sum = 0;
  for (const auto& bucket : buckets_) sum += bucket.load(std::memory_order_relaxed);
  return sum;
}

Duration LatencyHistogram::quantile(double share) const {
  const auto wanted = static_cast<double>(count()) * std::clamp(share, 0.0, 1.0);
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i].load(std::memory_order_relaxed);
    if (seen == 0 || static_cast<double>(seen) < wanted) continue;
    return Duration(std::llround(std::pow(kBucketGrowth, static_cast<double>(i + 1))));
  }
  return {};
}

Batcher::Batcher(RunFn run, const Clock& clock, std::size_t queue_limit)
    : run_(std::move(run)),
      clock_(clock),
      queue_(queue_limit, WhenFull::reject),
      thread_([this] { loop(); }) {}

Batcher::~Batcher() { stop(); }

Result<Batcher::Answer> Batcher::run(std::vector<engine::Input> inputs, Deadline deadline) {
  auto request =
      std::make_unique<Request>(Request{std::move(inputs), deadline, clock_.steady_now(), {}});
  auto answer = request->promise.get_future();
  if (!queue_.push(std::move(request))) {
    if (queue_.closed()) return fail(ErrorCode::unavailable, "the service is stopping");
    return fail(ErrorCode::unavailable, "the service is overloaded: its queue is full");
  }
  return answer.get();
}

BatcherStats Batcher::stats() const {
  BatcherStats out;
  out.failed = failed_.load();
  out.cancelled = cancelled_.load();
  out.served = run_times_.count() - out.failed;
  out.rejected = static_cast<std::int64_t>(queue_.dropped());
  out.waiting = queue_.size();
  out.run_p50 = run_times_.quantile(0.5);
  out.run_p99 = run_times_.quantile(0.99);
  out.queue_p50 = queue_times_.quantile(0.5);
  out.queue_p99 = queue_times_.quantile(0.99);
  return out;
}

Duration Batcher::running_for() const {
  const auto began = run_began_.load();
  if (began == 0) return {};
  return clock_.steady_now() - SteadyTime{SteadyTime::duration{began}};
}

void Batcher::stop() {
  stopping_ = true;
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

void Batcher::loop() {
  while (auto request = queue_.pop()) serve(**request);
}

void Batcher::serve(Request& request) {
  const auto start = clock_.steady_now();
  if (stopping_) {
    request.promise.set_value(fail(ErrorCode::unavailable, "the service is stopping"));
    return;
  }
  if (request.deadline.passed(start)) {
    ++cancelled_;
    request.promise.set_value(
        fail(ErrorCode::timeout, "the deadline passed while the request waited in the queue"));
    return;
  }
  run_began_ = start.time_since_epoch().count();
  auto outputs = run_(request.inputs);
  run_began_ = 0;
  const auto end = clock_.steady_now();
  run_times_.add(end - start);
  queue_times_.add(start - request.submitted);
  if (!outputs) {
    ++failed_;
    request.promise.set_value(fail(std::move(outputs).error()));
    return;
  }
  request.promise.set_value(Answer{
      .outputs = *std::move(outputs), .queued = start - request.submitted, .ran = end - start});
}

}  // namespace aiflow::infer
