// SPDX-License-Identifier: Apache-2.0
// Sends runs and tries that have ended to an OpenTelemetry collector (OTLP/HTTP, JSON). In:
// committed changes, from the conductor's thread, which never waits; out: one request at a time
// from a thread of its own. What waits is bounded: while the collector is away or slow, the newest
// ends are dropped and counted. Nothing is kept over a restart.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "service/trace/run_spans.h"
#include "store/store.h"

namespace aiflow::service {

/// What a collector answered.
struct CollectorAnswer {
  int status = 0;
  std::optional<Duration> retry_after{};  ///< as its header Retry-After says
  std::string body{};
};

class RunTracer {
 public:
  /// Sends one request; ends early when stop is requested. Errors: no answer came.
  using Send = std::function<Result<CollectorAnswer>(const std::string& body, Deadline deadline,
                                                     std::stop_token stop)>;
  struct Limits {
    std::size_t waiting = 4096;                  ///< ends that wait
    std::size_t batch = 256;                     ///< ends in a request
    Duration company = std::chrono::seconds(1);  ///< an end waits so long for others
    Duration answer = std::chrono::seconds(10);
    Duration first_pause = std::chrono::seconds(1);  ///< doubled with each try
    Duration longest_pause = std::chrono::seconds(30);
    Duration retry_for = std::chrono::seconds(120);  ///< then a request's spans are dropped
    Duration at_stop = std::chrono::seconds(2);      ///< for what waits when the server ends
  };
  struct Parts {
    const Clock& clock;
    store::Store& store;
    /// Spans that were exported, rejected by the collector, or dropped. From any thread.
    std::function<void(std::string_view outcome, std::int64_t count)> count;
    TraceIds ids;
    SpanAttributes resource;  ///< service.name and more
    std::string version;
    Send send;
    Limits limits{};
  };

  explicit RunTracer(Parts parts) : parts_(std::move(parts)) {}
  ~RunTracer() { stop(); }
  RunTracer(const RunTracer&) = delete;
  RunTracer& operator=(const RunTracer&) = delete;

  void start();
  /// Sends what waits, for Limits::at_stop at most.
  void stop();
  /// Committed changes. Any thread; returns at once.
  void changes(const std::vector<wire::StreamEvent>& events);
  [[nodiscard]] const TraceIds& ids() const { return parts_.ids; }

 private:
  using Events = std::vector<wire::StreamEvent>;
  enum class Sent { done, refused, again };

  void run(const std::stop_token& stop);
  [[nodiscard]] Events take(const std::stop_token& stop);
  [[nodiscard]] std::vector<Span> spans(const Events& events);
  void add_links(Span& root, const store::RunRow& run);
  void deliver(const std::vector<Span>& spans, const std::stop_token& stop);
  /// Sets the pause that the collector asked for.
  [[nodiscard]] Sent send_once(const std::string& body, std::int64_t count,
                               const std::stop_token& stop, std::optional<Duration>& pause);
  void note_failure(const std::string& why);
  void pause(Duration time, const std::stop_token& stop);

  Parts parts_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<wire::StreamEvent> waiting_;  ///< guarded by mutex_
  std::optional<Deadline> end_;            ///< the thread's; set when it stops
  bool has_failed_ = false;                ///< the thread's
  std::jthread thread_;
};

}  // namespace aiflow::service
