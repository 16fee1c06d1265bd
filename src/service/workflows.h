// SPDX-License-Identifier: Apache-2.0
// The workflow side of the API: reads from the store, changes through the conductor. Thread-safe;
// changes block until they are committed.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "conductor/conductor.h"
#include "service/auth.h"
#include "service/data/dag_views.h"
#include "service/simulation/workload.h"
#include "service/task_log.h"
#include "store/data/history_store.h"
#include "store/data/pages.h"
#include "store/store.h"
#include "trigger/connection.h"
#include "wire/engine.h"

namespace aiflow::service {

struct TaskFilter {
  std::vector<TaskState> states{};  ///< empty = all
  std::optional<TaskId> task_id{};  ///< only the instances of this task
};

/// What a sender posted to a webhook. It shows that it knows the hook's secret by one of the two:
struct Delivery {
  DagId dag_id{};
  std::string name{};       ///< of the hook
  std::string id{};         ///< the sender's, the same when it sends again; may be empty
  std::string token{};      ///< the secret itself
  std::string signature{};  ///< "sha256=" and the HMAC-SHA256 of the body
  std::string body{};
};

namespace detail {
class GridFrames;
}

class Workflows {
 public:
  struct Parts {
    const Clock& clock;
    store::Store& store;
    conductor::Conductor& conductor;
    std::filesystem::path logs;          ///< <data>/logs
    trigger::Environment environment{};  ///< gives the connections of webhooks
  };
  using AlsoStoreTasks = conductor::AlsoStore<std::vector<wire::TaskInstance>>;
  explicit Workflows(Parts parts);
  ~Workflows();

  /// By name: a page of those that may be seen. after - only those whose name comes after it.
  [[nodiscard]] Result<store::Listed<wire::Dag>> dags(const store::Sight& sight,
                                                      const std::optional<DagId>& after,
                                                      store::Page page);
  [[nodiscard]] Result<wire::Dag> dag(const DagId& id);
  [[nodiscard]] Result<wire::Dag> patch_dag(const DagId& id, const wire::DagPatch& patch,
                                            const Principal& who);
  [[nodiscard]] Result<wire::DagGraph> graph(const DagId& id, int version = 0);
  [[nodiscard]] Result<wire::DagSource> source(const DagId& id, int version = 0);
  /// The newest `runs_max` runs, oldest first.
  [[nodiscard]] Result<wire::Grid> grid(const DagId& id, int runs_max);
  [[nodiscard]] Result<std::vector<wire::ImportError>> import_errors(const store::Sight& sight);

  // What its pages show beside (data/dag_views.h).
  [[nodiscard]] Result<wire::DagDetails> details(const DagId& id, int version) {
    return parts_.store.read([&](db::Connection& db) { return read_details(db, id, version); });
  }
  [[nodiscard]] Result<store::Listed<wire::DagVersionInfo>> versions(const DagId& id,
                                                                     store::Page page) {
    return parts_.store.read([&](db::Connection& db) { return read_versions(db, id, page); });
  }
  [[nodiscard]] Result<store::Listed<wire::DurationPoint>> durations(const DurationQuery& query) {
    return parts_.store.read([&](db::Connection& db) { return read_durations(db, query); });
  }
  /// `now` is the clock's.
  [[nodiscard]] Result<wire::Calendar> calendar(CalendarQuery query) {
    query.now = parts_.clock.now();
    return parts_.store.read([&](db::Connection& db) { return read_calendar(db, query); });
  }
  /// Ended ones. Errors: not_found (the run).
  [[nodiscard]] Result<store::Listed<wire::RunTry>> run_tries(const store::RunTriesQuery& query);
  [[nodiscard]] Result<wire::Workload> workload(const WorkloadQuery& query) {
    return parts_.store.read([&](db::Connection& db) { return read_workload(db, query); });
  }

