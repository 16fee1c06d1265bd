// SPDX-License-Identifier: Apache-2.0
// Which worker's words count for which attempt.
#include "executor/detail/assignment.h"

#include <doctest/doctest.h>

#include "executor/executor_conformance.h"

namespace aiflow::executor::detail {
namespace {

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

}  // namespace
}  // namespace aiflow::executor::detail
