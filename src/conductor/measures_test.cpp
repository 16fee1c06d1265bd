// SPDX-License-Identifier: Apache-2.0
// What is known of tries beside how they ended: what they use, and their fields as rendered.
#include <doctest/doctest.h>

#include <algorithm>

#include "conductor/testing/bench.h"
#include "store/data/try_details.h"
#include "store/event_log.h"

namespace aiflow::conductor {
namespace {

using testing::bash_task;
using testing::Bench;

struct Running {
  Bench bench;
  store::RunRow run;
  store::TaskKey key;
  executor::Attempt attempt;

  Running() {
    bench.put_dag("etl", {bash_task("a")});
    run = bench.trigger("etl");
    key = {DagId{"etl"}, run.key.run_id, TaskId{"a"}};
    attempt = executor::attempt_of(bench.executor().waiting().front());
    bench.executor().start_job(attempt);
    bench.settle();
  }
  void use(std::int64_t ms, std::int64_t epoch_more = 0) {
    executor::Attempt of = attempt;
    of.epoch += epoch_more;
    bench.executor().report_use(
        {.attempt = of, .sample = {.ms = ms, .cpu_ms = ms / 2, .memory_bytes = 100}});
    bench.settle();
  }
  wire::Finished end(const wire::AttemptUsage& usage) {
    wire::Finished report;
    report.attempt = attempt;
    report.outcome = Outcome::success;
    report.usage = usage;
    return report;
  }
  store::TryRow row() {
    return bench.store()
        .read([&](db::Connection& db) { return store::RunStore(db).tries(key); })
        .value()
        .front();
  }
  store::TryDetailsRow kept() {
    return bench.store()
        .read([&](db::Connection& db) {
          return store::TryDetails(db).get({.task = key, .try_number = 1});
        })
        .value();
  }
};

TEST_CASE("what a try uses is shown while it runs, and kept with its end") {
  Running at;
  const std::size_t events = at.bench.event_log().size();
  at.use(1000);
  at.use(2000, 1);  // of an attempt that is not the current one
  REQUIRE(at.bench.conductor().usage(at.key).size() == 1);
  CHECK(at.bench.conductor().usage(at.key).front().cpu == std::chrono::milliseconds(500));
  CHECK(at.bench.event_log().size() == events);
  REQUIRE(at.bench.heard().back().kind == store::kind::usage);
  const json::Value& told = at.bench.heard().back().data;
  CHECK(told.find("dag_id")->as_string() == "etl");
  CHECK(told.find("try_number")->as_int() == 1);
  CHECK(told.find("sample")->find("ms")->as_int() == 1000);

  at.bench.finish(at.end({.cpu_user_ms = 700,
                          .cpu_system_ms = 30,
                          .memory_peak_bytes = 5000,
                          .memory_mean_bytes = 4000,
                          .samples = {{{.ms = 1000, .cpu_ms = 500, .memory_bytes = 100}}},
                          .note = "pod"}));
  CHECK(at.bench.conductor().usage(at.key).empty());
  const store::TryRow row = at.row();
  CHECK(row.cpu_user_ms == 700);
  CHECK(row.cpu_system_ms == 30);
  CHECK(row.memory_peak_bytes == 5000);
  CHECK(row.memory_mean_bytes == 4000);
  CHECK(row.usage_note == "pod");
  CHECK(store::to_wire(at.kept().samples) ==
        std::vector<wire::UsageSample>{{.ms = 1000, .cpu_ms = 500, .memory_bytes = 100}});
}

TEST_CASE("of what runs for long listeners are told more rarely, and the server keeps all") {
  Running at;
  for (int s = 1; s <= 100; ++s) at.use(s * 1000);
  CHECK(at.bench.conductor().usage(at.key).size() == 100);
  const auto told =
      std::ranges::count(at.bench.heard(), store::kind::usage, &wire::StreamEvent::kind);
  CHECK(told >= 15);
  CHECK(told <= 25);
}

TEST_CASE("what a try used until it was marked is forgotten with its end") {
  Running at;
  at.use(1000);
  REQUIRE(at.bench.mark({.key = at.key, .state = TaskState::failed, .user = "kim"}));
  at.bench.finish(at.attempt);
  CHECK(at.bench.conductor().usage(at.key).empty());
}

TEST_CASE("samples of a part of a try are not kept beside the numbers of the next one") {
  Running at;
  wire::Finished part = at.end({.cpu_user_ms = 700, .samples = {{{.ms = 1000, .cpu_ms = 500}}}});
  part.outcome = Outcome::up_for_reschedule;
  part.reschedule_at = at.bench.clock().now() + std::chrono::hours(1);
  at.bench.finish(part);
  CHECK(at.bench.state("etl", at.run, "a") == TaskState::up_for_reschedule);
  CHECK(at.row().cpu_user_ms == 700);
  CHECK(at.kept().samples.empty());
}

TEST_CASE("the end of a try that tells nothing of its use is as good as any") {
  Running at;
  at.bench.finish(at.attempt);
  CHECK(at.row().state == TaskState::success);
  CHECK_FALSE(at.row().cpu_user_ms.has_value());
  CHECK(at.kept().samples.empty());
  CHECK_FALSE(at.kept().rendered.has_value());
}

TEST_CASE("what a worker tells that cannot be is brought within bounds") {
  Running at;
  wire::AttemptUsage usage{.cpu_user_ms = -5, .memory_peak_bytes = INT64_MAX};
  usage.samples.emplace();
  for (int i = 1; i <= 1000; ++i) {
    usage.samples->push_back({.ms = i, .cpu_ms = INT64_MAX, .memory_bytes = -1});
  }
  usage.note = std::string(10'000, 'x');
  at.bench.finish(at.end(usage));
  CHECK(at.row().cpu_user_ms == 0);
  CHECK(at.row().memory_peak_bytes < INT64_MAX);
  CHECK_FALSE(at.row().usage_note.has_value());
  CHECK(at.kept().samples.size() == UsageSeries::kSamplesMax);
  CHECK(at.kept().samples.front().memory_bytes == 0);
}

TEST_CASE("rendered fields are kept when they are told, or with the end, unless too large") {
  Running at;
  const json::Value fields = json::object({{"bash_command", "echo 1"}});
  at.bench.executor().report_rendered(at.attempt, fields);
  at.use(1000);
  CHECK(at.kept().rendered == fields);
  const auto& heard = at.bench.heard();
  CHECK(std::ranges::count_if(heard, [](const wire::StreamEvent& event) {
          return event.kind == store::kind::usage && event.data.find("has_rendered") != nullptr;
        }) == 1);
  CHECK(at.bench.state("etl", at.run, "a") == TaskState::running);
  // Said again of the same attempt: what it has used until then stays.
  at.bench.executor().report_rendered(at.attempt, fields);
  at.bench.settle();
  CHECK(at.bench.conductor().usage(at.key).size() == 1);

  executor::Attempt stale = at.attempt;
  stale.epoch -= 1;
  at.bench.executor().report_rendered(stale, json::object({{"bash_command", "stale"}}));
  at.bench.executor().report_rendered(
      at.attempt, json::object({{"bash_command", std::string(600U << 10, 'x')}}));
  at.bench.executor().report_rendered(at.attempt, json::Value("no object"));
  at.bench.settle();
  CHECK(at.kept().rendered == fields);

  wire::Finished end = at.end({});
  end.rendered = json::object({{"bash_command", "echo 2"}});
  at.bench.finish(end);
  CHECK(at.kept().rendered == end.rendered);
}

}  // namespace
}  // namespace aiflow::conductor
