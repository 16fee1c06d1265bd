// SPDX-License-Identifier: Apache-2.0
#include "kubernetes/pod_watch.h"

#include <doctest/doctest.h>

#include "kubernetes/testing/fake_api.h"
#include "os/system_clock.h"

namespace aiflow::kubernetes {
namespace {

using namespace std::chrono_literals;
using testing::ApiRequest;
using testing::FakeApi;
using testing::Misbehaviour;

std::string pod_text(const std::string& name, const std::string& label = "yes") {
  return R"({"metadata":{"name":")" + name + R"(","namespace":"n","labels":{"ours":")" + label +
         R"("}},"status":{"phase":"Pending"}})";
}

class Bench {
 public:
  Bench() : loop(os::EventLoop::create(clock).value()) {
    Cluster cluster;
    cluster.server = api.url();
    cluster.space = "own";
    client = std::make_unique<Client>(clock, *loop, std::move(cluster));
    PodWatchOptions options{.selector = "ours=yes", .pause_first = 10ms, .pause_last = 50ms};
    PodWatchSink& sink = options.sink;
    sink.listed = [this](std::vector<Pod> all, SteadyTime) {
      ++lists;
      seen.clear();
      for (const Pod& one : all) seen[one.name] = one.phase;
    };
    sink.changed = [this](const Pod& one) { seen[one.name] = one.phase; };
    sink.gone = [this](const Pod& one) { seen.erase(one.name); };
    sink.state = [this](const std::string& trouble) { states.push_back(trouble); };
    watch = std::make_unique<PodWatch>(clock, *loop, *client, std::move(options));
  }
  bool until(const std::function<bool()>& holds) {
    const auto end = clock.steady_now() + 10s;
    while (!holds() && clock.steady_now() < end) loop->run_once(50ms);
    return holds();
  }
  bool until_watched(int times = 1) {
    return until([&] { return api.count([](auto& r) { return r.is_watch(); }) >= times; });
  }

  FakeApi api;
  os::SystemClock clock;
  std::unique_ptr<os::EventLoop> loop;
  std::unique_ptr<Client> client;
  std::unique_ptr<PodWatch> watch;
  std::map<std::string, std::string> seen;
  int lists = 0;
  std::vector<std::string> states;
};

TEST_CASE("pods are listed, then followed; those of others are not seen") {
  Bench bench;
  bench.api.add(pod_text("a"));
  bench.api.add(pod_text("other", "no"));
  bench.watch->start();
  REQUIRE(bench.until_watched());
  CHECK(bench.seen.size() == 1);
  bench.api.add(pod_text("b"));
  bench.api.set_status("a", R"({"phase":"Running"})");
  CHECK(bench.until([&] { return bench.seen["a"] == "Running" && bench.seen.contains("b"); }));
  bench.api.remove("a");
  CHECK(bench.until([&] { return !bench.seen.contains("a"); }));
  CHECK(bench.lists == 1);
  CHECK(bench.states == std::vector<std::string>{""});
}

TEST_CASE("many pods come in pages") {
  Bench bench;
  for (int i = 0; i < 1201; ++i) bench.api.add(pod_text("p" + std::to_string(i)));
  bench.watch->start();
  REQUIRE(bench.until_watched());
  CHECK(bench.seen.size() == 1201);
  CHECK(bench.api.count([](auto& r) { return r.is_list(); }) == 3);
}

TEST_CASE("410 as an event in the stream: what was missed comes with a new list") {
  Bench bench;
  bench.api.add(pod_text("a"));
  bench.watch->start();
  REQUIRE(bench.until_watched());
  // Ends while the watch is cut, and its event is forgotten.
  bench.api.misbehave([](const ApiRequest& request) -> std::optional<Misbehaviour> {
    if (request.is_watch()) return Misbehaviour{.status = 500};
    return std::nullopt;
  });
  bench.api.cut_watches();
  REQUIRE(bench.until_watched(2));
  bench.api.set_status("a", R"({"phase":"Succeeded"})");
  bench.api.compact();
  bench.api.misbehave(nullptr);
  CHECK(bench.until([&] { return bench.seen["a"] == "Succeeded"; }));
  CHECK(bench.lists == 2);
}

TEST_CASE("410 as the status of the watch: a new list") {
  std::atomic<int> refused = 0;
  Bench bench;
  bench.api.misbehave([&](const ApiRequest& request) -> std::optional<Misbehaviour> {
    if (!request.is_watch() || refused++ > 0) return std::nullopt;
    return Misbehaviour{.status = 410, .body = R"({"code":410,"reason":"Expired"})"};
  });
  bench.watch->start();
  CHECK(bench.until([&] { return bench.lists == 2; }));
}

TEST_CASE("an API that answers 500, 429 or not at all is asked again after pauses") {
  std::atomic<int> asked = 0;
  Bench bench;
  bench.api.misbehave([&](const ApiRequest&) -> std::optional<Misbehaviour> {
    const int n = asked++;
    if (n == 0) return Misbehaviour{.status = 500, .body = R"({"message":"broken"})"};
    if (n == 1) return Misbehaviour{.status = 429, .headers = "Retry-After: 1\r\n"};
    if (n == 2) return Misbehaviour{.status = 0};
    return std::nullopt;
  });
  const auto began = bench.clock.steady_now();
  bench.watch->start();
  REQUIRE(bench.until_watched());
  CHECK(bench.clock.steady_now() - began >= 1s);
  CHECK(bench.states.front() == "broken");
  CHECK(bench.states.back().empty());
  CHECK(asked <= 6);
}

TEST_CASE("a malformed object, or a whole line of rubbish, does not end the watch") {
  Bench bench;
  bench.watch->start();
  REQUIRE(bench.until_watched());
  bench.api.say(R"({"type":"ADDED","object":{"metadata":{"name":"x","annotations":7}}})");
  bench.api.add(pod_text("a"));
  CHECK(bench.until([&] { return bench.seen.contains("a"); }));
  CHECK(bench.lists == 1);
  bench.api.say("rubbish");
  CHECK(bench.until([&] { return bench.lists == 2; }));
  bench.api.add(pod_text("b"));
  CHECK(bench.until([&] { return bench.seen.contains("b"); }));
}

TEST_CASE("where all namespaces may not be listed, its own is") {
  Bench bench;
  bench.api.misbehave([](const ApiRequest& request) -> std::optional<Misbehaviour> {
    if (request.path != "/api/v1/pods") return std::nullopt;
    return Misbehaviour{.status = 403, .body = R"({"message":"forbidden"})"};
  });
  bench.watch->start();
  REQUIRE(bench.until_watched());
  CHECK(bench.watch->space() == "own");
}

}  // namespace
}  // namespace aiflow::kubernetes
