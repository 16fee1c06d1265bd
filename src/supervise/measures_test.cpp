// SPDX-License-Identifier: Apache-2.0
// What a worker tells of the attempts it runs: what they use, and their rendered fields.
#include <doctest/doctest.h>

#include <algorithm>

#include "supervise/detail/measures/usage_meter.h"
#include "supervise/detail/worker_bench.h"

namespace aiflow::supervise {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Keeps its processor busy until it has used so many hundredths of a second of it.
constexpr const char* kBusy =
    "busy() { while read -ra f < /proc/self/stat; [ $((f[13]+f[14])) -lt $1 ]; do :; done; }; ";

constexpr const char* kDag = R"(
import time
from aiflow import DAG
from aiflow.operators.python import PythonOperator

def hold(seconds, megabytes=0):
    held = bytearray(megabytes << 20)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.05)

with DAG("d", schedule=None):
    PythonOperator(task_id="short", python_callable=hold,
                   op_kwargs={"seconds": 0, "megabytes": 150})
    PythonOperator(task_id="long", python_callable=hold, op_args=[2.5])
)";

TEST_CASE("the end of a command tells what it has used") {
  Bench bench;
  const auto report = bench.run(bench.bash_job(std::string(kBusy) + "(busy 20); :"));
  REQUIRE(report.usage);
  CHECK(*report.usage->cpu_user_ms + *report.usage->cpu_system_ms >= 190);
  CHECK(*report.usage->cpu_user_ms + *report.usage->cpu_system_ms < 5000);
  const auto large = bench.run(bench.bash_job("python3 -c 'bytearray(150 << 20)'"));
  REQUIRE(large.usage);
  REQUIRE(large.usage->memory_peak_bytes);
  CHECK(*large.usage->memory_peak_bytes > 150 << 20);
  CHECK(*large.usage->memory_peak_bytes < 400 << 20);
}

TEST_CASE("what cannot be told from the worker's own memory is not told") {
  // Until exec a command shares the worker's memory, which the kernel counts for both.
  Bench bench;
  const auto report = bench.run(bench.bash_job("true"));
  REQUIRE(report.usage);
  CHECK(!report.usage->samples);
  if (report.usage->memory_peak_bytes) CHECK(*report.usage->memory_peak_bytes > 0);
}

TEST_CASE("a task of a forked interpreter tells what it has used") {
  Bench bench;
  bench.write_dag(kDag);
  const auto report = bench.run(bench.python_job("short"));
  REQUIRE_MESSAGE(report.outcome == Outcome::success, report.cause);
  REQUIRE(report.usage);
  REQUIRE(report.usage->memory_peak_bytes);
  CHECK(*report.usage->memory_peak_bytes > 150 << 20);
  CHECK(report.usage->cpu_user_ms);
  // With its end, or before that where it took longer than a second.
  REQUIRE((report.rendered || std::ranges::count(bench.seen, "Started") == 2));
  const auto fields =
      json::object({{"op_kwargs", json::object({{"seconds", 0}, {"megabytes", 150}})}});
  CHECK(report.rendered.value_or(fields) == fields);
}

TEST_CASE("a longer task tells what it uses while it runs, and its fields once") {
  Bench bench;
  bench.write_dag(kDag);
  const auto job = bench.python_job("long");
  bench.start(job);
  bench.wait_for("Started");
  json::Value again = bench.wait_for("Started");
  const auto started = wire::parse_started(again).value();
  CHECK(started.attempt == ref_of(job));
  REQUIRE(started.rendered);
  CHECK(*started.rendered == json::object({{"op_args", json::Value(json::Array{2.5})}}));
  const auto usage = wire::parse_usage(bench.wait_for("Usage")).value();
  CHECK(usage.attempt == ref_of(job));
  CHECK(usage.sample.ms >= 1000);
  CHECK(usage.sample.memory_bytes > 1 << 20);
  const auto report = bench.finished();
  CHECK(!report.rendered);
  REQUIRE(report.usage);
  REQUIRE(report.usage->samples);
  CHECK(std::ranges::count(*report.usage->samples, usage.sample) == 1);
  CHECK(*report.usage->memory_peak_bytes >= usage.sample.memory_bytes);
}

TEST_CASE("a command's children are measured with it") {
  Bench bench;
  bench.start(
      bench.bash_job("python3 -c \"held = b'x' * (60 << 20); import time; time.sleep(2.5)\"; :"));
  // The first sample may come before it has its memory.
  while (wire::parse_usage(bench.wait_for("Usage")).value().sample.memory_bytes < 60 << 20) {
  }
  CHECK(*bench.finished().usage->memory_peak_bytes > 60 << 20);
}

TEST_CASE("totals: the kernel's count, and what nobody has waited for from the samples") {
  detail::UsageMeter meter;
  meter.begin(SteadyTime{}, {});
  CHECK(!meter.is_due(SteadyTime{milliseconds(900)}));
  CHECK(meter.is_due(SteadyTime{seconds(1)}));
  const os::EndedUse ended{
      .user = seconds(1), .system = milliseconds(500), .resident_peak_bytes = 1000};
  CHECK(!meter.total(std::nullopt, 0).cpu_user_ms);
  CHECK(meter.total(ended, 1000).memory_peak_bytes == std::nullopt);
  CHECK(meter.total(ended, 999).memory_peak_bytes == 1000);
  CHECK(!meter.total(ended, 999).memory_mean_bytes);
  const auto sample =
      meter.take(SteadyTime{seconds(1)}, {.cpu = seconds(2), .resident_bytes = 800});
  CHECK(sample == wire::AttemptSample{.ms = 1000, .cpu_ms = 2000, .memory_bytes = 800});
  CHECK(meter.total(ended, 1000).memory_peak_bytes == 800);
  CHECK(meter.total(ended, 999).memory_peak_bytes == 1000);
  CHECK(meter.total(ended, 0).memory_mean_bytes == 800);
  CHECK(meter.total(ended, 0).cpu_user_ms == 1500);
  CHECK(meter.total(ended, 0).cpu_system_ms == 500);
  meter.set_peak(5000);
  CHECK(meter.total(ended, 0).memory_peak_bytes == 5000);
}

TEST_CASE("an attempt that an earlier worker began is as old as it is") {
  detail::UsageMeter meter;
  meter.begin(SteadyTime{seconds(5)}, seconds(100));
  CHECK(!meter.is_due(SteadyTime{seconds(5)}));
  REQUIRE(meter.is_due(SteadyTime{seconds(6)}));
  CHECK(meter.take(SteadyTime{seconds(6)}, {.resident_bytes = 1}).ms == 101'000);
  CHECK(!meter.is_due(SteadyTime{milliseconds(6500)}));
}

}  // namespace
}  // namespace aiflow::supervise
