// SPDX-License-Identifier: Apache-2.0
// Generated from api/*.yaml by tools/codegen; do not edit.
#pragma once

#include "base/result.h"
#include "json/value.h"
#include "wire/queries.h"

namespace aiflow::wire {

/// Errors: invalid_argument naming a parameter that the route does not take, and those it does. Routes
/// that others call in their own way (`foreign` in api/engine.yaml) take any.
[[nodiscard]] Status check_parameters(Route route, const Query& query);
/// The same for the members of a JSON body.
[[nodiscard]] Status check_members(Route route, const json::Value& body);

}  // namespace aiflow::wire
