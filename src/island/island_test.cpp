// SPDX-License-Identifier: Apache-2.0
// An island between a server's scheduler and a worker's core, both played by the test: what the
// island begins while it is cut off is what the server gives out afterwards, and nothing twice.
#include "island/island.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "base/placement.h"
#include "conductor/dag_from_spec.h"
#include "island/journal.h"
#include "os/temp_dir.h"
#include "sched/step.h"
#include "wire/dag.h"

namespace aiflow::island {
namespace {

using namespace std::chrono_literals;
using Rng = std::mt19937_64;

wire::TaskSpec task(const std::string& id, const std::vector<std::string>& upstream) {
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

wire::DagSpec dag(std::vector<wire::TaskSpec> tasks) {
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
    std::vector<sched::TaskKey> queued;
    for (const auto& [key, start] : unclaimed_) queued.push_back(key);
    for (const auto& key : queued) give(unclaimed_.at(key));
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
        if (!island_->is_ahead(report.attempt)) say(report);
      }
    }
  }
  /// The core's process is killed; its spool is read back by the next one.
  void restart() {
    running_.clear();
    island_.reset();
    open();
    if (island_->is_cut()) island_->found(here());
  }
  void advance(Duration by) {
    clock_.advance(by);
    tell_nothing();
    island_->tick();
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

  std::vector<std::string> begun;         ///< "task/try", in order
  std::vector<wire::AttemptRef> refused;  ///< results that the server did not take
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
    CHECK(running_.emplace(key_of(attempt), attempt).second);
  }
  void spool(wire::Finished report) {
    report.seq = ++seq_;
    spool_[seq_] = report;
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
    if (!replies.front().accepted && is_first) refused.push_back(report.attempt);
    island_->acknowledged(report.seq);
  }
  std::vector<sched::Reply> tell(sched::Event event) { return step({std::move(event)}); }
  void tell_nothing() { step({}); }
  std::vector<sched::Reply> step(std::vector<sched::Event> events) {
    const auto effects = sched::step(*server_, events, {clock_.now(), clock_.steady_now()});
    for (const sched::SubmitJob& submit : effects.submits) {
      unclaimed_[submit.key] = start_of(submit.key);
    }
    for (const sched::SubmitJob& submit : effects.submits) {
      const auto start = unclaimed_.find(submit.key);
      if (!is_cut_ && start != unclaimed_.end()) give(start->second);
    }
    return effects.replies;
  }
  /// A job of the server, whose picture is of this moment.
  wire::Start start_of(const sched::TaskKey& key) {
    wire::Start start;
    const auto row = server_->instance_row(key).value();
    start.job = job(key.task_id.value, row.try_number, row.epoch);
    wire::IslandPart part{
        .made_at = ++made_at_, .dag_version = 1, .run_number = 1, .dag = wire::to_json(spec_)};
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
                            .next_try_at = of.next_try_at});
      part.jobs.push_back(wire::to_json(job(one.task_id, of.try_number, of.epoch + 1)));
    }
    start.job.island = std::move(part);
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
  }

  wire::DagSpec spec_;
  WorkerOffer offer_;
  os::TempDir folder_ = os::TempDir::create("island").value();
  std::unique_ptr<sched::State> server_;
  std::unique_ptr<Island> island_;
  std::map<sched::TaskKey, wire::Start> unclaimed_;  ///< queued at the server, not with the core
  std::map<AttemptKey, wire::AttemptRef> running_;
  std::map<std::int64_t, wire::Finished> spool_;
  std::int64_t seq_ = 0;
  std::int64_t made_at_ = 0;
  Rng random_{7};
  bool is_cut_ = false;
};

using Begun = std::vector<std::string>;

TEST_CASE("a chain goes on to its end, and the server catches up") {
  Rng random(1);
  Site site(dag({task("a", {}), task("b", {"a"}), task("c", {"b"})}));
  CHECK(site.begun == Begun{"a/1"});
  site.cut();
  CHECK(site.end("a"));
  CHECK(site.end("b"));
  CHECK(site.end("c"));
  CHECK(site.state("b") == "no_status");
  site.back(random);
  CHECK(site.run_state() == "success");
  CHECK(site.begun == Begun{"a/1", "b/1", "c/1"});
  CHECK(site.refused.empty());
}

TEST_CASE("a task that is not the island's waits for the server, and what follows it too") {
  wire::TaskSpec other = task("b", {"a"});
  other.placement.reset();
  other.queue = "elsewhere";
  Site site(dag({task("a", {}), other, task("c", {"b"}), task("d", {"a"})}));
  site.cut();
  CHECK(site.end("a"));
  CHECK(site.running() == std::set<std::string>{"d"});
}

TEST_CASE("a retry is made alone, after its delay") {
  Rng random(1);
  wire::TaskSpec flaky = task("a", {});
  flaky.retries = 1;
  Site site(dag({flaky, task("b", {"a"})}));
  site.cut();
  CHECK(site.end("a", Outcome::failed));
  CHECK(site.running().empty());
  site.advance(1100ms);
  CHECK(site.begun == Begun{"a/1", "a/2"});
  CHECK(site.end("a"));
  CHECK(site.end("b"));
  site.back(random);
  site.advance(1100ms);
  site.merge(random);
  CHECK(site.run_state() == "success");
  CHECK(site.begun == Begun{"a/1", "a/2", "b/1"});
}

