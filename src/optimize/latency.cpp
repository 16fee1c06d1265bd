// SPDX-License-Identifier: Apache-2.0
#include "optimize/latency.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace aiflow::optimize {
namespace {

constexpr std::size_t kBins = 20;

std::vector<LatencyBin> histogram(const std::vector<double>& sorted, double p99) {
  const double from = sorted.front();
  const double width = (p99 - from) / static_cast<double>(kBins);
  if (!(width > 0)) return {{from, sorted.back(), sorted.size()}};
  std::vector<LatencyBin> bins;
  for (std::size_t i = 0; i < kBins; ++i) {
    const auto at = static_cast<double>(i);
    bins.push_back({from + at * width, from + (at + 1) * width, 0});
  }
  bins.push_back({p99, sorted.back(), 0});
  for (const double value : sorted) {
    const auto index = static_cast<std::size_t>((value - from) / width);
    ++bins[value > p99 ? kBins : std::min(index, kBins - 1)].count;
  }
  return bins;
}

}  // namespace

Latency summarise_latency(std::span<const double> milliseconds) {
  if (milliseconds.empty()) return {};
  std::vector<double> sorted(milliseconds.begin(), milliseconds.end());
  std::ranges::sort(sorted);
  const auto count = static_cast<double>(sorted.size());
  const auto rank = [&](double share) {
    return sorted[static_cast<std::size_t>(std::max(std::ceil(share * count), 1.0)) - 1];
  };
  return {.p50 = rank(0.5),
          .p90 = rank(0.9),
          .p99 = rank(0.99),
          .mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / count,
          .min = sorted.front(),
          .runs = sorted.size(),
          .histogram = histogram(sorted, rank(0.99))};
}

}  // namespace aiflow::optimize
