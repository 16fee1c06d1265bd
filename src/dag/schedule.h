// SPDX-License-Identifier: Apache-2.0
// Timetables: which run comes next. Cron (5 fields, @aliases), fixed intervals, once. Pure; local
// time comes from a UtcOffset function, so a caller may pass any IANA zone it can look up.
// Follows Airflow: compat 2 = data intervals (the run starts at its interval's end, logical date =
// start), compat 3 = trigger timetables (logical date = tick).
#pragma once

#include <array>
#include <bitset>
#include <functional>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "dag/dag.h"

namespace aiflow::dag {

/// Offset of local time from UTC at a UTC instant (+9 h in Seoul). Empty = UTC.
using UtcOffset = std::function<Duration(WallTime)>;

/// A parsed cron expression. Minute resolution; days match if day-of-month or day-of-week matches
/// when both are restricted, as in Vixie cron.
class Cron {
 public:
  /// 5 fields with lists, ranges, steps, month and day names, or @hourly @daily @midnight @weekly
  /// @monthly @quarterly @yearly @annually. Errors: invalid_argument naming the field.
  [[nodiscard]] static Result<Cron> parse(std::string_view text);

  /// First tick after / last tick before `time` (exclusive); nullopt if none within 8 years.
  [[nodiscard]] std::optional<WallTime> next(WallTime time, const UtcOffset& offset) const;
  [[nodiscard]] std::optional<WallTime> previous(WallTime time, const UtcOffset& offset) const;

 private:
  [[nodiscard]] bool day_matches(std::chrono::sys_days day) const;
  [[nodiscard]] std::optional<WallTime> local_next(WallTime local) const;
  [[nodiscard]] std::optional<WallTime> local_previous(WallTime local) const;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;
  bool any_day_ = false;
  bool any_weekday_ = false;
};

/// One run to be made: its dates, and when it may start.
struct Tick {
  WallTime logical_date{};
  WallTime interval_start{};
  WallTime interval_end{};
  WallTime run_after{};
  bool operator==(const Tick&) const = default;
};

/// The next automatic run of a DAG after the one that ended with `last` (nullopt: none so far);
/// nullopt when there is none. Without catchup, missed ticks are dropped: the latest complete one
/// at `now` is the earliest answer. An invalid cron text gives nullopt (validate refuses it).
[[nodiscard]] std::optional<Tick> next_tick(const Dag& dag, std::optional<Tick> last, WallTime now,
                                            const UtcOffset& offset = {});

/// The interval of a run triggered by hand at `now`: the latest complete one, or [now, now].
[[nodiscard]] Tick manual_tick(const Dag& dag, WallTime now, const UtcOffset& offset = {});

}  // namespace aiflow::dag
