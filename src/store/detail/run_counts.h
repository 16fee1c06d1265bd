// SPDX-License-Identifier: Apache-2.0
// How many runs of a DAG are in each state: lists and pages ask often, and counting takes as long
// as the history is. Whoever inserts, changes or deletes a run says so here, in the same
// transaction.
#pragma once

#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/states.h"
#include "db/connection.h"
#include "store/keys.h"

namespace aiflow::store::detail {

Status run_added(db::Connection& db, const DagId& dag_id, RunState state);
/// Before the run's row is changed.
Status run_changes(db::Connection& db, const RunKey& run, RunState to);
/// Before the run's row is deleted.
Status run_goes(db::Connection& db, const RunKey& run);

/// Runs in one of the states (none named: in any), of one DAG or of all (nullptr).
[[nodiscard]] Result<std::int64_t> count_runs(db::Connection& db, const DagId* dag_id,
                                              const std::vector<RunState>& states);

}  // namespace aiflow::store::detail
