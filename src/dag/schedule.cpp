// SPDX-License-Identifier: Apache-2.0
#include "dag/schedule.h"

#include <algorithm>

namespace aiflow::dag {
namespace {

/// A repeating schedule: where its ticks are. Fixed intervals have no grid of their own: they count
/// from wherever they start.
struct Grid {
  std::optional<Cron> cron;
  Duration interval{0};
  const UtcOffset& offset;

  [[nodiscard]] WallTime next(WallTime t) const {
    return cron ? cron->next(t, offset).value_or(WallTime::max()) : t + interval;
  }
  [[nodiscard]] WallTime previous(WallTime t) const {
    return cron ? cron->previous(t, offset).value_or(WallTime::min()) : t - interval;
  }
  /// The first tick not before t.
  [[nodiscard]] WallTime align_to_next(WallTime t) const {
    if (!cron) return t;
    const WallTime last = previous(t);
    return next(last == WallTime::min() ? t : last);
  }
  /// The last tick not after t.
  [[nodiscard]] WallTime align_to_previous(WallTime t) const {
    if (!cron) return t;
    const WallTime last = previous(t);
    return last != WallTime::min() && next(last) == t ? t : last;
  }
};

std::optional<Grid> grid_of(const Dag& dag, const UtcOffset& offset) {
  if (dag.schedule.kind == ScheduleKind::interval && dag.schedule.interval > Duration{0}) {
    return Grid{std::nullopt, dag.schedule.interval, offset};
  }
  if (dag.schedule.kind != ScheduleKind::cron) return std::nullopt;
  auto cron = Cron::parse(dag.schedule.cron);
  if (!cron) return std::nullopt;
  return Grid{*std::move(cron), Duration{0}, offset};
}

/// Airflow's CronTriggerTimetable and DeltaTriggerTimetable.
std::optional<WallTime> next_trigger(const Dag& dag, const Grid& grid, std::optional<Tick> last,
                                     WallTime now) {
  if (dag.catchup) {
    if (last) return grid.next(last->interval_end);
    return dag.start_date ? grid.align_to_next(*dag.start_date) : grid.next(now);
  }
  WallTime tick = grid.align_to_previous(now);
  if (last) {
    tick = std::max(tick, grid.next(last->interval_end));
  } else if (!dag.start_date) {
    tick = std::max(tick, grid.next(now));
  }
  if (dag.start_date) tick = std::max(tick, grid.align_to_next(*dag.start_date));
  return tick;
}

/// Start of the latest interval that is complete at `now`.
WallTime latest_complete(const Grid& grid, WallTime now) {
  if (!grid.cron) return now - grid.interval;
  const WallTime end = grid.align_to_previous(now);
  return grid.previous(end);
}

/// Airflow's CronDataIntervalTimetable and DeltaDataIntervalTimetable: the interval's start.
std::optional<WallTime> next_interval(const Dag& dag, const Grid& grid, std::optional<Tick> last,
                                      WallTime now) {
  std::optional<WallTime> earliest;
  if (dag.start_date) earliest = grid.align_to_next(*dag.start_date);
  if (!dag.catchup) {
    const WallTime latest = latest_complete(grid, now);
    earliest = std::max(earliest.value_or(latest), latest);
  }
  if (!last) return earliest;
  const WallTime after_last = grid.align_to_previous(last->interval_end);
  return std::max(earliest.value_or(after_last), after_last);
}

}  // namespace

std::optional<Tick> next_tick(const Dag& dag, std::optional<Tick> last, WallTime now,
                              const UtcOffset& offset) {
  if (dag.schedule.kind == ScheduleKind::once) {
    if (last) return std::nullopt;
    const WallTime at = dag.start_date.value_or(now);
    return Tick{at, at, at, at};
  }
  const auto grid = grid_of(dag, offset);
  if (!grid) return std::nullopt;
  const bool trigger = dag.compat >= 3;
  const auto start =
      trigger ? next_trigger(dag, *grid, last, now) : next_interval(dag, *grid, last, now);
  if (!start || *start == WallTime::max()) return std::nullopt;
  if (dag.end_date && *start > *dag.end_date) return std::nullopt;
  if (trigger) return Tick{*start, *start, *start, *start};
  const WallTime end = grid->next(*start);
  if (end == WallTime::max()) return std::nullopt;
  return Tick{*start, *start, end, end};
}

Tick manual_tick(const Dag& dag, WallTime now, const UtcOffset& offset) {
  Tick tick{now, now, now, now};
  const auto grid = grid_of(dag, offset);
  if (!grid) return tick;
  const WallTime end = grid->align_to_previous(now);
  if (end == WallTime::min()) return tick;
  const WallTime start = dag.compat >= 3 ? end : grid->previous(end);
  if (start == WallTime::min()) return tick;
  tick.interval_start = start;
  tick.interval_end = end;
  return tick;
}

}  // namespace aiflow::dag
