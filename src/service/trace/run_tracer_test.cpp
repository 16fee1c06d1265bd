// SPDX-License-Identifier: Apache-2.0
#include "service/trace/run_tracer.h"

#include <doctest/doctest.h>

#include <map>

#include "os/system_clock.h"
#include "os/temp_dir.h"
#include "service/monitor/counters.h"
#include "store/dag_store.h"

namespace aiflow::service {
namespace {

using namespace std::chrono_literals;

const os::SystemClock kClock;

/// Answers as it is told, and keeps what it was sent.
class Collector {
 public:
  Result<CollectorAnswer> take(const std::string& body, Deadline deadline,
                               const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    ++asked_;
    changed_.notify_all();
    while (hangs_ && !stop.stop_requested() && !deadline.passed(kClock.steady_now())) {
      changed_.wait_for(lock, 5ms);
    }
    if (hangs_) return fail(ErrorCode::cancelled, "stopped");
    const auto answer = next_.empty() ? CollectorAnswer{.status = 200} : next_.front();
    if (!next_.empty()) next_.erase(next_.begin());
    if (answer.status == 0) return fail(ErrorCode::unavailable, "no collector");
    if (answer.status == 200) bodies_.push_back(json::parse(body).value());
    changed_.notify_all();
    return answer;
  }
  void answers(std::vector<CollectorAnswer> next) {
    const std::scoped_lock lock(mutex_);
    next_ = std::move(next);
  }
  void hang() {
    const std::scoped_lock lock(mutex_);
    hangs_ = true;
  }
  void wait_asked(int times) {
    std::unique_lock lock(mutex_);
    CHECK(changed_.wait_for(lock, 20s, [&] { return asked_ >= times; }));
  }
  /// Names of the spans of all requests, after so many have come.
  std::string names(std::size_t requests) {
    std::unique_lock lock(mutex_);
    CHECK(changed_.wait_for(lock, 20s, [&] { return bodies_.size() >= requests; }));
    std::string all;
    for (const auto& body : bodies_) {
      const auto& scope =
          body.find("resourceSpans")->as_array()[0].find("scopeSpans")->as_array()[0];
      for (const auto& span : scope.find("spans")->as_array()) {
        all += span.find("name")->as_string() + " ";
      }
    }
    return all;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<CollectorAnswer> next_;
  std::vector<json::Value> bodies_;
  bool hangs_ = false;
  int asked_ = 0;
};

struct Bench {
  explicit Bench(RunTracer::Limits limits)
      : tracer(
            {.clock = kClock,
             .store = *store,
             .count =
                 [this](std::string_view outcome, std::int64_t count) {
                   counters.changes({{.kind = "spans", .data = json::object({{outcome, count}})}});
                 },
             .ids = TraceIds("site"),
             .resource = {{"service.name", std::string("aiflow")}},
             .version = "1",
             .send =
                 [this](const std::string& body, Deadline deadline, const std::stop_token& stop) {
                   return collector.take(body, deadline, stop);
                 },
             .limits = limits}) {
    const auto made = store->transact([](db::Connection& db) -> Status {
      store::DagStore dags(db);
      store::DagVersionRow version;
      version.dag_id = DagId{"d"};
      version.version = 1;
      version.spec.dag_id = "d";
      version.spec.params = json::object({});
      AIFLOW_TRY(dags.add_version(version));
      store::DagRow row;
      row.dag_id = version.dag_id;
      row.version = 1;
      AIFLOW_TRY(dags.put(row));
      store::RunRow run;
      run.key = {DagId{"d"}, RunId{"r"}};
      run.number = 1;
      run.conf = json::object({});
      run.dag_version = 1;
      return store::RunStore(db).insert_run(run);
    });
    REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
    tracer.start();
  }

  void end_run(const std::string& run = "r") {
    wire::DagRun data;
    data.dag_id = "d";
    data.dag_run_id = run;
    data.state = RunState::success;
    tracer.changes({{.id = 1, .kind = "dag_run", .at = kClock.now(), .data = wire::to_json(data)}});
  }
  /// Counted by outcome; waited for.
  bool counted(const std::string& outcome, int count) {
    const auto line =
        "aiflow_trace_spans_total{outcome=\"" + outcome + "\"} " + std::to_string(count) + "\n";
    for (int i = 0; i < 4000; ++i) {
      if (counters.text().find(line) != std::string::npos) return true;
      os::sleep_for(5ms);
    }
    return false;
  }

  os::TempDir folder = os::TempDir::create("tracer-test").value();
  std::unique_ptr<store::Store> store =
      store::Store::open((folder.path() / "a.db").string(), kClock.now()).value();
  Counters counters;
  Collector collector;
  RunTracer tracer;
};

constexpr RunTracer::Limits kFast{
    .company = 1ms, .first_pause = 1ms, .longest_pause = 5ms, .retry_for = 10s, .at_stop = 1s};

TEST_CASE("an end is sent, and refused spans of a request are counted") {
  Bench bench(kFast);
  bench.collector.answers(
      {{.status = 200, .body = R"({"partialSuccess":{"rejectedSpans":"1"}})"}, {.status = 200}});
  bench.end_run();
  CHECK(bench.collector.names(1) == "RUN d ");
  CHECK(bench.counted("rejected", 1));
  CHECK(bench.counted("exported", 0));
  bench.end_run();
  CHECK(bench.counted("exported", 1));
}

TEST_CASE("a collector that is away or busy gets it later") {
  Bench bench(kFast);
  bench.collector.answers({{.status = 0},
                           {.status = 503},
                           {.status = 429, .retry_after = 1ms},
                           {.status = 502},
                           {.status = 504}});
  bench.end_run();
  CHECK(bench.collector.names(1) == "RUN d ");
  CHECK(bench.counted("exported", 1));
  CHECK(bench.counted("dropped", 0));
}

TEST_CASE("what it refuses is not sent again, and what is too late is dropped") {
  Bench bench(kFast);
  bench.collector.answers({{.status = 404}});
  bench.end_run();
  CHECK(bench.counted("dropped", 1));
  bench.collector.wait_asked(1);
  bench.end_run();
  CHECK(bench.counted("exported", 1));
  bench.end_run("deleted meanwhile");
  CHECK(bench.counted("dropped", 2));

  auto hasty = kFast;
  hasty.retry_for = 0ms;
  Bench late(hasty);
  late.collector.answers({{.status = 503}, {.status = 503}});
  late.end_run();
  CHECK(late.counted("dropped", 1));
}

TEST_CASE("a collector that hangs holds up nobody: what waits is bounded, the rest is counted") {
  auto limits = kFast;
  limits.waiting = 3;
  limits.batch = 1;
  // Only what there is no room for can be lost before the end.
  limits.answer = limits.retry_for = 1h;
  Bench bench(limits);
  bench.collector.hang();
  bench.end_run();
  bench.collector.wait_asked(1);
  for (int i = 0; i < 5; ++i) bench.end_run();
  CHECK(bench.counted("dropped", 2));
  // The server ends: the call is cut, and what waits is lost and counted.
  bench.tracer.stop();
  CHECK(bench.counted("dropped", 6));
}

TEST_CASE("what waits when the server ends is sent") {
  auto limits = kFast;
  limits.company = 1h;
  Bench bench(limits);
  bench.end_run();
  bench.tracer.stop();
  CHECK(bench.collector.names(1) == "RUN d ");
}

}  // namespace
}  // namespace aiflow::service
