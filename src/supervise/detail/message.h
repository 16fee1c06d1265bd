// SPDX-License-Identifier: Apache-2.0
// Messages of api/worker.yaml as frames: the generated JSON plus its "type". Private to supervise.
#pragma once

#include <string>
#include <string_view>

#include "json/value.h"
#include "os/frame.h"

namespace aiflow::supervise::detail {

inline constexpr std::size_t kFrameBytesMax = 8U << 20;
/// XCom values are wrapped in further messages, so they may be less deep than what a reader takes.
inline constexpr std::size_t kTaskJsonDepthMax = 48;

/// One frame: header, then the message as a JSON object with its "type".
template <class Message>
std::string encode(std::string_view type, const Message& message) {
  json::Value value = to_json(message);
  value.set("type", type);
  return os::encode_frame(json::write(value));
}

/// The "type" member; empty when it is missing or no string.
inline std::string_view type_of(const json::Value& value) {
  const json::Value* type = value.find("type");
  return type != nullptr && type->is_string() ? std::string_view(type->as_string())
                                              : std::string_view();
}

}  // namespace aiflow::supervise::detail
