// SPDX-License-Identifier: Apache-2.0
// Regular expressions by RE2: its time grows with the length of the text only, whatever the pattern
// is. Lookaround and back references, which can't be had so, are refused.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aiflow::params::detail {

class Pattern {
 public:
  /// Errors: invalid_argument that says what in the pattern is not possible.
  [[nodiscard]] static Result<Pattern> parse(std::string_view text);
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();
  /// Whether some part of the text matches.
  [[nodiscard]] bool found_in(std::string_view text) const;

 private:
  struct Engine;
  explicit Pattern(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

/// By their texts.
using Patterns = std::map<std::string, Pattern, std::less<>>;

}  // namespace aiflow::params::detail
