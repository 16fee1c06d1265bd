// SPDX-License-Identifier: Apache-2.0
// Checks one value against a schema that has been vetted. One check per object.
#pragma once

#include <string>
#include <vector>

#include "json/value.h"
#include "params/detail/pattern.h"
#include "params/schema.h"

namespace aiflow::params::detail {

class Checker {
 public:
  Checker(const json::Value& root, const Patterns& patterns) : root_(root), patterns_(patterns) {}

  [[nodiscard]] std::vector<Problem> check(const json::Value& value, std::size_t problems_max);

 private:
  /// A value and the way to it.
  struct At {
    const json::Value& value;
    const At* parent = nullptr;
    std::string step = {};  ///< ".name" or "[2]"
  };

  void apply(const json::Value& schema, const At& at);
  void check_any(const json::Value& schema, const At& at);
  void check_number(const json::Value& schema, const At& at);
  void check_text(const json::Value& schema, const At& at);
  void check_list(const json::Value& schema, const At& at);
  void check_items(const json::Value& schema, const At& at);
  void check_contains(const json::Value& schema, const At& at);
  void check_object(const json::Value& schema, const At& at);
  void check_members(const json::Value& schema, const At& at);
  /// Whether the key fits one of patternProperties.
  bool check_by_pattern(const json::Value& schema, const std::string& key, const At& member);
  void check_dependents(const json::Value& schema, const At& at);
  void check_combined(const json::Value& schema, const At& at);
  void check_some_of(const json::Value& schema, const At& at);
  void need(const json::Value& keys, const At& at, const std::string& why);

  /// The first problem of a check whose problems are not the value's own; none: it fits.
  [[nodiscard]] std::vector<Problem> first_problem(const json::Value& schema, const At& at);
  [[nodiscard]] bool fits(const json::Value& schema, const At& at) {
    return first_problem(schema, at).empty();
  }
  [[nodiscard]] bool done() const { return is_over_ || problems_.size() >= problems_max_; }
  /// Counts work; false when the check has taken too much of it.
  bool spend(std::size_t steps);
  void add(const At& at, std::string what);

  const json::Value& root_;
  const Patterns& patterns_;
  std::vector<Problem> problems_;
  std::size_t problems_max_ = 1;
  std::size_t steps_ = 0;
  int depth_ = 0;
  bool is_over_ = false;  ///< a limit was met: nothing more is looked at
};

}  // namespace aiflow::params::detail
