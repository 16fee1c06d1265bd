// SPDX-License-Identifier: Apache-2.0
#include "params/schema.h"

#include "params/detail/checker.h"
#include "params/detail/vet.h"

namespace aiflow::params {

Schema::Schema(json::Value schema, detail::Patterns patterns)
    : schema_(std::move(schema)), patterns_(std::move(patterns)) {}

Result<Schema> Schema::parse(json::Value schema) {
  AIFLOW_ASSIGN(auto patterns, detail::vet(schema));
  return Schema(std::move(schema), std::move(patterns));
}

std::vector<Problem> Schema::check(const json::Value& value, std::size_t problems_max) const {
  return detail::Checker(schema_, patterns_).check(value, problems_max);
}

}  // namespace aiflow::params
