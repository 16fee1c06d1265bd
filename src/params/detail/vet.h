// SPDX-License-Identifier: Apache-2.0
// Looks a schema through before it is used, so that the checker can rely on its types.
#pragma once

#include "base/result.h"
#include "json/value.h"
#include "params/detail/pattern.h"

namespace aiflow::params::detail {

/// The compiled patterns of a good schema. Errors: as Schema::parse.
[[nodiscard]] Result<Patterns> vet(const json::Value& schema);

/// What "#/$defs/x" names inside the schema, or nullptr.
[[nodiscard]] const json::Value* resolve(const json::Value& root, std::string_view reference);

}  // namespace aiflow::params::detail
