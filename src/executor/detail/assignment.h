// SPDX-License-Identifier: Apache-2.0
// Which attempt waits, which worker has which, and what follows from each message: the local
// executor without its sockets. One thread; messages leave through the Outlet at once.
#pragma once

#include <compare>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/placement.h"
#include "executor/executor.h"
#include "executor/job.h"

namespace aiflow::executor::detail {

class Outlet {
 public:
  virtual ~Outlet() = default;
  /// A frame for a connected worker; `message` has its "type".
  virtual void send(const WorkerId& worker, const json::Value& message) = 0;
  virtual void report(Report report) = 0;
  virtual void worker_wanted() = 0;
  /// Pulled jobs only: this one waits for the first worker that claims it.
  virtual void offer(const Attempt& attempt, const Placement& placement) {
    static_cast<void>(attempt);
    static_cast<void>(placement);
  }
};

struct AssignmentOptions {
  std::string server_id;
  WorkerId own_worker{};  ///< the one that Outlet::worker_wanted starts; empty: any will do
  Duration heartbeat{};
  Duration lease{};
  Duration island_lease = std::chrono::hours(24);  ///< of workers with the label kIslandLabel
  std::vector<WorkerId> workers_before;
  std::map<std::string, WorkerId> islands_before{};  ///< of before a restart: IslandGiven
  wire::LeftBehind left_before{};                    ///< by a server that stopped by plan
  bool pulled = false;  ///< workers claim jobs that are offered; else they are given to them
  std::set<WorkerId> cordoned{};
  std::string server_pin{};  ///< of the server's key, for workers that cannot know it otherwise
};

class Assignment {
 public:
  Assignment(const Clock& clock, AssignmentOptions options, Outlet& outlet);

  // From the conductor.
  void reconcile(const std::vector<Held>& running);
  void begin();  ///< messages may come from now on
  void submit(Job job);
  void cancel(const CancelRequest& request);
  void acknowledge(const Receipt& receipt, bool accepted, const std::string& reason);
  void order(const WorkerId& worker, WorkerOrder order);
  void show(const std::string& island, const wire::Picture& picture);

  // From workers.
  void hello(const wire::Hello& hello);
  void started(const WorkerId& worker, const wire::Started& report);
  void heartbeat(const WorkerId& worker, const wire::Heartbeat& report);
  void finished(const WorkerId& worker, const wire::Finished& report);
  /// Any frame of the worker protocol but Hello. Errors: invalid_argument.
  [[nodiscard]] Status take(const WorkerId& worker, const json::Value& message);
  /// Any frame came from it.
  void heard(const WorkerId& worker);
  /// Its connection is gone. One that was draining, or was shut out, and has nothing in hand is
  /// forgotten at once.
  void disconnected(const WorkerId& worker);
  /// It is connected, or within its lease.
  [[nodiscard]] bool knows(const WorkerId& worker) const { return workers_.contains(worker); }

  /// It was ordered to take nothing new.
  [[nodiscard]] bool is_cordoned(const WorkerId& worker) const {
    return cordoned_.contains(worker);
  }

  enum class Claim { granted, taken, unknown };
  /// Compare and set: of all claims of a waiting attempt the first gets its Start. The worker must
  /// have said hello.
  Claim claim(const WorkerId& worker, const Attempt& attempt);
  /// Gives out nothing from now on; what workers elsewhere have (without a lease).
  [[nodiscard]] wire::LeftBehind wind_down();
  /// Offers once more what waits, in order: the old offers are lost.
  void offer_again();

  /// Forgets workers that were silent for longer than their lease; those of islands are cut off
  /// until then. Returns all of them, so that their connections, if any, are closed. Call it a few
  /// times per lease.
  std::vector<WorkerId> expire();

  [[nodiscard]] std::vector<wire::Worker> workers() const;

 private:
  struct Id {
    std::string dag_id, run_id, task_id;
    std::int64_t map_index = 0;
    std::int64_t epoch = 0;
    auto operator<=>(const Id&) const = default;
  };
  enum class Phase { waiting, sent, running, finished };
  struct Entry {
    Attempt attempt;
    std::optional<Job> job;  ///< absent for those of reconcile
    Phase phase = Phase::waiting;
    std::uint64_t turn = 0;  ///< of those that wait, the lowest goes first
    WorkerId worker;         ///< empty while waiting, or not known since a restart
    WorkerId worker_before;  ///< that had it before a restart, until somebody has it again
    std::optional<CancelRequest> cancelled;
    bool recovered = false;  ///< was queued before a restart
  };
  struct Worker {
    wire::Hello hello;
    WorkerOffer offer;
    std::string shut_out{};  ///< why, once it is
    std::int64_t slots = 0;  ///< also while it drains, and its hello has none
    bool connected = true;
    WallTime last_seen{};
    SteadyTime heard{};
    wire::Heartbeat machine{};  ///< what the last one says of its machine
    std::int64_t ahead = 0;  ///< attempts that it began without the server, and that nobody knows
    std::int64_t brief_in_a_row = 0;  ///< its last attempts that took less than kBrief each
  };

