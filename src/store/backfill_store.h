// SPDX-License-Identifier: Apache-2.0
// Backfills and what became of their dates. Only the conductor writes them; the API reads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "dag/backfill.h"
#include "db/connection.h"
#include "json/value.h"
#include "store/data/sight.h"
#include "store/keys.h"
#include "wire/engine.h"

namespace aiflow::store {

/// The fields are those of sched::BackfillRow.
struct BackfillRow {
  dag::BackfillId id;
  DagId dag_id;
  dag::BackfillRange range;  ///< asked_at is when it was created
  int dag_version = 0;
  json::Value conf;  ///< object
  std::string user;
  bool paused = false;
  std::optional<WallTime> completed_at;
  std::string cause;
  int total = 0;
  int made = 0;
  int skipped = 0;
  int queued = 0;
  int running = 0;
  int success = 0;
  int failed = 0;
};

struct BackfillDateRow {
  dag::BackfillId id;
  int ordinal = 0;
  WallTime logical_date;
  RunId run_id;
  std::string reason;
};

struct BackfillQuery {
  std::optional<DagId> dag_id{};  ///< of all DAGs when none is named
  Sight sight{};
};

class BackfillStore {
 public:
  explicit BackfillStore(db::Connection& db) : db_(db) {}

  /// Inserts or replaces the row.
  Status put(const BackfillRow& row);
  /// Errors: not_found.
  [[nodiscard]] Result<BackfillRow> get(dag::BackfillId id);
  /// Newest first; of all DAGs when none is named.
  [[nodiscard]] Result<Listed<BackfillRow>> list(const BackfillQuery& query, Page page);
  /// Those that are not over, by id.
  [[nodiscard]] Result<std::vector<BackfillRow>> open();
  /// 0 when there was none.
  [[nodiscard]] Result<dag::BackfillId> last_id();

  Status add_date(const BackfillDateRow& row);
  /// In the order of the backfill.
  [[nodiscard]] Result<std::vector<BackfillDateRow>> dates(dag::BackfillId id, Page page);

 private:
  db::Connection& db_;
};

/// As the API shows it.
[[nodiscard]] wire::Backfill to_wire(const BackfillRow& row);

}  // namespace aiflow::store