  struct RunPage {
    std::vector<wire::DagRun> items{};
    std::int64_t total = 0;
    std::optional<store::RunCursor> next{};  ///< absent on the last page
  };
  /// From the run after `after`, if any. Errors: not_found.
  [[nodiscard]] Result<RunPage> runs(const store::RunQuery& query,
                                     const std::optional<store::RunCursor>& after);
  [[nodiscard]] Result<wire::DagRun> run(const store::RunKey& key);
  /// A run for a webhook's message; a repeat of a delivery gives the run that is there.
  /// Errors: denied, not_found, conflict (paused), invalid_argument (its body does not fit).
  [[nodiscard]] Result<wire::DagRun> receive(const Delivery& delivery, const Principal& who);
  /// `also` writes more in the same transaction.
  [[nodiscard]] Result<wire::DagRun> trigger(const DagId& id, const wire::TriggerRequest& request,
                                             const Principal& who,
                                             conductor::AlsoStore<wire::DagRun> also = {});

  [[nodiscard]] Result<wire::DagRun> patch_run(const store::RunKey& key,
                                               const wire::DagRunPatch& patch,
                                               const Principal& who);
  /// Errors: conflict while it runs.
  [[nodiscard]] Status delete_run(const store::RunKey& key, const Principal& who);
  [[nodiscard]] Result<std::vector<wire::TaskInstance>> clear_run(
      const store::RunKey& key, const wire::ClearRunRequest& request, const Principal& who);

  [[nodiscard]] Result<std::vector<wire::TaskInstance>> tasks(const store::RunKey& run,
                                                              const TaskFilter& filter);
  /// `cause` says what it waits for while it waits.
  [[nodiscard]] Result<wire::TaskInstance> task(const store::TaskKey& key);
  enum class MarkMode { change, preview };
  /// The instances that it means, in all runs that it means.
  [[nodiscard]] Result<std::vector<wire::TaskInstance>> mark(const store::TaskKey& key,
                                                             const wire::MarkRequest& request,
                                                             MarkMode mode, const Principal& who);
  /// What the attempt of a service task says of its service. Errors: conflict when it is not one
  /// that runs, unavailable while its start is not known.
  [[nodiscard]] Status report_service(const wire::ServiceReport& report, const Principal& who);
  /// The ended ones and the current one, oldest first.
  [[nodiscard]] Result<std::vector<wire::TaskTry>> tries(const store::TaskKey& key);
  /// Errors: not_found.
  [[nodiscard]] Result<wire::TryDetails> try_details(const TryKey& key);
  [[nodiscard]] Result<std::vector<wire::XComItem>> xcoms(const store::TaskKey& key);
  /// Errors: not_found.
  [[nodiscard]] Result<wire::XComItem> xcom(const store::TaskKey& key, const std::string& name);
  [[nodiscard]] Status delete_xcom(const store::TaskKey& key, const std::string& name);
  /// The DAG's callbacks of a run, oldest first.
  [[nodiscard]] Result<std::vector<wire::RunNotice>> notices(const store::RunKey& key);
  [[nodiscard]] Result<wire::LogChunk> notice_log(const store::RunKey& key, const std::string& name,
                                                  std::int64_t offset);
  [[nodiscard]] Result<std::vector<wire::TaskInstance>> clear(const DagId& id,
                                                              const wire::ClearRequest& request,
                                                              const Principal& who,
                                                              AlsoStoreTasks also = {});

  // Assets (detail/assets.cpp).

