// SPDX-License-Identifier: Apache-2.0
#include "params/detail/words.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace aiflow::params::detail {
namespace {

constexpr std::size_t kShownMax = 60;

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kTypes = {
    {{"null", "null"},
     {"boolean", "true or false"},
     {"integer", "a whole number"},
     {"number", "a number"},
     {"string", "text"},
     {"array", "a list"},
     {"object", "an object"}}};

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

bool is_whole(const json::Value& value) {
  return value.is_int() ||
         (value.is_number() && std::trunc(value.as_double()) == value.as_double());
}

/// 1.0 as 1; what no int64 holds stays a double.
json::Value canonical_number(const json::Value& value) {
  constexpr double kInt64End = 9.2e18;
  if (value.is_int() || !is_whole(value) || std::abs(value.as_double()) > kInt64End) return value;
  return static_cast<std::int64_t>(value.as_double());
}

json::Value canonical_value(const json::Value& value) {
  if (value.is_number()) return canonical_number(value);
  if (value.is_array()) {
    json::Array items;
    for (const json::Value& item : value.as_array()) items.push_back(canonical_value(item));
    return items;
  }
  if (!value.is_object()) return value;
  json::Object members;
  for (const auto& [key, member] : value.as_object()) {
    members.emplace_back(key, canonical_value(member));
  }
  std::ranges::sort(members, {}, &json::Member::first);
  return members;
}

}  // namespace

std::string shown(const json::Value& value) {
  std::string text = json::write(value);
  if (text.size() <= kShownMax) return text;
  std::size_t end = kShownMax;
  while (end > 0 && is_continuation(text[end])) --end;
  return text.substr(0, end) + "…";
}

std::string_view type_in_words(std::string_view type) {
  const auto found = std::ranges::find(kTypes, type, [](const auto& row) { return row.first; });
  return found == kTypes.end() ? std::string_view() : found->second;
}

std::string types_in_words(const json::Value& types) {
  if (types.is_string()) return std::string(type_in_words(types.as_string()));
  const json::Array& names = types.as_array();
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += type_in_words(names[i].as_string());
  }
  return text;
}

bool has_type(const json::Value& value, std::string_view type) {
  if (type == "null") return value.is_null();
  if (type == "boolean") return value.is_bool();
  if (type == "integer") return is_whole(value);
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "array") return value.is_array();
  return type == "object" && value.is_object();
}

std::string canonical(const json::Value& value) { return json::write(canonical_value(value)); }

std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char byte) { return !is_continuation(byte); }));
}

}  // namespace aiflow::params::detail