TEST_CASE("a failure ends the part of the run that needs it") {
  Rng random(1);
  Site site(dag({task("a", {}), task("b", {"a"})}));
  site.cut();
  CHECK(site.end("a", Outcome::failed));
  CHECK(site.is_idle() == false);
  CHECK(site.running().empty());
  site.back(random);
  CHECK(site.run_state() == "failed");
  CHECK(site.state("b") == "upstream_failed");
}

TEST_CASE("nothing is begun when the lease is nearly over") {
  Site site(dag({task("a", {}), task("b", {"a"})}));
  site.cut();
  CHECK(site.island().holds_lease());
  site.clock_.advance(24h - 21s);
  CHECK(site.island().holds_lease());
  site.clock_.advance(2s);
  CHECK_FALSE(site.island().holds_lease());
  CHECK(site.end("a"));
  CHECK(site.begun == Begun{"a/1"});
}

TEST_CASE("a worker that is killed while it is cut off goes on, and begins nothing twice") {
  Rng random(1);
  wire::TaskSpec second = task("b", {"a"});
  second.retries = 1;
  Site site(dag({task("a", {}), second, task("c", {"b"})}));
  site.cut();
  CHECK(site.end("a"));
  CHECK(site.running() == std::set<std::string>{"b"});
  site.restart();
  CHECK(site.running().empty());
  site.advance(1100ms);
  CHECK(site.begun == Begun{"a/1", "b/1", "b/2"});
  CHECK(site.end("b"));
  CHECK(site.end("c"));
  site.back(random);
  site.advance(1100ms);
  site.merge(random);
  CHECK(site.run_state() == "success");
  CHECK(site.begun == Begun{"a/1", "b/1", "b/2", "c/1"});
}

TEST_CASE("what belongs to a run that the journal does not tell of is left to the server") {
  Site site(dag({task("a", {}), task("b", {"a"})}));
  site.cut();
  CHECK(site.end("a"));
  {
    Journal journal(site.journal());
    auto records = journal.open().value();
    std::erase_if(records, [](const json::Value& one) {
      return json::get_string_or(one, "kind", "").value() == "run";
    });
    journal.replace(records);
  }
  site.restart();
  site.advance(1s);
  CHECK(site.begun == Begun{"a/1", "b/1"});
}

TEST_CASE("the torn end of a journal is cut off; what is before it counts, and what comes after") {
  const auto folder = os::TempDir::create("journal").value();
  const auto file = folder.path() / "journal";
  {
    Journal journal(file);
    REQUIRE(journal.open().value().empty());
    journal.add(1);
    journal.add(2);
    CHECK(journal.sync());
  }
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
  {
    Journal journal(file);
    CHECK(journal.open().value() == std::vector<json::Value>{1});
    journal.add(3);
    journal.replace({4});
    journal.add(5);
  }
  Journal journal(file);
  CHECK(journal.open().value() == std::vector<json::Value>{4, 5});
}

/// Tasks of random shape: each has some of those before it upstream.
wire::DagSpec random_dag(Rng& random) {
  std::vector<wire::TaskSpec> tasks;
  for (int i = 0; i < 8; ++i) {
    std::vector<std::string> upstream;
    for (int j = 0; j < i; ++j) {
      if (random() % 3 == 0) upstream.push_back("t" + std::to_string(j));
    }
    tasks.push_back(task("t" + std::to_string(i), upstream));
    tasks.back().retries = static_cast<std::int64_t>(random() % 3);
    if (random() % 4 == 0) tasks.back().trigger_rule = TriggerRule::all_done;
    if (random() % 6 == 0) tasks.back().trigger_rule = TriggerRule::one_success;
  }
  return dag(std::move(tasks));
}

TEST_CASE("whatever is cut, doubled, reordered or lost, every attempt is begun once") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    Rng random(seed);
    Site site(random_dag(random), 1 + static_cast<int>(random() % 4));
    for (int move = 0; move < 120 && site.run_state() == "running"; ++move) {
      const std::uint64_t choice = random() % 10;
      if (choice < 5) site.end_any(random);
      if (choice == 5 && !site.island().is_cut()) site.cut();
      if (choice == 6 && site.island().is_cut()) site.back(random);
      if (choice == 7) site.advance(1100ms);
      if (choice == 8 && site.island().is_cut()) site.restart();
      if (choice == 9 && !site.island().is_cut()) site.merge(random);
    }
    if (site.island().is_cut()) site.back(random);
    for (int move = 0; move < 200 && site.run_state() == "running"; ++move) {
      site.merge(random);
      site.end_any(random);
      site.advance(1100ms);
    }
    CHECK(site.run_state() != "running");
    CHECK(site.refused.empty());
    Begun once = site.begun;
    std::ranges::sort(once);
    CHECK(std::ranges::adjacent_find(once) == once.end());
  }
}

}  // namespace
}  // namespace aiflow::island
