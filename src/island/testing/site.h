// SPDX-License-Identifier: Apache-2.0
// An island between a server's scheduler and a worker's core, both played by the test.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/placement.h"
#include "conductor/dag_from_spec.h"
#include "island/island.h"
#include "os/temp_dir.h"
#include "sched/step.h"
#include "wire/dag.h"

namespace aiflow::island {

using namespace std::chrono_literals;
using Rng = std::mt19937_64;

inline wire::TaskSpec task(const std::string& id, const std::vector<std::string>& upstream) {
  wire::TaskSpec spec;
  spec.task_id = spec.label = id;
  spec.operator_ = "bash";
  spec.upstream = upstream;
  spec.trigger_rule = TriggerRule::all_success;
  spec.payload = json::object({});
  spec.pool = "default_pool";
  spec.pool_slots = spec.priority_weight = 1;
  spec.weight_rule = "downstream";
  spec.retry_delay_ms = 1000;
  spec.placement.emplace()[kIslandLabel] = "x";
  return spec;
}

inline wire::DagSpec dag(std::vector<wire::TaskSpec> tasks) {
  wire::DagSpec spec;
  spec.dag_id = "etl";
  spec.schedule.kind = "none";
  spec.timezone = "UTC";
  spec.max_active_tasks = spec.max_active_runs = 16;
  spec.compat = 3;
  spec.params = json::object({});
  spec.tasks = std::move(tasks);
  return spec;
}

/// A server's scheduler, an island and a core. Time stands still but for advance().
class Site {
 public:
  explicit Site(wire::DagSpec given, int slots = 4)
      : spec_(std::move(given)),
        offer_{.slots = slots, .labels = {{std::string(kIslandLabel), "x"}}} {
    server_ = std::make_unique<sched::State>(
        sched::Options{.lease = 15s, .island_lease = 24h, .workers = {offer_}, .zone = {}});
    open();
    island_->lease(
        {.server_id = "s", .heartbeat_ms = 3000, .lease_ms = 15000, .island_lease_ms = 86'400'000});
    island_->confirmed(clock_.steady_now());
    tell(sched::PoolPut{.pool = {.name = PoolName{"default_pool"}, .slots = 128}});
    tell(sched::DagPut{
        {.version = 1,
         .definition = std::make_shared<const dag::Dag>(conductor::dag_from_spec(spec_).value())}});
    tell(sched::RunTriggered{.key = {DagId{"etl"}, RunId{"r"}}});
  }

  void cut() {
    is_cut_ = true;
    island_->cut(true);
  }
  /// Everything that was not acknowledged is said again, in any order, some of it twice.
  void back(Rng& random) {
    is_cut_ = false;
    island_->back();
    island_->confirmed(clock_.steady_now());
    island_->found(here());
    show();
    std::vector<sched::TaskKey> queued;
    for (const auto& [key, start] : unclaimed_) queued.push_back(key);
    for (const auto& key : queued) give(unclaimed_.at(key));
    end_cancelled();
    merge(random);
  }
  /// Reports on their way: each may come late, again, or be lost and come with the next round.
  void merge(Rng& random) {
    for (int round = 0; round < 200 && !spool_.empty(); ++round) {
      std::vector<wire::Finished> frames;
      for (const auto& [seq, report] : spool_) {
        for (int copies = static_cast<int>(random() % 3); copies > 0; --copies) {
          frames.push_back(report);
        }
      }
      std::ranges::shuffle(frames, random);
      for (const wire::Finished& report : frames) {
        if (!island_->is_ahead(report.attempt)) {
          say(report);
        } else {
          say_ahead(report);
        }
      }
    }
  }
  /// Nothing is ahead, and all that has ended is known.
  bool is_settled(Rng& random) {
    merge(random);
    return spool_.empty() && island_->ahead().empty();
  }
  /// The core's process is killed; its spool is read back by the next one.
  void restart() {
    running_.clear();
    island_.reset();
    open();
    if (!island_->is_cut()) return;
    island_->found(here());
    for (const auto& [seq, report] : std::map(spool_)) island_->finished(report);
  }
  void advance(Duration by) {
    clock_.advance(by);
    if (!is_cut_ && std::exchange(owes_picture_, false)) show();
    tell_nothing();
    island_->tick();
  }

