// SPDX-License-Identifier: Apache-2.0
// Answers with a page of a list that the service gives as a whole. Private to src/http_api.
#pragma once

#include <cstdint>
#include <vector>

#include "http_api/detail/call.h"
#include "http_api/detail/front/cursor.h"

namespace aiflow::http_api::detail {

/// What a place in a list has.
struct PlaceShape {
  std::size_t numbers = 1;
  bool with_text = false;
};

/// asked - a query with cursor, limit and offset. of - the place of an item, a Cursor of that
/// shape; places grow along the list. Errors: invalid_argument (the cursor is of another list).
template <class T, class Asked, class Of>
[[nodiscard]] Result<net::Response> page_after(const std::vector<T>& all, const Asked& asked,
                                               PlaceShape shape, Of of) {
  AIFLOW_ASSIGN(const auto after, parse_cursor(asked.cursor, shape.numbers, shape.with_text));
  const auto begin = begin_of_page(all, after, asked.offset, of);
  const auto count = std::min<std::ptrdiff_t>(all.end() - begin, asked.limit + 1);
  std::vector<T> items(begin, begin + count);
  const auto next = cut_page(items, asked.limit, of);
  return list_to(next, items, static_cast<std::int64_t>(all.size()));
}

}  // namespace aiflow::http_api::detail
