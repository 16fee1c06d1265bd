// SPDX-License-Identifier: Apache-2.0
// The invariants S1 to S13, S15, S17, S18, S20, S22, S23 and L4, checked after every commit against
// a shadow that replays the history rows: it shares no code with the scheduler but the trigger
// rules' function.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "edges.h"
#include "world.h"

namespace aiflow::sim {

/// "r1.t2", "r1.t2[3]"
[[nodiscard]] std::string name(const sched::TaskKey& key);

/// Attempts that may hold a slot of these workers at a time; none without a slot.
[[nodiscard]] std::int32_t room(const std::vector<WorkerOffer>& offers);
/// The same of those that serve a place.
[[nodiscard]] std::int32_t room_at(std::vector<WorkerOffer> offers, const Placement& place);

class Checker {
 public:
  /// One commit: what was decided, from which events, and the database before (its instances) and
  /// after it. Empty, or the first broken invariant.
  [[nodiscard]] std::string commit(const Server& server, const Database& after);
  /// S15 over all: the history from empty gives the tables.
  [[nodiscard]] std::string replayed(const Database& database) const;
  /// S1: no two processes under the current epoch.
  [[nodiscard]] std::string processes(const std::vector<Worker>& workers,
                                      const Database& database) const;
  /// S12: a job names an epoch that is committed.
  [[nodiscard]] std::string sent(const AttemptKey& attempt, const Database& database) const;
  /// Which edges of S5 this world has taken.
  [[nodiscard]] const EdgeCoverage& edges() const { return edges_; }
  /// S14: what was accepted is stored when the answer leaves.
  [[nodiscard]] std::string answered(const sched::Event& event, const Database& database) const;

 private:
  struct Shadow {
    bool known = false;  ///< from a change or a row
    TaskState state = TaskState::no_status;
    sched::Epoch epoch = 0;
    std::int32_t try_number = 0;
    WorkerId worker;
    std::map<std::int32_t, int> executions;  ///< by try number
    bool may_run_again = false;              ///< after a reschedule the same try runs again
    std::set<sched::Epoch> results;          ///< epochs with an accepted result
    std::set<sched::Epoch> events;           ///< epochs whose trigger's event was accepted
    bool is_resuming = false;                ///< its trigger has spoken, its attempt has not ended
    std::optional<sched::AttemptFinished> outcome;  ///< the last one of this generation
  };
  /// What holds a slot now.
  struct Active {
    std::int32_t total = 0;
    std::map<PoolName, std::int32_t> pools;
    std::map<Placement, std::int32_t> places;
    std::map<sched::RunKey, std::int32_t> runs;
    std::map<std::pair<DagId, TaskId>, std::int32_t> tasks;  ///< with max_active_tis_per_dag
  };

