// SPDX-License-Identifier: Apache-2.0
// What one step wants done. In one transaction: upsert the rows, append the changes, put submits
// and cancels into the outbox. After the commit: perform the outbox (each is idempotent by key and
// epoch, so repeat it until it is acknowledged or a newer epoch makes it void), send the replies.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "sched/row.h"

namespace aiflow::sched {

/// One transition of a task instance, a run or a DAG, for the history: one row each, in order.
struct Change {
  enum class Kind : std::uint8_t { task_instance, run, dag };
  Kind kind = Kind::task_instance;
  TaskKey key{};       ///< run: task_id empty; dag: run_id and task_id empty
  std::string from{};  ///< state as in JSON; empty: it did not exist
  std::string to{};
  std::int32_t try_number = 0;
  Epoch epoch = 0;
  std::string cause{};  ///< in words for people: "upstream 'x' failed"
  std::string user{};   ///< who did it by hand; empty: the scheduler
  WallTime at{};
};

/// Start this attempt on a worker. The job's other parts follow from the row's DAG version.
struct SubmitJob {
  TaskKey key{};
  std::int32_t try_number = 0;
  Epoch epoch = 0;
  std::int64_t weight = 0;  ///< a worker with a queue of its own starts the highest first
};

/// End this attempt's process tree, if it exists. Done when the worker says so, or when its lease
/// has run out.
struct CancelAttempt {
  TaskKey key{};
  std::int32_t try_number = 0;
  Epoch epoch = 0;
  std::string reason{};
};

/// Somebody is to be told: the DAG's callback for this is run, at least once.
struct RunNotice {
  enum class Kind : std::uint8_t { success, failure, deadline };
  RunKey run{};
  Kind kind = Kind::success;
  std::size_t deadline = 0;  ///< of kind deadline: which
  std::string name{};        ///< unique in the run, the same if this is decided again
  std::string reason{};      ///< in words for people
  std::optional<WallTime> due_at{};
};

/// Answer to one event.
struct Reply {
  bool accepted = true;
  ErrorCode code = ErrorCode::conflict;  ///< when refused
  std::string reason{};                  ///< when refused, for people
  std::vector<TaskKey> affected{};       ///< TasksCleared, TaskMarked: the instances they mean
  std::vector<TaskKey> again{};          ///< TaskMarked, dry_run: what would run again besides
};

struct Effects {
  std::vector<DagRow> dags{};
  std::vector<PoolRow> pools{};
  std::vector<PoolName> pools_removed{};
  std::vector<BackfillRow> backfills{};
  std::vector<BackfillDateRow> backfill_dates{};  ///< each is written once
  std::vector<AssetEventRow> asset_events{};      ///< in the order of their ids
  std::vector<AssetQueueRow> asset_queue{};       ///< by DAG and asset, with the last value
  std::vector<RunAssetsRow> run_assets{};
  std::vector<RunRow> runs{};
  std::vector<RunKey> runs_removed{};  ///< with all that belongs to them
  /// Rows that are no more, to be deleted before `instances` are written: a mapped task's row of
  /// map index -1 when it is expanded, and tasks that are not in the version of a moved run.
  std::vector<TaskKey> instances_removed{};
  std::vector<TaskInstanceRow> instances{};  ///< a row appears at most once, with its last value
  std::vector<Change> changes{};
  std::vector<SubmitJob> submits{};
  std::vector<CancelAttempt> cancels{};
  std::vector<RunNotice> notices{};
  std::vector<Reply> replies{};  ///< one per event, same order; send after the commit

  /// Nothing to commit (replies may still have to be sent).
  [[nodiscard]] bool empty() const {
    return dags.empty() && pools.empty() && pools_removed.empty() && backfills.empty() &&
           backfill_dates.empty() && asset_events.empty() && asset_queue.empty() && runs.empty() &&
           runs_removed.empty() && notices.empty() && instances_removed.empty() &&
           instances.empty() && changes.empty() && submits.empty() && cancels.empty();
  }
};

}  // namespace aiflow::sched
