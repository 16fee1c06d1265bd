// SPDX-License-Identifier: Apache-2.0
// Answers the oracle's questions (cases.py) with the product's own code: one JSON value in, one
// out. Times are microseconds since 1970, durations microseconds.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "dag/cron.h"
#include "json/value.h"

namespace aiflow::oracle {

/// Looks a zone up by its name.
using Zones = std::function<Result<dag::UtcOffset>(const std::string&)>;

/// Errors: invalid_argument for a question that is not understood. A schedule or a cron that the
/// product refuses is an answer: {"refused": message}.
[[nodiscard]] Result<json::Value> answer(const json::Value& question, const Zones& zones);

}  // namespace aiflow::oracle
