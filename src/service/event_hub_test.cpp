// SPDX-License-Identifier: Apache-2.0
#include "service/event_hub.h"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <string>

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
  std::atomic<int> written = 0;
  EventHub hub{*store, [this](const EventHub::Events& events) {
                 ++written;
                 return std::to_string(events.size());
               }};

  wire::StreamEvent append(int n) {
    return store
        ->transact([&](db::Connection& db) {
          return store::EventLog(db).append(store::kind::dag, WallTime{}, json::object({{"n", n}}));
        })
        .value();
  }
  void append_many(std::size_t count) {
    store
        ->transact([&](db::Connection& db) -> Status {
          for (std::size_t i = 0; i < count; ++i) {
            AIFLOW_TRY(store::EventLog(db).append(store::kind::dag, WallTime{}, json::object({})));
          }
          return {};
        })
        .value();
  }
  void run(const char* sql) {
    REQUIRE(store->transact([&](db::Connection& db) { return db.run(sql); }));
  }
};

/// Ids as they come, 0 for unstored ones.
struct Follower {
  BoundedQueue<std::int64_t> ids{10'000, WhenFull::reject};
  EventHub::Sink sink() {
    return [this](const EventHub::Batch& batch) {
      for (const auto& event : batch.events) ids.push(event.id);
      return true;
    };
  }
  /// The next ones as text, which a failed check can show; fewer when no more come.
  std::string take(std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
      const auto id = ids.pop_for(10s);
      if (!id) break;
      out += (out.empty() ? "" : " ") + std::to_string(*id);
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
  CHECK(follower.take(1) == "0");
  bench.hub.publish({bench.append(1)});
  bench.hub.publish({bench.append(2)});
  CHECK(follower.take(2) == "2 3");
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
  CHECK(follower.take(3) == "1 2 3");
  bench.hub.publish({bench.append(4)});
  CHECK(follower.take(1) == "4");
}

TEST_CASE("a follower that comes back gets exactly what it missed") {
  Bench bench;
  for (int i = 0; i < 10; ++i) bench.append(i);
  REQUIRE(bench.hub.start());
  Follower follower;
  bench.hub.follow(7, follower.sink());
  CHECK(follower.take(3) == "8 9 10");
  bench.hub.publish({bench.append(11)});
  CHECK(follower.take(1) == "11");
}

TEST_CASE("a follower that is too far behind starts at now") {
  Bench bench;
  bench.append_many(EventHub::kReplayMax + 10);
  REQUIRE(bench.hub.start());
  Follower follower;
  bench.hub.follow(1, follower.sink());
  bench.hub.publish({{.id = 0, .kind = "progress", .at = {}, .data = {}}});
  CHECK(follower.take(1) == "0");
}

TEST_CASE("what could not be read at first comes without another wake-up") {
  Bench bench;
  REQUIRE(bench.hub.start());
  Follower follower;
  bench.hub.follow(0, follower.sink());
  bench.hub.publish({{.id = 0, .kind = "progress", .at = {}, .data = {}}});
  CHECK(follower.take(1) == "0");
  bench.append(1);
  bench.run("ALTER TABLE event_log RENAME TO away");
  bench.hub.wake();
  bench.hub.publish({{.id = 0, .kind = "progress", .at = {}, .data = {}}});
  // What is not in the log comes all the same, and says that reading has failed.
  CHECK(follower.take(1) == "0");
  bench.run("ALTER TABLE away RENAME TO event_log");
  CHECK(follower.take(1) == "1");
  bench.hub.publish({bench.append(2)});
  CHECK(follower.take(1) == "2");
}

TEST_CASE("a follower whose missed events cannot be read yet gets them later, before newer ones") {
  Bench bench;
  bench.append(1);
  REQUIRE(bench.hub.start());
  Follower first;
  bench.hub.follow(1, first.sink());
  bench.hub.publish({{.id = 0, .kind = "progress", .at = {}, .data = {}}});
  CHECK(first.take(1) == "0");
  bench.run("ALTER TABLE event_log RENAME TO away");
  Follower second;
  bench.hub.follow(0, second.sink());
  bench.hub.publish({{.id = 0, .kind = "progress", .at = {}, .data = {}}});
  CHECK(first.take(1) == "0");
  bench.run("ALTER TABLE away RENAME TO event_log");
  CHECK(second.take(1) == "1");
  bench.hub.publish({bench.append(2)});
  CHECK(second.take(1) == "2");
  CHECK(first.take(1) == "2");
}

TEST_CASE("a wake-up counts beside events that continue the log") {
  Bench bench;
  REQUIRE(bench.hub.start());
  Follower follower;
  // The hub's thread is held here until both have come: it finds them together.
  BoundedQueue<int> gate{1, WhenFull::reject};
  BoundedQueue<int> held{1, WhenFull::reject};
  bench.hub.follow(0, [&, sink = follower.sink()](const auto& batch) {
    if (batch.events.front().id == 0) {
      held.push(0);
      (void)gate.pop_for(10s);
    }
    return sink(batch);
  });
  bench.hub.publish({{.id = 0, .kind = "progress", .at = {}, .data = {}}});
  REQUIRE(held.pop_for(10s));
  bench.hub.publish({bench.append(1)});
  bench.append(2);
  bench.hub.wake();
  gate.push(0);
  CHECK(follower.take(3) == "0 1 2");
}

TEST_CASE("one wake-up brings all that is new, however much that is") {
  Bench bench;
  REQUIRE(bench.hub.start());
  Follower follower;
  bench.hub.follow(0, follower.sink());
  bench.hub.publish({{.id = 0, .kind = "progress", .at = {}, .data = {}}});
  CHECK(follower.take(1) == "0");
  const auto count = std::size_t{EventHub::kReplayMax} * 2 + 10;
  bench.append_many(count);
  bench.hub.wake();
  CHECK(follower.take(count).ends_with(" " + std::to_string(count)));
}

TEST_CASE("a batch is written once, however many follow") {
  Bench bench;
  REQUIRE(bench.hub.start());
  BoundedQueue<std::shared_ptr<const std::string>> texts{10, WhenFull::reject};
  for (int follower = 0; follower < 3; ++follower) {
    bench.hub.follow(std::nullopt, [&](const EventHub::Batch& batch) {
      texts.push(batch.text);
      return true;
    });
  }
  const wire::StreamEvent unstored{.id = 0, .kind = "progress", .at = {}, .data = {}};
  bench.hub.publish({unstored, unstored});
  const auto first = texts.pop_for(10s);
  REQUIRE(first);
  CHECK(**first == "2");
  CHECK(texts.pop_for(10s) == first);
  CHECK(texts.pop_for(10s) == first);
  CHECK(bench.written == 1);
}

TEST_CASE("a follower that says false is forgotten") {
  Bench bench;
  REQUIRE(bench.hub.start());
  Follower other;
  bench.hub.follow(std::nullopt, [](const auto&) { return false; });
  bench.hub.follow(std::nullopt, other.sink());
  bench.hub.publish({{.id = 0, .kind = "progress", .at = {}, .data = {}}});
  CHECK(other.take(1) == "0");
  bench.hub.publish({bench.append(1)});
  CHECK(other.take(1) == "1");
  CHECK(bench.hub.followers() == 1);
}

}  // namespace
}  // namespace aiflow::service
