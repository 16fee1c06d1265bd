// SPDX-License-Identifier: Apache-2.0
// The end of a pod and the end of its log: which of them comes first, and which is told first.
#include <atomic>
#include <thread>

#include "executor/kubernetes/testing/bench.h"

namespace aiflow::executor::testing {
namespace {

std::string lines(int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i) {
    text +=
        "2026-01-01T00:00:0" + std::to_string(i % 10 / 5) + ".5Z line " + std::to_string(i) + "\n";
  }
  return text;
}

bool is_last_line(const std::string& log, const std::string& text) {
  return log.ends_with("] aiflow: " + text + "\n");
}

std::size_t count_of(const std::string& log, const std::string& text) {
  std::size_t count = 0;
  for (std::size_t at = log.find(text); at != log.npos; at = log.find(text, at + 1)) ++count;
  return count;
}

/// Makes the job's pod, which runs; so many lines of its log have come, and the stream goes on.
std::string follow(Bench& bench, const Job& job, int count) {
  std::string pod = bench.make(job);
  bench.api.set_log(pod, lines(0, count), false);
  bench.api.set_status(pod, kRunning);
  const std::string last = "] line " + std::to_string(count - 1) + "\n";
  REQUIRE(bench.api.await([&] { return bench.log(job).contains(last); }));
  return pod;
}

TEST_CASE("what a followed log has not brought at its pod's end is read before the end is told") {
  Bench bench;
  bench.start();
  const Job job = pod_job("a");
  const std::string pod = follow(bench, job, 7);
  bench.api.hold_followed();
  bench.api.set_log(pod, lines(0, 10), true);
  bench.api.set_status(pod, ended(0));
  CHECK(bench.finished(job).outcome == Outcome::success);
  const std::string log = bench.log(job);
  for (int i = 0; i < 10; ++i) CHECK(count_of(log, "] line " + std::to_string(i) + "\n") == 1);
  CHECK(is_last_line(log, "ended: success"));
}

TEST_CASE("a log that is written on after its container's end is read until nothing more comes") {
  std::atomic<int> reads = 0;
  const Job job = pod_job("a");
  const std::string pod = plan_pod(job, {.owner = "o1"})->pod.name;
  Bench bench;
  bench.api.misbehave([&](const ApiRequest& request) -> std::optional<Misbehaviour> {
    if (!request.path.ends_with("/log") || request.has("follow=true")) return std::nullopt;
    bench.api.set_log(pod, lines(0, std::min(7 + ++reads, 10)), true);
    return std::nullopt;
  });
  bench.start();
  bench.make(job);
  bench.api.set_log(pod, lines(0, 7), true);
  bench.api.set_status(pod, ended(0));
  bench.finished(job);
  CHECK(count_of(bench.log(job), "] line ") == 10);
  CHECK(is_last_line(bench.log(job), "ended: success"));
}

TEST_CASE("a last line that is long and has no end is whole, and holds nobody up") {
  Bench bench;
  bench.start();
  const Job job = pod_job("a");
  const std::string pod = bench.make(job);
  bench.api.set_log(pod, lines(0, 3) + "2026-01-01T00:00:02Z " + std::string(150'000, '#'), true);
  bench.api.set_status(pod, ended(0));
  bench.finished(job);
  CHECK(count_of(bench.log(job), "#") == 150'000);
  CHECK(count_of(bench.log(job), "] line ") == 3);
}

TEST_CASE("a log that is slow to come is complete before the end is told") {
  Bench bench;
  bench.api.misbehave([](const ApiRequest& request) -> std::optional<Misbehaviour> {
    if (request.path.ends_with("/log")) std::this_thread::sleep_for(300ms);
    return std::nullopt;
  });
  bench.start();
  const Job job = pod_job("a");
  const std::string pod = bench.make(job);
  bench.api.set_log(pod, lines(0, 10), true);
  bench.api.set_status(pod, ended(0));
  CHECK(bench.finished(job).outcome == Outcome::success);
  CHECK(bench.log(job).contains("] line 9\n"));
  CHECK(is_last_line(bench.log(job), "ended: success"));
}

TEST_CASE("a followed log that never ends holds nobody up") {
  Bench bench;
  bench.start();
  const Job job = pod_job("a");
  const std::string pod = follow(bench, job, 3);
  const SteadyTime at = bench.clock.steady_now();
  bench.api.set_status(pod, ended(0));
  bench.finished(job);
  CHECK(bench.clock.steady_now() - at < 2s);
  CHECK(count_of(bench.log(job), "] line ") == 3);
}

TEST_CASE("a log that the cluster does not give holds the end for a time, and its log says so") {
  Bench bench;
  bench.log_patience = 600ms;
  bench.api.misbehave([](const ApiRequest& request) -> std::optional<Misbehaviour> {
    if (!request.path.ends_with("/log")) return std::nullopt;
    return Misbehaviour{.status = 500};
  });
  bench.start();
  const Job job = pod_job("a");
  const std::string pod = bench.make(job);
  const SteadyTime at = bench.clock.steady_now();
  bench.api.set_status(pod, ended(0));
  CHECK(bench.finished(job).outcome == Outcome::success);
  CHECK(bench.clock.steady_now() - at >= 600ms);
  CHECK(bench.log(job).contains("the cluster did not give the rest of the log within 600ms"));
  CHECK(is_last_line(bench.log(job), "ended: success"));
}

TEST_CASE("of a pod that is gone what its followed log still brings is taken") {
  Bench bench;
  bench.start();
  const Job job = pod_job("a");
  const std::string pod = follow(bench, job, 3);
  bench.api.misbehave([](const ApiRequest& request) -> std::optional<Misbehaviour> {
    if (!request.path.ends_with("/log")) return std::nullopt;
    return Misbehaviour{.status = 404, .body = R"({"message":"pod not found"})"};
  });
  bench.api.remove(pod);
  REQUIRE(bench.api.await([&] {
    return bench.api.count([](const ApiRequest& r) { return r.path.ends_with("/log"); }) > 1;
  }));
  bench.api.set_log(pod, lines(0, 4), true);
  CHECK(bench.finished(job).cause == "the pod was deleted from outside");
  CHECK(bench.log(job).contains("] line 3\n"));
}

constexpr const char* kInitFailed = R"({"phase":"Failed","initContainerStatuses":[{"name":"i",
    "state":{"terminated":{"exitCode":4,"reason":"Error","startedAt":"2026-01-01T00:00:00Z"}}}],
    "containerStatuses":[{"name":"base","state":{"waiting":{"reason":"PodInitializing"}}}]})";

