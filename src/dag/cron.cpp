// SPDX-License-Identifier: Apache-2.0
#include "dag/cron.h"

#include <algorithm>

namespace aiflow::dag {
namespace {

using detail::CronField;
using detail::CronPart;
using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::weekday;
using std::chrono::year_month_day;

constexpr days kSearchLimit{366 *
                            50};  // croniter's; 29 February on a Monday is up to 40 years away
constexpr int kDaySeconds = 24 * 60 * 60;

const CronField& part(const detail::CronFields& fields, CronPart which) {
  return fields[static_cast<std::size_t>(which)];
}

unsigned last_day_of(const year_month_day& date) {
  return unsigned{(date.year() / date.month() / std::chrono::last).day()};
}

/// The weekday (Monday to Friday) nearest to a day, inside its month.
unsigned nearest_weekday(const year_month_day& date, unsigned wanted) {
  const unsigned last = last_day_of(date);
  const unsigned day = std::min(wanted, last);
  const weekday on(sys_days(date.year() / date.month() / day));
  if (on == std::chrono::Saturday) return day > 1 ? day - 1 : day + 2;
  if (on == std::chrono::Sunday) return day < last ? day + 1 : day - 2;
  return day;
}

bool is_nth(const CronField& field, const year_month_day& date) {
  const unsigned day{date.day()};
  const unsigned bits = field.nth[weekday(sys_days(date)).c_encoding()];
  const bool is_last = day + 7 > last_day_of(date);
  return (bits >> ((day - 1) / 7 + 1) & 1U) != 0 ||
         (is_last && (bits >> CronField::kLastOfMonth & 1U) != 0);
}

bool year_matches(const CronField& field, int year) {
  const int at = year - detail::kFirstYear;
  return field.star || (at >= 0 && at < 130 && field.has(at));
}

Duration offset_at(const UtcOffset& offset, WallTime utc) {
  return offset ? offset(utc) : Duration{0};
}

/// The first second of the day, from `from` on, that the fields want; -1 if none.
int first_second(const detail::CronFields& fields, int from) {
  int at = from;
  while (at < kDaySeconds) {
    if (!part(fields, CronPart::hour).has(at / 3600)) {
      at = (at / 3600 + 1) * 3600;
    } else if (!part(fields, CronPart::minute).has(at / 60 % 60)) {
      at = (at / 60 + 1) * 60;
    } else if (!part(fields, CronPart::second).has(at % 60)) {
      ++at;
    } else {
      return at;
    }
  }
  return -1;
}

/// The last second of the day, up to `from`; -1 if none.
int last_second(const detail::CronFields& fields, int from) {
  int at = from;
  while (at >= 0) {
    if (!part(fields, CronPart::hour).has(at / 3600)) {
      at = at / 3600 * 3600 - 1;
    } else if (!part(fields, CronPart::minute).has(at / 60 % 60)) {
      at = at / 60 * 60 - 1;
    } else if (!part(fields, CronPart::second).has(at % 60)) {
      --at;
    } else {
      return at;
    }
  }
  return -1;
}

}  // namespace

LocalTime to_local(WallTime time, const UtcOffset& offset) {
  return time + offset_at(offset, time);
}

// Looks one day around, so two changes within two days are not told apart.
WallTime to_utc(LocalTime local, const UtcOffset& offset) {
  const Duration before = offset_at(offset, local - days(1));
  const Duration after = offset_at(offset, local + days(1));
  if (offset_at(offset, local - after) == after) return local - after;
  return local - before;
}

Result<Cron> Cron::parse(std::string_view text) {
  Cron cron;
  AIFLOW_ASSIGN(cron.fields_, detail::parse_cron_fields(text));
  return cron;
}

/// What runs in every hour keeps its distance over a clock change, so that no hour is left out or
/// doubled; everything else keeps its local time.
bool Cron::keeps_distance(Duration distance) const {
  return part(fields_, CronPart::hour).only_star && distance <= hours(1);
}

/// Days and weekdays that are both restricted are joined by "or", as in Vixie cron; # and W hold
/// on both sides of it (croniter).
bool Cron::day_matches(sys_days day) const {
  const year_month_day date(day);
  if (!year_matches(part(fields_, CronPart::year), int{date.year()})) return false;
  if (!part(fields_, CronPart::month).has(static_cast<int>(unsigned{date.month()}))) return false;
  const CronField& of_month = part(fields_, CronPart::day);
  const CronField& of_week = part(fields_, CronPart::weekday);
  const unsigned number{date.day()};
  const bool has_nearest = of_month.nearest_to > 0;
  const bool near =
      has_nearest && number == nearest_weekday(date, static_cast<unsigned>(of_month.nearest_to));
  const bool by_day = has_nearest ? near
                                  : of_month.has(static_cast<int>(number)) ||
                                        (of_month.last_day && number == last_day_of(date));
  const bool nth = of_week.has_nth && is_nth(of_week, date);
  const bool by_weekday =
      of_week.has_nth ? nth : of_week.has(static_cast<int>(weekday(day).c_encoding()));
  if (of_month.star || of_week.star) return by_day && by_weekday;
  return (by_day && (nth || !of_week.has_nth)) || ((near || !has_nearest) && by_weekday);
}

std::optional<LocalTime> Cron::local_next(LocalTime local) const {
  const auto from = floor<seconds>(local) + seconds(1);
  const auto first_day = floor<days>(from);
  for (auto day = first_day; day < first_day + kSearchLimit; day += days(1)) {
    if (!day_matches(day)) continue;
    const int start = day == first_day ? static_cast<int>((from - day).count()) : 0;
    const int found = first_second(fields_, start);
    if (found >= 0) return day + seconds(found);
  }
  return std::nullopt;
}

std::optional<LocalTime> Cron::local_previous(LocalTime local) const {
  const auto from = std::chrono::ceil<seconds>(local) - seconds(1);
  const auto first_day = floor<days>(from);
  for (auto day = first_day; day > first_day - kSearchLimit; day -= days(1)) {
    if (!day_matches(day)) continue;
    const int start = day == first_day ? static_cast<int>((from - day).count()) : kDaySeconds - 1;
    const int found = last_second(fields_, start);
    if (found >= 0) return day + seconds(found);
  }
  return std::nullopt;
}

std::optional<WallTime> Cron::next(WallTime time, const UtcOffset& offset) const {
  const LocalTime local = to_local(time, offset);
  const auto found = local_next(local);
  if (!found) return std::nullopt;
  if (keeps_distance(*found - local)) return time + (*found - local);
  return to_utc(*found, offset);
}

std::optional<WallTime> Cron::previous(WallTime time, const UtcOffset& offset) const {
  const LocalTime start = to_local(time, offset);
  LocalTime local = start;
  while (true) {
    const auto found = local_previous(local);
    if (!found) return std::nullopt;
    const WallTime utc =
        keeps_distance(start - *found) ? time - (start - *found) : to_utc(*found, offset);
    if (utc < time) return utc;  // not so in an hour that comes twice, or after one left out
    local = *found;
  }
}

}  // namespace aiflow::dag
