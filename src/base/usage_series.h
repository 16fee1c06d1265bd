// SPDX-License-Identifier: Apache-2.0
// Samples of what something uses, over any time in bounded memory: when there are too many, every
// two become one, and from then on they are taken half as often.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/clock.h"

namespace aiflow {

struct UsageSample {
  Duration at{};   ///< since the start
  Duration cpu{};  ///< used until then
  std::int64_t memory_bytes = 0;
};

class UsageSeries {
 public:
  static constexpr std::size_t kSamplesMax = 120;

  /// The first one is due a second after `from`.
  explicit UsageSeries(Duration from = {}) : from_(from), last_(from) {}

  /// Whether the next sample's time has come.
  [[nodiscard]] bool is_due(Duration at) const { return at >= last_ + every_; }
  /// Used processor time never falls. Of two samples that become one the time and the processor
  /// time are the later one's, and the memory is the larger one.
  void add(UsageSample sample) {
    if (!samples_.empty()) sample.cpu = std::max(sample.cpu, samples_.back().cpu);
    peak_bytes_ = std::max(peak_bytes_, sample.memory_bytes);
    byte_ticks_ +=
        static_cast<double>(sample.memory_bytes) * static_cast<double>((sample.at - last_).count());
    if (samples_.size() >= kSamplesMax) halve();
    samples_.push_back(sample);
    last_ = sample.at;
  }
  [[nodiscard]] const std::vector<UsageSample>& samples() const { return samples_; }
  [[nodiscard]] std::int64_t peak_bytes() const { return peak_bytes_; }
  /// Over the time of all samples that were taken, each for the time since the one before; 0
  /// without one.
  [[nodiscard]] std::int64_t mean_bytes() const {
    const auto ticks = static_cast<double>((last_ - from_).count());
    return ticks > 0 ? static_cast<std::int64_t>(byte_ticks_ / ticks) : 0;
  }

 private:
  void halve() {
    for (std::size_t i = 0; i + 1 < samples_.size(); i += 2) {
      UsageSample merged = samples_[i + 1];
      merged.memory_bytes = std::max(merged.memory_bytes, samples_[i].memory_bytes);
      samples_[i / 2] = merged;
    }
    samples_.resize(samples_.size() / 2);
    every_ *= 2;
  }

  Duration from_;
  Duration last_;
  Duration every_ = std::chrono::seconds(1);
  std::vector<UsageSample> samples_;
  std::int64_t peak_bytes_ = 0;
  double byte_ticks_ = 0;
};

}  // namespace aiflow
