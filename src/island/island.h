// SPDX-License-Identifier: Apache-2.0
// How the worker of an island goes on while it is cut off from its server: it takes the pictures of
// runs that came with its jobs, decides with the server's own scheduler what comes next, and starts
// that. Every attempt that is begun so ("ahead") has the epoch that the server will give it, so the
// server, back again, takes the same steps, and is answered with what has happened already.
// In: jobs as the server gives them out, ends of attempts, the loss and return of the server. Out:
// jobs to start. What it knows is in a journal on disk before anything starts. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "base/placement.h"
#include "base/result.h"
#include "wire/worker.h"

namespace aiflow::island {

class Journal;
class Replica;

using AttemptKey = std::tuple<std::string, std::string, std::string, std::int64_t, std::int64_t>;
[[nodiscard]] inline AttemptKey key_of(const wire::AttemptRef& ref) {
  return {ref.key.dag_id, ref.key.run_id, ref.key.task_id, ref.key.map_index, ref.epoch};
}

/// What has come of a run: the newest picture of it.
struct Run {
  wire::Job job;             ///< one of the run, with the picture, if there is one
  wire::Delivery delivery;   ///< where the DAG's files are
  std::int64_t made_at = 0;  ///< of the newest picture, or the word that there is none
  SteadyTime used_at{};      ///< an attempt of it was here
};
using RunName = std::pair<std::string, std::string>;  ///< dag_id, run_id

struct IslandOptions {
  std::filesystem::path folder;  ///< of its own, made when missing
  WorkerOffer offer;             ///< slots and labels of the worker
  /// No attempt is started, and heartbeats are confirmed no more, so long before the lease ends.
  Duration margin = std::chrono::seconds(5);
};

struct IslandEvents {
  /// Begin this attempt; its files are those of `delivery`.
  std::function<void(wire::Job job, const wire::Delivery& delivery)> start;
  /// The attempt has been begun, and is nowhere: it failed, with this cause.
  std::function<void(wire::Job job, const std::string& cause)> give_up;
};

class Island {
 public:
  Island(const Clock& clock, IslandOptions options, IslandEvents events);
  ~Island();
  Island(const Island&) = delete;
  Island& operator=(const Island&) = delete;

  /// Reads what an earlier worker left. Errors: of files.
  Status open();
  /// It was cut off when that worker ended, and still is.
  [[nodiscard]] bool is_cut() const { return is_cut_; }

  // While the server is there.
  void lease(const wire::HelloOk& ok);
  /// The server has confirmed what was sent at `sent`.
  void confirmed(SteadyTime sent);
  /// The server gives out a job. True when it was begun already: it is no more ahead.
  bool given(const wire::Start& start);
  /// The server says how a run of an attempt that is here is now.
  void picture(const wire::Picture& picture);
  /// The server has taken a report, or refused it for good. The attempt, if it was still ahead.
  std::optional<wire::AttemptRef> acknowledged(std::int64_t seq);
  /// The server has given it out, and it will not begin before it is given out again.
  void not_begun(const wire::AttemptRef& attempt);

  /// The core says that an attempt has ended; it may say so again.
  void finished(const wire::Finished& report);

  // The server is gone, and is back.
  /// `has_core`: the core is connected; else found() comes before anything is begun.
  void cut(bool has_core);
  void back();
  /// The core says hello: what it has. What had begun and is not there has ended with an earlier
  /// process of the worker.
  void found(const std::vector<wire::AttemptRef>& here);
  /// Does what is due by time. Call it a few times a second.
  void tick();
  /// The server has confirmed nothing for half of the lease of its other workers.
  [[nodiscard]] bool is_overdue() const;
  /// The island may go on.
  [[nodiscard]] bool holds_lease() const;
  /// For the core, in the server's place.
  [[nodiscard]] wire::HelloOk hello() const;
  /// nullopt: only the server can say.
  [[nodiscard]] std::optional<wire::XComValue> xcom(const wire::XComGet& question) const;

  /// It was begun here, and the server has not given it out.
  [[nodiscard]] bool is_ahead(const wire::AttemptRef& attempt) const;
  [[nodiscard]] std::vector<wire::AttemptRef> ahead() const;
  [[nodiscard]] std::vector<wire::Finished> ended_ahead() const;
  /// A later attempt of the same task instance is ahead.
  [[nodiscard]] bool has_later(const wire::AttemptRef& attempt) const;
  /// Those that its runs use.
  [[nodiscard]] std::set<std::string> bundles() const;

 private:
  void build();
  void go_on(std::vector<wire::Finished> ended);
  void begin(std::vector<wire::AttemptRef> fresh);
  [[nodiscard]] bool remember(const std::vector<json::Value>& more);
  void forget_runs();
  void compact();
  [[nodiscard]] bool is_needed(const RunName& name) const;
  void replay(const json::Value& record);
  [[nodiscard]] std::optional<wire::Job> job_of(const wire::AttemptRef& attempt) const;
  [[nodiscard]] std::vector<json::Value> records() const;

  const Clock& clock_;
  const IslandOptions options_;
  const IslandEvents events_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Replica> replica_;  ///< while it is cut off
  std::map<RunName, Run> runs_;
  std::map<AttemptKey, wire::AttemptRef> in_hand_;  ///< given out by the server, not acknowledged
  std::map<AttemptKey, wire::AttemptRef> ahead_;
  std::map<AttemptKey, wire::Finished> reports_;  ///< of `runs_`
  std::map<std::int64_t, AttemptKey> seqs_;
  std::vector<wire::AttemptRef> unbegun_;  ///< wanted, and the disk was full
  SteadyTime begin_again_at_{};
  std::uint64_t bytes_in_use_ = 0;  ///< of the journal, when it was last written anew
  json::Value cut_;                 ///< its record, while it is cut off
  wire::HelloOk hello_;
  Duration lease_{};
  SteadyTime confirmed_at_{};
  SteadyTime back_at_{};
  bool is_cut_ = false;
  bool awaits_core_ = false;  ///< an earlier worker was cut off; the core has not said hello
};

}  // namespace aiflow::island
