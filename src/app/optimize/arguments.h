// SPDX-License-Identifier: Apache-2.0
// Command line of aiflow-optimize: a command, then --name value pairs; a name may be given again.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace aiflow::app {

class Arguments {
 public:
  /// Errors: invalid_argument for a name that is not in `known`, or one without a value.
  [[nodiscard]] static Result<Arguments> parse(std::span<const std::string> words,
                                               const std::set<std::string>& known);

  /// The last value given. Errors: invalid_argument when there is none.
  [[nodiscard]] Result<std::string> text(const std::string& name) const;
  [[nodiscard]] std::string text_or(const std::string& name, std::string otherwise) const;
  /// Errors: invalid_argument when it is no number of `low` or more.
  [[nodiscard]] Result<std::int64_t> integer_or(const std::string& name, std::int64_t otherwise,
                                                std::int64_t low) const;
  [[nodiscard]] Result<double> real_or(const std::string& name, double otherwise) const;
  /// All values, in order.
  [[nodiscard]] std::vector<std::string> all(const std::string& name) const;

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

/// "a,b" -> a, b; empty parts are left out.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);

}  // namespace aiflow::app
