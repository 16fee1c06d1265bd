// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "base/assert.h"
#include "graph/quantize.h"

namespace aiflow::graph {

void RangeCollector::widen(float magnitude) {
  if (bins_.empty()) {
    bins_.assign(2 * kHalfBins, 0);
    limit_ = std::ldexp(1.0F, std::clamp(std::ilogb(std::max(magnitude, 1e-30F)) + 1, -126, 127));
  }
  while (limit_ < magnitude && limit_ < 0x1p127F) {
    limit_ *= 2;
    std::vector<std::uint64_t> merged(2 * kHalfBins, 0);
    for (std::size_t i = 0; i < bins_.size(); ++i) merged[kHalfBins / 2 + i / 2] += bins_[i];
    bins_ = std::move(merged);
  }
}

void RangeCollector::add(std::span<const float> values) {
  float magnitude = 0;
  for (const float value : values) {
    if (std::isfinite(value)) magnitude = std::max(magnitude, std::fabs(value));
  }
  widen(magnitude);
  for (const float value : values) {
    if (!std::isfinite(value)) {
      ++not_finite_;
      continue;
    }
    min_ = count_ == 0 ? value : std::min(min_, value);
    max_ = count_ == 0 ? value : std::max(max_, value);
    ++count_;
    const float half = static_cast<float>(kHalfBins);
    const float position = std::floor(value / limit_ * half) + half;
    bins_[static_cast<std::size_t>(std::clamp(position, 0.0F, 2 * half - 1))] += 1;
  }
}

Range RangeCollector::percentile(double percent) const {
  AIFLOW_ASSERT(percent > 50 && percent <= 100);
  const auto tail = static_cast<std::uint64_t>(static_cast<double>(count_) * (100 - percent) / 200);
  if (count_ == 0 || tail == 0) return min_max();
  const auto edge = [&](std::size_t bin) {
    const auto half = static_cast<double>(kHalfBins);
    return static_cast<float>((static_cast<double>(bin) - half) / half *
                              static_cast<double>(limit_));
  };
  Range out{min_, max_};
  std::uint64_t seen = 0;
  for (std::size_t bin = 0; bin < bins_.size(); ++bin) {
    seen += bins_[bin];
    if (seen <= tail) continue;
    out.min = std::max(min_, edge(bin));
    break;
  }
  seen = 0;
  for (std::size_t bin = bins_.size(); bin-- > 0;) {
    seen += bins_[bin];
    if (seen <= tail) continue;
    out.max = std::min(max_, edge(bin + 1));
    break;
  }
  return out;
}

}  // namespace aiflow::graph
