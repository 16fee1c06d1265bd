// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/front/cursor.h"

#include <charconv>
#include <string_view>
#include <utility>

namespace aiflow::http_api::detail {
namespace {

/// Names have at most 250 bytes.
constexpr std::size_t kTextBytesMax = 250;

}  // namespace

std::string write_cursor(const Cursor& cursor) {
  std::string out;
  for (const auto number : cursor.numbers) out += std::to_string(number) + ".";
  return out + cursor.text;
}

Result<std::optional<Cursor>> parse_cursor(const std::optional<std::string>& asked,
                                           std::size_t numbers, bool with_text) {
  if (!asked) return std::nullopt;
  Cursor out;
  std::string_view rest = *asked;
  while (out.numbers.size() < numbers) {
    const auto dot = rest.find('.');
    if (dot == std::string_view::npos) break;
    std::int64_t number = 0;
    const auto read = std::from_chars(rest.data(), rest.data() + dot, number);
    if (read.ec != std::errc{} || read.ptr != rest.data() + dot) break;
    out.numbers.push_back(number);
    rest.remove_prefix(dot + 1);
  }
  out.text = rest;
  const bool fits =
      out.numbers.size() == numbers && rest.size() <= kTextBytesMax && rest.empty() == !with_text;
  if (!fits) {
    return fail(ErrorCode::invalid_argument,
                "'cursor' is none of this list; take next_cursor of a page as it is");
  }
  return std::optional(std::move(out));
}

}  // namespace aiflow::http_api::detail
