// SPDX-License-Identifier: Apache-2.0
// What if: a period that was recorded, or what the schedules will make, goes through the scheduler
// itself on a virtual clock, with other pools, priorities or workers. This file: what goes in.
// Pure: no clocks, files, threads.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "dag/schedule.h"
#include "sched/row.h"

namespace aiflow::whatif {

/// One attempt: how long it held its slot, and how it ended.
struct Try {
  Duration took{0};
  Outcome outcome = Outcome::success;
};

/// How a task instance went.
struct TaskPast {
  std::vector<Try> tries{};  ///< in order; not empty; the last one stands for further ones
  std::optional<std::vector<TaskId>> branch{};
  bool skip_all_downstream = false;
  std::optional<std::int64_t> return_length{};
};

/// A run that comes at its time, whatever the schedule says.
struct RunPast {
  sched::RunKey key{};
  RunType run_type = RunType::manual;
  std::optional<WallTime> logical_date{};
  WallTime arrives{};
  std::map<std::pair<TaskId, std::int32_t>, TaskPast> tasks{};  ///< by task and map index
};

struct DagPast {
  std::shared_ptr<const dag::Dag> definition{};
  bool paused = false;
  std::optional<dag::Tick> next_tick{};  ///< of the schedule
  std::map<TaskId, Duration> usual{};    ///< how long its tasks take; those that ever ran
};

struct Workload {
  std::vector<DagPast> dags{};
  std::vector<sched::PoolRow> pools{};
  std::int32_t slots = 1;  ///< of all workers together, at least 1
  WallTime from{};
  WallTime to{};
  /// These runs are played. Empty with `by_schedule`: the schedules of the DAGs that are not paused
  /// make runs from `from` to `to`.
  std::vector<RunPast> runs{};
  bool by_schedule = false;
  Duration unknown = std::chrono::seconds(1);  ///< of a task that never ran
  std::function<dag::UtcOffset(const std::string& zone)> zone{};
};

}  // namespace aiflow::whatif
