// SPDX-License-Identifier: Apache-2.0
// Reads back what the conductor and the scheduler keep in memory.
#pragma once

#include "conductor/detail/book.h"
#include "sched/event.h"
#include "sched/state.h"
#include "store/store.h"

namespace aiflow::conductor::detail {

struct Loaded {
  Book book;
  sched::Rows rows;
};

/// Errors: corrupt (a version that is no valid DAG any more), those of the store.
[[nodiscard]] Result<Loaded> load(store::Store& store);

/// A finished run that the scheduler has let go, with its backfill; its definition goes into
/// `book`. Errors: not_found.
[[nodiscard]] Result<sched::RunLoaded> load_run(store::Store& store, Book& book,
                                                const store::RunKey& key);

/// The same of the run that has this logical date or this id; nullopt: none has.
[[nodiscard]] Result<std::optional<sched::RunLoaded>> load_run_on(store::Store& store, Book& book,
                                                                  const store::RunKey& key,
                                                                  WallTime logical_date);

}  // namespace aiflow::conductor::detail
