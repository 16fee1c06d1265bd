// SPDX-License-Identifier: Apache-2.0
// For the generated known_names.cpp. Private to src/wire.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "wire/known_names.h"

namespace aiflow::wire::detail {

using Names = std::initializer_list<std::string_view>;

/// Of a name that somebody sent, an error text repeats no more than this.
inline constexpr std::size_t kNameBytesShown = 80;

inline Status check_name(std::string_view what, std::string_view name, Names known) {
  if (std::ranges::find(known, name) != known.end()) return {};
  std::string all;
  for (const auto one : known) all.append(all.empty() ? "" : ", ").append(one);
  return fail(ErrorCode::invalid_argument,
              "unknown " + std::string(what) + " '" +
                  std::string(whole_characters(name, kNameBytesShown)) +
                  "': " + (all.empty() ? "none is taken here" : "known are " + all));
}

inline Status only_parameters(const Query& query, Names known) {
  for (const auto& [name, value] : query) AIFLOW_TRY(check_name("parameter", name, known));
  return {};
}

/// What is no object is told by the type's parser.
inline Status only_members(const json::Value& body, Names known) {
  if (!body.is_object()) return {};
  for (const auto& [name, value] : body.as_object()) AIFLOW_TRY(check_name("member", name, known));
  return {};
}

}  // namespace aiflow::wire::detail
