// SPDX-License-Identifier: Apache-2.0
// Messages of api/worker.yaml as the text of frames, and what they are told apart by.
// Private to src/uplink.
#pragma once

#include <string>
#include <string_view>
#include <tuple>

#include "json/value.h"
#include "wire/worker.h"

namespace aiflow::uplink::detail {

template <class Message>
[[nodiscard]] json::Value typed(std::string_view type, const Message& message) {
  json::Value value = wire::to_json(message);
  value.set("type", type);
  return value;
}

/// The "type" member; empty when it is missing or no string.
[[nodiscard]] inline std::string_view type_of(const json::Value& value) {
  const json::Value* type = value.find("type");
  return type != nullptr && type->is_string() ? std::string_view(type->as_string())
                                              : std::string_view();
}

using AttemptKey = std::tuple<std::string, std::string, std::string, std::int64_t, std::int64_t>;
[[nodiscard]] inline AttemptKey key_of(const wire::AttemptRef& ref) {
  return {ref.key.dag_id, ref.key.run_id, ref.key.task_id, ref.key.map_index, ref.epoch};
}

/// Standard alphabet, with padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);
/// Errors: invalid_argument.
[[nodiscard]] Result<std::string> from_base64(std::string_view text);

}  // namespace aiflow::uplink::detail
