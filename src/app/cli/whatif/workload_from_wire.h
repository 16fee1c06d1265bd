// SPDX-License-Identifier: Apache-2.0
// The server's answer as what a simulation takes.
#pragma once

#include "base/result.h"
#include "whatif/workload.h"
#include "wire/engine.h"

namespace aiflow::app {

/// Without slots, period and zone, which the caller sets. Runs keep the order of the answer; those
/// of a DAG that is not among `dags` are left out. Errors: corrupt (an answer that is none).
[[nodiscard]] Result<whatif::Workload> workload_from_wire(const wire::Workload& answer);

}  // namespace aiflow::app
