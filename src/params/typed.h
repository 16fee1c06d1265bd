// SPDX-License-Identifier: Apache-2.0
// A param's value as a person types it on a command line.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "json/value.h"

namespace aiflow::params {

/// The text as the type that the param's schema wants: 5 is a number for one and text for the
/// other. Without a type in the schema it is text where the default is, else JSON if it can be read
/// so. Errors: invalid_argument that says what is wanted, by example.
[[nodiscard]] Result<json::Value> value_from_text(const json::Value& param, std::string_view text);

/// The types for people: "a whole number or null", "one of "a", "b""; "any" when nothing is said.
[[nodiscard]] std::string type_of(const json::Value& param);

/// Whether a run must give it: it has no default, or null where null does not fit.
[[nodiscard]] bool is_required(const json::Value& param);

}  // namespace aiflow::params
