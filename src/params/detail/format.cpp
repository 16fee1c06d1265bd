// SPDX-License-Identifier: Apache-2.0
#include "params/detail/format.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "params/detail/pattern.h"

namespace aiflow::params::detail {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Whether the text has the form, where 0 stands for a digit and x for a hexadecimal one.
bool has_form(std::string_view text, std::string_view form) {
  const auto fits = [](char c, char wanted) {
    if (wanted == '0') return is_digit(c);
    if (wanted != 'x') return c == wanted;
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  return std::ranges::equal(text, form, fits);
}

/// Of digits.
int number(std::string_view text) {
  int value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  return value;
}

bool is_date(std::string_view text) {
  if (!has_form(text, "0000-00-00")) return false;
  const std::chrono::year_month_day date{
      std::chrono::year(number(text.substr(0, 4))),
      std::chrono::month(static_cast<unsigned>(number(text.substr(5, 2)))),
      std::chrono::day(static_cast<unsigned>(number(text.substr(8, 2))))};
  return date.ok();
}

/// Z, or hours and minutes from UTC.
bool is_offset(std::string_view text) {
  if (text == "Z" || text == "z") return true;
  if (!has_form(text, "+00:00") && !has_form(text, "-00:00")) return false;
  return number(text.substr(1, 2)) < 24 && number(text.substr(4, 2)) < 60;
}

/// RFC 3339's full-time; without an offset too where `may_be_local`, as people type it.
bool is_time_of_day(std::string_view text, bool may_be_local) {
  constexpr std::size_t kSecondsEnd = 8;
  if (!has_form(text.substr(0, kSecondsEnd), "00:00:00")) return false;
  if (number(text.substr(0, 2)) > 23 || number(text.substr(3, 2)) > 59) return false;
  if (number(text.substr(6, 2)) > 59) return false;
  text.remove_prefix(kSecondsEnd);
  if (text.starts_with('.')) {
    const auto end = std::find_if_not(text.begin() + 1, text.end(), is_digit);
    if (end == text.begin() + 1) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
  }
  return (may_be_local && text.empty()) || is_offset(text);
}

bool is_time(std::string_view text) { return is_time_of_day(text, true); }

bool is_date_time(std::string_view text) {
  if (text.size() < 11 || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) return false;
  return is_date(text.substr(0, 10)) && is_time_of_day(text.substr(11), false);
}

bool is_email(std::string_view text) {
  const auto at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size();
}

bool is_address(std::string_view text, int family) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return text.find('\0') == std::string_view::npos &&
         inet_pton(family, std::string(text).c_str(), bytes.data()) == 1;
}

bool is_ipv4(std::string_view text) { return is_address(text, AF_INET); }
bool is_ipv6(std::string_view text) { return is_address(text, AF_INET6); }
bool is_uuid(std::string_view text) {
  return has_form(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
}
bool is_regex(std::string_view text) { return Pattern::parse(text).has_value(); }

constexpr std::array<Format, 9> kFormats = {
    {{"date", "a date such as 2026-11-24", is_date},
     {"time", "a time such as 13:05:00", is_time},
     {"date-time", "a date with time and zone such as 2026-11-24T13:05:00+09:00", is_date_time},
     {"email", "an e-mail address such as name@example.org", is_email},
     {"idn-email", "an e-mail address such as name@example.org", is_email},
     {"ipv4", "an IPv4 address such as 192.0.2.1", is_ipv4},
     {"ipv6", "an IPv6 address such as 2001:db8::1", is_ipv6},
     {"uuid", "a UUID such as 123e4567-e89b-12d3-a456-426614174000", is_uuid},
     {"regex", "a regular expression", is_regex}}};

}  // namespace

const Format* find_format(std::string_view name) {
  const auto found = std::ranges::find(kFormats, name, &Format::name);
  return found == kFormats.end() ? nullptr : &*found;
}

}  // namespace aiflow::params::detail
