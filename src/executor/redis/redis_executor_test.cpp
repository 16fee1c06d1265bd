// SPDX-License-Identifier: Apache-2.0
// The Redis executor over a real redis-server, with workers that the test plays.
#include "executor/redis/redis_executor.h"

#include <doctest/doctest.h>

#include "executor/redis/testing/redis_rig.h"
#include "redis/broker_names.h"
#include "redis/streams.h"

namespace aiflow::executor {
namespace {

namespace keys = redis::keys;
using testing::Client;
using testing::kPatience;
using testing::PlayedWorker;
using testing::RedisRig;
using testing::RedisServer;
using testing::starts;

Attempt attempt(const std::string& task) { return attempt_of(test_job(task)); }

/// The newest of the dead-letter stream, once there are so many.
std::vector<redis::Entry> await_dead(Client& redis, std::size_t count) {
  os::SystemClock clock;
  const SteadyTime end = clock.steady_now() + kPatience;
  while (true) {
    auto dead = redis::parse_entries(redis.ask({"XRANGE", keys::kDead, "-", "+"})).value();
    if (dead.size() >= count) return dead;
    REQUIRE(clock.steady_now() < end);
  }
}

/// The entry of an attempt that the worker reads and does not claim.
std::string read_only(RedisRig& rig, PlayedWorker& worker, const std::string& task) {
  worker.hello();
  REQUIRE(worker.await_type("Lanes"));
  rig.submit(task);
  const std::string lane = keys::lane(worker.session(), "default");
  const auto read =
      redis::parse_read(worker.redis().ask({"XREADGROUP", "GROUP", keys::kGroup, "reader", "COUNT",
                                            "1", "BLOCK", "3000", "STREAMS", lane, ">"}));
  REQUIRE_FALSE(read->empty());
  return read->front().entries.front().id;
}

TEST_CASE("the redis executor is an executor") {
  check_conformance(
      [](std::vector<Attempt> running) { return std::make_unique<RedisRig>(std::move(running)); });
}

TEST_CASE("a worker takes no more jobs than it has slots") {
  RedisRig rig;
  rig.connect_worker();
  for (const char* id : {"a", "b", "c"}) rig.submit(id);
  REQUIRE(rig.await_start(attempt("a")));
  REQUIRE(rig.await_start(attempt("b")));
  CHECK(rig.start_count(attempt("c")) == 0);
  rig.say_finished(attempt("a"));
  CHECK(rig.await_start(attempt("c")));
}

TEST_CASE("a cordoned worker is given nothing, whatever it reads; a drain is told") {
  RedisRig rig;
  rig.connect_worker();
  CHECK(rig.executor().order({"nobody"}, WorkerOrder::cordon).error().code == ErrorCode::not_found);
  REQUIRE(rig.executor().order({"w1"}, WorkerOrder::cordon));
  CHECK(rig.await_report([](const Report& report) {
    const auto* changed = std::get_if<WorkerChanged>(&report);
    return changed != nullptr && changed->worker.cordoned && changed->worker.slots > 0;
  }));
  REQUIRE(rig.worker().await([](const json::Value& frame) {
    return frame.find("type")->as_string() == "Lanes" && wire::parse_lanes(frame)->lanes.empty();
  }));
  rig.submit("a");
  // As if it had been reading when it was told.
  const SteadyTime end = os::SystemClock().steady_now() + kPatience;
  while (!rig.worker().pull("default")) REQUIRE(os::SystemClock().steady_now() < end);
  REQUIRE(rig.worker().await_type("Unclaimed"));
  CHECK(rig.start_count(attempt("a")) == 0);
  REQUIRE(rig.executor().order({"w1"}, WorkerOrder::uncordon));
  CHECK(rig.await_start(attempt("a")));
  REQUIRE(rig.executor().order({"w1"}, WorkerOrder::drain));
  CHECK(rig.worker().await_type("Drain"));
}

TEST_CASE("a worker that drained and left is gone at once, with its stream") {
  RedisRig rig;
  rig.connect_worker();
  wire::Hello drained;
  drained.worker_id = "w1";
  rig.worker().say("Hello", drained);
  rig.worker().say("Left", wire::Left{});
  std::string state;  // the first that it has when it is away
  CHECK(rig.await_report([&](const Report& report) {
    const auto* changed = std::get_if<WorkerChanged>(&report);
    if (changed == nullptr) return false;
    state = changed->worker.state;
    return state == "lost" || state == "gone";
  }));
  CHECK(state == "gone");
  const std::string stream = keys::control(rig.worker().session(), "w1");
  const SteadyTime end = os::SystemClock().steady_now() + kPatience;
  while (rig.worker().redis().ask({"EXISTS", stream}).integer != 0) {
    REQUIRE(os::SystemClock().steady_now() < end);
  }
}

TEST_CASE("a job that asks for a label goes to a worker that has it") {
  RedisRig rig;
  rig.connect_worker();
  Job job = RedisRig::job("gpu");
  job.placement = {{"gpu", "true"}};
  REQUIRE(rig.executor().submit(job));
  rig.submit("any");
  REQUIRE(rig.await_start(attempt("any")));
  PlayedWorker other(rig.server(), "w2");
  wire::Hello hello;
  hello.labels = std::map<std::string, std::string>{{"gpu", "true"}};
  other.hello({}, hello);
  CHECK(other.await([](auto& frame) { return starts(frame, attempt("gpu")); }));
  CHECK(rig.start_count(attempt("gpu")) == 0);
  const auto workers = rig.executor().workers();
  REQUIRE(workers.size() == 2);
  CHECK(workers[0].executors == std::vector<std::string>{"redis"});
}

TEST_CASE("a redis that is killed and comes back loses nothing, with its data or without") {
  std::vector<std::string> args;
  SUBCASE("without") {}
  SUBCASE("with its append-only file") {
    args = {"--appendonly", "yes", "--appendfsync", "always"};
  }
  RedisRig rig(std::make_unique<RedisServer>(args));
  rig.connect_worker();
  rig.submit("a");
  REQUIRE(rig.await_start(attempt("a")));
  rig.say_started(attempt("a"));
  REQUIRE(rig.await_report([](auto& report) { return std::holds_alternative<Started>(report); }));
  rig.server().kill();
  REQUIRE(rig.await_trouble("connect"));
  for (const char* id : {"b", "c"}) rig.submit(id);  // waits here
  rig.server().start();
  REQUIRE(rig.await_start(attempt("b")));
  REQUIRE(rig.await_trouble(""));
  CHECK(rig.start_count(attempt("a")) == 1);
  const auto seq = rig.say_finished(attempt("a"));
  REQUIRE(rig.await_report([](auto& report) { return std::holds_alternative<Finished>(report); }));
  rig.executor().acknowledge({.worker = WorkerId{"w1"}, .seq = seq}, true, "");
  CHECK(rig.await_ack(seq, true));
  CHECK(rig.await_start(attempt("c")));
}

TEST_CASE("what waits is offered again after FLUSHALL") {
  RedisRig rig;
  rig.connect_worker();
  for (const char* id : {"a", "b", "c"}) rig.submit(id);
  REQUIRE(rig.await_start(attempt("a")));
  REQUIRE(rig.await_start(attempt("b")));
  rig.say_started(attempt("a"));
  rig.say_started(attempt("b"));
  rig.worker().redis().ask({"FLUSHALL"});
  REQUIRE(rig.worker().await([&](auto&) { return rig.worker().session().ends_with("-2"); }));
  rig.say_finished(attempt("a"));
  CHECK(rig.await_start(attempt("c")));
  CHECK(rig.start_count(attempt("a")) == 1);
}

/// Its looks at the stream come back late: what was offered meanwhile is not missing there.
TEST_CASE("a redis that is slow for some looks has lost nothing") {
  RedisRig rig;
  rig.connect_worker();
  rig.submit("a");
  REQUIRE(rig.await_start(attempt("a")));
  const std::string session = rig.worker().session();
  rig.worker().redis().ask({"CLIENT", "PAUSE", "3600", "ALL"});
  os::sleep_for(std::chrono::milliseconds(3300));  // three looks, and more
  for (const char* id : {"b", "c", "d"}) rig.submit(id);
  REQUIRE(rig.await_start(attempt("b")));
  CHECK(rig.worker().redis().ask({"GET", keys::kSession}).text == session);
}

TEST_CASE("jobs wait while redis is out of memory, and say so") {
  RedisRig rig;
  rig.connect_worker();
  Client& redis = rig.worker().redis();
  redis.ask({"CONFIG", "SET", "maxmemory", "1"});
  rig.submit("a");
  REQUIRE(rig.await_trouble("OOM"));
  // It looks again with a pause that grows, however many ask.
  const auto commands = [&] {
    const std::string stats = redis.ask({"INFO", "stats"}).text;
    return std::atoi(stats.c_str() + stats.find("total_commands_processed:") + 25);
  };
  const int before = commands();
  for (int i = 0; i < 50; ++i) rig.submit("more" + std::to_string(i));
  os::sleep_for(std::chrono::milliseconds(500));
  CHECK(commands() - before < 40);
  redis.ask({"CONFIG", "SET", "maxmemory", "0"});
  CHECK(rig.await_start(attempt("a")));
  CHECK(rig.await_trouble(""));
}

TEST_CASE("a redis that evicts keys is not used") {
  RedisRig rig(
      std::make_unique<RedisServer>(std::vector<std::string>{"--maxmemory-policy", "allkeys-lru"}));
  rig.submit("a");
  REQUIRE(rig.await_trouble("noeviction"));
  Client redis(rig.server().address());
  CHECK(redis.ask({"EXISTS", keys::kSession}).integer == 0);
  redis.ask({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
  rig.connect_worker();
  CHECK(rig.await_start(attempt("a")));
}

TEST_CASE("an entry that is delivered twice starts once, and goes") {
  RedisRig rig;
  rig.connect_worker();
  Client& redis = rig.worker().redis();
  const std::string lane = keys::lane(rig.worker().session(), "default");
  const std::string text = json::write(wire::to_json(attempt("a")));
  redis.ask({"XADD", lane, "*", "a", text});  // before it was ever offered
  rig.submit("a");
  REQUIRE(rig.await_start(attempt("a")));
  redis.ask({"XADD", lane, "*", "a", text});
  rig.submit("b");
  REQUIRE(rig.await_start(attempt("b")));
  CHECK(rig.start_count(attempt("a")) == 1);
  CHECK(redis.ask({"XLEN", lane}).integer == 0);
  CHECK(redis.ask({"XPENDING", lane, keys::kGroup}).items.at(0).integer == 0);
}

TEST_CASE("what cannot be used is kept with the reason, and the rest goes on") {
  RedisRig rig;
  rig.connect_worker();
  rig.worker().say_bytes("\x01{not json");
  rig.worker().say_bytes(R"({"type":"Started"})");
  rig.worker().redis().ask({"XADD", keys::reports(rig.worker().session()), "*", "x", "y"});
  wire::Hello other;
  other.worker_id = "somebody else";
  rig.worker().say("Hello", other);
  rig.worker().redis().ask({"XADD", keys::lane(rig.worker().session(), "default"), "*", "a",
                            json::write(wire::to_json(attempt("unknown")))});
  rig.submit("a");
  REQUIRE(rig.await_start(attempt("a")));
  const auto dead = await_dead(rig.worker().redis(), 5);
  CHECK(dead.size() == 5);
  CHECK(*dead[0].find("data") == "\x01{not json");
  CHECK(dead[2].find("reason")->find("no worker") != std::string::npos);
  CHECK(*dead[4].find("reason") == "no such job waits");
  CHECK(dead[4].find("data")->find("unknown") != std::string::npos);
}

TEST_CASE("what a worker read before it died is taken over") {
  RedisRig rig(std::make_unique<RedisServer>(), {}, std::chrono::milliseconds(900));
  PlayedWorker dead(rig.server(), "dead");
  read_only(rig, dead, "a");
  rig.connect_worker();
  CHECK(rig.await_start(attempt("a")));
}

TEST_CASE("what is lost is missed, also after an entry was taken over and claimed late") {
  RedisRig rig(std::make_unique<RedisServer>(), {}, std::chrono::seconds(4));
  PlayedWorker late(rig.server(), "late");
  const std::string entry = read_only(rig, late, "a");
  const std::string lane = keys::lane(late.session(), "default");
  const SteadyTime end = os::SystemClock().steady_now() + kPatience;
  const auto offered = [&] {
    return redis::parse_entries(late.redis().ask({"XRANGE", lane, "-", "+"})).value();
  };
  while (offered().size() != 1 || offered().front().id == entry) {
    REQUIRE(os::SystemClock().steady_now() < end);
    late.say("Heartbeat", wire::Heartbeat{});  // it is slow with this entry, not silent
    os::sleep_for(std::chrono::milliseconds(20));
  }
  late.say("Claim", wire::Claim{.lane = "default", .entries = {{entry, attempt("a")}}});
  const std::string control = keys::control(late.session(), "late");
  const auto last_frame = [&] {
    const auto frames =
        redis::parse_entries(late.redis().ask({"XREVRANGE", control, "+", "-", "COUNT", "1"}));
    return json::parse(*frames.value().front().find("f")).value();
  };
  while (!starts(last_frame(), attempt("a"))) REQUIRE(os::SystemClock().steady_now() < end);
  rig.submit("b");
  while (offered().size() != 2) REQUIRE(os::SystemClock().steady_now() < end);
  late.redis().ask({"XDEL", lane, offered().back().id});
  rig.connect_worker();
  CHECK(rig.await_start(attempt("b")));
}

TEST_CASE("a worker that was silent for a lease has lost what it claimed, and says hello again") {
  RedisRig rig(std::make_unique<RedisServer>(), {}, std::chrono::milliseconds(300));
  rig.connect_worker();
  rig.submit("a");
  REQUIRE(rig.await_start(attempt("a")));
  REQUIRE(rig.await_report([](auto& report) { return std::holds_alternative<Lost>(report); }));
  REQUIRE(rig.await_report([](auto& report) {
    const auto* changed = std::get_if<WorkerChanged>(&report);
    return changed != nullptr && changed->worker.state == "gone";
  }));
  rig.worker().say("Heartbeat", wire::Heartbeat{});
  CHECK(rig.worker().await_type("HelloAgain"));
}

TEST_CASE("what went back when its last worker had gone is nothing strange to the next one") {
  RedisRig rig(std::make_unique<RedisServer>(), {}, std::chrono::milliseconds(300));
  rig.connect_worker();
  for (const char* task : {"a", "b", "waits"}) rig.submit(task);
  REQUIRE(rig.await_start(attempt("b")));
  REQUIRE(rig.await_report([](auto& report) {
    const auto* lost = std::get_if<Lost>(&report);
    return lost != nullptr && lost->attempt == attempt("waits");
  }));
  rig.worker().hello();
  rig.submit("next");
  REQUIRE(rig.await_start(attempt("next")));
  CHECK(rig.worker().redis().ask({"EXISTS", keys::kDead}).integer == 0);
}

TEST_CASE("a long queue waits here, not in redis") {
  RedisRig rig;
  rig.connect_worker();
  for (int i = 0; i < 3000; ++i) rig.submit("t" + std::to_string(i));
  REQUIRE(rig.await_start(attempt("t0")));
  Client& redis = rig.worker().redis();
  const std::string lane = keys::lane(rig.worker().session(), "default");
  CHECK(redis.ask({"XLEN", lane}).integer <= 1000);
  for (int i = 1; i < 20; ++i) {
    rig.say_finished(attempt("t" + std::to_string(i - 1)));
    REQUIRE(rig.await_start(attempt("t" + std::to_string(i))));
  }
  CHECK(redis.ask({"XLEN", lane}).integer <= 1000);
}

TEST_CASE("two servers do not share a database, and the second goes on when the first ends") {
  RedisRig rig;
  rig.connect_worker();
  os::SystemClock clock;
  RedisExecutorOptions options;
  options.address = rig.server().address();
  RedisExecutor second(clock, std::move(options));
  REQUIRE(second.start([](const Report&) {}));
  const SteadyTime end = clock.steady_now() + kPatience;
  while (second.trouble().find("another server") == std::string::npos) {
    REQUIRE(clock.steady_now() < end);
    os::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK(rig.executor().trouble().empty());
  rig.executor().stop();
  while (!second.trouble().empty()) {
    REQUIRE(clock.steady_now() < end);
    os::sleep_for(std::chrono::milliseconds(5));
  }
  second.stop();
}

TEST_CASE("a wrong password is said, and not shown") {
  RedisRig rig(std::make_unique<RedisServer>(std::vector<std::string>{"--requirepass", "right"}),
               {}, std::chrono::seconds(15), "canary");
  REQUIRE(rig.await_trouble("login"));
  CHECK(rig.executor().trouble().find("canary") == std::string::npos);
}

TEST_CASE("what distance needs is asked on both ways") {
  RedisServer server;
  os::SystemClock clock;
  RedisExecutorOptions options;
  options.address = server.address();
  options.outgoing = [](const std::string& worker, json::Value& frame) { frame.set("to", worker); };
  options.incoming = [](const std::string& worker,
                        const json::Value& frame) -> Result<std::optional<json::Value>> {
    if (frame.find("type")->as_string() != "LogPiece") return std::optional<json::Value>();
    return std::optional(json::object({{"type", "LogTaken"}, {"by", worker}}));
  };
  RedisExecutor executor(clock, std::move(options));
  REQUIRE(executor.start([](const Report&) {}));
  PlayedWorker worker(server, "w1");
  worker.hello();
  CHECK(worker.await([](auto& frame) { return frame.find("to") != nullptr; }));
  worker.say_bytes(R"({"type":"LogPiece"})");
  CHECK(worker.await_type("LogTaken"));
  executor.stop();
}

}  // namespace
}  // namespace aiflow::executor
