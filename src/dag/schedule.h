// SPDX-License-Identifier: Apache-2.0
// Timetables: which run comes next. Crons, intervals, once, continuous, a list of dates. Pure;
// local time comes from a UtcOffset function, so a caller may pass any zone it can look up. Follows
// Airflow's timetables: with data intervals (compat 2) a run starts at its interval's end and its
// logical date is the start; as trigger timetables (compat 3) the logical date is the tick.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "dag/cron.h"
#include "dag/dag.h"

namespace aiflow::dag {

/// One run to be made: its dates, and when it may start.
struct Tick {
  WallTime logical_date{};
  WallTime interval_start{};
  WallTime interval_end{};
  WallTime run_after{};
  bool operator==(const Tick&) const = default;
};

/// The zone in which the schedule's crons are read; for it the UtcOffset is looked up.
[[nodiscard]] const std::string& schedule_zone(const Dag& dag);

/// The next automatic run of a DAG after the one that ended with `last` (nullopt: none so far);
/// nullopt when there is none. Without catchup, missed ticks are dropped: the latest complete one
/// at `now` is the earliest answer. An invalid cron text gives nullopt (validate refuses it).
[[nodiscard]] std::optional<Tick> next_tick(const Dag& dag, std::optional<Tick> last, WallTime now,
                                            const UtcOffset& offset = {});

/// The interval of a run triggered by hand at `now`: with data intervals the latest complete one,
/// else what ends now.
[[nodiscard]] Tick manual_tick(const Dag& dag, WallTime now, const UtcOffset& offset = {});

}  // namespace aiflow::dag
