// SPDX-License-Identifier: Apache-2.0
// How long to leave an API alone that does not answer well: twice as long each time, with chance in
// it so that many do not come back at the same moment; at least as long as it says itself.
#pragma once

#include <algorithm>
#include <optional>

#include "base/clock.h"
#include "base/prng.h"

namespace aiflow::kubernetes {

class Backoff {
 public:
  Backoff(Duration first, Duration last, std::uint64_t seed)
      : first_(first), last_(last), next_(first), random_(seed) {}

  /// The pause after one more failure. `asked` is the answer's Retry-After, if any; of more than
  /// ten minutes only ten.
  [[nodiscard]] Duration failed(std::optional<Duration> asked = std::nullopt) {
    const Duration half = next_ / 2;
    const auto part = static_cast<std::uint64_t>(std::max<std::int64_t>(half.count(), 1));
    const Duration own = half + Duration{static_cast<std::int64_t>(random_.below(part))};
    next_ = std::min(next_ * 2, last_);
    const Duration most = std::chrono::minutes(10);
    return std::max(own, std::min(asked.value_or(Duration{0}), most));
  }
  void succeeded() { next_ = first_; }

 private:
  Duration first_;
  Duration last_;
  Duration next_;
  Prng random_;
};

}  // namespace aiflow::kubernetes
