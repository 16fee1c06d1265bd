// SPDX-License-Identifier: Apache-2.0
#include "log/exposition.h"

#include <array>
#include <charconv>

namespace aiflow::log {

void Exposition::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
  text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void Exposition::sample(double value, std::initializer_list<Label> labels) {
  text_ += name_;
  char before = '{';
  for (const auto& [label, content] : labels) {
    text_.append(1, before).append(label).append("=\"");
    before = ',';
    for (const char c : content) {
      if (c == '\n') {
        text_ += "\\n";
        continue;
      }
      if (c == '"' || c == '\\') text_ += '\\';
      text_ += c;
    }
    text_ += '"';
  }
  if (before == ',') text_ += '}';
  std::array<char, 32> number{};
  const auto end = std::to_chars(number.data(), number.data() + number.size(), value);
  text_.append(" ").append(number.data(), end.ptr).append("\n");
}

}  // namespace aiflow::log
