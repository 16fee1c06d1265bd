// SPDX-License-Identifier: Apache-2.0
// What the scheduler knows, in memory: DAG versions, runs that are not finished (and recent ones),
// task instances with their upstream counters, pools, timers. Changed only by sched::step; rebuilt
// from rows by sched::restore. Not thread-safe: one thread owns it.
//
// Leases are in steady time, which is not comparable over a restart of the server. They are not
// stored: restore() gives every attempt that was running a fresh lease from `now`, and a worker
// that is alive keeps it by its next heartbeat. Retry and run time-outs are stored as wall times
// for people and for restore; while the server lives they are measured in steady time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "dag/dag.h"
#include "dag/schedule.h"
#include "sched/row.h"

namespace aiflow::sched {

/// Finished runs kept in memory per DAG (all of them for a DAG with depends_on_past tasks, since
/// any may be asked about). restore() wants at least as many.
inline constexpr std::size_t kFinishedRunsKept = 32;

struct Options {
  Duration lease = std::chrono::seconds(15);  ///< from the last heartbeat
  std::int32_t queue_ahead = 0;  ///< attempts queued beyond the workers' slots, to hide latency
  std::int32_t slots = 0;        ///< of the workers connected at the start
  std::int64_t max_map_length = 1024;  ///< of one returned value that a task is mapped over
  Duration refused_pause = std::chrono::seconds(1);  ///< before a refused job is offered again
  /// Offset function of an IANA zone; empty function or empty result = UTC.
  std::function<dag::UtcOffset(const std::string& zone)> zone;
};

/// Both clocks at one moment.
struct Now {
  WallTime wall{};
  SteadyTime steady{};
};

/// The next moments at which something is due without an event; nullopt: nothing on that clock.
struct Wakeup {
  std::optional<WallTime> wall;      ///< schedules
  std::optional<SteadyTime> steady;  ///< retries, leases, time-outs
};

/// All rows a State is rebuilt from.
struct Rows {
  std::vector<DagRow> dags;
  std::vector<DagVersionRow> versions;  ///< the current one of each DAG and those of `runs`
  std::vector<RunRow> runs;             ///< all unfinished, and the last kFinishedRunsKept others
  std::vector<TaskInstanceRow> instances;  ///< of these runs
  std::vector<PoolRow> pools;
};

namespace detail {
struct Model;
}

class State {
 public:
  explicit State(Options options = {});
  State(State&&) noexcept;
  State& operator=(State&&) noexcept;
  ~State();

  [[nodiscard]] Wakeup next_wakeup() const;

  /// nullopt / nullptr: not known here (never made, or a finished run that was let go).
  [[nodiscard]] std::optional<DagRow> dag_row(const DagId& dag_id) const;
  [[nodiscard]] std::optional<RunRow> run_row(const RunKey& key) const;
  [[nodiscard]] std::optional<TaskInstanceRow> instance_row(const TaskKey& key) const;
  [[nodiscard]] bool has_run(const RunKey& key) const;
  /// The definition the run uses / of the DAG's current version. Valid until the next step.
  [[nodiscard]] const dag::Dag* definition(const RunKey& key) const;
  [[nodiscard]] const dag::Dag* definition(const DagId& dag_id) const;

  /// Everything as rows, sorted by key.
  [[nodiscard]] Rows rows() const;

  /// Attempts queued or running now.
  [[nodiscard]] std::int32_t active_attempts() const;

  detail::Model& model() { return *model_; }
  const detail::Model& model() const { return *model_; }

 private:
  std::unique_ptr<detail::Model> model_;
};

}  // namespace aiflow::sched
