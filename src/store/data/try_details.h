// SPDX-License-Identifier: Apache-2.0
// What is kept of a try beside its row: what it used over time, and the task's fields as they were
// rendered. Retention goes with the run.
#pragma once

#include <optional>
#include <vector>

#include "base/usage_series.h"
#include "db/connection.h"
#include "json/value.h"
#include "store/keys.h"
#include "wire/engine.h"

namespace aiflow::store {

struct TryRef {
  TaskKey task;
  int try_number = 0;
};

struct TryDetailsRow {
  std::vector<UsageSample> samples{};
  std::optional<json::Value> rendered{};  ///< an object
};

class TryDetails {
 public:
  explicit TryDetails(db::Connection& db) : db_(db) {}

  /// Replace what was kept of it, each leaving the other as it is.
  Status put_samples(const TryRef& of, const std::vector<UsageSample>& samples);
  Status put_rendered(const TryRef& of, const json::Value& rendered);
  /// Empty when nothing was kept.
  [[nodiscard]] Result<TryDetailsRow> get(const TryRef& of);

 private:
  Status put(const TryRef& of, std::string_view column, const std::string& text);
  db::Connection& db_;
};

[[nodiscard]] std::vector<wire::UsageSample> to_wire(const std::vector<UsageSample>& samples);

}  // namespace aiflow::store
