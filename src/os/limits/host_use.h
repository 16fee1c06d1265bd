// SPDX-License-Identifier: Apache-2.0
// What the whole machine uses, whoever does.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"

namespace aiflow::os {

struct HostUse {
  /// Time of all processors since boot, in the kernel's ticks; busy is a part of all.
  std::uint64_t busy = 0;
  std::uint64_t all = 0;
  std::int64_t memory_bytes = 0;
  /// What could not be had without ending something: caches do not count.
  std::int64_t memory_used_bytes = 0;
};

/// Errors: unavailable without /proc.
[[nodiscard]] Result<HostUse> host_use();

/// The busy part of the processors' time from one reading to the next, 0 to 1; nothing when no time
/// has passed.
[[nodiscard]] std::optional<double> busy_share(const HostUse& before, const HostUse& now);

}  // namespace aiflow::os
