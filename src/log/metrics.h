// SPDX-License-Identifier: Apache-2.0
// Counters, gauges and histograms of one process, rendered as Prometheus text. The registry owns
// the metrics; references stay valid as long as it lives. Updates are lock-free, from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace aiflow::log {

class Counter {
 public:
  void add(std::int64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

class Gauge {
 public:
  void set(double v) { value_.store(v, std::memory_order_relaxed); }
  [[nodiscard]] double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

class Histogram {
 public:
  /// Upper bounds of the buckets, rising; +Inf is added.
  explicit Histogram(std::vector<double> bounds);
  void observe(double v);
  [[nodiscard]] std::int64_t count() const;
  /// Bound of the bucket that holds quantile q in [0,1]; 0 without observations.
  [[nodiscard]] double quantile(double q) const;
  void render(std::string_view name, std::string_view labels, std::string& out) const;

 private:
  const std::vector<double> bounds_;
  std::deque<std::atomic<std::int64_t>> buckets_;
  std::atomic<double> sum_{0};
};

/// Latency buckets in seconds, 0.5 ms to 10 s.
[[nodiscard]] std::vector<double> latency_buckets_s();

struct MetricName {
  std::string name;    ///< e.g. "aiflow_http_requests_total"
  std::string labels;  ///< as rendered: `route="login"`; empty = none
  friend auto operator<=>(const MetricName&, const MetricName&) = default;
};

class Registry {
 public:
  /// The same name and labels give the same metric.
  Counter& counter(const MetricName& name);
  Gauge& gauge(const MetricName& name);
  Histogram& histogram(const MetricName& name, std::vector<double> bounds = latency_buckets_s());

  /// What people are told of all metrics of that name.
  void describe(const std::string& name, std::string help);

  /// Prometheus text format 0.0.4, sorted by name.
  [[nodiscard]] std::string render() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> helps_;
  std::map<MetricName, Counter> counters_;
  std::map<MetricName, Gauge> gauges_;
  std::map<MetricName, Histogram> histograms_;
};

}  // namespace aiflow::log
