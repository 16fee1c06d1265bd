// SPDX-License-Identifier: Apache-2.0
// Reading and writing of the columns that several tables share.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/result.h"
#include "db/connection.h"
#include "json/value.h"
#include "store/keys.h"
#include "wire/engine.h"

namespace aiflow::store::detail {

/// JSON that this program wrote. A text that was damaged by hand reads as null.
[[nodiscard]] inline json::Value read_json(db::Row& row) {
  auto value = json::parse(row.text());
  return value ? *std::move(value) : json::Value{};
}

/// A state or kind that this program wrote, by its generated parser.
template <class Parse>
[[nodiscard]] auto read_enum(db::Row& row, Parse parse) {
  const auto value = parse(row.text());
  AIFLOW_ASSERT(value.has_value());
  return *value;
}

[[nodiscard]] inline wire::Lineage read_lineage(db::Row& row) {
  return {.dag_id = row.text(),
          .dag_run_id = row.text(),
          .task_id = row.text(),
          .try_number = row.integer(),
          .username = row.text()};
}

[[nodiscard]] inline TaskKey read_task_key(db::Row& row) {
  return {.dag_id = DagId{row.text()},
          .run_id = RunId{row.text()},
          .task_id = TaskId{row.text()},
          .map_index = row.small()};
}

[[nodiscard]] std::string write_strings(const std::vector<std::string>& texts);
[[nodiscard]] std::vector<std::string> read_strings(db::Row& row);

/// `found`, or not_found with `message`.
template <class T>
[[nodiscard]] Result<T> require(Result<std::optional<T>> found, const std::string& message) {
  if (!found) return fail(std::move(found).error());
  if (!*found) return fail(ErrorCode::not_found, message);
  return *std::move(*found);
}

/// "state IN ('queued','running')".
[[nodiscard]] std::string state_is_one_of(const std::vector<RunState>& states);

/// "WHERE a AND b", built from conditions that are constants, with their parameters.
class Where {
 public:
  void add(std::string_view condition) {
    text_ += text_.empty() ? " WHERE " : " AND ";
    text_ += condition;
  }
  void add(std::string_view condition, db::Param param) {
    add(condition);
    params_.push_back(param);
  }
  void add(std::string_view condition, std::initializer_list<db::Param> params) {
    add(condition);
    params_.insert(params_.end(), params);
  }
  void add(std::string_view condition, std::span<const std::string> params) {
    add(condition);
    params_.insert(params_.end(), params.begin(), params.end());
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const db::Params& params() const { return params_; }
  [[nodiscard]] db::Params params_with(std::initializer_list<db::Param> more) const {
    db::Params all = params_;
    all.insert(all.end(), more);
    return all;
  }

 private:
  std::string text_;
  db::Params params_;
};

}  // namespace aiflow::store::detail
