// SPDX-License-Identifier: Apache-2.0
// Where a list goes on (?cursor=, next_cursor): what its order has of the last item of a page, as
// text that clients pass back as it is. Private to src/http_api.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace aiflow::http_api::detail {

struct Cursor {
  std::vector<std::int64_t> numbers{};
  std::string text{};
  /// The order of a list: by its numbers, then by the text.
  friend auto operator<=>(const Cursor&, const Cursor&) = default;
};

[[nodiscard]] std::string write_cursor(const Cursor& cursor);
/// numbers - how many this list's cursors have; with_text - whether they have a text. Errors:
/// invalid_argument.
[[nodiscard]] Result<std::optional<Cursor>> parse_cursor(const std::optional<std::string>& asked,
                                                         std::size_t numbers, bool with_text);

/// Of items of which one more than `limit` was asked for: takes that one off, and says where the
/// next page begins. nullopt: this was the last page.
template <class T, class Of>
[[nodiscard]] std::optional<std::string> cut_page(std::vector<T>& items, std::int64_t limit,
                                                  Of of) {
  if (std::ssize(items) <= limit) return std::nullopt;
  items.erase(items.begin() + limit, items.end());
  return write_cursor(of(items.back()));
}

/// Where a list that is there as a whole begins for who asks: after `after`, the last of the page
/// before, which need not be in it any more; without one after `offset` items. of - the place of an
/// item; places grow along the list.
template <class T, class Of>
[[nodiscard]] auto begin_of_page(const std::vector<T>& all, const std::optional<Cursor>& after,
                                 std::int64_t offset, Of of) {
  if (!after) return all.begin() + std::min<std::ptrdiff_t>(offset, std::ssize(all));
  return std::ranges::upper_bound(all, *after, {}, of);
}

}  // namespace aiflow::http_api::detail
