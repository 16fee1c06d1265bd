// SPDX-License-Identifier: Apache-2.0
#include "log/metrics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/assert.h"

namespace aiflow::log {
namespace {

std::string number(double v) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), v);
  return {text.data(), end.ptr};
}

std::string with_label(std::string_view labels, const std::string& extra) {
  return "{" + std::string(labels) + (labels.empty() ? "" : ",") + extra + "}";
}

std::string in_braces(const std::string& labels) {
  return labels.empty() ? "" : "{" + labels + "}";
}

template <class Map, class Write>
void render_all(const Map& metrics, std::string_view type, Write write) {
  std::string last;
  for (const auto& [key, metric] : metrics) {
    if (key.name != last) {
      if (const auto help = write.helps.find(key.name); help != write.helps.end()) {
        write("# HELP " + key.name + " " + help->second + "\n");
      }
      write("# TYPE " + key.name + " " + std::string(type) + "\n");
    }
    last = key.name;
    write(key, metric);
  }
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), buckets_(bounds_.size() + 1) {
  AIFLOW_ASSERT(std::is_sorted(bounds_.begin(), bounds_.end()));
}

void Histogram::observe(double v) {
  const auto at = std::lower_bound(bounds_.begin(), bounds_.end(), v) - bounds_.begin();
  buckets_[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(v, std::memory_order_relaxed);
}

std::int64_t Histogram::count() const {
  std::int64_t n = 0;
  for (const auto& bucket : buckets_) n += bucket.load(std::memory_order_relaxed);
  return n;
}

double Histogram::quantile(double q) const {
  const auto total = count();
  if (total == 0) return 0;
  const auto rank = std::max<std::int64_t>(1, std::llround(std::ceil(q * double(total))));
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < bounds_.size(); ++i) {
    seen += buckets_[i].load(std::memory_order_relaxed);
    if (seen >= rank) return bounds_[i];
  }
  return bounds_.empty() ? 0 : bounds_.back();
}

void Histogram::render(std::string_view name, std::string_view labels, std::string& out) const {
  std::int64_t seen = 0;
  for (std::size_t i = 0; i <= bounds_.size(); ++i) {
    seen += buckets_[i].load(std::memory_order_relaxed);
    const auto bound = i < bounds_.size() ? number(bounds_[i]) : "+Inf";
    out += std::string(name) + "_bucket" + with_label(labels, "le=\"" + bound + "\"") + " " +
           std::to_string(seen) + "\n";
  }
  const auto braces = in_braces(std::string(labels));
  out += std::string(name) + "_sum" + braces + " " + number(sum_.load()) + "\n";
  out += std::string(name) + "_count" + braces + " " + std::to_string(seen) + "\n";
}

std::vector<double> latency_buckets_s() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

Counter& Registry::counter(const MetricName& name) {
  const std::scoped_lock lock(mutex_);
  return counters_[name];
}

Gauge& Registry::gauge(const MetricName& name) {
  const std::scoped_lock lock(mutex_);
  return gauges_[name];
}

Histogram& Registry::histogram(const MetricName& name, std::vector<double> bounds) {
  const std::scoped_lock lock(mutex_);
  return histograms_.try_emplace(name, std::move(bounds)).first->second;
}

void Registry::describe(const std::string& name, std::string help) {
  const std::scoped_lock lock(mutex_);
  helps_[name] = std::move(help);
}

std::string Registry::render() const {
  const std::scoped_lock lock(mutex_);
  std::string out;
  struct Writer {
    const std::map<std::string, std::string>& helps;
    std::string& out;
    void operator()(const std::string& line) const { out += line; }
    void operator()(const MetricName& key, const Counter& c) const {
      out += key.name + in_braces(key.labels) + " " + std::to_string(c.value()) + "\n";
    }
    void operator()(const MetricName& key, const Gauge& g) const {
      out += key.name + in_braces(key.labels) + " " + number(g.value()) + "\n";
    }
    void operator()(const MetricName& key, const Histogram& h) const {
      h.render(key.name, key.labels, out);
    }
  };
  render_all(counters_, "counter", Writer{helps_, out});
  render_all(gauges_, "gauge", Writer{helps_, out});
  render_all(histograms_, "histogram", Writer{helps_, out});
  return out;
}

}  // namespace aiflow::log