  static Id id_of(const Attempt& attempt);
  void assign();
  void offer_waiting();
  void send_start(Entry& entry, const WorkerId& worker);
  void send_cancel(const CancelRequest& request, const WorkerId& worker);
  /// Another worker has it: what this one says of it does not count.
  [[nodiscard]] bool is_not_its(const WorkerId& worker, const Attempt& attempt) const;
  void refuse(const Receipt& receipt, const Attempt& attempt);
  void adopt_running(const wire::Hello& hello);
  void give_up_missing(const WorkerId& worker, const std::vector<Attempt>& there);
  void resend_unclaimed(const wire::Hello& hello);
  [[nodiscard]] bool must_hold(const Entry& entry) const;
  /// It is back: what it has it says itself.
  void came_back(const WorkerId& worker);
  /// The next job that may start, and where; nullopt: none can.
  struct Pick {
    Entry* entry;
    WorkerId worker;
  };
  [[nodiscard]] std::optional<Pick> next_pick();
  [[nodiscard]] Entry* first_waiting(std::deque<Id>& queue);
  [[nodiscard]] std::optional<WorkerId> worker_for(const Placement& placement) const;
  [[nodiscard]] std::optional<WorkerId> freest_worker(const Placement& placement) const;
  [[nodiscard]] std::optional<WorkerId> brisk_worker(const Placement& placement) const;
  /// Connected, and may have new jobs of that kind.
  [[nodiscard]] bool takes(const WorkerId& id, const Worker& worker,
                           const Placement& placement) const;
  /// Takes islands from a worker that has nothing of them and takes nothing more of them.
  void release_islands(const WorkerId& id);
  /// Islands without a worker get one, if there is one.
  void give_islands();
  void drop_islands_of(const WorkerId& gone);
  [[nodiscard]] bool takes_nothing(const Worker& worker) const {
    return worker.hello.slots == 0 || is_cordoned(WorkerId{worker.hello.worker_id});
  }
  [[nodiscard]] Duration lease_of(const Worker& worker) const;
  [[nodiscard]] std::int64_t used_slots(const WorkerId& worker) const;
  [[nodiscard]] wire::Worker describe(const Worker& worker) const;
  void shut_out(const WorkerId& id);
  [[nodiscard]] bool has_ended(const WorkerId& id, const Worker& worker) const;
  void forget(const WorkerId& id);
  void forget_attempts_of(const WorkerId& worker);
  void end_cancels_of_nobody(SteadyTime now);
  void give_back_unserved(SteadyTime now);

  const Clock& clock_;
  const AssignmentOptions options_;
  Outlet& outlet_;
  bool begun_ = false;
  bool winds_down_ = false;
  SteadyTime hold_until_{};  ///< recovered jobs wait so long for their workers
  std::set<WorkerId> cordoned_;
  std::set<WorkerId> awaited_;  ///< workers of before that have not said hello
  SteadyTime left_until_{};     ///< what was left behind is its workers' so long
  std::set<WorkerId> left_to_;  ///< those that have not said hello since
  std::map<Id, WorkerId> left_sent_;
  std::map<WorkerId, Worker> workers_;
  /// The worker of each island: what it may have run alone is no other one's.
  std::map<std::string, WorkerId> islands_;
  std::map<WorkerId, std::int64_t> used_;  ///< attempts sent to or running on each worker
  std::map<Id, Entry> entries_;
  /// By what they ask for; may name entries that wait no more.
  std::map<Placement, std::deque<Id>> waiting_;
  std::uint64_t next_turn_ = 1;
  std::map<std::pair<WorkerId, std::int64_t>, Id> unacknowledged_;  ///< finished, by receipt
};

/// Adds the "type" member to a message's JSON.
template <class Message>
[[nodiscard]] json::Value typed(std::string_view type, const Message& message) {
  json::Value value = wire::to_json(message);
  value.set("type", type);
  return value;
}

}  // namespace aiflow::executor::detail
