// SPDX-License-Identifier: Apache-2.0
// What the pages of one DAG show beside its runs: its settings, its versions, how long things take,
// and its calendar.
#pragma once

#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "db/connection.h"
#include "store/keys.h"
#include "wire/engine.h"

namespace aiflow::service {

inline constexpr int kVersionsMax = 100;
inline constexpr auto kCalendarMax = std::chrono::days(400);
inline constexpr int kPlannedMax = 1'000;

/// version 0: the newest. Errors: not_found.
[[nodiscard]] Result<wire::DagDetails> read_details(db::Connection& db, const DagId& id,
                                                    int version);
/// Newest first, each with what differs from the one before. Errors: not_found (the DAG).
[[nodiscard]] Result<store::Listed<wire::DagVersionInfo>> read_versions(db::Connection& db,
                                                                        const DagId& id,
                                                                        store::Page page);

struct DurationQuery {
  DagId dag_id{};
  std::optional<TaskId> task_id{};  ///< without: of the runs
  store::Page page{};               ///< of runs, from the newest back
};
/// Oldest first; runs without the task are left out, yet `total` counts all. Errors: not_found (the
/// DAG).
[[nodiscard]] Result<store::Listed<wire::DurationPoint>> read_durations(db::Connection& db,
                                                                        const DurationQuery& query);

struct CalendarQuery {
  DagId dag_id{};
  WallTime from{};
  WallTime to{};  ///< at most kCalendarMax after `from`
  WallTime now{};
};
/// The days of the DAG's zone that touch [from, to). At most kPlannedMax runs are planned. Errors:
/// not_found, invalid_argument.
[[nodiscard]] Result<wire::Calendar> read_calendar(db::Connection& db, const CalendarQuery& query);

}  // namespace aiflow::service
