// SPDX-License-Identifier: Apache-2.0
// What a worker tells between its heartbeats.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "supervise/detail/worker_bench.h"

namespace aiflow::supervise {
namespace {

using namespace std::chrono_literals;

/// Reads all that the worker sends until it has handled what was sent to it before.
void read_up(Bench& bench, const std::string& mark) {
  wire::Job job = bench.bash_job("true");
  job.key.task_id = mark;
  bench.send("Start", wire::Start{.job = job, .delivery = {}, .trouble = "no files"});
  CHECK_EQ(bench.finished().attempt.key.task_id, mark);
}

TEST_CASE("what is cancelled and not here is told once for many, or answers would breed answers") {
  // The server answers a heartbeat with a cancel for each attempt in it that it has given up: were
  // each of these answered at once, a busy worker would send more and more of them.
  Bench bench;
  bench.send("HelloOk", wire::HelloOk{.server_id = "s", .heartbeat_ms = 60'000, .lease_ms = 1000});
  read_up(bench, "before");
  bench.seen.clear();
  for (int i = 0; i < 100; ++i) {
    bench.send("Cancel", wire::Cancel{.attempt = ref_of(bench.bash_job("true")),
                                      .reason = "superseded",
                                      .grace_ms = 0});
  }
  read_up(bench, "after");
  CHECK_LT(std::ranges::count(bench.seen, "Heartbeat"), 10);
  bench.seen.clear();
  bench.send("Cancel",
             wire::Cancel{
                 .attempt = ref_of(bench.bash_job("true")), .reason = "superseded", .grace_ms = 0});
  bench.wait_for("Heartbeat");
}

TEST_CASE("a worker elsewhere goes on after a stop by plan, for as long as it was told") {
  Bench bench({.ends_with_lease = true});
  bench.start(bench.bash_job("while :; do sleep 0.1; done"));
  bench.wait_for("Started");
  const SteadyTime told = kClock.steady_now();
  bench.send("ServerStops", wire::ServerStops{.lease_ms = 3000});
  const auto report = bench.finished();  // its lease alone is a second
  CHECK(kClock.steady_now() - told >= 3s);
  CHECK(report.cause == "the server was not reached for as long as the worker's lease");
}

TEST_CASE("what was on its way when a stop was told does not shorten what was left") {
  Bench bench({.ends_with_lease = true});
  bench.start(bench.bash_job("while :; do sleep 0.1; done"));
  bench.wait_for("Started");
  const auto beat = wire::parse_heartbeat(bench.wait_for("Heartbeat")).value();
  const SteadyTime told = kClock.steady_now();
  bench.send("ServerStops", wire::ServerStops{.lease_ms = 3000});
  bench.send("HeartbeatOk", wire::HeartbeatOk{.seq = beat.seq.value()});
  bench.finished();
  CHECK(kClock.steady_now() - told >= 3s);
}

TEST_CASE("who keeps an island's lease is asked once more before its tasks are ended") {
  Bench bench({.ends_with_lease = true, .island = "site"});
  const os::Path go = bench.home() / "go";
  bench.start(bench.bash_job("while [ ! -e " + go.string() + " ]; do sleep 0.02; done"));
  bench.wait_for("Started");
  const auto answer = [&] {
    const auto beat = wire::parse_heartbeat(bench.wait_for("Heartbeat")).value();
    bench.send("HeartbeatOk", wire::HeartbeatOk{.seq = beat.seq.value()});
  };
  // The last third of it again is the time for an answer.
  constexpr Duration kLease = 4500ms;
  bench.send("HelloOk", wire::HelloOk{.server_id = "s", .heartbeat_ms = 50, .lease_ms = 4500});
  answer();
  const SteadyTime silent = kClock.steady_now();
  SUBCASE("it answers") {
    while (kClock.steady_now() - silent < kLease + 200ms) bench.wait_for("Heartbeat");
    answer();
    while (kClock.steady_now() - silent < kLease + kLease / 2) bench.wait_for("Heartbeat");
    std::ofstream(go.string()).flush();
    CHECK(bench.finished().outcome == Outcome::success);
  }
  SUBCASE("it does not") {
    CHECK(bench.finished().cause == "the server was not reached for as long as the worker's lease");
    CHECK(kClock.steady_now() - silent >= kLease + kLease / 4);
  }
}

TEST_CASE("with a hello the lease counts again: the next server may have heard it") {
  Bench bench({.ends_with_lease = true});
  bench.start(bench.bash_job("while :; do sleep 0.1; done"));
  bench.wait_for("Started");
  bench.send("ServerStops", wire::ServerStops{.lease_ms = 3'600'000});
  bench.disconnect();
  bench.hear_hello();  // and the answer is lost
  bench.seen.clear();
  int beats = 0;  // one each 50 ms, and the lease is a second
  while (std::ranges::find(bench.seen, "Finished") == bench.seen.end() && beats < 200) {
    bench.wait_for("Heartbeat");
    ++beats;
  }
  CHECK(beats < 200);
}

}  // namespace
}  // namespace aiflow::supervise