TEST_CASE(
    "the last lines of an init container that has failed are in the log before the pod goes") {
  Bench bench;
  bench.start();
  const Job job = pod_job("a", R"(,"env_vars":{"DB_PASSWORD":"hush hush"})");
  const std::string pod = bench.make(job);
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += "2026-01-01T00:00:00Z " + std::to_string(i) + std::string(1000, '#') + "\n";
  }
  bench.api.set_log(pod + "/i", text + "2026-01-01T00:00:01Z initlog: hush hush", true);
  bench.api.set_status(pod, kInitFailed);
  CHECK(bench.finished(job).cause == "init container 'i' ended with exit code 4");
  const std::string log = bench.log(job);
  CHECK(log.contains("aiflow: log of pod " + pod + ", init container 'i'\n"));
  CHECK(log.contains("] initlog: ***\n"));
  CHECK(log.contains("] 99#"));
  CHECK_FALSE(log.contains("] 1#"));
  CHECK(log.contains("ended: failed, init container 'i' ended with exit code 4\n"));
  CHECK(bench.api.pod(pod));
  bench.store();
  CHECK(bench.api.await_no_pod(pod));
}

TEST_CASE("an init container's log that cannot be read holds nobody up") {
  Bench bench;
  bench.start();
  const Job job = pod_job("a");
  const std::string pod = bench.make(job);
  bench.api.misbehave([](const ApiRequest& request) -> std::optional<Misbehaviour> {
    if (!request.path.ends_with("/log")) return std::nullopt;
    return Misbehaviour{.status = 404, .body = R"({"message":"no such container"})"};
  });
  bench.api.set_status(pod, kInitFailed);
  CHECK(bench.finished(job).cause == "init container 'i' ended with exit code 4");
  CHECK(bench.log(job).contains("the log cannot be read: no such container"));
}

TEST_CASE(
    "of many pods at once the logs of short ones are read at their end, others are followed") {
  constexpr int kAtOnce = 32;
  Bench bench;
  bool is_brief = false;
  SUBCASE("a short one") { is_brief = true; }
  SUBCASE("one that runs for a while") {}
  bench.follow_later = is_brief ? Duration(1h) : Duration(100ms);
  bench.start();
  for (int i = 0; i < kAtOnce; ++i) follow(bench, pod_job("first" + std::to_string(i)), 1);
  const Job job = pod_job("another");
  const std::string pod = bench.make(job);
  bench.api.set_log(pod, lines(0, 3), false);
  bench.api.set_status(pod, kRunning);
  REQUIRE(bench.started(job));
  if (!is_brief) {
    REQUIRE(bench.api.await([&] { return bench.log(job).contains("] line 2\n"); }));
  }
  bench.api.set_log(pod, lines(0, 4), true);
  bench.api.set_status(pod, ended(0));
  CHECK(bench.finished(job).outcome == Outcome::success);
  CHECK(count_of(bench.log(job), "] line ") == 4);
  const int follows = bench.api.count([&](const ApiRequest& request) {
    return request.path.contains(pod) && request.has("follow=true");
  });
  CHECK(follows == (is_brief ? 0 : 1));
}

}  // namespace
}  // namespace aiflow::executor::testing
