// SPDX-License-Identifier: Apache-2.0
#include "service/event_hub.h"

#include <doctest/doctest.h>

#include "base/bounded_queue.h"
#include "os/temp_dir.h"
#include "store/event_log.h"

namespace aiflow::service {
namespace {

using namespace std::chrono_literals;

struct Bench {
  os::TempDir folder = os::TempDir::create("hub-test").value();
  std::unique_ptr<store::Store> store =
      store::Store::open((folder.path() / "a.db").string(), WallTime{}).value();
  EventHub hub{*store};

  wire::StreamEvent append(int n) {
    return store
        ->transact([&](db::Connection& db) {
          return store::EventLog(db).append(store::kind::dag, WallTime{}, json::object({{"n", n}}));
        })
        .value();
  }
};

/// Ids as they come, 0 for unstored ones.
struct Follower {
  BoundedQueue<std::int64_t> ids{10'000, WhenFull::reject};
  EventHub::Sink sink() {
    return [this](const std::vector<wire::StreamEvent>& batch) {
      for (const auto& event : batch) ids.push(event.id);
      return true;
    };
  }
  std::vector<std::int64_t> take(std::size_t count) {
    std::vector<std::int64_t> out;
    while (out.size() < count) {
      const auto id = ids.pop_for(10s);
      if (!id) break;
      out.push_back(*id);
    }
    return out;
  }
};

TEST_CASE("a follower gets what is published after it came, and unstored events too") {
  Bench bench;
  bench.append(0);
  REQUIRE(bench.hub.start());
  Follower follower;
  bench.hub.follow(std::nullopt, follower.sink());
  // It has joined when the first unstored event arrives.
  bench.hub.publish({{.id = 0, .kind = "progress", .at = {}, .data = {}}});
  CHECK(follower.take(1) == std::vector<std::int64_t>{0});
  bench.hub.publish({bench.append(1)});
  bench.hub.publish({bench.append(2)});
  CHECK(follower.take(2) == std::vector<std::int64_t>{2, 3});
}

TEST_CASE("events published out of order, or only as a wake-up, come in order and once") {
  Bench bench;
  REQUIRE(bench.hub.start());
  Follower follower;
  bench.hub.follow(0, follower.sink());
  const auto one = bench.append(1);
  const auto two = bench.append(2);
  bench.hub.publish({two});
  bench.hub.publish({one});
  bench.append(3);
  bench.hub.wake();
  CHECK(follower.take(3) == std::vector<std::int64_t>{1, 2, 3});
  bench.hub.publish({bench.append(4)});
  CHECK(follower.take(1) == std::vector<std::int64_t>{4});
}

TEST_CASE("a follower that comes back gets exactly what it missed") {
  Bench bench;
  for (int i = 0; i < 10; ++i) bench.append(i);
  REQUIRE(bench.hub.start());
  Follower follower;
  bench.hub.follow(7, follower.sink());
  CHECK(follower.take(3) == std::vector<std::int64_t>{8, 9, 10});
  bench.hub.publish({bench.append(11)});
  CHECK(follower.take(1) == std::vector<std::int64_t>{11});
}

TEST_CASE("a follower that is too far behind starts at now") {
  Bench bench;
  bench.store
      ->transact([&](db::Connection& db) -> Status {
        for (int i = 0; i < EventHub::kReplayMax + 10; ++i) {
          AIFLOW_TRY(store::EventLog(db).append(store::kind::dag, WallTime{}, json::object({})));
        }
        return {};
      })
      .value();
  REQUIRE(bench.hub.start());
  Follower follower;
  bench.hub.follow(1, follower.sink());
  bench.hub.publish({{.id = 0, .kind = "progress", .at = {}, .data = {}}});
  CHECK(follower.take(1) == std::vector<std::int64_t>{0});
}

TEST_CASE("a follower that says false is forgotten") {
  Bench bench;
  REQUIRE(bench.hub.start());
  Follower other;
  bench.hub.follow(std::nullopt, [](const auto&) { return false; });
  bench.hub.follow(std::nullopt, other.sink());
  bench.hub.publish({{.id = 0, .kind = "progress", .at = {}, .data = {}}});
  bench.hub.publish({bench.append(1)});
  CHECK(other.take(2).size() == 2);
  CHECK(bench.hub.followers() == 1);
}

}  // namespace
}  // namespace aiflow::service
