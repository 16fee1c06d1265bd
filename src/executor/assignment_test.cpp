// SPDX-License-Identifier: Apache-2.0
// Which worker's words count for which attempt.
#include "executor/detail/assignment.h"

#include <doctest/doctest.h>

#include "executor/executor_conformance.h"

namespace aiflow::executor::detail {
namespace {

using namespace std::chrono_literals;

class Sent final : public Outlet {
 public:
  void send(const WorkerId& worker, const json::Value& message) override {
    frames.emplace_back(worker.value, message);
  }
  void report(Report report) override { reports.push_back(std::move(report)); }
  void worker_wanted() override {}

  /// Frames of that type to that worker.
  [[nodiscard]] int count(std::string_view worker, std::string_view type) const {
    int count = 0;
    for (const auto& [to, frame] : frames) {
      if (to == worker && frame.find("type")->as_string() == type) ++count;
    }
    return count;
  }
  template <class Kind>
  [[nodiscard]] int reported() const {
    int count = 0;
    for (const Report& one : reports) count += std::holds_alternative<Kind>(one) ? 1 : 0;
    return count;
  }

  std::vector<std::pair<std::string, json::Value>> frames;
  std::vector<Report> reports;
};

wire::Hello hello(const std::string& worker, std::vector<Attempt> running = {}) {
  wire::Hello made;
  made.worker_id = worker;
  made.slots = 2;
  made.running = std::move(running);
  return made;
}

TEST_CASE("what a worker says of an attempt that another one has changes nothing") {
  ManualClock clock;
  Sent sent;
  Assignment assignment(clock,
                        {.server_id = "s",
                         .heartbeat = std::chrono::seconds(3),
                         .lease = std::chrono::seconds(15),
                         .workers_before = {}},
                        sent);
  assignment.begin();
  assignment.hello(hello("honest"));
  assignment.submit(test_job("a"));
  const Attempt attempt = attempt_of(test_job("a"));
  REQUIRE(sent.count("honest", "Start") == 1);
  wire::Started started;
  started.attempt = attempt;
  wire::Finished finished;
  finished.attempt = attempt;
  wire::Progress progress;
  progress.attempt = attempt;

  const auto lie = [&] {
    sent.reports.clear();
    assignment.hello(hello("liar", {attempt}));
    assignment.started({"liar"}, started);
    assignment.heartbeat({"liar"}, {.attempts = {attempt}, .seq = {}});
    assignment.heartbeat({"liar"}, {.attempts = {}, .seq = {}});
    REQUIRE(assignment.take({"liar"}, typed("Progress", progress)));
    assignment.finished({"liar"}, finished);
    CHECK(sent.reported<StillRunning>() == 0);
    CHECK(sent.reported<Started>() == 0);
    CHECK(sent.reported<Lost>() == 0);
    CHECK(sent.reported<Progress>() == 0);
    CHECK(sent.reported<Finished>() == 0);
  };
  lie();  // before its start was told
  CHECK(sent.count("liar", "Ack") == 2);
  CHECK(sent.count("liar", "Cancel") == 4);
  assignment.started({"honest"}, started);
  lie();  // and while it runs
  REQUIRE(assignment.take({"honest"}, typed("Progress", progress)));
  assignment.finished({"honest"}, finished);
  CHECK(sent.reported<Progress>() == 1);
  CHECK(sent.reported<Finished>() == 1);
}

TEST_CASE("a worker that drains has its slots and its tasks, and offers none") {
  ManualClock clock;
  Sent sent;
  Assignment assignment(
      clock, {.server_id = "s", .lease = std::chrono::seconds(15), .workers_before = {}}, sent);
  assignment.begin();
  assignment.hello(hello("w"));
  assignment.submit(test_job("a"));
  wire::Hello drains = hello("w", {attempt_of(test_job("a"))});
  drains.slots = 0;
  assignment.hello(drains);
  const wire::Worker shown = assignment.workers().front();
  CHECK(shown.state == "draining");
  CHECK(shown.slots == 2);
  CHECK(shown.running == 1);
}

/// What the scheduler hears of attempts that came back without having begun.
struct Unserved {
  ManualClock clock;
  Sent out;
  Assignment assignment;

  explicit Unserved(bool pulled)
      : assignment(clock,
                   {.server_id = "s",
                    .heartbeat = 3s,
                    .lease = 15s,
                    .workers_before = {},
                    .pulled = pulled},
                   out) {
    assignment.begin();
    clock.advance(15s);  // nobody is on the way back any more
    assignment.hello(hello_of("w", 1, "gpu"));
    assignment.hello(hello_of("plain", 1, "default"));
  }
  static wire::Hello hello_of(const std::string& worker, int slots, const std::string& queue) {
    wire::Hello hello;
    hello.worker_id = worker;
    hello.slots = slots;
    hello.queues = {queue};
    return hello;
  }
  void submit(const std::string& task) {
    Job job = test_job(task);
    job.queue = "gpu";
    assignment.submit(std::move(job));
  }
  /// Time passes, with a sign of the other worker.
  void pass(Duration time) {
    clock.advance(time);
    assignment.heard(WorkerId{"plain"});
    assignment.expire();
  }
  [[nodiscard]] std::vector<std::string> given_back() const {
    std::vector<std::string> tasks;
    for (const Report& report : out.reports) {
      const auto* lost = std::get_if<Lost>(&report);
      if (lost != nullptr && lost->reason.starts_with("no worker")) {
        tasks.push_back(lost->attempt.key.task_id);
      }
    }
    std::ranges::sort(tasks);
    return tasks;
  }
};

TEST_CASE("what waits for a place that nobody serves any more goes back to the scheduler") {
  bool pulled = false;
  SUBCASE("given") {}
  SUBCASE("claimed") { pulled = true; }
  Unserved bench(pulled);
  for (const char* task : {"a", "b", "c"}) bench.submit(task);
  bench.pass(1s);
  CHECK(bench.given_back().empty());
  const std::vector<std::string> waiting =
      pulled ? std::vector<std::string>{"a", "b", "c"} : std::vector<std::string>{"b", "c"};
  SUBCASE("its worker is away, and comes back within its lease") {
    bench.assignment.disconnected(WorkerId{"w"});
    bench.pass(10s);
    CHECK(bench.given_back().empty());
  }
  SUBCASE("its worker is gone") {
    bench.assignment.disconnected(WorkerId{"w"});
    bench.pass(15s);
    CHECK(bench.given_back() == waiting);
    bench.pass(15s);
    CHECK(bench.given_back() == waiting);  // once
  }
  SUBCASE("a callback is given out whoever is there") {
    Job callback = test_job("@failed");
    callback.queue = "nowhere";
    bench.assignment.submit(std::move(callback));
    bench.pass(15s);
    CHECK(bench.given_back() == waiting);
  }
  SUBCASE("its worker takes nothing more") {
    bench.assignment.order(WorkerId{"w"}, WorkerOrder::cordon);
    bench.pass(1s);
    CHECK(bench.given_back() == waiting);
  }
  SUBCASE("another one serves it too") {
    bench.assignment.hello(Unserved::hello_of("w2", 1, "gpu"));
    bench.assignment.disconnected(WorkerId{"w"});
    bench.clock.advance(15s);
    bench.assignment.heard(WorkerId{"w2"});
    bench.pass(0s);
    CHECK(bench.given_back().empty());
  }
}

}  // namespace
}  // namespace aiflow::executor::detail
