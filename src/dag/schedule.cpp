// SPDX-License-Identifier: Apache-2.0
#include "dag/schedule.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace aiflow::dag {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::months;
using std::chrono::seconds;

constexpr WallTime kNever = WallTime::max();

/// `count` calendar months on, in UTC; the day is cut to the month's last one.
WallTime add_months(WallTime time, int count) {
  const auto day = std::chrono::floor<days>(time);
  auto date = std::chrono::year_month_day(day) + months(count);
  if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
  return std::chrono::sys_days(date) + (time - day);
}

/// A repeating schedule: where its ticks are. Fixed intervals have no grid of their own: they count
/// from wherever they start.
struct Grid {
  std::optional<Cron> cron;
  int interval_months = 0;
  Duration interval{0};
  const UtcOffset& offset;

  [[nodiscard]] WallTime next(WallTime t) const {
    if (cron) return cron->next(t, offset).value_or(kNever);
    return add_months(t, interval_months) + interval;
  }
  [[nodiscard]] WallTime previous(WallTime t) const {
    if (cron) return cron->previous(t, offset).value_or(WallTime::min());
    return add_months(t, -interval_months) - interval;
  }
  /// The first tick not before t.
  [[nodiscard]] WallTime align_to_next(WallTime t) const {
    return !cron || is_tick(t) ? t : next(t);
  }
  /// The last tick not after t.
  [[nodiscard]] WallTime align_to_previous(WallTime t) const {
    return !cron || is_tick(t) ? t : previous(t);
  }
  [[nodiscard]] bool is_tick(WallTime t) const {
    const WallTime last = previous(t);
    return last != WallTime::min() && next(last) == t;
  }
};

/// Between which logical dates runs are made, by the DAG's dates and its tasks'.
struct Bounds {
  std::optional<WallTime> earliest;
  std::optional<WallTime> latest;

  [[nodiscard]] bool is_over(WallTime t) const { return t == kNever || (latest && t > *latest); }
};

Bounds bounds_of(const Dag& dag) {
  Bounds bounds{dag.start_date, dag.end_date};
  bool all_end = true;
  std::optional<WallTime> last_end;
  for (const Task& task : dag.tasks) {
    if (!dag.start_date && task.start_date) {
      bounds.earliest = std::min(bounds.earliest.value_or(kNever), *task.start_date);
    }
    all_end = all_end && task.end_date.has_value();
    last_end = std::max(last_end, task.end_date);
  }
  if (!dag.end_date && all_end) bounds.latest = last_end;
  return bounds;
}

bool has_data_intervals(const Dag& dag) {
  return dag.schedule.data_interval.value_or(dag.compat < 3) && dag.schedule.more_crons.empty();
}

/// One grid for each cron, one for an interval, none for other kinds and for invalid texts.
std::vector<Grid> grids_of(const Schedule& schedule, const UtcOffset& offset) {
  std::vector<Grid> grids;
  const bool has_interval = schedule.interval > Duration{0} || schedule.interval_months > 0;
  if (schedule.kind == ScheduleKind::interval && has_interval) {
    grids.push_back({std::nullopt, schedule.interval_months, schedule.interval, offset});
  }
  if (schedule.kind != ScheduleKind::cron) return grids;
  std::vector<std::string> texts = schedule.more_crons;
  texts.push_back(schedule.cron);
  for (const std::string& text : texts) {
    auto cron = Cron::parse(text);
    if (!cron) return {};
    grids.push_back({*std::move(cron), 0, Duration{0}, offset});
  }
  return grids;
}

/// Of a DAG without a start date and runs: the tick just passed if it is near enough, else the
/// next.
WallTime first_trigger(const Schedule& schedule, const Grid& grid, WallTime now) {
  const WallTime past = grid.align_to_previous(now);
  if (!grid.cron || past == WallTime::min()) return grid.cron ? grid.next(now) : past;
  const WallTime next = grid.align_to_next(now);
  if (next == kNever) return next;
  const Duration within =
      schedule.run_immediately.value_or(std::max<Duration>((next - past) / 10, minutes(5)));
  return now - past <= within ? past : next;
}

/// Airflow's CronTriggerTimetable and DeltaTriggerTimetable.
WallTime next_trigger(const Dag& dag, const Grid& grid, std::optional<Tick> last, WallTime now) {
  const auto earliest = bounds_of(dag).earliest;
  const auto without_last = [&] {
    return earliest ? grid.align_to_next(*earliest) : first_trigger(dag.schedule, grid, now);
  };
  if (dag.catchup) return last ? grid.next(last->interval_end) : without_last();
  WallTime tick = grid.align_to_previous(now);
  if (last) tick = std::max(tick, grid.next(last->interval_end));
  if (!last || earliest) tick = std::max(tick, without_last());
  return tick;
}

/// The trigger of the cron that comes first. Without catchup: the last one that is due, if any is.
WallTime next_of_triggers(const Dag& dag, const std::vector<Grid>& grids, std::optional<Tick> last,
                          WallTime now) {
  WallTime best = kNever;
  const Bounds bounds = bounds_of(dag);
  for (const Grid& grid : grids) {
    const WallTime tick = next_trigger(dag, grid, last, now);
    if (bounds.is_over(tick)) continue;
    const bool both_due = !dag.catchup && tick <= now && best <= now;
    best = both_due ? std::max(best, tick) : std::min(best, tick);
  }
  return best;
}

