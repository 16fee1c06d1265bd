// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include "base/bounded_queue.h"
#include "base/clock.h"
#include "base/deadline.h"
#include "base/placement.h"
#include "base/prng.h"
#include "base/result.h"
#include "base/usage_series.h"

namespace aiflow {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return fail(ErrorCode::invalid_argument, "odd");
  return n / 2;
}

Result<int> quarter(int n) {
  AIFLOW_ASSIGN(const int h, half(n));
  AIFLOW_TRY(half(h));
  return h / 2;
}

TEST_CASE("an error passes through try and assign") {
  CHECK(quarter(8).value() == 2);
  CHECK(quarter(6).error().message == "odd");
  CHECK(std::move(quarter(3).error()).with_context("n 3").message == "n 3: odd");
}

/// The signal that ends a process which does `work`; 0 when it ends by itself.
template <class Work>
int signal_of(Work work) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    ::close(STDERR_FILENO);
    work();
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST_CASE("the value of a failed result cannot be used") {
  struct Pair {
    int first;
  };
  Result<Pair> good = Pair{7};
  Result<Pair> bad = fail(ErrorCode::timeout, "late");
  volatile int seen = 0;
  CHECK(signal_of([&] { seen = good->first; }) == 0);
  CHECK(signal_of([&] { seen = bad->first; }) == SIGABRT);
  CHECK(signal_of([&] { seen = std::as_const(bad)->first; }) == SIGABRT);
  CHECK(signal_of([&] { seen = (*bad).first; }) == SIGABRT);
  CHECK(signal_of([&] { seen = (*std::as_const(bad)).first; }) == SIGABRT);
  CHECK(signal_of([&] { seen = (*std::move(bad)).first; }) == SIGABRT);
}

TEST_CASE("times survive a round trip and offsets are applied") {
  for (const char* text : {"2026-11-23T18:10:21.000000Z", "1969-12-31T23:59:59.999999Z",
                           "2024-02-29T00:00:00.123456Z"}) {
    CHECK(format_time(parse_time(text).value()) == text);
  }
  CHECK(format_time(parse_time("2026-01-01T09:00:00+09:00").value()) ==
        "2026-01-01T00:00:00.000000Z");
  for (const char* text : {"", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z",
                           "2026-01-01T00:00:00", "2026-01-01T24:00:00Z", "2026-01-01"}) {
    CHECK_FALSE(parse_time(text).has_value());
  }
}

TEST_CASE("a full queue follows its policy") {
  BoundedQueue<int> frames(2, WhenFull::drop_oldest);
  for (int i = 0; i < 4; ++i) CHECK(frames.push(i));
  CHECK(frames.pop() == 2);
  CHECK(frames.dropped() == 2);
  BoundedQueue<int> requests(1, WhenFull::reject);
  CHECK(requests.push(1));
  CHECK_FALSE(requests.push(2));
  requests.close();
  CHECK(requests.pop() == 1);
  CHECK_FALSE(requests.pop().has_value());
}

TEST_CASE("a blocking queue hands every element to the other thread in order") {
  BoundedQueue<int> queue(3, WhenFull::block);
  std::jthread producer([&] {
    for (int i = 0; i < 1000; ++i) queue.push(i);
    queue.close();
  });
  int expected = 0;
  while (auto value = queue.pop()) CHECK(*value == expected++);
  CHECK(expected == 1000);
}

TEST_CASE("a deadline follows the steady clock, not the wall clock") {
  ManualClock clock;
  const Deadline deadline = Deadline::after(clock, std::chrono::seconds(5));
  clock.jump_wall(std::chrono::hours(48));
  CHECK_FALSE(deadline.passed(clock.steady_now()));
  clock.advance(std::chrono::seconds(5));
  CHECK(deadline.passed(clock.steady_now()));
}

TEST_CASE("a worker serves what it offers, and a task says in words what it needs") {
  WorkerOffer offer{.slots = 4, .executors = {"local", "docker"}, .queues = {"default", "gpu"}};
  offer.labels = {{"site", "seoul"}, {"gpu", "true"}};
  CHECK(serves(offer, {}));
  CHECK(serves(offer, {.executor = "docker", .queue = "gpu", .labels = {{"site", "seoul"}}}));
  CHECK_FALSE(serves(offer, {.executor = "redis"}));
  CHECK_FALSE(serves(offer, {.queue = "cpu"}));
  CHECK_FALSE(serves(offer, {.labels = {{"site", "busan"}}}));
  CHECK_FALSE(serves(offer, {.labels = {{"zone", "1"}}}));
  const WorkerOffer cluster{.slots = 9, .executors = {"kubernetes"}};
  CHECK(serves(cluster, {.executor = "kubernetes", .queue = "gpu", .labels = {{"disk", "ssd"}}}));
  CHECK_FALSE(serves(cluster, {.executor = "kubernetes:other"}));
  const WorkerOffer island{.executors = {"local", "docker"}, .labels = {{"island", "x"}}};
  CHECK(serves(island, {.labels = {{"island", "x"}}}));
  CHECK_FALSE(serves(island, {.labels = {{"island", "y"}}}));
  CHECK_FALSE(serves(island, {}));
  CHECK_FALSE(serves(island, {.executor = "docker", .labels = {{"island", "x"}}}));
  CHECK(describe(Placement{}).empty());
  CHECK(describe(Placement{.executor = "docker", .queue = "gpu", .labels = {{"site", "seoul"}}}) ==
        "executor 'docker', queue 'gpu', label site=seoul");
}

TEST_CASE("samples of any time stay few, and keep the peak and the whole processor time") {
  using std::chrono::seconds;
  UsageSeries series;
  CHECK(!series.is_due(std::chrono::milliseconds(999)));
  CHECK(series.is_due(seconds(1)));
  int taken = 0;
  for (int second = 1; second <= 10'000; ++second) {
    if (!series.is_due(seconds(second))) continue;
    ++taken;
    // One second in a thousand is a peak; the processor time falls once, when a child is lost.
    series.add({.at = seconds(second),
                .cpu = seconds(second == 50 ? 1 : second) / 2,
                .memory_bytes = taken == 77 ? 1000 : 10});
    REQUIRE(series.samples().size() <= UsageSeries::kSamplesMax);
  }
  const auto& kept = series.samples();
  CHECK(taken < 1000);
  CHECK(kept.size() >= UsageSeries::kSamplesMax / 2);
  CHECK(kept.back().at > seconds(9'700));
  CHECK(std::ranges::is_sorted(kept, {}, &UsageSample::at));
  CHECK(std::ranges::is_sorted(kept, {}, &UsageSample::cpu));
  CHECK(std::ranges::max(kept, {}, &UsageSample::memory_bytes).memory_bytes == 1000);
  CHECK(series.peak_bytes() == 1000);
  CHECK(series.mean_bytes() < 25);  // of all samples, not of those that are left
  CHECK(series.mean_bytes() >= 10);
  UsageSeries late(seconds(100));
  CHECK(late.mean_bytes() == 0);
  late.add({.at = seconds(101), .memory_bytes = 40});
  late.add({.at = seconds(104), .memory_bytes = 80});
  CHECK(late.mean_bytes() == 70);
}

TEST_CASE("the same seed gives the same numbers") {
  Prng a(7), b(7);
  for (int i = 0; i < 100; ++i) CHECK(a.next() == b.next());
  CHECK(Prng(0).next() == 0xE220A8397B1DCDAFULL);
}

}  // namespace
}  // namespace aiflow
