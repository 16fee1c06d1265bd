// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace aiflow {

/// The beginning of a UTF-8 text, at most so many bytes, that ends with a whole character.
[[nodiscard]] inline std::string_view whole_characters(std::string_view text,
                                                       std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end);
}

}  // namespace aiflow
