// SPDX-License-Identifier: Apache-2.0
// The fake passes the conformance suite.
#include <doctest/doctest.h>

#include <algorithm>

#include "executor/executor_conformance.h"
#include "executor/fake_executor.h"

namespace aiflow::executor {
namespace {

class FakeRig final : public Rig {
 public:
  explicit FakeRig(const std::vector<Attempt>& running) : fake_(clock_) {
    fake_.reconcile(held(running));
    REQUIRE(fake_.start([this](Report report) { reports_.push_back(std::move(report)); }));
  }

  Executor& executor() override { return fake_; }
  void connect_worker() override { fake_.set_slots(2); }
  bool await_start(const Attempt& attempt) override { return start_count(attempt) > 0; }
  int start_count(const Attempt& attempt) override {
    const auto waiting = fake_.waiting();
    const auto running = fake_.running();
    return static_cast<int>(
        std::count_if(waiting.begin(), waiting.end(),
                      [&](const Job& job) { return attempt_of(job) == attempt; }) +
        std::count(running.begin(), running.end(), attempt));
  }
  std::int64_t say_started(const Attempt& attempt) override {
    return fake_.start_job(attempt) ? 1 : 0;
  }
  std::int64_t say_finished(const Attempt& attempt) override {
    wire::Finished finished;
    finished.attempt = attempt;
    return fake_.finish_job(finished);
  }
  bool await_cancel(const Attempt& attempt) override {
    const auto cancelled = fake_.cancelled();
    return std::count(cancelled.begin(), cancelled.end(), attempt) > 0;
  }
  bool await_ack(std::int64_t seq, bool accepted) override {
    const auto all = fake_.acknowledged();
    return std::any_of(all.begin(), all.end(), [&](const FakeExecutor::Acknowledged& one) {
      return one.seq == seq && one.accepted == accepted;
    });
  }
  bool await_report(const std::function<bool(const Report&)>& wanted) override {
    const auto found = std::find_if(reports_.begin(), reports_.end(), wanted);
    if (found == reports_.end()) return false;
    reports_.erase(found);
    return true;
  }

 private:
  ManualClock clock_;
  FakeExecutor fake_;
  std::vector<Report> reports_;
};

TEST_CASE("the fake executor is an executor") {
  check_conformance(
      [](std::vector<Attempt> running) { return std::make_unique<FakeRig>(std::move(running)); });
}

}  // namespace
}  // namespace aiflow::executor
