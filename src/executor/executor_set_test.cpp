// SPDX-License-Identifier: Apache-2.0
#include "executor/executor_set.h"

#include <doctest/doctest.h>

#include "executor/executor_conformance.h"
#include "executor/fake_executor.h"

namespace aiflow::executor {
namespace {

/// Two fakes as one, started.
struct Bench {
  ManualClock clock;
  ExecutorSet set;
  FakeExecutor* local = nullptr;
  FakeExecutor* cluster = nullptr;
  std::vector<Report> reports;

  Bench() {
    auto first = std::make_unique<FakeExecutor>(clock);
    auto second = std::make_unique<FakeExecutor>(clock);
    local = first.get();
    cluster = second.get();
    set.add("local", std::move(first));
    set.add("kubernetes", std::move(second));
  }
  void start() {
    REQUIRE(set.start([this](Report report) { reports.push_back(std::move(report)); }));
  }
  static Job job(const std::string& task, const std::string& executor) {
    Job made = test_job(task);
    made.executor = executor;
    return made;
  }
};

TEST_CASE("a job goes to the executor it names, and docker to the workers") {
  Bench bench;
  bench.start();
  CHECK(bench.set.submit(Bench::job("a", "local")));
  CHECK(bench.set.submit(Bench::job("b", "docker")));
  CHECK(bench.set.submit(Bench::job("c", "kubernetes")));
  CHECK(bench.local->waiting().size() == 2);
  CHECK(bench.cluster->waiting().size() == 1);
  const auto refused = bench.set.submit(Bench::job("d", "kubernetes:east"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "this server has no executor 'kubernetes:east'");
}

TEST_CASE("a cancel goes where the attempt is") {
  Bench bench;
  const Attempt held = attempt_of(test_job("before"));
  bench.set.reconcile({{.attempt = held, .executor = "kubernetes"}});
  bench.start();
  const Job job = Bench::job("a", "kubernetes");
  CHECK(bench.set.submit(job));
  bench.set.cancel({.attempt = attempt_of(job), .reason = "asked"});
  bench.set.cancel({.attempt = held, .reason = "asked"});
  CHECK(bench.local->cancelled().empty());
  CHECK(bench.cluster->cancelled().size() == 2);
}

TEST_CASE("an acknowledgement and an answer go to the worker's executor") {
  Bench bench;
  bench.start();
  const Job job = Bench::job("a", "kubernetes");
  CHECK(bench.set.submit(job));
  CHECK(bench.cluster->start_job(attempt_of(job)));
  wire::Finished finished;
  finished.attempt = attempt_of(job);
  const std::int64_t seq = bench.cluster->finish_job(finished);
  const auto& report = std::get<Finished>(bench.reports.back());
  CHECK(report.receipt.seq == seq);
  bench.set.acknowledge(report.receipt, true, "");
  CHECK(bench.local->acknowledged().empty());
  REQUIRE_FALSE(bench.cluster->acknowledged().empty());
  CHECK(bench.cluster->acknowledged().back().seq == seq);
  bench.set.answer(report.receipt.worker, wire::XComValue{.request_id = 4});
  CHECK(bench.cluster->answers().size() == 1);
}

}  // namespace
}  // namespace aiflow::executor
