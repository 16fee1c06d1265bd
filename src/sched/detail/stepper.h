// SPDX-License-Identifier: Apache-2.0
// One step in the making: applies events to the model and collects the effects. Its parts:
// stepper.cpp (order of work, transitions), expand.cpp (mapped tasks), attempt.cpp (worker
// reports), serve.cpp (services), defer.cpp (triggers), run.cpp (runs, schedules), notice.cpp (who
// is told), clear.cpp (clear and mark), move.cpp (a run in another version), backfill.cpp,
// assets.cpp, user.cpp (what else people do), grant.cpp (limits).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sched/detail/decide.h"
#include "sched/detail/model.h"
#include "sched/effect.h"
#include "sched/event.h"

namespace aiflow::sched::detail {

/// "manual__2026-11-23T18:10:21.123456+00:00", as Airflow names runs.
[[nodiscard]] RunId made_run_id(std::string_view type, WallTime time);

class Stepper {
 public:
  Stepper(Model& model, Now now) : model_(model), now_(now) {}

  [[nodiscard]] Effects run(std::span<const Event> events);

 private:
  struct Ref {
    Run* run;
    InstanceIndex at;
    [[nodiscard]] Instance& instance() const { return run->instances[at]; }
  };
  /// Dates of backfills and runs for assets that one step deals with: a long backfill, or DAGs that
  /// make what they wait for, hold up nothing else.
  static constexpr int kRunsPerStep = 64;
  /// An island that is cut off uses fewer epochs of a task than these: one for each try, and for
  /// each look of a sensor.
  static constexpr Epoch kEpochsAhead = Epoch{1} << 20;
  /// Why a transition happens and who wants it (empty: the scheduler).
  struct Why {
    std::string cause;
    std::string user = {};
  };

  // stepper.cpp
  void propagate();
  void evaluate(Run& run, InstanceIndex at);
  void reconsider(Run& run, InstanceIndex at);
  void schedule_task(Run& run, InstanceIndex at, std::string cause);
  void set_state(Run& run, InstanceIndex at, TaskState state, const Why& why);
  void stamp(Instance& instance, TaskState from, TaskState state) const;
  void push(Run& run, InstanceIndex at);
  void push_all(Run& run);
  void push_dependents(Run& run, InstanceIndex at);
  void push_later_runs(Run& run, InstanceIndex at);
  void check_later(Run& run);
  void touch(Run& run, InstanceIndex at);
  void touch(Run& run);
  void touch(DagState& dag_state);
  void touch(Backfill& backfill);
  void start_later(DagState& dag_state);
  void new_epoch(Instance& instance) { ++instance.epoch; }
  void cancel(Run& run, InstanceIndex at, std::string reason);
  void fire_timers();
  void fire(const Timer& timer);
  [[nodiscard]] std::string why_silent(const WorkerId& worker) const;
  void collect_rows();
  Reply refuse(ErrorCode code, std::string reason) const {
    return {.accepted = false, .code = code, .reason = std::move(reason)};
  }

  // expand.cpp
  void expand_literals(Run& run);
  void note_expansion(Run& run, std::uint32_t expansion);
  void note_expansions(Run& run);
  void check_expansion(Run& run, const dag::Expansion& expansion);
  void push_scheduled(Run& run, const dag::Expansion& expansion);
  void expand(Run& run, const dag::Expansion& expansion, std::uint32_t length);
  void revise(Run& run, const dag::Expansion& expansion, std::uint32_t length);
  void revise_item(Run& run, InstanceIndex at, bool there);

  // attempt.cpp
  Reply apply(const AttemptStarted& event);
  Reply apply(const AttemptFinished& event);
  Reply apply(const Heartbeat& event);
  Reply apply(const AttemptWaits& event);
  Reply apply(const AttemptLost& event);
  Reply apply(const SubmitRefused& event);
  Reply apply(const TriggerFired& event);
  Reply apply_finished(Ref ref, const AttemptFinished& event);
  bool ends_restart(Ref ref, Epoch epoch);
  void lose(Ref ref, const std::string& cause);
  void fail_attempt(Ref ref, std::string cause, bool may_retry);
  void choose_delay(Ref ref, std::optional<Duration> delay);
  void succeed(Ref ref, const AttemptFinished& event);
  void reschedule(Ref ref, const AttemptFinished& event);
  void defer(Ref ref, const AttemptFinished& event);
  void resume(Ref ref, Deferral fired, std::string cause);
  void time_out_trigger(Ref ref);
  void skip_not_followed(Ref ref, const std::vector<TaskId>& followed);
  void short_circuit(Ref ref);
  void skip_by(Ref ref, TaskIndex target, Reason reason);
  [[nodiscard]] std::string unmappable(Ref ref, const AttemptFinished& event) const;
  void stop_others(Run& run, InstanceIndex failed);
  std::optional<Ref> find(const TaskKey& key);

  // serve.cpp
  Reply apply(const ServiceReported& event);
  void set_service(Run& run, InstanceIndex at, ServiceState state, std::string cause);
  void end_drained(Ref ref, const std::string& how);
  void drain_above(Run& run, InstanceIndex at);
  void drain_if_unneeded(Run& run, InstanceIndex at);

