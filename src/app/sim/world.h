// SPDX-License-Identifier: Apache-2.0
// The simulated world: one database, a server (and a stale second one), workers, a channel that
// loses, doubles and reorders, a user. Everything is driven by one seeded Prng and a virtual clock,
// in micro-steps of one random actor; any actor can die between any two. The server runs the real
// sched::step; around it, its rules are the conductor's: rows and outbox rows in one transaction,
// effects after the commit, sent again until the rows say that they are done.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/prng.h"
#include "sched/fake_tables.h"
#include "sched/step.h"

namespace aiflow::sim {

/// Mistakes around the core, as sched/planted_bug.h has them inside it.
enum class ProtocolBug : std::uint8_t {
  none,
  send_before_commit,  // a job leaves before its transaction is committed
  ack_before_commit,   // a result is acknowledged before it is stored
  no_outbox,           // jobs are only in memory; a crash forgets them
  never_resent,        // a job is sent once
  no_leader_check,     // a stale server may still commit
};

using AttemptKey = std::pair<sched::TaskKey, sched::Epoch>;

/// Worker -> server.
struct Up {
  sched::Event event;  ///< AttemptStarted, ServiceReported, AttemptFinished, Heartbeat or
                       ///< AttemptLost (= "not here")
  WorkerId worker;
  AttemptKey attempt;
};

/// Server -> worker.
struct Down {
  enum class Kind : std::uint8_t { start, cancel, started_ok, finished_ok, refused, alive };
  Kind kind = Kind::start;
  WorkerId worker;
  AttemptKey attempt;
  std::int32_t try_number = 0;
};

struct OutboxRow {
  bool cancel = false;
  std::int32_t try_number = 0;
  SteadyTime stored_at{};
};

/// The database: what a commit made durable.
struct Database {
  sched::FakeTables tables;
  std::map<AttemptKey, OutboxRow> submits;
  std::map<AttemptKey, OutboxRow> cancels;
  std::int64_t leader = 0;  ///< term of the server that may write
};

struct Server {
  enum class Phase : std::uint8_t { dead, idle, stepped, committed };
  struct Item {
    sched::Event event;
    std::optional<Up> from;  ///< nullopt: the user
  };
  Phase phase = Phase::dead;
  std::int64_t term = 0;
  SteadyTime stopped_until{};  ///< SIGSTOP
  SteadyTime up_since{};
  std::vector<WorkerOffer> offers;  ///< of the workers that it knows of
  std::optional<sched::State> state;
  std::deque<Item> inbox;
  std::vector<Item> batch;
  sched::Effects effects;
  sched::Now stepped_at;
  std::map<AttemptKey, WorkerId> assigned;
  std::map<AttemptKey, SteadyTime> resend_at;
  std::map<AttemptKey, std::int32_t> volatile_submits;  ///< only with ProtocolBug::no_outbox
};

struct WorkerAttempt {
  enum class Phase : std::uint8_t { waiting, claiming, running, ending };
  Phase phase = Phase::waiting;
  std::int32_t try_number = 0;
  SteadyTime lease_until{};
  SteadyTime ends_at{};
  SteadyTime next_message{};
};

struct Worker {
  WorkerId id;
  WorkerOffer offer;  ///< no slots: it is drained, and takes nothing new
  bool alive = true;
  SteadyTime stopped_until{};
  std::map<AttemptKey, WorkerAttempt> attempts;
  std::map<AttemptKey, sched::AttemptFinished> spool;  ///< on disk: survives the worker
  std::map<AttemptKey, SteadyTime> report_at;
  std::set<AttemptKey> seen;  ///< never starts the same attempt twice
};

/// What a world has much of. A little of everything everywhere would not reach what takes much of
/// one thing: an item that goes while its instance waits for a slot, say.
struct Taste {
  bool mapping = false;     ///< mapped tasks, and items that change
  bool failing = false;     ///< fail_fast, and failures for good
  bool waiting = false;     ///< sensors and triggers
  bool assets = false;      ///< DAGs that wait for assets
  bool restarting = false;  ///< running tasks that are cleared, and do not end at once
  bool placing = false;     ///< tasks that ask for a place, workers that come and go
  bool serving = false;     ///< service tasks
};

struct Config {
  std::uint64_t seed = 1;
  std::int64_t steps = 4000;  ///< micro-steps of chaos
  ProtocolBug bug = ProtocolBug::none;
};

class Checker;
class EdgeCoverage;

class World {
 public:
  explicit World(Config config);
  ~World();

  /// Chaos, then calm. Empty, or the first broken invariant.
  [[nodiscard]] std::string run();

  [[nodiscard]] std::uint64_t log_hash() const { return hash_; }
  [[nodiscard]] std::int64_t steps_done() const { return steps_; }
  [[nodiscard]] std::int64_t faults() const { return faults_; }
  [[nodiscard]] std::int64_t changes() const { return changes_; }
  [[nodiscard]] const EdgeCoverage& edges() const;

 private:
  // world.cpp
  void setup();
  void chaos_step();
  [[nodiscard]] bool calm_down();
  void ask_for_the_end();
  [[nodiscard]] sched::DagVersionRow without_schedule(const DagId& dag_id) const;
  void check_leases();
  void check_sent();
  [[nodiscard]] Duration calm_bound();
  void calm_step();
  [[nodiscard]] bool all_done() const;
  [[nodiscard]] std::string what_is_left();
  void fault();
  void advance(Duration most);
  void note(std::string_view text);
  [[nodiscard]] sched::Now now() const { return {wall_ + (steady_ - SteadyTime{}), steady_}; }
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return prng_.below(bound); }
  [[nodiscard]] bool chance(double p) { return prng_.chance(p); }

