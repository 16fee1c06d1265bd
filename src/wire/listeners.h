// SPDX-License-Identifier: Apache-2.0
// Generated from api/listeners.yaml by tools/codegen; do not edit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/states.h"
#include "json/value.h"

namespace aiflow::wire {

/// Where workers elsewhere join and connect. is_separate - a listener for them alone, as --workers-listen says; is_local - only programs on the server's machine reach it.
struct WorkerAddress {
  std::string url{};
  bool is_separate{};
  bool is_local{};
  friend bool operator==(const WorkerAddress&, const WorkerAddress&) = default;
};
[[nodiscard]] json::Value to_json(const WorkerAddress& value);
[[nodiscard]] Result<WorkerAddress> parse_worker_address(const json::Value& value);

}  // namespace aiflow::wire
