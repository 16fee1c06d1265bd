// SPDX-License-Identifier: Apache-2.0
// Cron expressions and how they meet a time zone: which instant a local time is, when its clock is
// changed. Pure; a zone comes as a UtcOffset function. Follows Airflow (croniter), see
// docs/guide/schedules.md for the few places where it does not.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "dag/detail/cron_field.h"

namespace aiflow::dag {

/// Offset of local time from UTC at a UTC instant (+9 h in Seoul). Empty = UTC.
using UtcOffset = std::function<Duration(WallTime)>;

/// A local time of day and date, held in a WallTime as if it were UTC.
using LocalTime = WallTime;

[[nodiscard]] LocalTime to_local(WallTime time, const UtcOffset& offset);
/// The instant of a local time. One that the clock leaves out is moved on by what the clock is
/// (02:30 becomes 03:30); of one that comes twice the second is meant.
[[nodiscard]] WallTime to_utc(LocalTime local, const UtcOffset& offset);

/// A parsed cron expression.
class Cron {
 public:
  /// 5 fields (minute hour day month weekday), 6 (and second), 7 (and year), or @hourly @daily
  /// @midnight @weekly @monthly @quarterly @yearly @annually. Fields have lists, ranges (which may
  /// wrap), steps, names; day also L, 15-L and 15W; weekday also 5#2 and L5. Errors:
  /// invalid_argument naming the field.
  [[nodiscard]] static Result<Cron> parse(std::string_view text);

  /// First tick after / last tick before `time` (exclusive); nullopt if none within 50 years.
  [[nodiscard]] std::optional<WallTime> next(WallTime time, const UtcOffset& offset) const;
  [[nodiscard]] std::optional<WallTime> previous(WallTime time, const UtcOffset& offset) const;

 private:
  [[nodiscard]] bool keeps_distance(Duration distance) const;
  [[nodiscard]] bool day_matches(std::chrono::sys_days day) const;
  [[nodiscard]] std::optional<LocalTime> local_next(LocalTime local) const;
  [[nodiscard]] std::optional<LocalTime> local_previous(LocalTime local) const;

  detail::CronFields fields_;
};

}  // namespace aiflow::dag
