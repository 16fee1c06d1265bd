// SPDX-License-Identifier: Apache-2.0
// Which attempt has which pod, how far it is, and what follows from each answer and each change:
// the Kubernetes executor without its connections. One thread; orders leave through the Outlet at
// once.
//
// An attempt: waiting -> creating -> there (its pod exists) -> ended (its log is complete, its end
// reported) -> leaving (stored; the pod is being removed or is marked as done) -> forgotten.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "executor/executor.h"
#include "executor/kubernetes/pod_log.h"
#include "executor/kubernetes/pod_outcome.h"
#include "executor/kubernetes/pod_plan.h"
#include "kubernetes/backoff.h"
#include "kubernetes/client.h"

namespace aiflow::executor {

class PodOutlet {
 public:
  virtual ~PodOutlet() = default;
  virtual void report(Report report) = 0;
  /// Makes its plan elsewhere: that may read a whole DAG folder. Answered by PodTable::planned.
  virtual void plan(const Job& job) = 0;
  /// Answered by PodTable::created.
  virtual void create(const PodPlan& plan, const Attempt& attempt) = 0;
  /// Repeated until the API takes it.
  virtual void remove(const PodName& pod, Duration grace) = 0;
  /// A create of it got no answer: removed if it is there, and of that attempt; likewise.
  virtual void remove_if_made(const PodName& pod, const Attempt& attempt, Duration grace) = 0;
  /// Gives it kDoneLabel; likewise.
  virtual void mark_done(const PodName& pod) = 0;
  /// Once a pod; answered by PodTable::log_ended. Where an init container is named, which has
  /// ended, its last lines.
  virtual void read_log(const PodName& pod, const PodTerms& terms, const Attempt& attempt,
                        const std::string& init_container) = 0;
  /// The container has ended: the log is to be read to its end. Answered by log_ended too.
  virtual void finish_log(const PodName& pod) = 0;
  /// What has come of it until now is all; not answered.
  virtual void stop_log(const PodName& pod) = 0;
  /// Gives the pod what its plan says that it needs to run.
  virtual void deliver(const kubernetes::Pod& pod, const PodPlan& plan) = 0;
  virtual void note(const PodName& pod, const Attempt& attempt, const std::string& text) = 0;
};

struct PodTableOptions {
  WorkerId worker;  ///< under which name it reports
  PodDefaults defaults;
  Duration image_patience = std::chrono::seconds(20);  ///< for an image that cannot be pulled
  /// An end waits so long for its log to be complete; longer when the log says how it ended.
  Duration log_patience = std::chrono::seconds(30);
  Duration output_patience = std::chrono::seconds(60);
  Duration removal_patience = std::chrono::seconds(30);  ///< beyond the grace, for a silent node
  Duration wait_pause = std::chrono::seconds(2);  ///< between two words of what a pod waits for
  Duration pause_first = std::chrono::milliseconds(500);
  Duration pause_last = std::chrono::seconds(30);
};

class PodTable {
 public:
  PodTable(const Clock& clock, PodTableOptions options, PodOutlet& outlet);

  // From the conductor.
  void reconcile(const std::vector<Held>& running);
  /// One of these has no pod of its own: it is followed by somebody else.
  void release(const Attempt& attempt);
  void submit(const Job& job);
  void planned(const Attempt& attempt, Result<PodPlan> plan);
  void cancel(const CancelRequest& request);
  void acknowledge(const Receipt& receipt);

  // From the cluster.
  /// All pods there were at some time after `asked_at`.
  void listed(const std::vector<kubernetes::Pod>& pods, SteadyTime asked_at);
  void changed(const kubernetes::Pod& pod);
  void gone(const kubernetes::Pod& pod);
  /// The answer to create; of a 409 the pod that is there, if it could be read.
  void created(const PodName& pod, const kubernetes::Response& response,
               const std::optional<kubernetes::Pod>& existing);
  /// No more lines come.
  void log_ended(const PodName& pod, const PodOutput& output);

  /// What time alone brings; a few times a second.
  void tick();
  /// Reports the attempts that go on.
  void beat();
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// Attempts that have not ended.
  [[nodiscard]] std::int64_t active_count() const;

 private:
  struct Id {
    std::string dag_id, run_id, task_id;
    std::int64_t map_index = 0;
    std::int64_t epoch = 0;
    auto operator<=>(const Id&) const = default;
  };
  enum class Phase { waiting, creating, there, ended, leaving };
  enum class Log { none, reading, done };
  struct Entry {
    Attempt attempt;
    Phase phase = Phase::waiting;
    std::optional<PodPlan> plan;  ///< from when it is made until the pod exists
    PodName pod;
    PodTerms terms;
    kubernetes::Pod last;              ///< as it was seen last
    bool is_asked = false;             ///< a create was sent: the pod may exist
    bool is_begun = false;             ///< Started was reported
    bool is_gone = false;              ///< the pod
    bool is_stored = false;            ///< Finished was acknowledged
    std::optional<PodVerdict> ending;  ///< decided here: cancelled, out of time, will not start
    Duration ending_grace{};
    SteadyTime ending_at{};
    std::optional<PodVerdict> verdict;
    PodOutput output;
    Log log = Log::none;
    SteadyTime since{};  ///< its pod exists
    std::optional<SteadyTime> begun_at;
    std::optional<SteadyTime> trouble_since;
    std::string waits_for;  ///< as it was told last
    SteadyTime waits_at = SteadyTime::min();
    int waits_noted = 0;  ///< in its log
    SteadyTime judged_at{};
    WallTime begun_wall{};  ///< until it has begun: its pod exists
    std::int64_t seq = 0;
  };

  static Id id_of(const Attempt& attempt);
  Entry* find(const PodName& pod);
  void pump();
  void adopt(Entry& entry, const kubernetes::Pod& pod, const PodTerms& terms);
  void look_at(Entry& entry);
  void begin(Entry& entry);
  void tell_start(Entry& entry);
  void lose(Entry& entry);
  void end(Entry& entry, PodVerdict verdict, Duration grace);
  void conclude(Entry& entry, PodVerdict verdict);
  void finish(Entry& entry);
  [[nodiscard]] Duration patience(const Entry& entry) const;
  void give_log_up(Entry& entry);
  void settle(Entry& entry);
  void forget(Entry& entry);
  void on_orphan(const kubernetes::Pod& pod, const PodOwnerNote& note);
  void check_start(Entry& entry, SteadyTime now);
  void tell_wait(Entry& entry, const std::string& words, SteadyTime now);
  void check_limits(Entry& entry, SteadyTime now);
  void refuse(Entry& entry, const kubernetes::Response& response);

  const Clock& clock_;
  const PodTableOptions options_;
  PodOutlet& outlet_;
  bool is_listed_ = false;  ///< until then nobody knows which pods are there
  std::map<Id, Entry> entries_;
  std::map<PodName, Id> pods_;
  std::deque<Id> waiting_;  ///< may name entries that wait no more
  std::map<std::int64_t, Id> unacknowledged_;
  std::set<std::string> warned_;  ///< uids of pods with an annotation that cannot be read
  std::int64_t next_seq_;
  int creating_ = 0;
  int window_ = 1;  ///< creates at a time; grows while the API is well
  SteadyTime hold_until_ = SteadyTime::min();
  kubernetes::Backoff backoff_;
};

}  // namespace aiflow::executor
