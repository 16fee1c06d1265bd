// SPDX-License-Identifier: Apache-2.0
// The conductor's loop and everything it owns. All members but the inbox and the two maps under
// mutexes belong to the loop's thread.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "conductor/conductor.h"
#include "conductor/detail/batch.h"
#include "conductor/detail/book.h"
#include "conductor/detail/inbox.h"
#include "conductor/detail/waits.h"
#include "conductor/detail/watchers.h"
#include "sched/state.h"
#include "sched/step.h"

namespace aiflow::conductor {

/// Where the connected workers are kept for the next start: {worker: [executor]}.
inline constexpr std::string_view kWorkersSetting = "workers";
/// The workers of islands, for the same: {island: worker}.
inline constexpr std::string_view kIslandsSetting = "islands";
/// What a server that stopped by plan left behind: wire::LeftBehind; empty: nothing.
inline constexpr std::string_view kLeftBehindSetting = "left_behind";

class Conductor::Engine {
 public:
  Engine(const Clock& clock, store::Store& store, executor::Executor& executor, Options options);
  ~Engine() { stop(); }

  Status open();
  void start();
  void stop();
  bool run_pending();

  void request(detail::Request request);
  std::optional<wire::ProgressInfo> progress(const store::TaskKey& key) const;
  std::vector<UsageSample> usage(const store::TaskKey& key) const;
  std::string trouble() const;
  std::size_t waiting() const { return inbox_.size(); }

  // Requests, on the loop's thread (engine_requests.cpp: files and triggers; engine_user.cpp).
  void parsed(detail::Batch& batch, DagFileParsed file, Answer<std::vector<DagId>> answer);
  void file_removed(detail::Batch& batch, const std::string& filename,
                    Answer<std::vector<DagId>> answer);
  void trigger(detail::Batch& batch, TriggerRun request, Answer<store::RunRow> answer);
  void clear(detail::Batch& batch, const ClearTasks& request,
             Answer<std::vector<store::TaskRow>> answer);
  void mark(detail::Batch& batch, const MarkTask& request,
            Answer<std::vector<store::TaskRow>> answer);
  void mark_run(detail::Batch& batch, const MarkRun& request, Answer<store::RunRow> answer);
  void report_service(detail::Batch& batch, const ReportService& request, Answer<bool> answer);
  void delete_run(detail::Batch& batch, const DeleteRun& request, Answer<bool> answer);
  void put_pool(detail::Batch& batch, const PutPool& request, Answer<wire::Pool> answer);
  void remove_pool(detail::Batch& batch, const RemovePool& request, Answer<bool> answer);
  void pools(detail::Batch& batch, Answer<std::vector<wire::Pool>> answer);
  void waits(detail::Batch& batch, Answer<sched::Waits> answer);
  void pause(detail::Batch& batch, const PauseDag& request, Answer<store::DagRow> answer);
  void asset_changed(detail::Batch& batch, const TellAsset& request,
                     Answer<store::AssetEventRow> answer);
  void backfill(detail::Batch& batch, AskBackfill request, Answer<store::BackfillRow> answer);
  void steer_backfill(detail::Batch& batch, const SteerBackfill& request,
                      Answer<store::BackfillRow> answer);
  void explain(detail::Batch& batch, const store::TaskKey& key, Answer<wire::Explanation> answer);
  void explain(detail::Batch& batch, const store::RunKey& key, Answer<wire::Explanation> answer);
  void explain(detail::Batch& batch, const DagId& dag_id, Answer<wire::Explanation> answer);
  void delete_xcom(detail::Batch& batch, const DeleteXCom& request, Answer<bool> answer);
  void forget(detail::Batch& batch, const store::RunKey& key, Answer<Forgotten> answer);

 private:
  // The loop (engine.cpp).
  void run();
  bool cycle(std::vector<detail::Item> items);
  bool step(detail::Batch& batch);
  Status commit(const detail::Batch& batch, const sched::Effects& effects,
                std::vector<wire::StreamEvent>& events);
  Status restore();
  [[nodiscard]] std::string executor_of(const sched::TaskInstanceRow& row) const;
  [[nodiscard]] std::vector<WorkerOffer> offers() const;
  [[nodiscard]] std::set<WorkerId> left_to() const;
  void forget_left_behind(detail::Batch& batch);
  void fall_back(detail::Batch& batch, const Error& error);
  void send_pending(SteadyTime now);
  Status send_job(const store::TaskKey& key);
  [[nodiscard]] Duration grace_of(const store::TaskKey& key) const;
  [[nodiscard]] Duration time_to_wait() const;
  [[nodiscard]] sched::Now now() const { return {clock_.now(), clock_.steady_now()}; }
  void publish(const std::vector<wire::StreamEvent>& events);
  void set_trouble(std::string trouble);

