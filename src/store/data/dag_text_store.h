// SPDX-License-Identifier: Apache-2.0
// Texts that the files of YAML DAGs had, by DAG and number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "db/connection.h"

namespace aiflow::store {

/// So many of a DAG are kept, the newest.
inline constexpr std::int64_t kDagTextsMax = 100;

struct DagTextRow {
  DagId dag_id{};
  std::int64_t version = 0;
  std::string cause;    ///< saved, outside or deleted
  std::string content;  ///< not read by list()
  WallTime saved_at{};
  std::string saved_by;
};

class DagTextStore {
 public:
  explicit DagTextStore(db::Connection& db) : db_(db) {}

  /// As the newest of its DAG, whatever `row.version` says; gives its number. The oldest beyond
  /// kDagTextsMax go.
  [[nodiscard]] Result<std::int64_t> add(const DagTextRow& row);
  [[nodiscard]] Result<std::optional<DagTextRow>> newest(const DagId& dag_id);
  /// Errors: not_found.
  [[nodiscard]] Result<DagTextRow> get(const DagId& dag_id, std::int64_t version);
  /// Newest first, without the texts.
  [[nodiscard]] Result<std::vector<DagTextRow>> list(const DagId& dag_id);

 private:
  db::Connection& db_;
};

}  // namespace aiflow::store
