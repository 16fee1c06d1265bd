// SPDX-License-Identifier: Apache-2.0
// What becomes of one task of a run when all the others have given states: rules with the setups
// and the teardown scopes around them, asked of the scheduler itself.
#pragma once

#include "base/result.h"
#include "json/value.h"

namespace aiflow::oracle {

/// `tasks`: [{"up": [positions], "rule", "setup", "teardown"}]; `ask_of`: positions; `states`: for
/// each of them the states of all tasks, its own not read. Answers: 0 waits, 1 runs, else a state's
/// number + 2.
[[nodiscard]] Result<json::Value> in_run(const json::Value& question);

}  // namespace aiflow::oracle