  // The user, at the server.
  void clear(const std::string& task_id, bool downstream) {
    tell(sched::TasksCleared{.run = {DagId{"etl"}, RunId{"r"}},
                             .tasks = {{TaskId{task_id}, std::nullopt}},
                             .include_downstream = downstream,
                             .user = "kim"});
    show();
  }
  void mark(const std::string& task_id, TaskState state) {
    tell(sched::TaskMarked{
        .key = {DagId{"etl"}, RunId{"r"}, TaskId{task_id}}, .state = state, .user = "kim"});
    show();
  }
  void pause(bool paused) {
    tell(sched::DagPaused{.dag_id = DagId{"etl"}, .paused = paused, .user = "kim"});
    show();
  }
  void decide(Rng& random) {
    const std::string& id = spec_.tasks[random() % spec_.tasks.size()].task_id;
    if (random() % 3 != 0) return clear(id, random() % 2 == 0);
    mark(id, random() % 2 == 0 ? TaskState::success : TaskState::failed);
  }

  /// Ends a running task; false when none of that name runs.
  bool end(const std::string& task_id, Outcome outcome = Outcome::success) {
    const auto at = std::ranges::find_if(
        running_, [&](const auto& one) { return one.second.key.task_id == task_id; });
    if (at == running_.end()) return false;
    wire::Finished report;
    report.attempt = at->second;
    report.outcome = outcome;
    report.cause = "told so";
    running_.erase(at);
    spool(std::move(report));
    return true;
  }
  void end_any(Rng& random) {
    if (running_.empty()) return;
    const auto at =
        std::next(running_.begin(), static_cast<std::ptrdiff_t>(random() % running_.size()));
    const Outcome outcome = random() % 4 == 0 ? Outcome::failed : Outcome::success;
    end(at->second.key.task_id, outcome);
  }

  [[nodiscard]] std::filesystem::path journal() const { return folder_.path() / "island/journal"; }
  [[nodiscard]] std::string state(const std::string& task_id) const {
    const auto row = server_->instance_row({DagId{"etl"}, RunId{"r"}, TaskId{task_id}});
    return row ? std::string(to_string(row->state)) : "";
  }
  [[nodiscard]] std::string run_state() const {
    return std::string(to_string(server_->run_row({DagId{"etl"}, RunId{"r"}})->state));
  }
  [[nodiscard]] bool is_idle() const { return running_.empty() && spool_.empty(); }
  [[nodiscard]] std::set<std::string> running() const {
    std::set<std::string> ids;
    for (const auto& [key, attempt] : running_) ids.insert(attempt.key.task_id);
    return ids;
  }
  Island& island() { return *island_; }

  bool omits = false;                     ///< some jobs come without their picture, which follows
  std::vector<std::string> begun;         ///< "task/try", in order
  std::vector<wire::AttemptRef> refused;  ///< results that the server did not take
  /// Results that it took, made of what an attempt left whose task has run again since.
  std::vector<std::string> stale;
  ManualClock clock_;

 private:
  void open() {
    island_ = std::make_unique<Island>(
        clock_, IslandOptions{.folder = folder_.path() / "island", .offer = offer_},
        IslandEvents{.start = [this](const wire::Job& job, const wire::Delivery&) { begin(job); },
                     .give_up =
                         [this](const wire::Job& job, const std::string& cause) {
                           wire::Finished report;
                           report.attempt = {job.key, job.try_number, job.epoch};
                           report.outcome = Outcome::failed;
                           report.cause = cause;
                           spool(std::move(report));
                         }});
    REQUIRE(island_->open());
  }
  void begin(const wire::Job& job) {
    const wire::AttemptRef attempt{job.key, job.try_number, job.epoch};
    begun.push_back(job.key.task_id + "/" + std::to_string(job.try_number));
    CHECK(job.token == token(job.epoch));
    CHECK(seen_.insert(key_of(attempt)).second);
    running_.emplace(key_of(attempt), attempt);
    for (const std::string& upstream : upstream_of(job.key.task_id)) {
      if (ended_.contains(upstream))
        made_of_[key_of(attempt)][upstream] = *ended_[upstream].rbegin();
    }
  }
  void spool(wire::Finished report) {
    report.seq = ++seq_;
    spool_[seq_] = report;
    ended_[report.attempt.key.task_id].insert(report.attempt.epoch);
    island_->finished(report);
    if (!is_cut_ && !island_->is_ahead(report.attempt)) say(report);
  }
  [[nodiscard]] std::vector<wire::AttemptRef> here() const {
    std::vector<wire::AttemptRef> all;
    for (const auto& [key, attempt] : running_) all.push_back(attempt);
    for (const auto& [seq, report] : spool_) all.push_back(report.attempt);
    return all;
  }

