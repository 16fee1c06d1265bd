// SPDX-License-Identifier: Apache-2.0
#include "dag/detail/cron_field.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <string>
#include <vector>

namespace aiflow::dag::detail {
namespace {

struct Limits {
  std::string_view name;
  int low;
  int high;
  std::span<const std::string_view> words;  ///< words[0] means `low`
};

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kDays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<Limits, kCronParts> kLimits = {{
    {"minute", 0, 59, {}},
    {"hour", 0, 23, {}},
    {"day of month", 1, 31, {}},
    {"month", 1, 12, kMonths},
    {"day of week", 0, 6, kDays},
    {"second", 0, 59, {}},
    {"year", kFirstYear, 2099, {}},
}};
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

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const auto begin = text.find_first_not_of(" \t\r\n\v\f");
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const auto end = std::min(text.find_first_of(" \t\r\n\v\f"), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole && value >= 0 ? std::optional(value) : std::nullopt;
}

/// Reads one field; `text` is in small letters.
class FieldReader {
 public:
  FieldReader(CronPart part, std::string_view text)
      : part_(part), limits_(kLimits[static_cast<std::size_t>(part)]), text_(text) {}

  Result<CronField> read() {
    if (text_ == "?" && (is(CronPart::day) || is(CronPart::weekday))) {
      made_.star = true;
      return made_;
    }
    const auto elements = split(text_, ',');
    for (const std::string_view element : elements) AIFLOW_TRY(read_element(element));
    if (made_.nearest_to > 0 && elements.size() > 1) {
      return bad(text_, "W stands for one day only, not in a list");
    }
    AIFLOW_TRY(check_nth());
    return made_;
  }

 private:
  [[nodiscard]] bool is(CronPart part) const { return part_ == part; }

  [[nodiscard]] std::unexpected<Error> bad(std::string_view text, std::string_view why) const {
    return fail(ErrorCode::invalid_argument, "cron field '" + std::string(limits_.name) + "': '" +
                                                 std::string(text) +
                                                 "' is not valid: " + std::string(why));
  }
  [[nodiscard]] std::unexpected<Error> out_of_range(std::string_view text) const {
    return bad(text, "it takes " + std::to_string(limits_.low) + " to " +
                         std::to_string(limits_.high) + (limits_.words.empty() ? "" : ", names") +
                         ", *, lists (1,2), ranges (1-5) and steps (*/2)");
  }

  Status add(int value, std::string_view text, int nth) {
    if (value < limits_.low || value > limits_.high) return out_of_range(text);
    made_.values.set(static_cast<std::size_t>(is(CronPart::year) ? value - kFirstYear : value));
    if (nth == 0) return {};
    made_.has_nth = true;
    made_.nth[static_cast<std::size_t>(value)] |= static_cast<std::uint8_t>(1U << nth);
    return {};
  }

  Status read_element(std::string_view text) {
    const auto hash = text.find('#');
    if (is(CronPart::weekday) && hash != std::string_view::npos) return read_nth(text, hash);
    if (is(CronPart::weekday) && text.starts_with('l')) {
      AIFLOW_ASSIGN(const int day, value(text.substr(1), text));
      return add(day, text, CronField::kLastOfMonth);
    }
    if (is(CronPart::day) && (text.starts_with('w') || text.ends_with('w'))) {
      const auto day = whole_number(text.substr(text.starts_with('w') ? 1 : 0, text.size() - 1));
      if (!day || *day < 1 || *day > 31)
        return bad(text, "W takes one day from 1 to 31, as in 15W");
      made_.nearest_to = *day;
      return add(*day, text, 0);
    }
    if (!text.empty() && (text[0] == 'h' || text[0] == 'r') && !is(CronPart::weekday)) {
      return bad(text,
                 "H and R (a value picked by hash or chance) are not available; write a number");
    }
    if (text == "*") {
      made_.star = true;
      return {};
    }
    if (is(CronPart::day) && text == "l") {
      made_.last_day = true;
      return {};
    }
    return read_range(text, 0);
  }

  Status read_nth(std::string_view text, std::size_t hash) {
    const auto nth = whole_number(text.substr(hash + 1));
    const std::string_view days = text.substr(0, hash);
    const bool range_of_numbers = days.contains('-') && whole_number(days.substr(0, 1));
    if (!nth || *nth < 1 || *nth > 5 || range_of_numbers || days.contains('/')) {
      return bad(text, "write the n-th weekday of the month as 5#2 or fri#2, with n from 1 to 5");
    }
    return read_range(days, *nth);
  }

