// SPDX-License-Identifier: Apache-2.0
// The carrier and the executor at the two ends of a real redis-server, with a worker's core that
// the test plays. How Redis is lost and comes back is tested at each end and in
// tests/e2e/test_redis.py.
#include "uplink/redis_carrier.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>

#include "executor/executor_conformance.h"
#include "executor/redis/redis_executor.h"
#include "executor/redis/testing/redis_server.h"
#include "redis/broker_names.h"
#include "uplink/detail/message.h"

namespace aiflow::uplink {
namespace {

namespace keys = redis::keys;
using executor::testing::Client;
using executor::testing::kPatience;
using executor::testing::RedisServer;

/// A worker's core behind a carrier: runs nothing, says what the test tells it to.
class Core {
 public:
  Core(const Clock& clock, redis::Address address, const std::string& id, int slots)
      : id_(id), slots_(slots), carrier_(clock, {.address = std::move(address), .worker_id = id}) {
    carrier_.start({.connected = [this] { hello(); },
                    .lost = [this] { lose(); },
                    .frame = [this](std::string frame) { take(json::parse(frame).value()); },
                    .refused = [this](const Error& why) { refuse(why); }});
  }
  ~Core() { carrier_.stop(); }

  bool await_starts(std::size_t count) {
    return await([&] { return starts_.size() >= count; });
  }
  bool await_server_stop() {
    return await([&] { return stops_ == std::vector<std::int64_t>{300'000}; });
  }
  [[nodiscard]] bool was_alone_before() {
    const std::scoped_lock lock(mutex_);
    return lost_before_stop_;
  }
  bool await_refusal() {
    return await([&] { return refused_.has_value(); });
  }
  [[nodiscard]] std::vector<executor::Attempt> starts() {
    const std::scoped_lock lock(mutex_);
    return starts_;
  }
  void finish(const executor::Attempt& attempt) {
    wire::Finished finished;
    {
      const std::scoped_lock lock(mutex_);
      finished.seq = ++seq_;
      std::erase(running_, attempt);
    }
    finished.attempt = attempt;
    carrier_.send(json::write(detail::typed("Finished", finished)));
  }
  Carrier& carrier() { return carrier_; }

 private:
  bool await(const std::function<bool()>& done) {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, kPatience, done);
  }
  void hello() {
    wire::Hello hello;
    hello.worker_id = id_;
    hello.slots = slots_;
    {
      const std::scoped_lock lock(mutex_);
      hello.running = running_;
    }
    carrier_.send(json::write(detail::typed("Hello", hello)));
  }
  void lose() {
    const std::scoped_lock lock(mutex_);
    lost_before_stop_ = stops_.empty();
  }
  void take(const json::Value& frame) {
    const std::scoped_lock lock(mutex_);
    if (detail::type_of(frame) == "ServerStops") {
      stops_.push_back(wire::parse_server_stops(frame).value().lease_ms);
      came_.notify_all();
    }
    if (detail::type_of(frame) != "Start") return;
    const executor::Attempt attempt = executor::attempt_of(wire::parse_start(frame).value().job);
    // As the core does: it knows an attempt that it has.
    if (std::ranges::find(running_, attempt) != running_.end()) return;
    running_.push_back(attempt);
    starts_.push_back(attempt);
    came_.notify_all();
  }
  void refuse(const Error& why) {
    const std::scoped_lock lock(mutex_);
    refused_ = why;
    came_.notify_all();
  }

  const std::string id_;
  const int slots_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<executor::Attempt> running_;  ///< guarded by mutex_
  std::vector<executor::Attempt> starts_;   ///< guarded by mutex_
  std::optional<Error> refused_;            ///< guarded by mutex_
  std::vector<std::int64_t> stops_;         ///< guarded by mutex_
  bool lost_before_stop_ = false;           ///< guarded by mutex_
  std::int64_t seq_ = 0;                    ///< guarded by mutex_
  RedisCarrier carrier_;                    ///< last: its thread uses the others
};

struct Rig {
  os::SystemClock clock;
  RedisServer server;
  executor::RedisExecutor executor{clock, [this] {
                                     executor::RedisExecutorOptions options;
                                     options.address = server.address();
                                     return options;
                                   }()};

  Rig() {
    REQUIRE(executor.start([](const executor::Report&) {}));
  }
  ~Rig() { executor.stop(); }
  void submit(const std::string& task, const std::string& queue = "default") {
    executor::Job job = executor::test_job(task);
    job.executor = "redis";
    job.queue = queue;
    REQUIRE(executor.submit(job));
  }
};

TEST_CASE("a worker has as many attempts as slots, and the next when one ends") {
  Rig rig;
  Core core(rig.clock, rig.server.address(), "w", 3);
  for (int i = 0; i < 10; ++i) rig.submit("t" + std::to_string(i));
  for (std::size_t count = 3; count <= 10; ++count) {
    REQUIRE(core.await_starts(count));
    CHECK(core.starts().size() == count);
    core.finish(core.starts().at(count - 3));
  }
}

TEST_CASE("workers share what waits, and nothing goes to two") {
  Rig rig;
  Core one(rig.clock, rig.server.address(), "one", 4);
  Core two(rig.clock, rig.server.address(), "two", 4);
  for (int i = 0; i < 8; ++i) rig.submit("t" + std::to_string(i));
  REQUIRE(one.await_starts(4));
  REQUIRE(two.await_starts(4));
  std::set<std::string> tasks;
  for (Core* core : {&one, &two}) {
    for (const auto& attempt : core->starts()) tasks.insert(attempt.key.task_id);
  }
  CHECK(tasks.size() == 8);
}

TEST_CASE("a worker that begins anew keeps what it runs, and gets no more than its slots") {
  Rig rig;
  Core core(rig.clock, rig.server.address(), "w", 2);
  for (int i = 0; i < 4; ++i) rig.submit("t" + std::to_string(i));
  REQUIRE(core.await_starts(2));
  core.carrier().reconnect();
  core.finish(core.starts().at(0));  // may be lost: said again after its hello
  core.carrier().reconnect();
  core.finish(core.starts().at(0));
  REQUIRE(core.await_starts(3));
  CHECK(core.starts().size() == 3);
}

TEST_CASE("of two workers with one name the second waits until the first is gone") {
  Rig rig;
  auto first = std::make_unique<Core>(rig.clock, rig.server.address(), "w", 1);
  rig.submit("a");
  REQUIRE(first->await_starts(1));
  Core second(rig.clock, rig.server.address(), "w", 4);
  Client redis(rig.server.address());
  const std::string owner = redis.ask({"GET", keys::owner("w")}).text;
  for (int i = 0; i < 3; ++i) rig.submit("b" + std::to_string(i));
  first->finish(first->starts().at(0));
  REQUIRE(first->await_starts(2));
  CHECK(redis.ask({"GET", keys::owner("w")}).text == owner);
  CHECK(second.starts().empty());
  first.reset();
  CHECK(second.await_starts(1));
}

TEST_CASE("what a worker has read leaves redis, and is not for the next of its name") {
  Rig rig;
  Client redis(rig.server.address());
  std::string session;
  while (session.empty()) session = redis.ask({"GET", keys::kSession}).text;
  const std::string stream = keys::control(session, "w");
  const executor::Job old = executor::test_job("of a process that was killed");
  redis.ask({"XADD", stream, "*", "f",
             json::write(
                 detail::typed("Start", wire::Start{.job = old, .delivery = {}, .trouble = {}}))});
  Core core(rig.clock, rig.server.address(), "w", 1);
  rig.submit("a");
  REQUIRE(core.await_starts(1));
  CHECK(core.starts().at(0).key.task_id == "a");
  const std::string frame = R"({"type":"Odd","data":")" + std::string(100'000, 'x') + R"("})";
  for (int i = 0; i < 30; ++i) redis.ask({"XADD", stream, "*", "f", frame});
  // The last one that was read stays. A lease later the server would remove the whole stream.
  const SteadyTime end = rig.clock.steady_now() + kPatience / 4;
  while (redis.ask({"XLEN", stream}).integer > 1 && rig.clock.steady_now() < end) {
    os::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(redis.ask({"XLEN", stream}).integer <= 1);
}

TEST_CASE("a worker hears what a new server answers, though it still reads of the last one") {
  const os::SystemClock clock;
  const RedisServer server;
  Core core(clock, server.address(), "w", 1);
  for (std::size_t served = 1; served <= 4; ++served) {
    executor::RedisExecutorOptions options;
    options.address = server.address();
    executor::RedisExecutor executor(clock, options);
    REQUIRE(executor.start([](const executor::Report&) {}));
    executor::Job job = executor::test_job("t" + std::to_string(served));
    job.executor = "redis";
    REQUIRE(executor.submit(job));
    REQUIRE(core.await_starts(served));
    core.finish(core.starts().back());
    executor.stop();
  }
}

TEST_CASE("a worker hears how long its tasks are left to it before the server is gone") {
  Rig rig;
  Core core(rig.clock, rig.server.address(), "w", 1);
  rig.submit("t");
  REQUIRE(core.await_starts(1));
  const wire::LeftBehind left = rig.executor.wind_down();
  CHECK(left.workers == std::vector<std::string>{"w"});
  rig.executor.leave_behind({.lease_ms = 300'000, .workers = left.workers, .sent = left.sent});
  rig.executor.stop();
  CHECK(core.await_server_stop());
  CHECK_FALSE(core.was_alone_before());
}

TEST_CASE("an entry that is no attempt is kept aside with the reason") {
  Rig rig;
  Core core(rig.clock, rig.server.address(), "w", 1);
  rig.submit("a");
  REQUIRE(core.await_starts(1));
  Client redis(rig.server.address());
  const std::string lane = keys::lane(redis.ask({"GET", keys::kSession}).text, "default");
  redis.ask({"XADD", lane, "*", "a", "\x01 bad"});
  core.finish(core.starts().at(0));
  rig.submit("b");
  REQUIRE(core.await_starts(2));
  CHECK(redis.ask({"XLEN", keys::kDead}).integer == 1);
}

TEST_CASE("a login that is refused at the start is said") {
  RedisServer server({"--requirepass", "right"});
  os::SystemClock clock;
  Client ready(server.address("right"));
  ready.ask({"PING"});
  Core core(clock, server.address("wrong"), "w", 1);
  CHECK(core.await_refusal());
}

}  // namespace
}  // namespace aiflow::uplink
