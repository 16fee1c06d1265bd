// SPDX-License-Identifier: Apache-2.0
// What an event of the stream says, where it says it. Private to service.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "json/value.h"

namespace aiflow::service::detail {

/// "" when there is no such text.
inline std::string text_of(const json::Value& object, std::string_view member) {
  const auto* value = object.find(member);
  return value != nullptr && value->is_string() ? value->as_string() : std::string();
}

inline std::optional<WallTime> time_of(const json::Value& object, std::string_view member) {
  const auto time = parse_time(text_of(object, member));
  return time ? std::optional(*time) : std::nullopt;
}

}  // namespace aiflow::service::detail