  /// Those that DAGs of `sight` make or wait for; without the DAGs that are not.
  [[nodiscard]] Result<std::vector<wire::Asset>> assets(const store::Sight& sight);
  struct AssetEvents {
    std::optional<dag::AssetName> asset{};  ///< of all when none is named
    std::optional<std::int64_t> before{};   ///< those below this id
    store::Page page{};
    store::Sight sight{};
  };
  /// Newest first; those of assets() for `sight`, without sources that are not in it.
  [[nodiscard]] Result<store::Listed<wire::AssetEvent>> asset_events(const AssetEvents& query);
  /// What a run has consumed, oldest first; the newest 1000 at most. Errors: not_found.
  [[nodiscard]] Result<std::vector<wire::AssetEvent>> triggering_events(const store::RunKey& key,
                                                                        const store::Sight& sight);
  /// The DAGs that make it, and unless `makers_only` those that wait for it.
  [[nodiscard]] Result<std::set<std::string>> dags_of_asset(const std::string& name,
                                                            bool makers_only);
  /// Errors: not_found when no DAG names the asset.
  [[nodiscard]] Result<wire::AssetEvent> tell_asset(const wire::AssetEventCreate& request,
                                                    const Principal& who);
  /// Runs the DAG of `sight` that makes it. Errors: not_found when none does, conflict when several
  /// do.
  [[nodiscard]] Result<wire::DagRun> materialize(const wire::AssetMaterialize& request,
                                                 const store::Sight& sight, const Principal& who);

  // Backfills (detail/backfills.cpp). Newest first; those below the id `before`, if any.
  [[nodiscard]] Result<store::Listed<wire::Backfill>> backfills(const store::BackfillQuery& query,
                                                                store::Page page,
                                                                std::optional<std::int64_t> before);
  [[nodiscard]] Result<wire::Backfill> backfill(dag::BackfillId id);
  /// Errors: not_found, conflict when the DAG has one that is not over, invalid_argument.
  [[nodiscard]] Result<wire::Backfill> create_backfill(const wire::BackfillCreate& request,
                                                       const Principal& who);
  /// The dates that it would run, in its order. Errors as create_backfill's.
  [[nodiscard]] Result<store::Listed<wire::BackfillDate>> dry_run(
      const wire::BackfillCreate& request, store::Page page);
  [[nodiscard]] Result<wire::Backfill> steer_backfill(dag::BackfillId id,
                                                      conductor::SteerBackfill::Action action,
                                                      const Principal& who);
  /// By name, with the slots that tasks take and want.
  [[nodiscard]] Result<std::vector<wire::Pool>> pools();
  [[nodiscard]] Result<wire::Pool> pool(const std::string& name);
  /// Errors: conflict when it exists.
  [[nodiscard]] Result<wire::Pool> create_pool(const wire::PoolCreate& request,
                                               const Principal& who);
  [[nodiscard]] Result<wire::Pool> patch_pool(const std::string& name, const wire::PoolPatch& patch,
                                              const Principal& who);
  /// Errors: invalid_argument for default_pool.
  [[nodiscard]] Status delete_pool(const std::string& name, const Principal& who);

  /// Errors: not_found when there is no such try.
  [[nodiscard]] Result<wire::LogChunk> log(const TryKey& key, std::int64_t offset);
  /// Where its log is or will be. Errors: not_found, invalid_argument.
  [[nodiscard]] Result<std::filesystem::path> log_file(const TryKey& key);
  [[nodiscard]] bool has_ended(const TryKey& key);
  /// A try that printed nothing and succeeded has no file: the last chunk of such a log gets the
  /// lines of its start and its end, from the database. Changes no other.
  void add_silent_end(const TryKey& key, wire::LogChunk& chunk);

 private:
  [[nodiscard]] wire::TaskInstance with_progress(wire::TaskInstance task,
                                                 const store::TaskKey& key) const;
  [[nodiscard]] bool knows_secret(const Delivery& delivery, const std::string& conn_id) const;
  Parts parts_;
  std::unique_ptr<detail::GridFrames> frames_;
};

/// Whether a task has an instance for each item of a value, by itself or by a group that it is in.
[[nodiscard]] bool is_mapped(const wire::DagSpec& spec, const wire::TaskSpec& task);
/// Tasks in topological order, in the file's order where the edges leave a choice.
[[nodiscard]] std::vector<const wire::TaskSpec*> in_topological_order(const wire::DagSpec& spec);

/// Of two states the one that a person has to know first.
[[nodiscard]] TaskState most_telling(TaskState a, TaskState b);

/// A run id that can be part of a path and of an address: 1 to 250 of letters, digits and "_.~:+-".
[[nodiscard]] bool is_run_id(const std::string& id);

}  // namespace aiflow::service
