// SPDX-License-Identifier: Apache-2.0
#include "executor/executor_conformance.h"

#include <doctest/doctest.h>

namespace aiflow::executor {
namespace {

bool is_started(const Report& report, const Attempt& attempt) {
  const auto* started = std::get_if<Started>(&report);
  return started != nullptr && started->report.attempt == attempt;
}
bool is_finished(const Report& report, const Attempt& attempt) {
  const auto* finished = std::get_if<Finished>(&report);
  return finished != nullptr && finished->report.attempt == attempt;
}
bool is_gone(const Report& report, const Attempt& attempt) {
  const auto* gone = std::get_if<Gone>(&report);
  return gone != nullptr && gone->attempt == attempt;
}

void job_starts_and_finishes(const MakeRig& make_rig) {
  const auto rig = make_rig({});
  rig->connect_worker();
  const Job job = test_job("a");
  const Attempt attempt = attempt_of(job);
  REQUIRE(rig->executor().submit(job).has_value());
  REQUIRE(rig->await_start(attempt));
  rig->say_started(attempt);
  CHECK(rig->await_report([&](const Report& r) { return is_started(r, attempt); }));
  const std::int64_t seq = rig->say_finished(attempt);
  CHECK(rig->await_report([&](const Report& r) { return is_finished(r, attempt); }));
  rig->executor().acknowledge({.worker = WorkerId{"w1"}, .seq = seq}, true, "");
  CHECK(rig->await_ack(seq, true));
}

void job_waits_for_a_worker(const MakeRig& make_rig) {
  const auto rig = make_rig({});
  const Job job = test_job("a");
  REQUIRE(rig->executor().submit(job).has_value());
  rig->connect_worker();
  CHECK(rig->await_start(attempt_of(job)));
}

void duplicate_submit_runs_once(const MakeRig& make_rig) {
  const auto rig = make_rig({});
  rig->connect_worker();
  const Job job = test_job("a");
  const Attempt attempt = attempt_of(job);
  REQUIRE(rig->executor().submit(job).has_value());
  REQUIRE(rig->executor().submit(job).has_value());
  REQUIRE(rig->await_start(attempt));
  rig->say_started(attempt);
  REQUIRE(rig->executor().submit(job).has_value());
  // Another job shows that everything before it has been handled.
  const Job other = test_job("b");
  REQUIRE(rig->executor().submit(other).has_value());
  REQUIRE(rig->await_start(attempt_of(other)));
  CHECK(rig->start_count(attempt) == 1);
}

void duplicate_report_comes_twice_and_is_acknowledged_twice(const MakeRig& make_rig) {
  const auto rig = make_rig({});
  rig->connect_worker();
  const Job job = test_job("a");
  const Attempt attempt = attempt_of(job);
  REQUIRE(rig->executor().submit(job).has_value());
  REQUIRE(rig->await_start(attempt));
  for (const bool accepted : {true, false}) {
    const std::int64_t seq = rig->say_finished(attempt);
    REQUIRE(rig->await_report([&](const Report& r) { return is_finished(r, attempt); }));
    rig->executor().acknowledge({.worker = WorkerId{"w1"}, .seq = seq}, accepted, "again");
    CHECK(rig->await_ack(seq, accepted));
  }
}

void running_job_is_cancelled(const MakeRig& make_rig) {
  const auto rig = make_rig({});
  rig->connect_worker();
  const Job job = test_job("a");
  const Attempt attempt = attempt_of(job);
  REQUIRE(rig->executor().submit(job).has_value());
  REQUIRE(rig->await_start(attempt));
  rig->say_started(attempt);
  REQUIRE(rig->await_report([&](const Report& r) { return is_started(r, attempt); }));
  rig->executor().cancel({.attempt = attempt, .reason = "asked"});
  CHECK(rig->await_cancel(attempt));
}

void waiting_and_unknown_jobs_are_gone_when_cancelled(const MakeRig& make_rig) {
  const auto rig = make_rig({});
  const Job job = test_job("a");
  const Attempt attempt = attempt_of(job);
  REQUIRE(rig->executor().submit(job).has_value());
  rig->executor().cancel({.attempt = attempt, .reason = "asked"});
  CHECK(rig->await_report([&](const Report& r) { return is_gone(r, attempt); }));
  const Attempt never = attempt_of(test_job("never"));
  rig->executor().cancel({.attempt = never, .reason = "asked"});
  CHECK(rig->await_report([&](const Report& r) { return is_gone(r, never); }));
  rig->connect_worker();
  const Job other = test_job("b");
  REQUIRE(rig->executor().submit(other).has_value());
  REQUIRE(rig->await_start(attempt_of(other)));
  CHECK(rig->start_count(attempt) == 0);
}

void attempts_of_before_a_restart_go_on(const MakeRig& make_rig) {
  const Attempt attempt = attempt_of(test_job("old", 3));
  const auto rig = make_rig({attempt});
  rig->connect_worker();
  rig->say_finished(attempt);
  CHECK(rig->await_report([&](const Report& r) { return is_finished(r, attempt); }));
}

}  // namespace

void check_conformance(const MakeRig& make_rig) {
  SUBCASE("a job starts and finishes") { job_starts_and_finishes(make_rig); }
  SUBCASE("a job waits for a worker") { job_waits_for_a_worker(make_rig); }
  SUBCASE("a duplicate submit runs once") { duplicate_submit_runs_once(make_rig); }
  SUBCASE("a duplicate report is passed on and acknowledged again") {
    duplicate_report_comes_twice_and_is_acknowledged_twice(make_rig);
  }
  SUBCASE("a running job is cancelled") { running_job_is_cancelled(make_rig); }
  SUBCASE("waiting and unknown jobs are gone when cancelled") {
    waiting_and_unknown_jobs_are_gone_when_cancelled(make_rig);
  }
  SUBCASE("attempts of before a restart go on") { attempts_of_before_a_restart_go_on(make_rig); }
}

std::vector<Held> held(const std::vector<Attempt>& running, const std::string& executor) {
  std::vector<Held> all;
  for (const Attempt& attempt : running) all.push_back({attempt, executor});
  return all;
}

Job test_job(const std::string& task_id, std::int64_t epoch) {
  Job job;
  job.key = {.dag_id = "d", .run_id = "r", .task_id = task_id, .map_index = -1};
  job.try_number = 1;
  job.epoch = epoch;
  job.operator_ = "bash";
  job.executor = "local";
  job.queue = "default";
  job.payload = json::object({{"bash_command", "true"}});
  job.params = json::object({});
  return job;
}

}  // namespace aiflow::executor
