// SPDX-License-Identifier: Apache-2.0
// What the pages of a DAG ask of its past: tries of a run, how long things took, how runs ended.
// Reads only.
#pragma once

#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/states.h"
#include "db/connection.h"
#include "store/keys.h"
#include "wire/engine.h"

namespace aiflow::store {

/// How many runs of one state were due in a quarter of an hour. Every zone's days begin at one.
struct RunsDue {
  WallTime quarter;
  RunState state = RunState::queued;
  std::int64_t count = 0;
};

/// The instances of one task in one run that have the same state.
struct TaskSpan {
  TaskState state = TaskState::no_status;
  std::int64_t instances = 0;
  std::int64_t open = 0;  ///< of these, without an end
  std::optional<WallTime> first_start{};
  std::optional<WallTime> last_end{};
};

struct RunTriesQuery {
  RunKey run;
  Page page{};
  struct After {
    std::string task_id{};
    std::int64_t map_index = 0;
    std::int64_t try_number = 0;
  };
  std::optional<After> after{};  ///< those that follow this one; then page.offset does not count
};

class HistoryStore {
 public:
  explicit HistoryStore(db::Connection& db) : db_(db) {}

  /// Ended tries, by task, map index and number.
  [[nodiscard]] Result<Listed<wire::RunTry>> tries(const RunTriesQuery& query);
  /// One for each state that an instance of the task has; `map_index` is not looked at.
  [[nodiscard]] Result<std::vector<TaskSpan>> spans(const TaskKey& task);
  /// Of the runs of a DAG due in [from, to), by time.
  [[nodiscard]] Result<std::vector<RunsDue>> due(const DagId& dag_id, WallTime from, WallTime to);
  /// Numbers of the versions that are kept, newest first.
  [[nodiscard]] Result<Listed<int>> versions(const DagId& dag_id, Page page);

 private:
  db::Connection& db_;
};

}  // namespace aiflow::store