/// The latest boundary not after `now`: whole intervals since 1970; months count from `anchor`,
/// because a day cut to a month's last one stays cut.
WallTime interval_boundary(const Grid& grid, WallTime now, WallTime anchor) {
  if (grid.interval_months == 0) {
    const Duration rest = now.time_since_epoch() % grid.interval;
    return now - (rest < Duration{0} ? rest + grid.interval : rest);
  }
  WallTime boundary = anchor;
  for (WallTime next = grid.next(boundary); next <= now; next = grid.next(boundary)) {
    boundary = next;
  }
  return boundary;
}

/// Start of the latest interval that is complete at `now`, not before the start date.
WallTime latest_complete(const Grid& grid, WallTime now, std::optional<WallTime> earliest) {
  const WallTime end = grid.cron ? grid.align_to_previous(now)
                                 : interval_boundary(grid, now, earliest.value_or(now));
  const WallTime start = end == WallTime::min() ? end : grid.previous(end);
  return earliest ? std::max(start, grid.align_to_next(*earliest)) : start;
}

/// Airflow's CronDataIntervalTimetable and DeltaDataIntervalTimetable: the interval's start.
std::optional<WallTime> next_interval(const Dag& dag, const Grid& grid, std::optional<Tick> last,
                                      WallTime now) {
  std::optional<WallTime> earliest = bounds_of(dag).earliest;
  if (!dag.catchup) {
    earliest = latest_complete(grid, now, earliest);
  } else if (earliest) {
    earliest = grid.align_to_next(*earliest);
  }
  if (earliest == WallTime::min()) return std::nullopt;  // a cron of years to come
  if (!last) return earliest;
  WallTime start = grid.align_to_previous(last->interval_end);  // differs if the schedule changed
  start = std::max(earliest.value_or(start), start);
  return start > last->interval_start ? start : grid.next(start);
}

Tick exactly(WallTime at) { return {at, at, at, at}; }

/// A run after each other, without a break. Each is at least a second apart from the one before, so
/// that every run has a date of its own.
Tick next_continuous(const Bounds& bounds, std::optional<Tick> last, WallTime now) {
  const WallTime start = last ? last->interval_end : bounds.earliest.value_or(now);
  const WallTime end = std::max<WallTime>(now, last ? start + seconds(1) : start);
  return {start, start, end, end};
}

std::optional<Tick> next_event(const Dag& dag, std::optional<Tick> last, WallTime now) {
  WallTime earliest = bounds_of(dag).earliest.value_or(WallTime::min());
  if (!dag.catchup) earliest = std::max(earliest, now);
  for (const WallTime event : dag.schedule.events) {
    if (event >= earliest && (!last || event > last->interval_end)) return exactly(event);
  }
  return std::nullopt;
}

std::optional<Tick> next_repeated(const Dag& dag, std::optional<Tick> last, WallTime now,
                                  const UtcOffset& offset) {
  const auto grids = grids_of(dag.schedule, offset);
  if (grids.empty()) return std::nullopt;
  if (!has_data_intervals(dag)) {
    const WallTime at = next_of_triggers(dag, grids, last, now);
    if (at == kNever) return std::nullopt;
    return Tick{at - dag.schedule.span, at - dag.schedule.span, at, at};
  }
  const auto start = next_interval(dag, grids.front(), last, now);
  if (!start || bounds_of(dag).is_over(*start)) return std::nullopt;
  const WallTime end = grids.front().next(*start);
  if (end == kNever) return std::nullopt;
  return Tick{*start, *start, end, end};
}

/// The event that a run by hand stands for: the latest one, or the first if all are to come.
WallTime event_of(const Schedule& schedule, WallTime now) {
  const auto after = std::ranges::upper_bound(schedule.events, now);
  return after == schedule.events.begin() ? *after : *(after - 1);
}

}  // namespace

const std::string& schedule_zone(const Dag& dag) {
  return dag.schedule.timezone.empty() ? dag.timezone : dag.schedule.timezone;
}

std::optional<Tick> next_tick(const Dag& dag, std::optional<Tick> last, WallTime now,
                              const UtcOffset& offset) {
  const Bounds bounds = bounds_of(dag);
  std::optional<Tick> tick;
  switch (dag.schedule.kind) {
    case ScheduleKind::none: return std::nullopt;
    case ScheduleKind::once:
      if (last) return std::nullopt;
      tick = exactly(bounds.earliest.value_or(now));
      break;
    case ScheduleKind::continuous: tick = next_continuous(bounds, last, now); break;
    case ScheduleKind::events: tick = next_event(dag, last, now); break;
    case ScheduleKind::cron:
    case ScheduleKind::interval: return next_repeated(dag, last, now, offset);
  }
  if (!tick || bounds.is_over(tick->run_after)) return std::nullopt;
  return tick;
}

Tick manual_tick(const Dag& dag, WallTime now, const UtcOffset& offset) {
  Tick tick = exactly(now);
  const Schedule& schedule = dag.schedule;
  if (schedule.kind == ScheduleKind::events && schedule.restrict_to_events &&
      !schedule.events.empty()) {
    tick.interval_start = tick.interval_end = event_of(schedule, now);
  }
  const auto grids = grids_of(schedule, offset);
  if (grids.empty()) return tick;
  if (!has_data_intervals(dag)) {
    tick.interval_start = now - schedule.span;
    return tick;
  }
  const WallTime end = grids.front().align_to_previous(now);
  const WallTime start = end == WallTime::min() ? end : grids.front().previous(end);
  if (start == WallTime::min()) return tick;
  tick.interval_start = start;
  tick.interval_end = end;
  return tick;
}

}  // namespace aiflow::dag
