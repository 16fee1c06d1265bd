// SPDX-License-Identifier: Apache-2.0
// What an island begins while it is cut off is what the server gives out afterwards, and nothing
// twice.
#include "island/island.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>

#include "island/journal.h"
#include "island/testing/site.h"

namespace aiflow::island {
namespace {

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
  site.clock_.advance(24h - 26s);
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

TEST_CASE("what ran ahead of a task that is cleared meanwhile runs anew after it") {
  Rng random(1);
  Site site(dag({task("a", {}), task("b", {"a"}), task("c", {"b"})}));
  site.cut();
  CHECK(site.end("a"));
  CHECK(site.end("b"));
  site.clear("a", false);
  site.back(random);
  CHECK(site.end("a"));
  CHECK(site.state("b") != "success");
  CHECK(site.running() == std::set<std::string>{"b", "c"});  // c is of the old b
  CHECK(site.end("c"));
  site.merge(random);
  CHECK(site.end("b"));
  CHECK(site.end("c"));
  CHECK(site.run_state() == "success");
  CHECK(site.stale.empty());
  CHECK(site.refused.size() == 2);
}

TEST_CASE(
    "a DAG that is paused before the cut starts nothing in it; one that is not any more does") {
  for (const bool is_again : {false, true}) {
    Site site(dag({task("a", {}), task("b", {"a"})}));
    site.pause(true);
    if (is_again) site.pause(false);
    site.cut();
    CHECK(site.end("a"));
    site.advance(1s);
    CHECK(site.running() == (is_again ? std::set<std::string>{"b"} : std::set<std::string>{}));
  }
}

TEST_CASE("what is marked before the cut does not run in it, and what follows does") {
  Site site(dag({task("a", {}), task("b", {"a"}), task("c", {"a", "b"})}));
  site.mark("b", TaskState::success);
  site.cut();
  CHECK(site.end("a"));
  CHECK(site.begun == Begun{"a/1", "c/1"});

  Site other(dag({task("a", {}), task("b", {"a"}), task("c", {"a"})}));
  other.mark("b", TaskState::failed);
  other.cut();
  CHECK(other.end("a"));
  CHECK(other.begun == Begun{"a/1", "c/1"});
}

TEST_CASE("what follows a task that is cleared before the cut waits for its new end") {
  Rng random(1);
  Site site(dag({task("a", {}), task("x", {}), task("b", {"a", "x"})}), 2);
  CHECK(site.end("a"));
  site.clear("a", false);
  CHECK(site.running() == std::set<std::string>{"a", "x"});
  site.cut();
  CHECK(site.end("x"));
  CHECK(site.running() == std::set<std::string>{"a"});
  CHECK(site.end("a"));
  CHECK(site.end("b"));
  site.back(random);
  CHECK(site.run_state() == "success");
  CHECK(site.refused.empty());
}

TEST_CASE("a picture that comes late is none; one of an unknown run is of no use") {
  Site site(dag({task("a", {}), task("b", {"a"})}));
  site.pause(true);
  wire::Picture old{.dag_id = "etl", .run_id = "r", .made_at = 1, .part = wire::IslandPart{}};
  site.island().picture(old);
  old.run_id = "other";
  site.island().picture(old);
  site.cut();
  site.restart();  // the pause is in the journal
  site.advance(1s);
  CHECK(site.begun == Begun{"a/1"});
}

TEST_CASE("a run that the server has no picture of is not gone on with") {
  Site site(dag({task("a", {}), task("b", {"a"})}));
  site.island().picture({.dag_id = "etl", .run_id = "r", .made_at = 1000, .part = {}});
  site.cut();
  CHECK(site.end("a"));
  site.restart();
  site.advance(1s);
  CHECK(site.begun == Begun{"a/1"});
}

TEST_CASE("a retry that ran ahead of a clear is not the cleared task's next attempt") {
  Rng random(1);
  wire::TaskSpec flaky = task("a", {});
  flaky.retries = 3;
  Site site(dag({flaky}));
  site.cut();
  CHECK(site.end("a", Outcome::failed));
  site.advance(1100ms);
  CHECK(site.end("a", Outcome::failed));
  site.advance(1100ms);
  CHECK(site.end("a"));
  site.clear("a", true);
  site.back(random);
  CHECK(site.running() == std::set<std::string>{"a"});
  CHECK(site.state("a") != "success");
  CHECK(site.end("a"));
  site.merge(random);
  CHECK(site.run_state() == "success");
}

/// Files of this process grow no more.
class FullDisk {
 public:
  FullDisk() {
    before_ = std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit_) == 0);
    rlimit full = limit_;
    full.rlim_cur = 0;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &full) == 0);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &limit_);
    std::signal(SIGXFSZ, before_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit limit_{};
  void (*before_)(int) = nullptr;
};

