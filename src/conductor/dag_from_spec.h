// SPDX-License-Identifier: Apache-2.0
// From what the parser wrote to a DAG that the scheduler may use.
#pragma once

#include "base/result.h"
#include "dag/dag.h"
#include "wire/dag.h"

namespace aiflow::conductor {

/// Converts and validates. Errors: invalid_argument, one sentence for the DAG's author.
[[nodiscard]] Result<dag::Dag> dag_from_spec(const wire::DagSpec& spec);

}  // namespace aiflow::conductor
