// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <optional>
#include <string>

#include "os/zone/time_zone.h"

namespace aiflow::os {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year;

/// When the clock is changed each year: "M3.2.0/2" (week 5 = the last), "J60" or "60".
struct Change {
  enum class Kind : std::uint8_t { weekday, day_without_leap, day } kind = Kind::day;
  int month = 0;
  int week = 0;
  int day = 0;
  seconds at{7200};
};

struct Rule {
  seconds standard{0};
  seconds summer{0};
  std::optional<Change> to_summer;  ///< unset: no changes
  Change to_standard{};
};

/// Reads the rule's parts from the left; what does not fit is remembered.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool is_done() const { return text_.empty(); }
  [[nodiscard]] bool is_bad() const { return is_bad_; }
  bool skip(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  void name() {
    const bool is_quoted = skip('<');
    const auto end = text_.find_first_of(is_quoted ? ">" : "+-0123456789,");
    is_bad_ = is_bad_ || end == 0 || (is_quoted && end == std::string_view::npos);
    text_.remove_prefix(std::min(end, text_.size()));
    if (is_quoted) skip('>');
  }
  int number(int max) {
    int value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    is_bad_ = is_bad_ || error != std::errc() || value < 0 || value > max;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return is_bad_ ? 0 : value;
  }
  seconds time() {
    const bool is_negative = skip('-');
    if (!is_negative) skip('+');
    seconds value = std::chrono::hours(number(167));
    if (skip(':')) value += std::chrono::minutes(number(59));
    if (skip(':')) value += seconds(number(59));
    return is_negative ? -value : value;
  }
  Change change() {
    Change made;
    if (skip('M')) {
      made.kind = Change::Kind::weekday;
      made.month = number(12);
      is_bad_ = is_bad_ || made.month == 0 || !skip('.');
      made.week = number(5);
      is_bad_ = is_bad_ || made.week == 0 || !skip('.');
      made.day = number(6);
    } else if (skip('J')) {
      made.kind = Change::Kind::day_without_leap;
      made.day = number(365);
    } else {
      made.day = number(365);
    }
    if (skip('/')) made.at = time();
    return made;
  }
  void require(bool holds) { is_bad_ = is_bad_ || !holds; }

 private:
  std::string_view text_;
  bool is_bad_ = false;
};

/// Local time of a change, as seconds of 1970.
seconds local_change(const Change& change, year in) {
  sys_days date = in / std::chrono::January / 1;
  if (change.kind == Change::Kind::weekday) {
    const auto month = in / std::chrono::month(static_cast<unsigned>(change.month));
    const std::chrono::weekday day(static_cast<unsigned>(change.day));
    date = change.week == 5 ? sys_days(month / day[std::chrono::last])
                            : sys_days(month / day[static_cast<unsigned>(change.week)]);
  } else if (change.kind == Change::Kind::day_without_leap) {
    date += days(change.day - (in.is_leap() && change.day > 59 ? 0 : 1));
  } else {
    date += days(change.day);
  }
  return seconds(date.time_since_epoch()) + change.at;
}

seconds offset_by(const Rule& rule, seconds utc) {
  if (!rule.to_summer) return rule.standard;
  const auto day = std::chrono::floor<days>(std::chrono::sys_seconds(utc + rule.standard));
  const year in = std::chrono::year_month_day(day).year();
  const seconds summer_from = local_change(*rule.to_summer, in) - rule.standard;
  const seconds summer_until = local_change(rule.to_standard, in) - rule.summer;
  const bool is_summer = summer_from < summer_until ? utc >= summer_from && utc < summer_until
                                                    : utc >= summer_from || utc < summer_until;
  return is_summer ? rule.summer : rule.standard;
}

}  // namespace

Result<ZoneOffset> parse_zone_rule(std::string_view text) {
  Reader reader(text);
  Rule rule;
  reader.name();
  rule.standard = -reader.time();  // POSIX counts from local time to UTC
  if (!reader.is_done() && !reader.is_bad()) {
    reader.name();
    rule.summer = rule.standard + std::chrono::hours(1);
    if (!reader.skip(',')) {
      rule.summer = -reader.time();
      reader.require(reader.skip(','));
    }
    rule.to_summer = reader.change();
    reader.require(reader.skip(','));
    rule.to_standard = reader.change();
  }
  if (reader.is_bad() || !reader.is_done()) {
    return fail(ErrorCode::invalid_argument, "time zone rule '" + std::string(text) + "' is wrong");
  }
  return ZoneOffset([rule](WallTime time) -> Duration {
    return offset_by(rule, std::chrono::floor<seconds>(time.time_since_epoch()));
  });
}

}  // namespace aiflow::os