TEST_CASE(
    "an island whose disk was full goes on when there is room again, and begins nothing twice") {
  Rng random(1);
  Site site(dag({task("a", {}), task("b", {"a"}), task("c", {"b"})}));
  site.cut();
  {
    const FullDisk full;
    CHECK(site.end("a"));
    site.advance(6s);
    CHECK(site.begun == Begun{"a/1"});
  }
  site.advance(6s);
  CHECK(site.begun == Begun{"a/1", "b/1"});
  site.restart();  // what it could not write then, it has written since
  site.advance(1s);
  CHECK(site.running().empty());
  site.back(random);
  CHECK(site.state("b") == "failed");
  CHECK(site.begun == Begun{"a/1", "b/1"});
}

TEST_CASE("what a full disk kept from beginning is no try of a later worker") {
  Site site(dag({task("a", {}), task("b", {"a"})}));
  site.cut();
  {
    const FullDisk full;
    CHECK(site.end("a"));
  }
  site.restart();
  site.advance(6s);
  CHECK(site.begun == Begun{"a/1", "b/1"});
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
    CHECK(journal.append({}));
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
    site.omits = seed % 2 == 0;
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

TEST_CASE("whatever a user decides before a cut, nothing that runs in the cut is refused") {
  std::size_t ahead = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    Rng random(seed);
    Site site(random_dag(random), 1 + static_cast<int>(random() % 4));
    bool is_paused = false;
    for (int move = 0; move < 150; ++move) {
      const bool is_cut = site.island().is_cut();
      const std::uint64_t choice = random() % 12;
      if (choice < 5) site.end_any(random);
      if (choice == 5 && !is_cut) site.cut();
      if (choice == 6 && is_cut) site.back(random);
      if (choice == 7) site.advance(1100ms);
      if (choice == 8 && is_cut) site.restart();
      if (choice == 9 && !is_cut) site.merge(random);
      const bool may_decide = choice > 9 && !is_cut && site.is_settled(random);
      if (may_decide && choice == 10) site.decide(random);
      if (may_decide && choice == 11) site.pause(is_paused = !is_paused);
      ahead += site.island().ahead().size();
    }
    if (site.island().is_cut()) site.back(random);
    site.pause(false);
    for (int move = 0; move < 300 && site.run_state() == "running"; ++move) {
      site.merge(random);
      site.end_any(random);
      site.advance(1100ms);
    }
    CHECK(site.run_state() != "running");
    for (const auto& what : site.refused) FAIL_CHECK(what.key.task_id, "/", what.epoch);
    for (const std::string& what : site.stale) FAIL_CHECK(what);
  }
  CHECK(ahead > 100);  // it was tried
}

TEST_CASE(
    "whatever a user clears and marks meanwhile, no result is taken that is made of old ones") {
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    Rng random(seed);
    Site site(random_dag(random), 1 + static_cast<int>(random() % 4));
    for (int move = 0; move < 150; ++move) {
      const std::uint64_t choice = random() % 12;
      if (choice < 5) site.end_any(random);
      if (choice == 5 && !site.island().is_cut()) site.cut();
      if (choice == 6 && site.island().is_cut()) site.back(random);
      if (choice == 7) site.advance(1100ms);
      if (choice == 8 && site.island().is_cut()) site.restart();
      if (choice == 9 && !site.island().is_cut()) site.merge(random);
      if (choice == 10) site.decide(random);
    }
    if (site.island().is_cut()) site.back(random);
    for (int move = 0; move < 300 && site.run_state() == "running"; ++move) {
      site.merge(random);
      site.end_any(random);
      site.advance(1100ms);
    }
    CHECK(site.run_state() != "running");
    for (const std::string& what : site.stale) FAIL_CHECK(what);
    refused += site.refused.size();
  }
  CHECK(refused > 100);  // it was tried
}

}  // namespace
}  // namespace aiflow::island
