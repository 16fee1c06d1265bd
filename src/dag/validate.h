// SPDX-License-Identifier: Apache-2.0
// Refuses a DAG that cannot run: the error names the task and, for a cycle, its whole path.
// No recursion: a chain of any length is fine.
#pragma once

#include "base/result.h"
#include "dag/dag.h"

namespace aiflow::dag {

/// Errors: invalid_argument, one sentence for the DAG's author. Checked: ids (1-250 letters of any
/// script, digits, "_.-"), duplicate ids, self-edges, missing upstreams, cycles, numbers out
/// of range, schedule, task groups.
[[nodiscard]] Status validate(const Dag& dag);

}  // namespace aiflow::dag
