// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <span>
#include <string>
#include <vector>

#include "dag/schedule.h"

namespace aiflow::dag {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::sys_days;

constexpr days kSearchLimit{366 * 8};  // 29 February may be 8 years away (1896-1904)

struct Field {
  std::string_view name;
  int low;
  int high;
  std::span<const std::string_view> words;  // words[0] means `word_base`
  int word_base;
};

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kDays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kAliases = {{
    {"@hourly", "0 * * * *"},
    {"@daily", "0 0 * * *"},
    {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},
    {"@monthly", "0 0 1 * *"},
    {"@quarterly", "0 0 1 */3 *"},
    {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
}};

std::unexpected<Error> bad_field(const Field& field, std::string_view text) {
  return fail(ErrorCode::invalid_argument, "cron field '" + std::string(field.name) + "': '" +
                                               std::string(text) + "' is not valid");
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

Result<int> parse_value(const Field& field, std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto word = std::ranges::find(field.words, lower);
  if (word != field.words.end()) {
    return static_cast<int>(word - field.words.begin()) + field.word_base;
  }
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || value < field.low || value > field.high) return bad_field(field, text);
  return value;
}

struct Range {
  int first;
  int last;
  int step;
};

/// One element of a list: "*", "5", "1-5", "*/2", "1-5/2", "5/2" (5 to the end by 2).
Result<Range> parse_range(const Field& field, std::string_view text) {
  Range range{field.low, field.high, 1};
  const auto slash = text.find('/');
  std::string_view span = text.substr(0, slash);
  if (slash != std::string_view::npos) {
    const Field step{field.name, 1, field.high == 0 ? 1 : field.high, {}, 0};
    AIFLOW_ASSIGN(range.step, parse_value(step, text.substr(slash + 1)));
  }
  if (span == "*" || span == "?") return range;
  const auto dash = span.find('-');
  AIFLOW_ASSIGN(range.first, parse_value(field, span.substr(0, dash)));
  if (dash != std::string_view::npos) {
    AIFLOW_ASSIGN(range.last, parse_value(field, span.substr(dash + 1)));
  } else if (slash == std::string_view::npos) {
    range.last = range.first;
  }
  if (range.first > range.last) return bad_field(field, text);
  return range;
}

template <std::size_t N>
Status parse_field(const Field& field, std::string_view text, std::bitset<N>& bits) {
  for (const std::string_view part : split(text, ',')) {
    AIFLOW_ASSIGN(const Range range, parse_range(field, part));
    for (int value = range.first; value <= range.last; value += range.step) {
      bits.set(static_cast<std::size_t>(value) % N);  // weekday 7 is Sunday too
    }
  }
  return {};
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (const std::string_view word : split(text, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

Duration offset_at(const UtcOffset& offset, WallTime utc) {
  return offset ? offset(utc) : Duration{0};
}

/// UTC of a local time. In a gap the clock's jump is added (02:30 becomes 03:30), of a doubled hour
/// the later one is meant: both as Airflow does. Looks one day around, so two changes within two
/// days are not told apart.
WallTime to_utc(WallTime local, const UtcOffset& offset) {
  const Duration before = offset_at(offset, local - days(1));
  const Duration after = offset_at(offset, local + days(1));
  if (offset_at(offset, local - after) == after) return local - after;
  return local - before;
}

}  // namespace

Result<Cron> Cron::parse(std::string_view text) {
  const auto alias = std::ranges::find(kAliases, text, &decltype(kAliases)::value_type::first);
  if (alias != kAliases.end()) text = alias->second;
  const auto words = words_of(text);
  if (words.size() != 5) {
    return fail(ErrorCode::invalid_argument,
                "cron '" + std::string(text) +
                    "' must have 5 fields or be one of @hourly, @daily, "
                    "@weekly, @monthly, @quarterly, @yearly");
  }
  Cron cron;
  AIFLOW_TRY(parse_field({"minute", 0, 59, {}, 0}, words[0], cron.minutes_));
  AIFLOW_TRY(parse_field({"hour", 0, 23, {}, 0}, words[1], cron.hours_));
  AIFLOW_TRY(parse_field({"day of month", 1, 31, {}, 0}, words[2], cron.days_));
  AIFLOW_TRY(parse_field({"month", 1, 12, kMonths, 1}, words[3], cron.months_));
  AIFLOW_TRY(parse_field({"day of week", 0, 7, kDays, 0}, words[4], cron.weekdays_));
  cron.any_day_ = cron.days_.count() == 31;
  cron.any_weekday_ = cron.weekdays_.count() == 7;
  return cron;
}

bool Cron::day_matches(sys_days day) const {
  const std::chrono::year_month_day date(day);
  if (!months_[unsigned{date.month()}]) return false;
  const bool by_day = days_[unsigned{date.day()}];
  const bool by_weekday = weekdays_[std::chrono::weekday(day).c_encoding()];
  if (any_day_) return by_weekday;
  if (any_weekday_) return by_day;
  return by_day || by_weekday;
}

std::optional<WallTime> Cron::local_next(WallTime local) const {
  const auto from = floor<minutes>(local) + minutes(1);
  const auto first_day = floor<days>(from);
  for (auto day = first_day; day < first_day + kSearchLimit; day += days(1)) {
    if (!day_matches(day)) continue;
    const auto start = day == first_day ? (from - day).count() : 0;
    for (auto minute = start; minute < 24 * 60; ++minute) {
      const auto at = static_cast<std::size_t>(minute);
      if (hours_[at / 60] && minutes_[at % 60]) return day + minutes(minute);
    }
  }
  return std::nullopt;
}

std::optional<WallTime> Cron::local_previous(WallTime local) const {
  const auto from = std::chrono::ceil<minutes>(local) - minutes(1);
  const auto first_day = floor<days>(from);
  for (auto day = first_day; day > first_day - kSearchLimit; day -= days(1)) {
    if (!day_matches(day)) continue;
    const auto start = day == first_day ? (from - day).count() : 24 * 60 - 1;
    for (auto minute = start; minute >= 0; --minute) {
      const auto at = static_cast<std::size_t>(minute);
      if (hours_[at / 60] && minutes_[at % 60]) return day + minutes(minute);
    }
  }
  return std::nullopt;
}

std::optional<WallTime> Cron::next(WallTime time, const UtcOffset& offset) const {
  // A schedule at one time of the day keeps its local time over a clock change; a repeating one
  // keeps its distance, so that no hour is left out or doubled.
  const bool fixed = hours_.count() == 1 && minutes_.count() == 1;
  WallTime local = time + offset_at(offset, time);
  while (true) {
    const auto found = local_next(local);
    if (!found) return std::nullopt;
    const WallTime utc = fixed ? to_utc(*found, offset) : time + (*found - local);
    if (utc > time) return utc;
    local = *found;
  }
}

std::optional<WallTime> Cron::previous(WallTime time, const UtcOffset& offset) const {
  const bool fixed = hours_.count() == 1 && minutes_.count() == 1;
  WallTime local = time + offset_at(offset, time);
  while (true) {
    const auto found = local_previous(local);
    if (!found) return std::nullopt;
    const WallTime utc = fixed ? to_utc(*found, offset) : time - (local - *found);
    if (utc < time) return utc;
    local = *found;
  }
}

}  // namespace aiflow::dag
