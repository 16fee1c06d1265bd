// SPDX-License-Identifier: Apache-2.0
// Readers of query parameters, for the generated queries.cpp. Private to src/wire.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "wire/queries.h"

namespace aiflow::wire::detail {

inline std::unexpected<Error> bad_query(std::string_view name, const std::string& why) {
  return fail(ErrorCode::invalid_argument, "'" + std::string(name) + "' " + why);
}

/// Null when it is absent. One that is there twice is refused: whoever wrote it meant one of them.
inline Result<const std::string*> one_of(const Query& query, std::string_view name) {
  const std::string* found = nullptr;
  for (const auto& [key, value] : query) {
    if (key != name || value.empty()) continue;
    if (found != nullptr) return bad_query(name, "is given more than once");
    found = &value;
  }
  return found;
}

inline Status read_parameter(std::string_view, std::string_view text, std::string& out) {
  out = text;
  return {};
}
inline Status read_parameter(std::string_view name, std::string_view text, WallTime& out) {
  auto time = parse_time(std::string(text));
  if (!time) return fail(std::move(time).error().with_context(std::string(name)));
  out = *time;
  return {};
}
inline Status read_parameter(std::string_view name, std::string_view text, RunState& out) {
  const auto value = parse_run_state(text);
  if (!value) return bad_query(name, "is no state of a run");
  out = *value;
  return {};
}
inline Status read_parameter(std::string_view name, std::string_view text, TaskState& out) {
  const auto value = parse_task_state(text);
  if (!value) return bad_query(name, "is no state of a task");
  out = *value;
  return {};
}

template <class T>
Status take(const Query& query, std::string_view name, std::optional<T>& out) {
  AIFLOW_ASSIGN(const auto* text, one_of(query, name));
  if (text == nullptr) return {};
  return read_parameter(name, *text, out.emplace());
}
template <class T>
Status take(const Query& query, std::string_view name, T& out) {
  AIFLOW_ASSIGN(const auto* text, one_of(query, name));
  if (text == nullptr) return bad_query(name, "is missing");
  return read_parameter(name, *text, out);
}
template <class T>
Status take(const Query& query, std::string_view name, std::vector<T>& out) {
  for (const auto& [key, value] : query) {
    if (key == name && !value.empty()) AIFLOW_TRY(read_parameter(name, value, out.emplace_back()));
  }
  return {};
}

struct IntParameter {
  std::string_view name;
  std::int64_t low = 0;
  std::int64_t high = 0;
};

inline Status take_int(const Query& query, const IntParameter& want, std::int64_t& out) {
  AIFLOW_ASSIGN(const auto* text, one_of(query, want.name));
  if (text == nullptr) return {};
  const auto* end = text->data() + text->size();
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text->data(), end, value);
  const bool is_good =
      parsed.ec == std::errc{} && parsed.ptr == end && value >= want.low && value <= want.high;
  if (!is_good) {
    return bad_query(want.name, "must be a whole number between " + std::to_string(want.low) +
                                    " and " + std::to_string(want.high));
  }
  out = value;
  return {};
}
inline Status take_int(const Query& query, const IntParameter& want,
                       std::optional<std::int64_t>& out) {
  AIFLOW_ASSIGN(const auto* text, one_of(query, want.name));
  if (text == nullptr) return {};
  return take_int(query, want, out.emplace());
}

struct WordParameter {
  std::string_view name;
  std::initializer_list<std::string_view> words;
};

/// `out` - a text, or an optional one.
template <class T>
Status take_word(const Query& query, const WordParameter& want, T& out) {
  AIFLOW_ASSIGN(const auto* text, one_of(query, want.name));
  if (text == nullptr) return {};
  if (std::ranges::find(want.words, *text) == want.words.end()) {
    std::string known;
    for (const auto word : want.words) known.append(known.empty() ? "" : ", ").append(word);
    return bad_query(want.name, "must be one of " + known);
  }
  out = *text;
  return {};
}

}  // namespace aiflow::wire::detail
