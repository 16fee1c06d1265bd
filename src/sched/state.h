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
#include <set>
#include <vector>

#include "base/clock.h"
#include "base/placement.h"
#include "dag/dag.h"
#include "dag/schedule.h"
#include "sched/row.h"
#include "sched/waits.h"

namespace aiflow::sched {

struct RunLoaded;

/// Finished runs kept in memory per DAG; restore() wants at least as many.
inline constexpr std::size_t kFinishedRunsKept = 32;
/// Of a DAG with depends_on_past tasks, beside those that an open run or the next one asks about.
inline constexpr std::size_t kPastRunsKept = 1000;

/// How long the newest successful runs of a DAG took that had ended at a moment.
struct RuntimeQuestion {
  DagId dag_id{};
  WallTime ended_by{};
  int runs_max = 0;
  int runs_min = 0;  ///< with fewer there is no answer
};

struct Options {
  Duration lease = std::chrono::seconds(15);       ///< from the last heartbeat
  Duration island_lease = std::chrono::hours(24);  ///< the same, of tasks of islands
  /// Workers that may be without a server for longer, since the last one has stopped by plan: from
  /// a restart, what they have is theirs for so long.
  std::set<WorkerId> left_to{};
  Duration left_for{};
  std::int32_t queue_ahead = 0;  ///< attempts queued beyond the workers' slots, to hide latency
  std::vector<WorkerOffer> workers{};  ///< connected at the start
  std::int64_t max_map_length = 1024;  ///< of one returned value that a task is mapped over
  Duration refused_pause = std::chrono::seconds(1);  ///< before a refused job is offered again
  /// Offset function of an IANA zone; empty function or empty result = UTC.
  std::function<dag::UtcOffset(const std::string& zone)> zone;
  /// The stored run of a DAG that has this logical date or this id, for dates that State has let
  /// go; it reads the last commit. Empty function: there is none.
  std::function<std::optional<RunLoaded>(const DagId&, WallTime date, const RunId&)> stored_run{};
  /// The mean of the last commit, for deadlines. Empty function: there is no answer.
  std::function<std::optional<Duration>(const RuntimeQuestion&)> mean_runtime{};
};

/// Both clocks at one moment.
struct Now {
  WallTime wall{};
  SteadyTime steady{};
};

/// The next moments at which something is due without an event; nullopt: nothing on that clock.
struct Wakeup {
  std::optional<WallTime> wall;      ///< schedules, deadlines, runs put off
  std::optional<SteadyTime> steady;  ///< retries, leases, time-outs
};

/// All rows a State is rebuilt from.
struct Rows {
  std::vector<DagRow> dags;
  /// The current one of each DAG, those of `runs` and of open backfills.
  std::vector<DagVersionRow> versions;
  std::vector<AssetQueueRow> asset_queue;
  std::int64_t last_asset_event = 0;   ///< the highest id given so far
  std::vector<BackfillRow> backfills;  ///< the open ones and those of `runs`
  std::vector<RunRow> runs;            ///< all unfinished, and the last kFinishedRunsKept others
  std::vector<TaskInstanceRow> instances;  ///< of these runs
  std::vector<PoolRow> pools;
};

/// A pool and the slots that its task instances take or want.
struct PoolUsage {
  PoolRow pool;
  std::int64_t running = 0;  ///< also of attempts that are being ended
  std::int64_t queued = 0;
  std::int64_t scheduled = 0;
  std::int64_t deferred = 0;
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
  /// One that is open, or of a run that is known here.
  [[nodiscard]] std::optional<BackfillRow> backfill_row(const DagId& dag_id,
                                                        dag::BackfillId id) const;
  /// Runs of the DAG that have not started and are not put off.
  [[nodiscard]] std::int32_t queued_runs(const DagId& dag_id) const;
  [[nodiscard]] bool has_run(const RunKey& key) const;
  /// The definition the run uses / of the DAG's current version. Valid until the next step.
  [[nodiscard]] const dag::Dag* definition(const RunKey& key) const;
  [[nodiscard]] const dag::Dag* definition(const DagId& dag_id) const;

  /// Everything as rows, sorted by key.
  [[nodiscard]] Rows rows() const;

  /// By name.
  [[nodiscard]] std::vector<PoolUsage> pools() const;
  /// Its cost grows with the tasks of the unfinished runs, and with the instances of those that
  /// wait.
  [[nodiscard]] Waits waits() const;
  /// Attempts queued or running now.
  [[nodiscard]] std::int32_t active_attempts() const;

  detail::Model& model() { return *model_; }
  const detail::Model& model() const { return *model_; }

 private:
  std::unique_ptr<detail::Model> model_;
};

}  // namespace aiflow::sched
