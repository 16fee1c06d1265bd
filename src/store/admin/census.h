// SPDX-License-Identifier: Apache-2.0
// How much is going on: numbers for /metrics and the system page. Its cost grows with the runs that
// have not ended, not with the history.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/clock.h"
#include "base/states.h"
#include "db/connection.h"

namespace aiflow::store {

struct Census {
  std::int64_t dags_active = 0;  ///< there, and not paused
  std::int64_t dags_paused = 0;
  std::int64_t import_errors = 0;
  std::map<RunState, std::int64_t> runs;       ///< queued and running ones, 0 too
  std::map<TaskState, std::int64_t> tasks;     ///< all states, of these runs only
  std::optional<WallTime> oldest_scheduled{};  ///< since when the first of them waits for a place
  std::optional<WallTime> oldest_queued{};     ///< and for its worker
  std::int64_t outbox = 0;                     ///< effects that wait for their receiver
};

[[nodiscard]] Result<Census> take_census(db::Connection& db);

}  // namespace aiflow::store
