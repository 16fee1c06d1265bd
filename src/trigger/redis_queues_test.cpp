// SPDX-License-Identifier: Apache-2.0
// Redis lists and streams that are waited for, against a real redis-server.
#include <doctest/doctest.h>

#include "os/temp_dir.h"
#include "trigger/testing/bench.h"
#include "trigger/testing/brokers.h"

namespace aiflow::trigger {
namespace {

using namespace std::chrono_literals;
using testing::Bench;
using testing::Redis;

RedisQueueTrigger list(const Redis& redis) {
  return {.host = "127.0.0.1", .port = redis.port(), .names = {"jobs"}};
}
RedisQueueTrigger stream(const Redis& redis) {
  return {.stream = true, .host = "127.0.0.1", .port = redis.port(), .names = {"log"}};
}
std::string data_of(const Fired& fired) { return fired.event.find("data")->as_string(); }

TEST_CASE("a list's messages stay until they are stored, in order, over a restart too") {
  Redis redis;
  redis.ask("RPUSH jobs a b b");
  {
    Bench bench;
    bench.host().add({.id = 1, .trigger = list(redis), .repeats = true});
    const Fired first = bench.next();
    CHECK(first.event == json::parse(R"({"type":"list","list":"jobs","data":"a"})").value());
    CHECK(data_of(bench.next()) == "b");
    CHECK(data_of(bench.next()) == "b");
    CHECK(redis.ask("LLEN jobs:aiflow") == ":3\r\n");
    first.stored();
    redis.ask_until("LLEN jobs:aiflow", ":2\r\n");
  }
  redis.ask("RPUSH jobs c");
  Bench bench;
  bench.host().add({.id = 1, .trigger = list(redis), .repeats = true});
  for (const char* data : {"b", "b", "c"}) {
    const Fired fired = bench.next();
    CHECK(data_of(fired) == data);
    fired.stored();
  }
  redis.ask_until("LLEN jobs:aiflow", ":0\r\n");
  CHECK(redis.ask("LLEN jobs") == ":0\r\n");
}

TEST_CASE("a stream's messages are acknowledged when they are stored, over a restart too") {
  Redis redis;
  redis.ask("XADD log 1-1 n 1");
  {
    Bench bench;
    bench.host().add({.id = 1, .trigger = stream(redis), .repeats = true});
    const Fired first = bench.next();
    CHECK(first.event ==
          json::parse(R"({"type":"stream","stream":"log","id":"1-1","fields":{"n":"1"}})").value());
    redis.ask("XADD log 2-1 n 2");
    CHECK(bench.next().event.find("id")->as_string() == "2-1");
    first.stored();
    redis.ask_until("XPENDING log aiflow",
                    "*4\r\n:1\r\n$3\r\n2-1\r\n$3\r\n2-1\r\n*1\r\n*2\r\n"
                    "$6\r\naiflow\r\n$1\r\n1\r\n");
  }
  redis.ask("XADD log 3-1 n 3");
  Bench bench;
  bench.host().add({.id = 1, .trigger = stream(redis), .repeats = true});
  for (const char* id : {"2-1", "3-1"}) {
    const Fired fired = bench.next();
    CHECK(fired.event.find("id")->as_string() == id);
    fired.stored();
  }
  redis.ask_until("XPENDING log aiflow", "*4\r\n:0\r\n$-1\r\n$-1\r\n*-1\r\n");
}

TEST_CASE("of a queue, what waits once takes one message; one not stored comes to the next") {
  Redis redis;
  redis.ask("RPUSH jobs a b");
  Bench bench;
  const WaitId first = bench.add(list(redis));
  CHECK(data_of(bench.next()) == "a");
  CHECK(bench.is_silent());
  bench.host().remove(first);  // its task was cleared before that was stored
  bench.add(list(redis));
  const Fired again = bench.next();
  CHECK(data_of(again) == "a");
  again.stored();
  bench.add(list(redis));
  const Fired next = bench.next();
  CHECK(data_of(next) == "b");
  next.stored();
  redis.ask_until("LLEN jobs:aiflow", ":0\r\n");
}

TEST_CASE("a queue's Redis that is killed gives what was not stored to nobody twice") {
  const os::TempDir folder = os::TempDir::create("redis").value();
  Redis redis({"--dir", folder.path(), "--appendonly", "yes", "--appendfsync", "always"});
  Bench bench;
  bench.host().add({.id = 1, .trigger = stream(redis), .repeats = true});
  redis.ask("XADD log 1-1 n 1");
  const Fired first = bench.next();
  redis.kill();
  first.stored();  // told to Redis when it is back
  redis.start();
  redis.ask_until("XADD log 2-1 n 2", "$3\r\n2-1\r\n");
  const Fired second = bench.next();
  CHECK(second.event.find("id")->as_string() == "2-1");
  second.stored();
  redis.ask_until("XPENDING log aiflow", "*4\r\n:0\r\n$-1\r\n$-1\r\n*-1\r\n");
  CHECK(bench.is_silent());
}

TEST_CASE("what is no list is told to what waits once") {
  Redis redis;
  redis.ask("SET jobs x");
  Bench bench;
  bench.add(list(redis));
  CHECK(bench.next().error.starts_with("redis: WRONGTYPE"));
}

/// Of a list or a stream, under "n".
std::string text_of(const Fired& fired) {
  const json::Value* fields = fired.event.find("fields");
  return fields == nullptr ? data_of(fired) : fields->find("n")->as_string();
}

TEST_CASE("of two that watch one queue, who has stored a message does not get it again") {
  Redis redis;
  Bench bench;
  RedisQueueTrigger queue = list(redis);
  std::string push = "RPUSH jobs ";
  std::string left = "LLEN jobs:aiflow";
  std::string none = ":0\r\n";
  SUBCASE("a list") {}
  SUBCASE("a stream") {
    queue = stream(redis);
    push = "XADD log * n ";
    left = "XPENDING log aiflow";
    none = "*4\r\n:0\r\n$-1\r\n$-1\r\n*-1\r\n";
  }
  const auto next = [&] {
    for (;;) {
      Fired fired = bench.next();
      if (text_of(fired) != "warm") return fired;
      fired.stored();
    }
  };
  bench.host().add({.id = 1001, .trigger = queue, .repeats = true});
  bench.host().add({.id = 1002, .trigger = queue, .repeats = true});
  for (bool both = false; !both;) {
    redis.ask(push + "warm");
    while (const auto fired = bench.next_within(50ms)) {
      fired->stored();
      both = both || fired->id == 1002;
    }
  }
  redis.ask(push + "a");
  const Fired first = next();
  const Fired second = next();
  CHECK(first.id == 1001);
  CHECK(second.id == 1002);
  second.stored();
  // The first one could not take it, and asks anew.
  bench.host().add({.id = 1003, .trigger = queue, .repeats = true});
  bench.host().remove(1001);
  const Fired again = next();
  CHECK(again.id == 1003);
  CHECK(text_of(again) == "a");
  again.stored();
  redis.ask(push + "b");
  for (const WaitId id : {1002, 1003}) {
    const Fired fired = next();
    CHECK(fired.id == id);
    CHECK(text_of(fired) == "b");
    fired.stored();
  }
  redis.ask(push + "c");
  next().stored();  // 1002 has it
  const Fired open = next();
  CHECK(open.id == 1003);
  bench.host().remove(1003);  // and wants it no more: nobody is left that does
  redis.ask_until(left, none);
}

TEST_CASE("a key of another type is no trouble for the other names there") {
  Redis redis;
  Bench bench;
  RedisQueueTrigger good = list(redis);
  std::string push = "RPUSH jobs ";
  SUBCASE("a list") {}
  SUBCASE("a stream") {
    good = stream(redis);
    push = "XADD log * n ";
  }
  RedisQueueTrigger bad = good;
  bad.names = {"a-bad-one"};
  redis.ask("SET a-bad-one x");
  bench.host().add({.id = 1001, .trigger = bad, .repeats = true});
  bench.host().add({.id = 1002, .trigger = good, .repeats = true});
  const WaitId once = bench.add(bad);
  const Fired refused = bench.next();
  CHECK(refused.id == once);
  CHECK(refused.error.starts_with("redis: WRONGTYPE"));
  const SteadyTime before = bench.clock().steady_now();
  for (int i = 0; i < 20; ++i) {
    redis.ask(push + std::to_string(i));
    const Fired fired = bench.next();
    CHECK(fired.id == 1002);
    CHECK(text_of(fired) == std::to_string(i));
    fired.stored();
  }
  CHECK(bench.clock().steady_now() - before < 8s);  // a look at the bad one is each second
  // Mended, it is listened to.
  redis.ask("DEL a-bad-one");
  redis.ask((good.stream ? "XADD a-bad-one * n " : "RPUSH a-bad-one ") + std::string("x"));
  CHECK(bench.next().id == 1001);
}

TEST_CASE("a broker stays while what it gave is not stored") {
  Redis redis;
  Bench bench;
  const auto queue = [&](int number) {
    RedisQueueTrigger made = list(redis);
    made.names = {"q" + std::to_string(number)};
    made.group = "g" + std::to_string(number);
    return made;
  };
  const WaitId first = bench.add(queue(0));
  for (int i = 1; i < 16; ++i) bench.add(queue(i));
  redis.ask("RPUSH q0 a");
  const Fired fired = bench.next();
  CHECK(fired.id == first);
  const WaitId refused = bench.add(queue(16));
  const Fired too_many = bench.next();
  CHECK(too_many.id == refused);
  CHECK(too_many.error == "triggers are connected to 16 brokers already");
  fired.stored();
  redis.ask_until("LLEN q0:g0", ":0\r\n");
  bench.host().remove(first);
  bench.add(queue(17));
  redis.ask("RPUSH q17 b");
  CHECK(data_of(bench.next()) == "b");
}

}  // namespace
}  // namespace aiflow::trigger
