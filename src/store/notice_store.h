// SPDX-License-Identifier: Apache-2.0
// A DAG's callbacks that are due or were run (decisions of the scheduler: sched::RunNotice). Only
// the conductor writes them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "db/connection.h"
#include "store/keys.h"
#include "wire/engine.h"

namespace aiflow::store {

struct NoticeRow {
  RunKey run;
  std::string name;  ///< unique in the run
  std::string kind;  ///< success | failure | deadline
  int deadline = 0;  ///< of kind deadline: which of the DAG's
  std::string reason;
  std::optional<WallTime> due_at;
  std::string state;  ///< waiting | running | success | failed
  int attempts = 1;   ///< number of the current one, from 1
  std::string cause;  ///< how it ended, in words
  std::string worker_id;
  WallTime created_at;
  std::optional<WallTime> started_at;
  std::optional<WallTime> ended_at;
};

class NoticeStore {
 public:
  explicit NoticeStore(db::Connection& db) : db_(db) {}

  /// Inserts or replaces the row of this name.
  Status put(const NoticeRow& row);
  [[nodiscard]] Result<std::optional<NoticeRow>> find(const RunKey& run, const std::string& name);
  /// Oldest first.
  [[nodiscard]] Result<std::vector<NoticeRow>> of_run(const RunKey& run);
  /// Those that are not known to have been run, oldest first.
  [[nodiscard]] Result<std::vector<NoticeRow>> open();
  Status delete_of_run(const RunKey& run);

 private:
  db::Connection& db_;
};

[[nodiscard]] wire::RunNotice to_wire(const NoticeRow& row);

}  // namespace aiflow::store