  void say(const wire::Finished& report) {
    const wire::TaskKey& key = report.attempt.key;
    const bool is_first = spool_.erase(report.seq) > 0;
    const auto replies = tell(
        sched::AttemptFinished{.key = {DagId{key.dag_id}, RunId{key.run_id}, TaskId{key.task_id}},
                               .try_number = static_cast<std::int32_t>(report.attempt.try_number),
                               .epoch = report.attempt.epoch,
                               .worker = WorkerId{"w"},
                               .outcome = report.outcome,
                               .cause = report.cause});
    const bool is_killed = report.outcome == Outcome::killed;  // as the server wanted
    if (!replies.front().accepted && is_first && !is_killed) refused.push_back(report.attempt);
    if (replies.front().accepted && is_first) check_fresh(report.attempt);
    island_->acknowledged(report.seq);
  }
  /// The server refuses what it will never give out.
  void say_ahead(const wire::Finished& report) {
    const wire::AttemptRef& attempt = report.attempt;
    const auto row =
        server_->instance_row({DagId{"etl"}, RunId{"r"}, TaskId{attempt.key.task_id}}).value();
    if (attempt.epoch >= sched::next_epoch(row) || attempt.epoch == row.epoch) return;
    if (spool_.erase(report.seq) > 0) refused.push_back(attempt);
    island_->acknowledged(report.seq);
  }
  /// What it was granted for is what it was made of, or newer. One that needs one upstream only
  /// may have begun without the others.
  void check_fresh(const wire::AttemptRef& attempt) {
    const auto spec = std::ranges::find(spec_.tasks, attempt.key.task_id, &wire::TaskSpec::task_id);
    if (spec->trigger_rule == TriggerRule::one_success) return;
    for (const auto& [upstream, epoch] : granted_for_[key_of(attempt)]) {
      const auto& made_of = made_of_[key_of(attempt)];
      const auto used = made_of.find(upstream);
      const bool ran = ended_.contains(upstream) && ended_.at(upstream).contains(epoch);
      if (ran && used != made_of.end() && used->second < epoch) {
        stale.push_back(attempt.key.task_id + "/" + std::to_string(attempt.epoch) + " of an old " +
                        upstream + ": " + std::to_string(used->second) + ", not " +
                        std::to_string(epoch));
      }
    }
  }
  [[nodiscard]] std::vector<std::string> upstream_of(const std::string& task_id) const {
    return std::ranges::find(spec_.tasks, task_id, &wire::TaskSpec::task_id)->upstream;
  }
  std::vector<sched::Reply> tell(sched::Event event) { return step({std::move(event)}); }
  void tell_nothing() { step({}); }
  std::vector<sched::Reply> step(std::vector<sched::Event> events) {
    const auto effects = sched::step(*server_, events, {clock_.now(), clock_.steady_now()});
    for (const sched::SubmitJob& submit : effects.submits) {
      unclaimed_[submit.key] = start_of(submit.key);
      const wire::AttemptRef attempt{unclaimed_[submit.key].job.key, submit.try_number,
                                     submit.epoch};
      for (const std::string& upstream : upstream_of(submit.key.task_id.value)) {
        const auto row =
            server_->instance_row({DagId{"etl"}, RunId{"r"}, TaskId{upstream}}).value();
        const bool has_ended = row.state == TaskState::success || row.state == TaskState::failed;
        if (has_ended) granted_for_[key_of(attempt)][upstream] = row.epoch;
      }
    }
    for (const sched::CancelAttempt& cancel : effects.cancels) {
      const auto start = unclaimed_.find(cancel.key);
      if (start != unclaimed_.end() && start->second.job.epoch == cancel.epoch) {
        unclaimed_.erase(start);
      }
      cancelled_.push_back(
          {job(cancel.key.task_id.value, 0, 0).key, cancel.try_number, cancel.epoch});
    }
    if (!is_cut_) end_cancelled();
    for (const sched::SubmitJob& submit : effects.submits) {
      const auto start = unclaimed_.find(submit.key);
      if (!is_cut_ && start != unclaimed_.end()) give(start->second);
    }
    return effects.replies;
  }
  void end_cancelled() {
    for (const wire::AttemptRef& attempt : std::exchange(cancelled_, {})) {
      if (running_.erase(key_of(attempt)) == 0) continue;
      wire::Finished report;
      report.attempt = attempt;
      report.outcome = Outcome::killed;
      spool(std::move(report));
    }
  }
  /// The server tells how the run is now.
  void show() {
    if (is_cut_) return;
    wire::Picture picture{.dag_id = "etl", .run_id = "r", .made_at = 0, .part = {}};
    if (run_state() == "running") picture.part = part();
    picture.made_at = picture.part ? picture.part->made_at : ++made_at_;
    island_->picture(picture);
  }
  wire::IslandPart part() {
    wire::IslandPart part{.made_at = ++made_at_,
                          .dag_version = 1,
                          .run_number = 1,
                          .dag = wire::to_json(spec_),
                          .paused = server_->dag_row(DagId{"etl"})->paused};
    for (const wire::TaskSpec& one : spec_.tasks) {
      const auto of =
          server_->instance_row({DagId{"etl"}, RunId{"r"}, TaskId{one.task_id}}).value();
      part.tasks.push_back({.task_id = one.task_id,
                            .map_index = -1,
                            .state = of.state,
                            .try_number = of.try_number,
                            .max_tries = of.max_tries,
                            .epoch = of.epoch,
                            .weight = of.weight,
                            .next_try_at = of.next_try_at,
                            .epoch_floor = of.epoch_floor});
      wire::Job next = job(one.task_id, of.try_number, sched::next_epoch(of));
      next.token = token(next.epoch);
      next.retry_tokens = {token(next.epoch + 1), token(next.epoch + 2)};
      part.jobs.push_back(wire::to_json(next));
    }
    return part;
  }
  static std::string token(std::int64_t epoch) { return "of epoch " + std::to_string(epoch); }
  /// A job of the server, whose picture is of this moment.
  wire::Start start_of(const sched::TaskKey& key) {
    wire::Start start;
    const auto row = server_->instance_row(key).value();
    start.job = job(key.task_id.value, row.try_number, row.epoch);
    start.job.token = token(row.epoch);
    start.job.island = part();
    start.delivery = wire::Delivery{};
    return start;
  }
  static wire::Job job(const std::string& task_id, std::int64_t try_number, std::int64_t epoch) {
    wire::Job made;
    made.key = {.dag_id = "etl", .run_id = "r", .task_id = task_id, .map_index = -1};
    made.try_number = try_number;
    made.epoch = epoch;
    made.payload = made.params = json::object({});
    made.placement[kIslandLabel] = "x";
    return made;
  }
  void give(wire::Start start) {
    const wire::TaskKey key = start.job.key;
    unclaimed_.erase({DagId{key.dag_id}, RunId{key.run_id}, TaskId{key.task_id}});
    if (omits && random_() % 3 == 0) {
      start.job.island.reset();
      owes_picture_ = true;
    }
    if (island_->given(start)) {
      // Begun before: nothing starts, and what was withheld is said.
      for (const auto& [seq, report] : std::map(spool_)) {
        if (key_of(report.attempt) ==
            key_of({start.job.key, start.job.try_number, start.job.epoch})) {
          if (random_() % 2 == 0) say(report);  // else it is lost, and comes again
        }
      }
      return;
    }
    begin(start.job);
    if (random_() % 8 == 0) return;  // its Started is on its way
    tell(sched::AttemptStarted{.key = {DagId{"etl"}, RunId{"r"}, TaskId{key.task_id}},
                               .try_number = static_cast<std::int32_t>(start.job.try_number),
                               .epoch = start.job.epoch,
                               .worker = WorkerId{"w"}});
  }

  wire::DagSpec spec_;
  WorkerOffer offer_;
  os::TempDir folder_ = os::TempDir::create("island").value();
  std::unique_ptr<sched::State> server_;
  std::unique_ptr<Island> island_;
  std::map<sched::TaskKey, wire::Start> unclaimed_;  ///< queued at the server, not with the core
  std::map<AttemptKey, wire::AttemptRef> running_;
  std::vector<wire::AttemptRef> cancelled_;              ///< on the way to the core
  std::set<AttemptKey> seen_;                            ///< begun at any time
  std::map<std::string, std::set<std::int64_t>> ended_;  ///< epochs by task
  /// By attempt, of each task before it: the epoch of the last end when it began; and the epoch
  /// that the server had when it granted it.
  std::map<AttemptKey, std::map<std::string, std::int64_t>> made_of_, granted_for_;
  std::map<std::int64_t, wire::Finished> spool_;
  std::int64_t seq_ = 0;
  std::int64_t made_at_ = 0;
  bool owes_picture_ = false;
  Rng random_{7};
  bool is_cut_ = false;
};

}  // namespace aiflow::island
