// SPDX-License-Identifier: Apache-2.0
// Deterministic random numbers (SplitMix64, Steele/Lea/Flood 2014): the same seed gives the same
// sequence on every machine. Not for secrets.
#pragma once

#include <cstdint>

#include "base/assert.h"

namespace aiflow {

class Prng {
 public:
  explicit Prng(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

  /// Uniform in [0, bound); bound > 0. The modulo bias is below 2^-32 for bounds under 2^32.
  std::uint64_t below(std::uint64_t bound) {
    AIFLOW_ASSERT(bound > 0);
    return next() % bound;
  }

  /// Uniform in [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

  /// True with probability p.
  bool chance(double p) { return unit() < p; }

 private:
  std::uint64_t state_;
};

}  // namespace aiflow
