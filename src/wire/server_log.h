// SPDX-License-Identifier: Apache-2.0
// Generated from api/server_log.yaml by tools/codegen; do not edit.
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

/// level - debug, info, warning or error. text - a constant message, then fields as name=value; secrets are masked. ids rise, also over a restart.
struct ServerLogLine {
  std::int64_t id{};
  WallTime at{};
  std::string level{};
  std::string text{};
  friend bool operator==(const ServerLogLine&, const ServerLogLine&) = default;
};
[[nodiscard]] json::Value to_json(const ServerLogLine& value);
[[nodiscard]] Result<ServerLogLine> parse_server_log_line(const json::Value& value);

/// Oldest first. before_cursor - what ?before= takes for the lines before these; absent when there are none. after_cursor - what ?after= takes, also of the stream, for those that come after. missed - lines after the asked-for ?after= are kept no longer.
struct ServerLogPage {
  std::vector<ServerLogLine> items{};
  std::optional<std::int64_t> before_cursor{};
  std::int64_t after_cursor{};
  bool missed{};
  friend bool operator==(const ServerLogPage&, const ServerLogPage&) = default;
};
[[nodiscard]] json::Value to_json(const ServerLogPage& value);
[[nodiscard]] Result<ServerLogPage> parse_server_log_page(const json::Value& value);

}  // namespace aiflow::wire
