// SPDX-License-Identifier: Apache-2.0
// The label that makes a worker an island, and tasks its own.
#pragma once

#include "base/placement.h"

namespace aiflow {

/// A task with this label goes on while its worker is cut off from the server, and has the lease of
/// islands (docs/guide/islands.md). Its value is the island's name.
inline constexpr const char* kIslandLabel = "island";

/// Other executors know no islands.
[[nodiscard]] inline bool is_of_island(const Placement& place) {
  return place.executor == Placement{}.executor && place.labels.contains(kIslandLabel);
}

}  // namespace aiflow
