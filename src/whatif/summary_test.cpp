// SPDX-License-Identifier: Apache-2.0
#include "whatif/summary.h"

#include <doctest/doctest.h>

namespace aiflow::whatif {
namespace {

using namespace std::chrono_literals;

const WallTime kStart{};

Served served(const std::string& dag, Duration ready, Duration started, Duration ended) {
  return {.key = {{dag}, {"r"}, {"t"}, -1},
          .pool = {"p"},
          .ready = kStart + ready,
          .started = kStart + started,
          .ended = kStart + ended};
}

}  // namespace

TEST_CASE("percentiles are values that occurred, by rank") {
  CHECK(spread_of({}).count == 0);
  const auto one = spread_of({5s});
  CHECK(one.median == 5s);
  CHECK(one.p95 == 5s);
  std::vector<Duration> many;
  for (int i = 100; i > 0; --i) many.emplace_back(std::chrono::seconds(i));
  const auto spread = spread_of(many);
  CHECK(spread.median == 50s);
  CHECK(spread.p95 == 95s);
  CHECK(spread.longest == 100s);
}

TEST_CASE("a summary counts by DAG and pool, and how much of the slots was used") {
  Simulated simulated{.tries = {served("a", 0s, 0s, 10s), served("b", 0s, 10s, 20s)},
                      .runs = {{.key = {{"a"}, {"r"}}, .arrived = kStart, .ended = kStart + 10s},
                               {.key = {{"b"}, {"r"}}, .arrived = kStart}},
                      .ended = kStart + 20s};
  const auto summary = summarise(simulated, 2);
  CHECK(summary.busy == doctest::Approx(0.5));
  CHECK(summary.span == 20s);
  REQUIRE(summary.dags.size() == 2);
  CHECK(summary.dags[1].waiting.median == 10s);
  CHECK(summary.dags[1].stuck == 1);
  CHECK(summary.dags[0].runs.median == 10s);
  REQUIRE(summary.pools.size() == 1);
  CHECK(summary.pools[0].waiting.count == 2);
}

TEST_CASE("a timeline has the mean of each column, and nothing outside of its window") {
  const Simulated simulated{.tries = {served("a", 0s, 5s, 25s)}, .ended = kStart + 25s};
  const auto columns = timeline(simulated, {.from = kStart, .to = kStart + 20s, .columns = 2});
  REQUIRE(columns.size() == 2);
  CHECK(columns[0].busy == doctest::Approx(0.5));
  CHECK(columns[0].waiting == doctest::Approx(0.5));
  CHECK(columns[1].busy == doctest::Approx(1));
  CHECK(columns[1].at == kStart + 10s);
  CHECK(timeline(simulated, {.from = kStart, .to = kStart}).empty());
}

}  // namespace aiflow::whatif
