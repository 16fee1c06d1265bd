// SPDX-License-Identifier: Apache-2.0
#include "service/monitor/history.h"

#include <doctest/doctest.h>

#include <atomic>

namespace aiflow::service {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Figures figures_at(int second, double cpu_s) {
  Figures out;
  out.at = WallTime{} + seconds(second);
  out.process = os::Usage{.cpu_s = cpu_s, .resident_bytes = 1000};
  out.census = store::Census{};
  out.census->tasks[TaskState::running] = 7;
  return out;
}

TEST_CASE("a sample has the use since the last one and the quantiles of the steps between") {
  History history;
  CHECK_FALSE(history.add(figures_at(0, 1.0)).cpu_cores);
  for (int i = 1; i <= 101; ++i)
    history.step({.decide = milliseconds(i), .commit = milliseconds(2 * i)});
  const auto second = history.add(figures_at(5, 6.0));
  CHECK(second.cpu_cores == doctest::Approx(1.0));
  CHECK(second.steps == 101);
  CHECK(second.decide_p50_ms == doctest::Approx(51));
  CHECK(second.decide_p99_ms == doctest::Approx(100));
  CHECK(second.commit_p99_ms == doctest::Approx(200));
  CHECK(second.tasks.at("running") == 7);
  const auto third = history.add(figures_at(10, 6.0));
  CHECK(third.steps == 0);
  CHECK(third.decide_p99_ms == doctest::Approx(0));
}

TEST_CASE("a sample tells how busy the machine was since the last one, a minute the mean") {
  History history;
  auto figures = figures_at(0, 0);
  figures.host = os::HostUse{.busy = 100, .all = 1000, .memory_bytes = 64, .memory_used_bytes = 16};
  CHECK_FALSE(history.add(figures).host_cpu);
  figures.at += seconds(5);
  figures.host->busy += 50;
  figures.host->all += 200;
  const auto second = history.add(figures);
  CHECK(second.host_cpu == doctest::Approx(0.25));
  CHECK(second.host_memory_bytes == 64);
  CHECK(second.host_memory_used_bytes == 16);
  for (int i = 2; i < 12; ++i) {
    figures.at += seconds(5);
    figures.host->all += 100;
    if (i == 11) figures.host->busy += 85;
    history.add(figures);
  }
  REQUIRE(history.samples().minutes.size() == 1);
  CHECK(history.samples().minutes[0].host_cpu == doctest::Approx(0.1));
}

TEST_CASE("the newest sample alone tells whose tasks wait, by queue") {
  History history;
  auto figures = figures_at(0, 0);
  figures.waits.queues["night"] = {.number = 2, .since = WallTime{} - seconds(60)};
  history.add(figures);
  REQUIRE(history.samples().seconds.back().queues.size() == 1);
  CHECK(history.samples().seconds.back().queues[0].queue == "night");
  CHECK(history.samples().seconds.back().queues[0].waiting == 2);
  CHECK(history.samples().seconds.back().queues[0].since == WallTime{} - seconds(60));
  for (int i = 1; i < static_cast<int>(History::kPerMinute); ++i) {
    figures.at += seconds(5);
    history.add(figures);
  }
  const auto kept = history.samples();
  CHECK(kept.seconds.back().queues.size() == 1);
  CHECK(kept.seconds.front().queues.empty());
  REQUIRE(kept.minutes.size() == 1);
  CHECK(kept.minutes[0].queues.empty());
  for (int i = 0; i < 150; ++i) figures.waits.queues["q" + std::to_string(i)] = {.number = 1};
  CHECK(history.add(figures).queues.size() == 100);
}

TEST_CASE("an hour of samples and a day of minutes are kept, no more") {
  History history;
  const int samples = static_cast<int>(History::kPerMinute * (History::kMinutesMax + 10));
  for (int i = 0; i < samples; ++i) {
    if (i % 12 == 3) history.step({.decide = milliseconds(9), .commit = milliseconds(9)});
    history.add(figures_at(5 * i, i));
  }
  const auto kept = history.samples();
  CHECK(kept.seconds.size() == History::kSecondsMax);
  CHECK(kept.minutes.size() == History::kMinutesMax);
  CHECK(kept.minutes.back().at == kept.seconds.back().at);
  CHECK(kept.minutes.back().decide_p99_ms == doctest::Approx(9));  // the worst of the minute
  CHECK(kept.minutes.back().steps == 1);
  CHECK(kept.minutes.back().cpu_cores == doctest::Approx(0.2));
}

TEST_CASE("the thread ends at once, in the middle of its pause") {
  History history;
  std::atomic<int> published{0};
  history.start([] { return figures_at(0, 0); }, [&](const auto&) { ++published; });
  while (published == 0) std::this_thread::yield();
  history.stop();
  CHECK(published == 1);
  CHECK(history.samples().seconds.size() == 1);
}

}  // namespace
}  // namespace aiflow::service
