// SPDX-License-Identifier: Apache-2.0
// JSON Schema, draft 2020-12 with draft 7's spellings (items as a list, additionalItems,
// definitions, dependencies), as DAG files write it for params.
// In: a schema and a value. Out: what is wrong with the value, in words for people.
// Pure and bounded: the schema's size and depth, the steps of one check, and patterns that run in
// linear time. Nothing is fetched: a $ref stays inside its schema.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "json/value.h"
#include "params/detail/pattern.h"

namespace aiflow::params {

struct Problem {
  std::string where;  ///< inside the value: "[2].name"; "" is the whole
  std::string what;   ///< "1.5 is greater than the maximum 1"
  bool operator==(const Problem&) const = default;
};

class Schema {
 public:
  /// Errors: invalid_argument that names the keyword: of a wrong type, over a limit, or one that is
  /// not known here and would change what fits (unevaluatedProperties, $dynamicRef, …).
  [[nodiscard]] static Result<Schema> parse(json::Value schema);

  /// At most `problems_max`, in the schema's order; none when the value fits.
  [[nodiscard]] std::vector<Problem> check(const json::Value& value,
                                           std::size_t problems_max) const;

 private:
  Schema(json::Value schema, detail::Patterns patterns);
  json::Value schema_;
  detail::Patterns patterns_;
};

}  // namespace aiflow::params
