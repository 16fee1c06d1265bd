// SPDX-License-Identifier: Apache-2.0
// The values of `format` that are checked; the others only say how a text is meant. Pure.
#pragma once

#include <string_view>

namespace aiflow::params::detail {

struct Format {
  std::string_view name;
  std::string_view wanted;  ///< for people, with an example
  bool (*fits)(std::string_view text);
};

/// nullptr when nothing is checked for it.
[[nodiscard]] const Format* find_format(std::string_view name);

}  // namespace aiflow::params::detail