  /// A number or a name; `all` is for the message.
  Result<int> value(std::string_view text, std::string_view all) const {
    const auto word = std::ranges::find(limits_.words, text);
    int number = 0;
    if (word != limits_.words.end()) {
      number = static_cast<int>(word - limits_.words.begin()) + limits_.low;
    } else if (const auto parsed = whole_number(text)) {
      number = *parsed;
    } else {
      return out_of_range(all);
    }
    if (is(CronPart::weekday) && number == 7) number = 0;
    return number;
  }

  /// "5", "1-5", "*/2", "1-5/2", "5/2" (5 to the end by 2).
  Status read_range(std::string_view text, int nth) {
    const auto slash = text.find('/');
    const std::string_view span = text.substr(0, slash);
    const bool has_step = slash != std::string_view::npos;
    const auto dash = span.find('-');
    int step = 1;
    if (has_step) {
      step = whole_number(text.substr(slash + 1)).value_or(0);
      if (step < 1) return bad(text, "the step after '/' is a number from 1");
    }
    if (span == "*") return add_range({limits_.low, limits_.high, step}, text, nth);
    AIFLOW_ASSIGN(const int first, value(span.substr(0, dash), text));
    if (dash == std::string_view::npos) {
      return has_step ? add_range({first, limits_.high, step}, text, nth) : add(first, text, nth);
    }
    std::string_view end = span.substr(dash + 1);
    if (is(CronPart::day) && end == "l") end = "31";
    AIFLOW_ASSIGN(const int last, value(end, text));
    if (first == last) return add_range({limits_.low, limits_.high, step}, text, nth);
    return add_range({first, last, step}, text, nth);
  }

  struct Range {
    int first;
    int last;
    int step;
  };

  /// A range that ends before it begins goes on from the field's lowest value (22-2).
  Status add_range(const Range& range, std::string_view text, int nth) {
    if (std::max(range.first, range.last) > limits_.high) return out_of_range(text);
    const bool wraps = range.first > range.last;
    const int end = wraps ? limits_.high : range.last;
    int at = range.first;
    for (; at <= end; at += range.step) AIFLOW_TRY(add(at, text, nth));
    if (!wraps) return {};
    const int left = limits_.high - (at - range.step);  // values after the last one taken
    const bool skips = at - limits_.low > limits_.high - limits_.low + 1 && left < range.step;
    at = limits_.low + (skips ? range.step - left : 0);
    for (; at <= range.last; at += range.step) AIFLOW_TRY(add(at, text, nth));
    return {};
  }

  Status check_nth() const {
    if (!made_.has_nth || made_.values.count() == kDays.size()) return {};
    for (std::size_t day = 0; day < made_.nth.size(); ++day) {
      if (made_.values[day] && made_.nth[day] == 0) {
        return bad(text_, "weekdays with # or L cannot stand beside others");
      }
    }
    return {};
  }

  CronPart part_;
  const Limits& limits_;
  std::string_view text_;
  CronField made_;
};

/// Whether a field with all its values counts as a star. Of day and weekday only when the other one
/// is written with a star: else the two are joined by "or", where it matters.
void find_stars(CronFields& fields, std::span<const std::string_view> words) {
  const auto has_star = [&](CronPart part) {
    return words[static_cast<std::size_t>(part)].contains('*');
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    CronField& field = fields[i];
    const auto part = static_cast<CronPart>(i);
    const auto all = static_cast<std::size_t>(kLimits[i].high - kLimits[i].low + 1);
    const std::size_t given =
        field.values.count() + (field.star ? 1 : 0) + (field.last_day ? 1 : 0);
    const bool stays = (part == CronPart::day && !has_star(CronPart::weekday)) ||
                       (part == CronPart::weekday && !has_star(CronPart::day));
    if (given == all && !stays) {
      field.star = true;
      field.only_star = true;
    } else {
      field.only_star = field.star && given == 1;
    }
  }
}

}  // namespace

Result<CronFields> parse_cron_fields(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  std::string_view expression = small;
  const auto alias =
      std::ranges::find(kAliases, expression, &decltype(kAliases)::value_type::first);
  if (alias != kAliases.end()) expression = alias->second;
  const auto words = words_of(expression);
  if (words.size() < 5 || words.size() > kCronParts) {
    return fail(ErrorCode::invalid_argument,
                "cron '" + std::string(text) +
                    "' must have 5 fields (minute hour day month weekday), a 6th for seconds, a "
                    "7th for years, or be one of @hourly, @daily, @weekly, @monthly, @quarterly, "
                    "@yearly");
  }
  CronFields fields;
  fields[static_cast<std::size_t>(CronPart::second)].values.set(0);
  fields[static_cast<std::size_t>(CronPart::year)].star = true;
  for (std::size_t i = 0; i < words.size(); ++i) {
    AIFLOW_ASSIGN(fields[i], FieldReader(static_cast<CronPart>(i), words[i]).read());
  }
  find_stars(fields, words);
  return fields;
}

}  // namespace aiflow::dag::detail
