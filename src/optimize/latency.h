// SPDX-License-Identifier: Apache-2.0
// What a list of run times says. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace aiflow::optimize {

struct LatencyBin {
  double from = 0;  ///< ms
  double to = 0;    ///< ms
  std::size_t count = 0;
};

struct Latency {
  double p50 = 0;  ///< all in ms
  double p90 = 0;
  double p99 = 0;
  double mean = 0;
  double min = 0;
  std::size_t runs = 0;
  std::vector<LatencyBin> histogram;  ///< 20 equal bins from min to p99, then the rest in one
};

/// Percentiles by the nearest rank. Of nothing: all zero.
[[nodiscard]] Latency summarise_latency(std::span<const double> milliseconds);

}  // namespace aiflow::optimize
