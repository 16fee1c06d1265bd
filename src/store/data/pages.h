// SPDX-License-Identifier: Apache-2.0
// Lists that go on where a page ended, by what the list's order has of its last item: what is added
// or removed meanwhile moves nothing, and the last page costs what the first one does.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "store/asset_store.h"
#include "store/backfill_store.h"
#include "store/run_store.h"

namespace aiflow::store {

/// Of a run, in the order of list_runs().
struct RunCursor {
  WallTime run_after{};
  std::int64_t number = 0;
  DagId dag_id{};
};

/// As RunStore::list_runs, from the run after `after` in the query's order.
[[nodiscard]] Result<std::vector<RunRow>> runs_after(db::Connection& db, const RunQuery& query,
                                                     const RunCursor& after);
/// Newest first, those with an id below `before`.
[[nodiscard]] Result<std::vector<AssetEventRow>> asset_events_before(db::Connection& db,
                                                                     const AssetEventQuery& query,
                                                                     std::int64_t before,
                                                                     int limit);
/// Newest first, those with an id below `before`.
[[nodiscard]] Result<std::vector<BackfillRow>> backfills_before(db::Connection& db,
                                                                const BackfillQuery& query,
                                                                std::int64_t before, int limit);

}  // namespace aiflow::store
