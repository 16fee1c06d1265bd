// SPDX-License-Identifier: Apache-2.0
#include "db/detail/statements.h"

#include <algorithm>
#include <cstdint>

namespace aiflow::db::detail {
namespace {

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

unsigned byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

/// Bytes of the character at `at`; 0 when it is none.
std::size_t character(std::string_view text, std::size_t at) {
  const unsigned first = byte_at(text, at);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return 0;
  std::uint32_t point = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const unsigned next = byte_at(text, at + i);
    if ((next & 0xC0U) != 0x80U) return 0;
    point = (point << 6U) | (next & 0x3FU);
  }
  constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = point >= 0xD800 && point <= 0xDFFF;
  return point < kSmallest[length] || point > 0x10FFFF || is_surrogate ? 0 : length;
}

}  // namespace

std::vector<std::string> split_statements(std::string_view script) {
  std::vector<std::string> statements;
  std::string current;
  const auto end_statement = [&] {
    if (!is_blank(current)) statements.push_back(current.substr(current.find_first_not_of(" \n")));
    current.clear();
  };
  for (std::size_t i = 0; i < script.size(); ++i) {
    const char c = script[i];
    if (c == '\'' || c == '"') {
      const auto close = std::min(script.find(c, i + 1), script.size() - 1);
      current += script.substr(i, close - i + 1);
      i = close;
    } else if (script.substr(i, 2) == "--") {
      i = std::min(script.find('\n', i), script.size());
      current += '\n';
    } else if (c == ';') {
      end_statement();
    } else {
      current += c;
    }
  }
  end_statement();
  return statements;
}

std::string_view as_utf8(std::string_view text, std::string& room) {
  std::size_t good = 0;
  while (good < text.size()) {
    const std::size_t length = character(text, good);
    if (length == 0) break;
    good += length;
  }
  if (good == text.size()) return text;
  room.assign(text.substr(0, good));
  for (std::size_t i = good; i < text.size();) {
    const std::size_t length = character(text, i);
    room += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(i, length);
    i += length == 0 ? 1 : length;
  }
  return room;
}

}  // namespace aiflow::db::detail
