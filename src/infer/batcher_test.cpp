// SPDX-License-Identifier: Apache-2.0
#include "infer/batcher.h"

#include <doctest/doctest.h>

#include <future>
#include <semaphore>

#include "os/system_clock.h"

namespace aiflow::infer {
namespace {

using Outputs = Result<std::vector<engine::Output>>;

TEST_CASE("a request gets its answer and is counted") {
  const os::SystemClock clock;
  Batcher batcher([](std::span<const engine::Input>) { return Outputs(); }, clock, 4);
  CHECK(batcher.run({}, Deadline::never()).has_value());
  CHECK(batcher.stats().served == 1);
  CHECK(batcher.stats().run_p50.count() > 0);
}

TEST_CASE("the engine's error is the request's, and the next one is served") {
  const os::SystemClock clock;
  int calls = 0;
  Batcher batcher(
      [&](std::span<const engine::Input>) -> Outputs {
        if (++calls == 1) return fail(ErrorCode::internal, "broken");
        return Outputs();
      },
      clock, 4);
  CHECK(batcher.run({}, Deadline::never()).error().message == "broken");
  CHECK(batcher.run({}, Deadline::never()).has_value());
  CHECK(batcher.stats().failed == 1);
  CHECK(batcher.stats().served == 1);
}

TEST_CASE("a full queue rejects; a passed deadline cancels; stopping answers who waits") {
  const os::SystemClock clock;
  std::counting_semaphore<8> entered(0);
  std::counting_semaphore<8> go(0);
  int runs = 0;
  Batcher batcher(
      [&](std::span<const engine::Input>) {
        ++runs;
        entered.release();
        go.acquire();
        return Outputs();
      },
      clock, 2);
  auto first = std::async(std::launch::async, [&] { return batcher.run({}, Deadline::never()); });
  entered.acquire();  // the engine is busy now
  const auto past = Deadline::at(clock.steady_now());
  auto late = std::async(std::launch::async, [&] { return batcher.run({}, past); });
  while (batcher.stats().waiting < 1) std::this_thread::yield();  // it is first in the queue
  auto waiting = std::async(std::launch::async, [&] { return batcher.run({}, Deadline::never()); });
  while (batcher.stats().waiting < 2) std::this_thread::yield();
  const auto rejected = batcher.run({}, Deadline::never());
  CHECK(rejected.error().code == ErrorCode::unavailable);
  CHECK(batcher.stats().rejected == 1);
  go.release();
  CHECK(first.get().has_value());
  CHECK(late.get().error().code == ErrorCode::timeout);
  CHECK(batcher.stats().cancelled == 1);
  entered.acquire();
  const auto queue_one = [&] {
    return std::async(std::launch::async, [&] { return batcher.run({}, Deadline::never()); });
  };
  auto third = queue_one();
  auto fourth = queue_one();
  while (batcher.stats().waiting < 2) std::this_thread::yield();
  std::jthread stopper([&] { batcher.stop(); });
  // Full, then closed: the answer tells when stop() has begun.
  while (batcher.run({}, Deadline::never()).error().message != "the service is stopping") {
    std::this_thread::yield();
  }
  go.release();
  CHECK(waiting.get().has_value());
  CHECK(third.get().error().code == ErrorCode::unavailable);
  CHECK(fourth.get().error().code == ErrorCode::unavailable);
  CHECK(runs == 2);
}

TEST_CASE("quantiles are within 12 % above the truth") {
  LatencyHistogram histogram;
  CHECK(histogram.quantile(0.5).count() == 0);
  for (int i = 1; i <= 1000; ++i) histogram.add(std::chrono::microseconds(i * 10));
  CHECK(histogram.count() == 1000);
  for (const double share : {0.01, 0.5, 0.99}) {
    const double ratio = static_cast<double>(histogram.quantile(share).count()) / (share * 10000);
    CHECK(ratio >= 0.99);
    CHECK(ratio < 1.13);
  }
  histogram.add(std::chrono::hours(100));
  histogram.add(std::chrono::microseconds(-5));
}

}  // namespace
}  // namespace aiflow::infer