  // Reports (engine_reports.cpp).
  void translate(detail::Batch& batch, detail::Report report);
  void on(detail::Batch& batch, const trigger::Fired& fired);
  void on_message(detail::Batch& batch, const detail::Watchers::Watching& watching,
                  const trigger::Fired& fired);
  void on(detail::Batch& batch, const executor::Started& report);
  void on(detail::Batch& batch, const executor::Finished& report);
  void on(detail::Batch& batch, const executor::StillRunning& report);
  void on(detail::Batch& batch, const executor::Lost& report);
  void on(detail::Batch& batch, const executor::Gone& report);
  void on(detail::Batch& batch, const executor::RanAhead& report);
  void on(detail::Batch& batch, const executor::IslandGiven& report);
  void on(detail::Batch& batch, const executor::Progress& report);
  void on(detail::Batch& batch, const executor::Used& report);
  void on(detail::Batch& batch, const executor::Serves& report);
  void on(detail::Batch& batch, const executor::Waits& report);
  void on(detail::Batch& batch, const executor::XComAsked& report);
  void on(detail::Batch& batch, const executor::WorkerChanged& report);
  void end_cancel(detail::Batch& batch, const executor::Attempt& attempt);

  // The DAGs' callbacks (engine_notices.cpp).
  void send_notices(SteadyTime now);
  void notice_started(detail::Batch& batch, const executor::Started& report);
  void notice_finished(detail::Batch& batch, const executor::Finished& report);
  void notice_lost(detail::Batch& batch, const store::TaskKey& key, const std::string& reason);
  void notices_of_lost_worker(detail::Batch& batch, const std::string& worker);
  void store_notice(detail::Batch& batch, const store::NoticeRow& row);
  /// nullptr: this attempt of it is not, or not any more, wanted.
  [[nodiscard]] detail::PendingNotice* notice_of(const executor::Attempt& attempt);

  // Reports again.
  void forget_progress(const store::TaskKey& key);
  void keep_rendered(detail::Batch& batch, const wire::Started& report) const;
  void tell(detail::Batch& batch, std::string_view kind, const executor::Attempt& attempt,
            json::Value data) const;

