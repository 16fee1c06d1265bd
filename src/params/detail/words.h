// SPDX-License-Identifier: Apache-2.0
// How values and types are named in messages for people, and when two values are the same. Pure.
#pragma once

#include <string>
#include <string_view>

#include "json/value.h"

namespace aiflow::params::detail {

/// The value as JSON, shortened when it is long.
[[nodiscard]] std::string shown(const json::Value& value);
/// "integer" -> "a whole number"; a name that JSON Schema does not know gives "".
[[nodiscard]] std::string_view type_in_words(std::string_view type);
/// {"integer", "null"} or "integer" -> "a whole number or null".
[[nodiscard]] std::string types_in_words(const json::Value& types);
[[nodiscard]] bool has_type(const json::Value& value, std::string_view type);
/// Equal values have equal texts, as JSON Schema sees it: 1 is 1.0, the order of keys is nothing.
[[nodiscard]] std::string canonical(const json::Value& value);
/// Code points of UTF-8 text.
[[nodiscard]] std::size_t length_of(std::string_view text);

}  // namespace aiflow::params::detail
