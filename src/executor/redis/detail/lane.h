// SPDX-License-Identifier: Apache-2.0
// The name of the stream for jobs that ask for the same place: the queue, and the labels that the
// worker must have.
#pragma once

#include <string>

#include "base/placement.h"
#include "json/value.h"

namespace aiflow::executor::detail {

/// "default"; with labels: default{"gpu":"true"}
[[nodiscard]] inline std::string lane_of(const Placement& placement) {
  if (placement.labels.empty()) return placement.queue;
  json::Value labels = json::object({});
  for (const auto& [name, value] : placement.labels) labels.set(name, value);
  return placement.queue + json::write(labels);
}

}  // namespace aiflow::executor::detail