  // Parts of requests (engine_requests.cpp, engine_user.cpp).
  Status put_dag(detail::Batch& batch, const wire::DagSpec& spec, const DagFileParsed& file);
  void add_version(detail::Batch& batch, const wire::DagSpec& spec, const DagFileParsed& file,
                   dag::Dag dag);
  void touch_dag(detail::Batch& batch, const wire::DagSpec& spec, const DagFileParsed& file);
  void import_error(detail::Batch& batch, wire::ImportError error);
  void no_import_error(detail::Batch& batch, const std::string& filename);
  std::vector<DagId> remove_missing(detail::Batch& batch, const std::string& filename,
                                    const std::vector<DagId>& present);
  Status check_assets(const wire::DagSpec& spec) const;
  void sync_assets(detail::Batch& batch);
  // Islands (engine_islands.cpp: what they say; engine_pictures.cpp: what they are told).
  /// A run of which the island has a task.
  struct IslandRun {
    const sched::RunRow& run;
    const detail::Definition& definition;
    const std::string& dag_file;
    const std::string& island;
  };
  using IslandRunKey = std::pair<store::RunKey, std::string>;  ///< the run, the island
  struct Told {
    SteadyTime next_at = SteadyTime::min();  ///< no picture before
    bool is_due = false;                     ///< one is owed
    bool is_too_large = false;
  };
  /// nullopt: it is too much for one frame; the island then waits for the server.
  std::optional<wire::IslandPart> island_part(const IslandRun& of);
  [[nodiscard]] wire::Job next_job(const IslandRun& of, const sched::TaskInstanceRow& row) const;
  void add_picture(wire::Job& job, const sched::RunRow& run);
  void note_decisions(const detail::Batch& batch, const sched::Effects& effects);
  void owe_pictures(const std::function<bool(const IslandRunKey&)>& is_meant);
  void send_pictures(SteadyTime now);
  void send_picture(const IslandRunKey& to);
  [[nodiscard]] std::int64_t made_now();
  [[nodiscard]] std::set<IslandRunKey> runs_in_hand() const;
  [[nodiscard]] std::string island_of(const store::TaskKey& key) const;
  [[nodiscard]] std::string decided_otherwise(const executor::Attempt& attempt) const;
  [[nodiscard]] bool may_have_run(const WorkerId& id, const store::TaskKey& key) const;
  [[nodiscard]] bool is_new_conflict(const store::TaskKey& key, std::int64_t epoch);
  /// Of a task that an island has which is cut off.
  [[nodiscard]] std::optional<sched::Explanation> explain_away(const sched::TaskKey& key) const;
  Status add_xcoms(wire::IslandPart& part, const IslandRun& of);
  [[nodiscard]] std::vector<sched::TaskInstanceRow> instances_of(const sched::RunKey& run,
                                                                 const dag::Dag& dag) const;
  Status add_triggering_events(wire::Job& job, const store::RunKey& run);
  Result<store::BackfillRow> stored_backfill(dag::BackfillId id);
  std::optional<sched::RunLoaded> stored_run(const store::RunKey& key, WallTime date);
  std::optional<Duration> mean_runtime(const sched::RuntimeQuestion& question);
  Status need_run(detail::Batch& batch, const store::RunKey& key);
  void set_use_cache(detail::Batch& batch, bool use_cache);
  Status need_runs_around(detail::Batch& batch, const store::RunKey& key,
                          store::RunStore::Around around);
  [[nodiscard]] std::vector<store::TaskRow> rows_of(const std::vector<sched::TaskKey>& keys) const;
  [[nodiscard]] std::vector<store::TaskRow> affected(const sched::Reply& reply) const;
  [[nodiscard]] detail::Batch::Handler answer_tasks(Answer<std::vector<store::TaskRow>> answer);
  [[nodiscard]] Result<store::RunRow> run_row(const store::RunKey& key);
  [[nodiscard]] std::optional<sched::PoolUsage> pool(const PoolName& name) const;
  [[nodiscard]] std::optional<store::TaskRow> task_row(const store::TaskKey& key) const;

  const Clock& clock_;
  store::Store& store_;
  executor::Executor& executor_;
  const Options options_;
  wire::LeftBehind left_;                      ///< by the server before this one
  SteadyTime left_until_ = SteadyTime::max();  ///< when that is over
  detail::Inbox inbox_;
  std::optional<sched::State> state_;  ///< absent after a failed commit until it is read back
  detail::Book book_;
  std::optional<Error> read_error_;  ///< of a question that the scheduler had in this step
  detail::Waits waits_;
  detail::Watchers watchers_;
  std::vector<detail::Report> again_;  ///< of a failed commit
  std::map<WorkerId, WorkerOffer> workers_;
  std::map<WorkerId, WallTime> away_;  ///< workers that are not connected, and their last sign
  std::map<WorkerId, std::string> shut_out_;                    ///< and why; until they come again
  std::map<store::TaskKey, std::set<std::int64_t>> conflicts_;  ///< told in the history, by epoch
  std::map<IslandRunKey, Told> told_;                           ///< pictures
  SteadyTime show_at_ = SteadyTime::max();                      ///< when one is due
  std::int32_t slots_sum_ = 0;
  SteadyTime send_at_ = SteadyTime::max();   ///< when something of the outbox is due again
  SteadyTime retry_at_ = SteadyTime::min();  ///< after a failure, not before
  std::int64_t commits_ = 0;
  std::int64_t last_part_ = 0;  ///< made_at of the last picture for an island
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> has_backlog_ = false;  ///< the executor has enough to go on with
  mutable std::mutex progress_mutex_;
  std::map<store::TaskKey, wire::ProgressInfo> progress_;
  struct Use {
    UsageSeries series;
    Duration told_next{};  ///< of its age: when listeners are told again
  };
  std::map<store::TaskKey, Use> usage_;  ///< of running tries; under progress_mutex_
  mutable std::mutex trouble_mutex_;
  std::string trouble_;
  std::jthread thread_;
};

}  // namespace aiflow::conductor
