// SPDX-License-Identifier: Apache-2.0
// What this process uses of its machine.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace aiflow::os {

struct Usage {
  double cpu_s = 0;  ///< user and system, since the start
  std::int64_t resident_bytes = 0;
  std::int64_t virtual_bytes = 0;
  std::int64_t open_files = 0;
  std::int64_t open_files_max = 0;
};

/// Errors: unavailable without /proc.
[[nodiscard]] Result<Usage> own_usage();

}  // namespace aiflow::os
