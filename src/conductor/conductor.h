// SPDX-License-Identifier: Apache-2.0
// Drives the scheduler core: drains the inbox, lets sched::step decide, stores rows, history and
// outbox in one transaction, then performs what was decided and tells the listeners.
// In: reports of the executor, requests of the API and of the DAG parser, time passing. Out: jobs
// for the executor, answers after the commit (S14), committed changes for the event stream.
// Threads: one of its own ("conductor"); requests may come from any thread.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/usage_series.h"
#include "dag/schedule.h"
#include "executor/executor.h"
#include "json/value.h"
#include "sched/waits.h"
#include "store/asset_store.h"
#include "store/backfill_store.h"
#include "store/dag_store.h"
#include "store/keys.h"
#include "store/run_store.h"
#include "store/store.h"
#include "trigger/host.h"
#include "wire/dag.h"
#include "wire/engine.h"

namespace aiflow::conductor {

/// How long a step took that stored something.
struct StepTimes {
  Duration decide{};  ///< the scheduler core alone
  Duration commit{};  ///< the transaction
};

struct Options {
  std::filesystem::path data_dir{};  ///< logs/… and run/api.sock are below it
  /// The first folder below one of them says which project a DAG belongs to.
  std::vector<std::filesystem::path> dag_folders{};
  /// Makes the attempt's token (secret) for a job whose other fields are set. May be empty.
  std::function<std::string(const wire::Job&)> sign_token{};
  /// Offset function of an IANA zone; empty = UTC everywhere.
  std::function<dag::UtcOffset(const std::string& zone)> zone{};
  /// Gets the committed changes of each step, in order, and unstored ones (id 0: progress, worker).
  /// Called from the conductor's thread; must not block nor call the conductor. May be empty.
  std::function<void(const std::vector<wire::StreamEvent>&)> on_changes{};
  /// Called from the conductor's thread after each such step; must return at once. May be empty.
  std::function<void(const StepTimes&)> on_step{};
  Duration lease = std::chrono::seconds(15);
  Duration island_lease = std::chrono::hours(24);
  wire::LeftBehind left_before{};      ///< by a server that stopped by plan
  std::int64_t max_map_length = 1024;  ///< of one returned value that a task is mapped over
  /// Where deferred tasks wait; without, a task that defers fails. Must outlive the conductor's
  /// stop(); it is started by open().
  trigger::Host* triggers = nullptr;
  /// Reports that nothing waits for wait so long for company, so that a short task costs one
  /// commit, not two: those that only say "it goes on" (started, heartbeat), and those of an end
  /// while the executor has enough to go on with.
  Duration patience = std::chrono::milliseconds(10);
};

/// A parsed file: its DAGs replace those it gave before; an error leaves them as they are.
struct DagFileParsed {
  wire::DagFile file{};
  std::string source{};  ///< the file's text
};

/// Writes more in the transaction that does what was asked, given the answer-to-be: then no crash
/// comes between the two. May be empty.
template <class T>
using AlsoStore = std::function<Status(db::Connection&, const T&)>;

struct TriggerRun {
  DagId dag_id{};
  std::optional<RunId> run_id{};  ///< made from the time when absent
  std::optional<WallTime> logical_date{};
  std::optional<WallTime> run_after{};  ///< it does not start before
  json::Value conf{};                   ///< object or null
  std::string note{};
  std::string user{};  ///< who asks, for the history
  AlsoStore<store::RunRow> also{};
  bool use_cache = true;  ///< its tasks may take results of earlier ones
};

struct ClearTasks {
  store::RunKey run{};
  std::vector<TaskId> tasks{};     ///< empty = all
  std::optional<int> map_index{};  ///< only this instance of each of `tasks`
  std::string group{};             ///< and all tasks of this task group
  bool include_upstream = false;
  bool include_downstream = true;
  bool include_future = false;  ///< and in the runs of the DAG after this one
  bool include_past = false;    ///< and before
  bool only_failed = false;
  bool only_running = false;
  bool latest_version = false;  ///< the runs go on in the DAG's newest version
  bool dry_run = false;         ///< only say which
  std::string user{};
  AlsoStore<std::vector<store::TaskRow>> also{};
  bool use_cache = true;  ///< of the whole run, from now on
};

struct MarkTask {
  store::TaskKey key{};
  TaskState state = TaskState::success;  ///< success | failed | skipped
  bool include_upstream = false;
  bool include_downstream = false;
  bool include_future = false;
  bool include_past = false;
  bool dry_run = false;
  std::string user{};
};

/// What the attempt of a service task says of its service.
struct ReportService {
  store::TaskKey key{};
  std::int64_t epoch = 0;
  std::string state{};                 ///< starting | serving | degraded
  std::string cause{};                 ///< in words
  std::optional<json::Value> value{};  ///< the task's return value from now on
};

struct MarkRun {
  store::RunKey key{};
  std::optional<RunState> state{};    ///< success | failed | queued
  std::optional<std::string> note{};  ///< replaces the run's
  std::string user{};
};

struct DeleteRun {
  store::RunKey key{};
  std::string user{};
};

/// A pool is made or changed; what is absent stays as it is (description "", include_deferred
/// false in a new one).
struct PutPool {
  PoolName name{};
  std::optional<int> slots{};  ///< -1: no limit; a new pool needs it
  std::optional<std::string> description{};
  std::optional<bool> include_deferred{};
  enum class Kind { make, change } kind = Kind::make;
  std::string user{};
};

struct RemovePool {
  PoolName name{};
  std::string user{};
};

struct DeleteXCom {
  store::TaskKey key{};
  std::string name{};
};

struct PauseDag {
  DagId dag_id{};
  bool paused = true;
  std::string user{};
};

/// Somebody outside says that an asset is new.
struct TellAsset {
  dag::AssetName asset{};
  json::Value extra{};  ///< object or null
  std::string user{};
};

struct AskBackfill {
  DagId dag_id{};
  dag::BackfillRange range{};  ///< asked_at is set here
  json::Value conf{};          ///< object or null
  std::string user{};
};

struct SteerBackfill {
  enum class Action { pause, unpause, cancel };
  dag::BackfillId id{};
  Action action = Action::pause;
  std::string user{};
};

enum class Forgotten { no, in_part, all };

template <class T>
using Answer = std::function<void(Result<T>)>;

class Conductor {
 public:
  /// All references must outlive it. The executor must not have been started.
  Conductor(const Clock& clock, store::Store& store, executor::Executor& executor, Options options);
  ~Conductor();

