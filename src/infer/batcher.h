// SPDX-License-Identifier: Apache-2.0
// The queue before an engine: bounded, first come first served, one engine thread. A request whose
// deadline has passed while it waited is not run. Safe from any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/bounded_queue.h"
#include "base/clock.h"
#include "base/deadline.h"
#include "base/result.h"
#include "engine/engine.h"

namespace aiflow::infer {

/// Counts of durations in buckets that grow by about 12 %, from 1 us to 10 min. Thread-safe.
class LatencyHistogram {
 public:
  void add(Duration d);
  [[nodiscard]] std::int64_t count() const;
  /// The upper end of the bucket that holds the `share` quantile (0 to 1); 0 when empty.
  [[nodiscard]] Duration quantile(double share) const;

 private:
  std::array<std::atomic<std::int64_t>, 184> buckets_{};
};

struct BatcherStats {
  std::int64_t served = 0;
  std::int64_t failed = 0;
  std::int64_t rejected = 0;   ///< queue full
  std::int64_t cancelled = 0;  ///< deadline passed in the queue
  std::size_t waiting = 0;
  Duration run_p50{};
  Duration run_p99{};
  Duration queue_p50{};
  Duration queue_p99{};
};

class Batcher {
 public:
  /// Runs one request. Called on the engine thread only.
  using RunFn = std::function<Result<std::vector<engine::Output>>(std::span<const engine::Input>)>;

  Batcher(RunFn run, const Clock& clock, std::size_t queue_limit);
  ~Batcher();
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;

  struct Answer {
    std::vector<engine::Output> outputs;
    Duration queued{};
    Duration ran{};
  };

  /// Waits for the answer; the inputs' bytes must stay alive until it returns. Errors: unavailable
  /// (queue full or stopped), timeout (deadline passed before the run), or the engine's.
  [[nodiscard]] Result<Answer> run(std::vector<engine::Input> inputs, Deadline deadline);

  [[nodiscard]] BatcherStats stats() const;
  /// How long the engine has been at its current request; 0 = it has none.
  [[nodiscard]] Duration running_for() const;

  /// Ends the engine thread after the current request; waiting requests are answered unavailable.
  void stop();

 private:
  struct Request {
    std::vector<engine::Input> inputs;
    Deadline deadline;
    SteadyTime submitted;
    std::promise<Result<Answer>> promise;
  };
  void loop();
  void serve(Request& request);

  RunFn run_;
  const Clock& clock_;
  BoundedQueue<std::unique_ptr<Request>> queue_;
  LatencyHistogram run_times_;
  LatencyHistogram queue_times_;
  std::atomic<std::int64_t> failed_{0};
  std::atomic<std::int64_t> cancelled_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<std::int64_t> run_began_{0};  ///< SteadyTime's count; 0 = the engine waits
  std::jthread thread_;
};

}  // namespace aiflow::infer
