// SPDX-License-Identifier: Apache-2.0
// The uplink between a carrier that the test holds in its hands and a core that it plays.
#include "uplink/uplink.h"

#include <thread>

#include "os/lock_file.h"
#include "uplink/detail/fake_api.h"
#include "uplink/detail/uplink_bench.h"

namespace aiflow::uplink {
namespace {

TEST_CASE("a job is pointed to this machine's folders, its files are fetched once") {
  Bench bench;
  bench.connect();
  bench.start(bench.job("a"), bench.bundle);
  bench.start(bench.job("b"), bench.bundle);
  const auto size = fs::file_size(bench.store / bench.bundle);
  for (std::size_t sent = 0; sent < size; sent += 10) bench.give_bundle();
  for (int i = 0; i < 2; ++i) {
    const auto job = wire::parse_start(bench.hear()).value().job;
    CHECK(job.dag_file == (bench.home / "bundles" / bench.bundle / "a.py").string());
    CHECK(os::read_file(job.dag_file, 100).value() == "print(1)");
    CHECK(job.log_path.starts_with(bench.home.string()));
    CHECK(job.env.at("AIFLOW_HOME") == bench.home.string());
    CHECK(job.env.at("AIFLOW_API_SOCKET") == (bench.home / "run/api.sock").string());
  }
  bench.start(bench.job("c"), bench.bundle);  // no fetch
  CHECK(wire::parse_start(bench.hear()).value().job.key.task_id == "c");
}

TEST_CASE("a job waits for its pack as for its DAG's files, and learns which one it is") {
  Bench bench;
  detail::FakeApi api(bench.home / "run/api.sock");
  const auto digest = api.add_pack("tiny", "x");
  bench.connect();
  auto job = bench.job("a");
  job.executor_config = json::object({{"pack", "tiny"}});
  bench.start(job, bench.bundle);
  while (api.given().empty()) std::this_thread::sleep_for(1ms);  // it is asked for
  bench.say("Heartbeat", wire::Heartbeat{});
  const auto beat = wire::parse_heartbeat(bench.carrier.next("Heartbeat")).value();
  CHECK(beat.attempts == std::vector{Bench::ref(job)});
  const auto size = fs::file_size(bench.store / bench.bundle);
  for (std::size_t sent = 0; sent < size; sent += 10) bench.give_bundle();
  const auto told = wire::parse_start(bench.hear()).value().job;
  CHECK(told.executor_config->find("pack")->as_string() == digest);
  CHECK(fs::exists(told.dag_file));
  CHECK(fs::exists(bench.home / "packs" / ("sha256-" + digest.substr(7)) / "data"));
}

TEST_CASE("a job whose pack nobody has, or that was cancelled while it came, does not begin") {
  Bench bench;
  detail::FakeApi api(bench.home / "run/api.sock");
  const auto digest = api.add_pack("tiny", "x");
  bench.connect();
  auto job = bench.job("a");
  job.executor_config = json::object({{"pack", "nosuch"}});
  bench.start(job, std::nullopt);
  CHECK(wire::parse_start(bench.hear()).value().trouble ==
        "its pack could not be fetched: the server answered 404");
  api.stop();  // nothing comes before the cancel does
  auto cancelled = bench.job("b");
  cancelled.executor_config = json::object({{"pack", "tiny"}});
  bench.start(cancelled, std::nullopt);
  std::this_thread::sleep_for(20ms);  // it is asked for, and there is no way to the server
  bench.carrier.deliver("Cancel", wire::Cancel{.attempt = Bench::ref(cancelled), .reason = "no"});
  CHECK(detail::type_of(bench.hear()) == "Cancel");
  api.start();
  auto other = bench.job("c");
  other.executor_config = cancelled.executor_config;
  bench.start(other, std::nullopt);
  CHECK(wire::parse_start(bench.hear()).value().job.key.task_id == "c");
}

TEST_CASE("what waits for its files counts as here, and can be cancelled") {
  Bench bench;
  bench.connect();
  const auto job = bench.job("a");
  bench.start(job, bench.bundle);
  REQUIRE(!bench.carrier.next("BundleGet").is_null());
  bench.say("Heartbeat", wire::Heartbeat{});
  const auto beat = wire::parse_heartbeat(bench.carrier.next("Heartbeat")).value();
  REQUIRE(beat.attempts.size() == 1);
  CHECK(beat.attempts[0] == Bench::ref(job));
  bench.carrier.deliver("Cancel", wire::Cancel{.attempt = Bench::ref(job)});
  CHECK(detail::type_of(bench.hear()) == "Cancel");
  bench.say("Heartbeat", wire::Heartbeat{});
  CHECK(wire::parse_heartbeat(bench.carrier.next("Heartbeat")).value().attempts.empty());
}

TEST_CASE("files that cannot be fetched are the job's trouble, with the reason") {
  Bench bench;
  bench.connect();
  bench.start(bench.job("a"), bench.bundle);
  REQUIRE(!bench.carrier.next("BundleGet").is_null());
  bench.carrier.deliver("BundlePiece",
                        wire::BundlePiece{.bundle = bench.bundle, .error = "no such files"});
  const auto start = wire::parse_start(bench.hear()).value();
  CHECK(start.trouble == "its DAG's files could not be fetched: no such files");
  bench.start(bench.job("b"), "../../etc");
  CHECK(wire::parse_start(bench.hear()).value().trouble == "its bundle has a bad name");
}

TEST_CASE("a log is sent while it grows, from where it begins at the server, and before the end") {
  Bench bench;
  bench.connect();
  const auto job = bench.job("a");
  const auto log = bench.run(job, 100);
  std::ofstream(log, std::ios::app) << "one\n";
  auto piece = bench.piece();
  CHECK(piece.offset == 100);
  CHECK(detail::from_base64(piece.data).value() == "one\n");
  std::ofstream(log, std::ios::app) << "two\n";
  bench.finish(job);
  bench.say("Heartbeat", wire::Heartbeat{});
  REQUIRE(!bench.carrier.next("Heartbeat").is_null());
  CHECK_FALSE(bench.carrier.has("Finished"));
  bench.taken(job, 104);
  piece = bench.piece();
  CHECK(piece.offset == 104);
  bench.taken(job, 108);
  CHECK(!bench.carrier.next("Finished").is_null());
  CHECK_FALSE(fs::exists(log));
}

TEST_CASE("after a lost connection the log goes on where the server has it") {
  Bench bench;
  bench.connect();
  const auto job = bench.job("a");
  const auto log = bench.run(job);
  std::ofstream(log, std::ios::app) << "one\ntwo\n";
  CHECK(bench.piece().offset == 0);
  bench.lose();  // whether it arrived nobody knows
  bench.connect();
  CHECK(bench.piece().offset == 0);
  bench.taken(job, 4);  // all the server has
  const auto rest = bench.piece();
  CHECK(rest.offset == 4);
  CHECK(detail::from_base64(rest.data).value() == "two\n");
}

TEST_CASE("what the server cannot take yet is sent again") {
  Bench bench;
  bench.connect();
  const wire::Job job = bench.job("t");
  std::ofstream(bench.run(job)) << "early";
  CHECK(bench.piece().offset == 0);
  bench.taken(job, 0);
  CHECK(bench.piece().offset == 0);
  bench.taken(job, 5);
}

TEST_CASE("a log that the server does not take holds up no end") {
  Bench bench;
  bench.connect();
  const auto job = bench.job("a");
  std::ofstream(bench.run(job), std::ios::app) << "one\n";
  bench.finish(job);
  bench.piece();
  bench.carrier.deliver(
      "LogTaken", wire::LogTaken{.attempt = Bench::ref(job), .offset = 0, .error = "disk full"});
  CHECK(!bench.carrier.next("Finished").is_null());
}

TEST_CASE("what a worker before this one left is still sent") {
  Bench bench;
  bench.connect();
  const auto job = bench.job("a");
  std::ofstream(bench.run(job, 7), std::ios::app) << "last words\n";
  bench.piece();
  bench.core.reset();
  bench.uplink.reset();
  bench.uplink = bench.open();
  bench.connect();
  const auto piece = bench.piece();
  CHECK(piece.attempt == Bench::ref(job));
  CHECK(piece.offset == 7);
  CHECK(detail::from_base64(piece.data).value() == "last words\n");
}

TEST_CASE("a core that goes makes the carrier begin anew; a lost carrier ends the core's link") {
  Bench bench;
  bench.connect();
  bench.core.reset();
  CHECK(bench.carrier.wait_reconnects(1));
  bench.carrier.events().lost();
  const auto deadline = soon();
  while (fs::exists(bench.home / "run/worker.sock")) {
    REQUIRE_FALSE(deadline.passed(kClock.steady_now()));
  }
  bench.connect();
  bench.lose();
}

TEST_CASE("the end of a core that has drained is no new beginning, and its last words are sent") {
  Bench bench;
  bench.connect();
  bench.say("Hello", wire::Hello{.worker_id = "w", .slots = 0});
  for (int i = 0; i < 1000; ++i) bench.say("Heartbeat", wire::Heartbeat{});
  bench.core.reset();
  bench.uplink->await_core_end();
  CHECK(bench.carrier.count("Heartbeat") == 1000);
  CHECK(bench.carrier.reconnects() == 0);
}

TEST_CASE("the home of a server, or of another worker, is no worker's") {
  const auto dir = os::TempDir::create("uplink-test").value();
  fs::create_directories(dir.path() / "run");
  FakeCarrier carrier;
  for (const auto& [name, owner] : {std::pair("run/server.lock", "belongs to a server"),
                                    std::pair("run/worker.lock", "belongs to another worker")}) {
    const auto lock = os::LockFile::acquire(dir.path() / name).value();
    const auto made =
        Uplink::start(kClock, {.home = dir.path(), .island = {}, .on_refused = {}}, carrier);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == ErrorCode::conflict);
    CHECK(made.error().message.find(owner) != std::string::npos);
    CHECK(made.error().message.find("--home") != std::string::npos);
  }
}

}  // namespace
}  // namespace aiflow::uplink