  // run.cpp
  Reply apply(const RunTriggered& event);
  Reply apply(const RunLoaded& event);
  Run& create_run(DagState& dag_state, RunRow row);
  std::optional<RunRow> run_row_on(DagState& dag_state, WallTime date, const RunId& run_id);
  [[nodiscard]] bool run_with_id(const DagState& dag_state, const RunId& run_id) const;
  Run* find_run_on(DagState& dag_state, WallTime date, const RunId& run_id);
  std::optional<RunLoaded> stored_run_on(const DagState& dag_state, WallTime date,
                                         const RunId& run_id) const;
  void call_up_runs();
  void create_due_runs();
  void create_scheduled_run(DagState& dag_state, const dag::Tick& tick);
  void plan_schedule(DagState& dag_state);
  void start_runs(DagState& dag_state);
  void start_run(Run& run, const std::string& why);
  void check_runs();
  void check_run(Run& run);
  void follow_leaves(Run& run, const Why& why);
  void end_run(Run& run, RunState state, const Why& why);
  void set_run_state(Run& run, RunState state, const Why& why);
  void time_out(Run& run);
  void count_failure(DagState& dag_state, RunState state);
  void let_go(DagState& dag_state);

  // notice.cpp
  void note_end(const Run& run, const Why& why);
  void fire_deadlines();
  void miss_deadlines(Run& run);

  // run.cpp
  [[nodiscard]] bool deadlocked(const Run& run) const;
  [[nodiscard]] dag::UtcOffset zone_of(const dag::Dag& definition) const;

  // assets.cpp
  Reply apply(const AssetChanged& event);
  void emit_outlets(Ref ref, const std::vector<AssetChange>& said);
  void emit(AssetEventRow row);
  void queue(const dag::AssetName& name, const AssetEventRow& event);
  void touch_queue(const AssetQueueRow& row);
  void make_asset_run(DagState& dag_state);
  void index_assets(DagState& dag_state);

  // backfill.cpp
  Reply apply(const BackfillAsked& event);
  Reply apply(const BackfillSteered& event);
  void advance(DagState& dag_state, Backfill& backfill);
  void start_queued(DagState& dag_state, Backfill& backfill);
  void make_date(DagState& dag_state, Backfill& backfill);
  void make_run(DagState& dag_state, Backfill& backfill, const dag::Tick& tick, RunId run_id);
  void run_again(Backfill& backfill, Run& run);
  void complete(Backfill& backfill, const Why& why);
  [[nodiscard]] dag::BackfillDates& dates_of(Backfill& backfill) const;

  // user.cpp
  Reply apply(const DagPut& event);
  Reply apply(const DagRemoved& event);
  Reply apply(const DagPaused& event);
  Reply apply(const RunMarked& event);
  Reply apply(const RunDeleted& event);
  Reply apply(const RunForgotten& event);
  Reply apply(const PoolPut& event);
  Reply apply(const PoolRemoved& event);
  Reply apply(const WorkersChanged& event);
  void set_paused(DagState& dag_state, bool paused, const Why& why);
  void note_dag(const DagState& dag_state, std::string to, const Why& why);
  void forget(const Run& run);

  // clear.cpp
  Reply apply(const TasksCleared& event);
  Reply apply(const TaskMarked& event);
  [[nodiscard]] Reply check_choice(const Run& run, const TasksCleared& event) const;
  void clear_run(Run& run, const TasksCleared& event, Reply& reply);
  void mark_run(Run& run, const TaskMarked& event, Reply& reply);
  void begin_anew(Run& run, InstanceIndex at);
  bool clear_task(Run& run, InstanceIndex at, const Why& why);
  void mark_task(Run& run, InstanceIndex at, TaskState state, const Why& why);
  void void_ahead(Run& run, const std::vector<InstanceIndex>& changed);
  void reopen(Run& run, const Why& why);
  void mark_run(Run& run, RunState state, const Why& why);

  // move.cpp
  void move_to_latest(Run& run, const Why& why);
  void look_at_services(Run& run, const Why& why);
  void leave_epochs(const Run& run, InstanceIndex at);
  void leave_behind(Run& run, InstanceIndex at, const Why& why);

  // grant.cpp
  void grant();
  void grant_one(Run& run, InstanceIndex at);

  Model& model_;
  Now now_;
  Effects out_;
  std::vector<Ref> worklist_;
  std::size_t worklist_next_ = 0;
  std::vector<std::pair<Run*, std::uint32_t>> expansions_to_check_;
  std::vector<Ref> dirty_instances_;
  std::vector<Run*> dirty_runs_;
  std::vector<Run*> runs_to_check_;
  std::vector<DagState*> dirty_dags_;
  std::vector<DagState*> dags_to_start_;
  std::vector<Backfill*> dirty_backfills_;
  std::map<std::pair<DagId, dag::AssetName>, AssetQueueRow> dirty_queue_;
  /// Of these, how many this step still deals with.
  int runs_left_ = kRunsPerStep;
};

}  // namespace aiflow::sched::detail
