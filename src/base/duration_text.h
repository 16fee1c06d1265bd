// SPDX-License-Identifier: Apache-2.0
// Durations in words for a person.
#pragma once

#include <string>

#include "base/clock.h"

namespace aiflow {

/// "30 s", or "1500 ms" when it is no whole number of seconds.
[[nodiscard]] inline std::string seconds_text(Duration duration) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

}  // namespace aiflow