  void check_replies(const Server& server);
  void check_event(const sched::TriggerFired& event);
  // checker_services.cpp
  void note_service(const sched::ServiceReported& event);
  void check_services(const Server& server, const Database& after);
  void check_service(const sched::TaskKey& key, const Database& after);
  // checker_islands.cpp
  void note_decided(const sched::TaskKey& key, const Database& after);
  void check_not_ahead(const sched::TaskKey& key, sched::Epoch epoch);
  void check_served(const sched::TaskKey& of, const Database& after);
  [[nodiscard]] bool is_served(const sched::TaskKey& key) const;
  void note_gone(const Server& server, const Database& after);
  void bury(const sched::TaskKey& key, sched::Epoch epoch);
  [[nodiscard]] Shadow& shadow_of(const sched::TaskKey& key);
  void check_change(const sched::Change& change, const Server& server, const Database& after);
  void check_edge(const sched::Change& change);
  void check_epoch(const sched::Change& change, const Shadow& before, const Server& server);
  void check_rule(const sched::TaskKey& of, const Database& after);
  void check_tries(const sched::Change& change, Shadow& shadow, const Database& after);
  [[nodiscard]] std::int64_t run_limit(const DagId& dag_id, const Database& after) const;
  void check_sources(const sched::TaskKey& of, const Database& after);
  void check_ended_run(const sched::RunRow& row, const Database& after);
  void check_items(const sched::TaskKey& run, const dag::Task& spec,
                   const std::vector<dag::MapNode>& nodes, const Database& after);
  void expanded(const sched::TaskKey& key);
  [[nodiscard]] std::vector<sched::TaskKey> instances_of(const sched::TaskKey& any,
                                                         const TaskId& task_id,
                                                         const Database& after) const;
  [[nodiscard]] std::string mapped_group(const sched::TaskKey& key, const TaskId& task_id,
                                         const Database& after) const;
  void check_limits(const Server& server, const Database& after);
  void check_outcome(const sched::TaskInstanceRow& row, const Shadow& shadow);
  void check_version(const sched::RunRow& row, const Server& server, const Database& after);
  void check_idle(const Server& server, const Database& after);
  [[nodiscard]] Active count_active(const Database& after) const;
  [[nodiscard]] bool is_limited(const sched::TaskKey& key, Active& active, const Server& server,
                                const Database& after) const;
  void check_run(const sched::Change& change, const Database& after);
  void check_new_run(const sched::RunRow& row, const Server& server, const Database& after);
  // checker_assets.cpp
  void check_assets(const Server& server, const Database& after);
  void check_asset_events(const Server& server, const Database& after);
  void check_consumed(const sched::RunAssetsRow& row, const Database& after);
  void check_waiting(const Server& server, const Database& after);
  // checker_backfills.cpp
  void check_backfills(const Server& server, const Database& after);
  void check_date(const sched::BackfillDateRow& date, const Database& after);
  void check_due(const Server& server, const Database& after);
  void check_backfill(const sched::BackfillRow& row, const Database& after);
  [[nodiscard]] std::int64_t running_beside(const sched::RunKey& key) const;
  void check_notices(const Server& server, const Database& after);
  void check_deadline(const sched::RunNotice& notice, const Server& server, const Database& after);
  void check_rows(const Server& server, const Database& after);
  void check_deferral(const sched::TaskInstanceRow& row);
  void fail(std::string_view rule, const sched::TaskKey& key, const std::string& text);
  [[nodiscard]] const dag::Dag* definition(const sched::TaskKey& key,
                                           const Database& database) const;
  [[nodiscard]] const dag::Task* task(const sched::TaskKey& key, const Database& database) const;

  std::map<sched::TaskKey, Shadow> shadows_;
  std::map<sched::RunKey, std::string> run_states_;
  std::set<sched::RunKey> ended_by_user_;  ///< whose last change was a user's
  std::map<DagId, std::set<WallTime>> dates_;
  std::map<DagId, WallTime> last_scheduled_;
  EdgeCoverage edges_;
  std::map<DagId, std::int32_t> versions_;                   ///< before this commit
  std::map<sched::RunKey, dag::BackfillId> backfill_of_;     ///< now, within a commit
  std::map<dag::BackfillId, sched::BackfillRow> backfills_;  ///< before this commit
  /// Asset events that wait at a DAG, before this commit; and the last one consumed.
  std::map<std::pair<DagId, dag::AssetName>, sched::AssetQueueRow> asset_queue_;
  std::map<std::pair<DagId, dag::AssetName>, std::int64_t> consumed_;
  std::int64_t last_asset_event_ = 0;
  std::map<DagId, bool> listening_;  ///< active and not paused after the commit before
  std::set<DagId> ready_;            ///< whose assets were new and had room after it
  std::map<DagId, WallTime> due_;    ///< runs that the commit before could have made
  WallTime latest_{};                ///< the latest time of a step so far
  bool steered_ = false;             ///< somebody steered a backfill, or ran tasks again
  std::map<sched::RunKey, WallTime> run_dates_;
  std::map<sched::RunKey, std::int32_t> run_versions_;  ///< after it
  std::map<sched::TaskKey, sched::Epoch> gone_;  ///< last epochs of instances that are no more
  std::map<sched::RunKey, int> doomed_;          ///< in this commit: deletions that are still ahead
  std::set<sched::RunKey> moved_;                ///< in this commit
  std::set<std::pair<DagId, WallTime>> freed_;   ///< dates of runs that this commit deletes
  std::set<sched::RunKey> deleted_;              ///< at any time
  std::set<std::pair<sched::RunKey, std::string>> notices_;
  /// Epochs up to here may be an island's, of before a user's last decision.
  std::map<sched::TaskKey, sched::Epoch> void_until_;
  std::set<sched::TaskKey> serving_;    ///< services, after the commit before
  std::set<sched::TaskKey> unsteady_;   ///< services that reported in this commit
  std::set<sched::TaskKey> scheduled_;  ///< in this commit
  std::set<sched::TaskKey> granted_;    ///< in this commit
  std::set<sched::TaskKey> reported_;   ///< with an accepted claim or result in this commit
  std::string error_;
};

}  // namespace aiflow::sim