  // user.cpp
  void user_act();
  [[nodiscard]] bool user_act_by_taste();
  void user_edit_dag();
  void user_backfill(const DagId& dag_id);
  void user_steer_backfill();
  void user_clear(const sched::TaskInstanceRow& row);
  void send_user(sched::Event event);
  void user_change_items();
  void user_move(const sched::TaskKey& key);
  void user_clear_alone(const sched::TaskKey& key);
  void user_mark(sched::TaskKey key);
  void user_trigger();
  void user_change_workers();
  [[nodiscard]] const dag::Task& task_of(const sched::TaskKey& key) const;
  [[nodiscard]] std::vector<TaskId> sources_of(const sched::TaskKey& key) const;
  [[nodiscard]] const sched::TaskInstanceRow* any_instance();
  [[nodiscard]] const sched::TaskInstanceRow* any_in(TaskState state, bool mapped);

  // server.cpp
  void server_act(Server& server);
  void server_start(Server& server);
  void server_step(Server& server);
  void server_commit(Server& server);
  void server_read_back(Server& server);
  void server_cannot_commit(Server& server);
  void server_perform(Server& server);
  void server_send_outbox(Server& server);
  void server_note_lost(Server& server);
  void reply_to(const Server::Item& item, const sched::Reply& reply);
  void settle_outbox(const sched::Effects& effects, Database& database) const;
  void drop_cancels_answered(const Server& server);
  [[nodiscard]] Server* leader();
  [[nodiscard]] std::vector<WorkerId> live_workers() const;
  [[nodiscard]] std::vector<WorkerOffer> offers() const;
  [[nodiscard]] std::optional<WorkerId> worker_for(const sched::TaskKey& key);

  // worker.cpp
  void worker_act(Worker& worker);
  void trigger_act();
  void worker_receive(Worker& worker, const Down& message);
  [[nodiscard]] bool worker_end_slowly(WorkerAttempt& attempt);
  void worker_run(Worker& worker, const AttemptKey& key, WorkerAttempt& attempt);
  void worker_serve(const Worker& worker, const AttemptKey& key);
  void worker_finish(Worker& worker, const AttemptKey& key);
  void worker_crash(Worker& worker);
  [[nodiscard]] sched::AttemptFinished outcome_of(const Worker& worker, const AttemptKey& key,
                                                  std::int32_t try_number);
  [[nodiscard]] std::size_t running_on(const Worker& worker) const;
  [[nodiscard]] Duration run_time();

  // The channel (world.cpp): both directions lose, double and reorder in chaos.
  void send_up(Up message);
  void send_down(Down message);
  void deliver();

  Config config_;
  Prng prng_;
  Taste taste_;
  SteadyTime steady_{};
  WallTime wall_{};  ///< wall clock at steady time 0; jumps move it
  bool calm_ = false;
  SteadyTime calm_since_{};
  std::set<sched::RunKey> calm_runs_;  ///< that were open since then
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
  std::int64_t steps_ = 0;
  std::int64_t faults_ = 0;
  std::int64_t changes_ = 0;
  std::int64_t runs_asked_ = 0;
  std::int64_t backfills_asked_ = 0;
  WallTime began_{};  ///< when schedules start; backfills go back from here
  std::string error_;

  Database database_;
  std::vector<Server> servers_;
  std::vector<Worker> workers_;
  std::int32_t worker_names_ = 0;
  std::deque<Up> up_;
  std::vector<Up> late_;  ///< copies that come again at any time
  std::deque<Down> down_;
  std::unique_ptr<Checker> checker_;
  std::deque<sched::TriggerFired> said_;      ///< events of triggers, for late and double ones
  std::map<AttemptKey, SteadyTime> contact_;  ///< last accepted claim or heartbeat
  std::map<AttemptKey, SteadyTime> sent_;     ///< when its job was sent last
  std::map<DagId, std::shared_ptr<const dag::Dag>> definitions_;
};

/// A random DAG of 2 to 9 tasks.
[[nodiscard]] dag::Dag make_dag(const std::string& id, const Taste& taste, Prng& prng);

/// What a random worker offers.
[[nodiscard]] WorkerOffer make_offer(const Taste& taste, bool is_island, Prng& prng);
/// What serves every place that make_dag knows, of an island or of all others.
[[nodiscard]] WorkerOffer whole_offer(bool is_island);
/// The first of a world's workers is one.
[[nodiscard]] inline bool is_island(const Worker& worker) {
  return worker.offer.labels.contains(kIslandLabel);
}

inline constexpr std::int32_t kSlotsPerWorker = 2;
inline constexpr std::int32_t kQueueAhead = 1;
inline constexpr Duration kInterval = std::chrono::seconds(60);  ///< of schedules
inline constexpr Duration kLease = std::chrono::seconds(15);
inline constexpr Duration kIslandLease = std::chrono::seconds(45);
/// Some tasks are an island's, in every version of their DAG.
[[nodiscard]] inline bool is_of_island(const TaskId& task) {
  return task.value == "t1" || task.value == "t4";
}
[[nodiscard]] inline Duration lease_of(const TaskId& task) {
  return is_of_island(task) ? kIslandLease : kLease;
}
inline constexpr Duration kEndMax = std::chrono::seconds(10);  ///< of a process told to end

}  // namespace aiflow::sim
