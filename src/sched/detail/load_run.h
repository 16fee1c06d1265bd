// SPDX-License-Identifier: Apache-2.0
// A run back from its rows: at restart, and when an old finished run is needed again.
#pragma once

#include <span>

#include "base/result.h"
#include "sched/detail/model.h"

namespace aiflow::sched::detail {

/// Adds the run and its instances to the model, with counters and timers. Errors: corrupt when the
/// rows do not fit the run's DAG version; then the model is as before.
[[nodiscard]] Status load_run(Model& model, const RunRow& row,
                              std::span<const TaskInstanceRow> instances, Now now);

/// Adds a backfill whose DAG is known, unless it is there.
void load_backfill(Model& model, const BackfillRow& row);

/// Adds a version of a DAG that is known; false if it is not.
bool load_version(Model& model, const DagVersionRow& row);

}  // namespace aiflow::sched::detail