  /// Rebuilds the scheduler's state from the store, reconciles with the executor and starts it.
  /// Errors: corrupt (rows that fit no DAG version), those of the store and of the executor.
  [[nodiscard]] Status open();
  /// Starts the thread. After open().
  void start();
  /// Ends the thread and the executor's reports; waiting requests are answered `cancelled`.
  void stop();
  /// For tests and simulation, instead of start(): does what is waiting and due, on this thread.
  /// True when there was anything.
  bool run_pending();

  // Requests. The answer comes on the conductor's thread, after the commit; with errors
  // not_found, conflict, invalid_argument, unavailable (the store), cancelled (stopping).
  void parsed(DagFileParsed file, Answer<std::vector<DagId>> answer);
  /// The file is gone: its DAGs make no new runs.
  void file_removed(std::string filename, Answer<std::vector<DagId>> answer);
  void trigger(TriggerRun request, Answer<store::RunRow> answer);
  /// The cleared (dry_run: the affected) task instances.
  void clear(ClearTasks request, Answer<std::vector<store::TaskRow>> answer);
  /// The marked (dry_run: the affected) task instances.
  void mark(MarkTask request, Answer<std::vector<store::TaskRow>> answer);
  void mark_run(MarkRun request, Answer<store::RunRow> answer);
  /// Errors beside the usual: unavailable while the attempt's start is not known.
  void report_service(ReportService request, Answer<bool> answer);
  /// Its rows are gone; its logs stay. Errors: conflict while it runs.
  void delete_run(DeleteRun request, Answer<bool> answer);
  void put_pool(PutPool request, Answer<wire::Pool> answer);
  /// Tasks that name it wait. Errors: invalid_argument for default_pool.
  void remove_pool(RemovePool request, Answer<bool> answer);
  /// By name, with the slots that tasks take and want.
  void pools(Answer<std::vector<wire::Pool>> answer);
  /// Who waits for a worker or a place, and since when.
  void waits(Answer<sched::Waits> answer);
  void pause(PauseDag request, Answer<store::DagRow> answer);
  /// Errors beside the usual: not_found when no DAG names the asset.
  void asset_changed(TellAsset request, Answer<store::AssetEventRow> answer);
  void backfill(AskBackfill request, Answer<store::BackfillRow> answer);
  /// Errors beside the usual: conflict when it is over.
  void steer_backfill(SteerBackfill request, Answer<store::BackfillRow> answer);
  /// Why a task instance is in its state and what it waits for, in words.
  void explain(store::TaskKey key, Answer<wire::Explanation> answer);
  /// The same for a run, and for a DAG's next run.
  void explain(store::RunKey key, Answer<wire::Explanation> answer);
  void explain(DagId dag_id, Answer<wire::Explanation> answer);
  /// A value that a task published. Errors: not_found.
  void delete_xcom(DeleteXCom request, Answer<bool> answer);

  /// Removes rows of a finished run, a bounded number at a time. No: the scheduler holds it, since
  /// it is one of the last of its DAG or was looked at; or it is not finished, or a callback of it
  /// has yet to be run.
  void forget(store::RunKey run, Answer<Forgotten> answer);

  /// The last progress that a running task reported.
  [[nodiscard]] std::optional<wire::ProgressInfo> progress(const store::TaskKey& key) const;
  /// What a running task has used until now; empty when nothing was told since this server began.
  [[nodiscard]] std::vector<UsageSample> usage(const store::TaskKey& key) const;

  /// "" when all is well, else why the loop can't commit (for the health page).
  [[nodiscard]] std::string trouble() const;
  /// Reports and requests that wait for the next step. Any thread.
  [[nodiscard]] std::size_t waiting() const;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

/// Workers of `executor` ("local", "redis") that were connected when the server ran last, or lost
/// within their lease: they may have jobs that are queued here.
[[nodiscard]] Result<std::vector<WorkerId>> workers_before(store::Store& store,
                                                           std::string_view executor);

/// What a server that stopped by plan has left to workers elsewhere: what keep_left_behind() was
/// given last, unless a server has run for as long as its lease since.
[[nodiscard]] Result<wire::LeftBehind> left_before(store::Store& store);

/// Keeps it for the next server, with what is still left from before.
[[nodiscard]] Status keep_left_behind(store::Store& store, const wire::LeftBehind& left);

/// The worker of each island, by the island's name, when the server ran last.
[[nodiscard]] Result<std::map<std::string, WorkerId>> islands_before(store::Store& store);

/// Calls an asynchronous request and waits for its answer (for handlers on a pool of threads):
///   auto run = wait_for<store::RunRow>([&](auto answer) { conductor.trigger(request, answer); });
template <class T, class Call>
[[nodiscard]] Result<T> wait_for(Call call);

}  // namespace aiflow::conductor

#include "conductor/wait_for.h"
