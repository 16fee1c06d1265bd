// SPDX-License-Identifier: Apache-2.0
// The uplink between a carrier that the test holds in its hands and a core that it plays.
#include "uplink/uplink.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <mutex>
#include <thread>

#include "os/file.h"
#include "os/lock_file.h"
#include "os/socket.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"
#include "uplink/bundle.h"
#include "uplink/detail/fake_api.h"
#include "uplink/detail/message.h"
#include "wire/dag.h"

namespace aiflow::uplink {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
const os::SystemClock kClock;
Deadline soon() { return Deadline::after(kClock, 10s); }

class FakeCarrier final : public Carrier {
 public:
  void start(Events events) override { events_ = std::move(events); }
  void send(std::string frame) override {
    const std::scoped_lock lock(mutex_);
    sent_.push_back(json::parse(frame).value());
    came_.notify_all();
  }
  void reconnect() override {
    const std::scoped_lock lock(mutex_);
    ++reconnects_;
    came_.notify_all();
  }
  void stop() override {}

  Events& events() { return events_; }
  template <class Message>
  void deliver(std::string_view type, const Message& message) {
    events_.frame(json::write(detail::typed(type, message)));
  }
  /// The next frame of this type; others stay. Null when none comes.
  json::Value next(std::string_view type) {
    std::unique_lock lock(mutex_);
    json::Value found;
    came_.wait_for(lock, 10s, [&] {
      const auto is_meant = [&](const json::Value& frame) {
        return detail::type_of(frame) == type;
      };
      const auto at = std::ranges::find_if(sent_, is_meant);
      if (at == sent_.end()) return false;
      found = std::move(*at);
      sent_.erase(at);
      return true;
    });
    return found;
  }
  bool has(std::string_view type) {
    const std::scoped_lock lock(mutex_);
    return std::ranges::any_of(
        sent_, [&](const json::Value& frame) { return detail::type_of(frame) == type; });
  }
  bool wait_reconnects(int count) {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, 10s, [&] { return reconnects_ >= count; });
  }

 private:
  Events events_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<json::Value> sent_;
  int reconnects_ = 0;
};

/// Goes on while the machine sleeps.
class SleepyClock final : public Clock {
 public:
  [[nodiscard]] WallTime now() const override { return kClock.now(); }
  [[nodiscard]] SteadyTime steady_now() const override {
    return kClock.steady_now() + slept_.load();
  }
  void sleep(Duration duration) { slept_ = duration; }

 private:
  std::atomic<Duration> slept_{Duration{0}};
};

struct Bench {
  SleepyClock boot_clock;
  os::TempDir dir = os::TempDir::create("uplink-test").value();
  fs::path home = dir.path() / "home";
  fs::path store = dir.path() / "store";
  FakeCarrier carrier;
  std::optional<WorkerOffer> island{};
  std::unique_ptr<Uplink> uplink;
  os::Fd core;
  std::string bundle;

  explicit Bench(std::optional<WorkerOffer> offer = {}) : island(std::move(offer)) {
    uplink = open();
    fs::create_directories(dir.path() / "dags");
    fs::create_directories(store);
    std::ofstream(dir.path() / "dags/a.py") << "print(1)";
    bundle = pack_bundle(dir.path() / "dags", store).value();
  }
  std::unique_ptr<Uplink> open() {
    return Uplink::start(
               kClock,
               {.home = home, .island = island, .island_clock = &boot_clock, .on_refused = {}},
               carrier)
        .value();
  }
  void connect() {
    carrier.events().connected();
    say_hello();
  }
  void say_hello() {
    const auto deadline = soon();
    do {
      if (auto made = os::connect_unix(home / "run/worker.sock", deadline)) core = *std::move(made);
    } while (!core.valid() && !deadline.passed(kClock.steady_now()));
    REQUIRE(core.valid());
    say("Hello", wire::Hello{.worker_id = "w", .slots = 2});
    REQUIRE(!carrier.next("Hello").is_null());
  }
  void lose() {
    carrier.events().lost();
    CHECK_FALSE(os::recv_exact(core.get(), 1, soon()));  // the core sees the end
    core.reset();
  }
  template <class Message>
  void say(std::string_view type, const Message& message) {
    REQUIRE(os::send_frame(core.get(), json::write(detail::typed(type, message)), soon()));
  }
  json::Value hear() {
    return json::parse(os::recv_frame(core.get(), 8 << 20, soon()).value()).value();
  }
  wire::Job job(const std::string& task) const {
    wire::Job job;
    job.key = {.dag_id = "d", .run_id = "r", .task_id = task, .map_index = -1};
    job.try_number = job.epoch = 1;
    job.operator_ = "python";
    job.payload = json::object({});
    job.dag_file = "/server/dags/a.py";
    job.log_path = "/server/logs/t.log";
    return job;
  }
  static wire::AttemptRef ref(const wire::Job& job) { return {job.key, job.try_number, job.epoch}; }
  void start(const wire::Job& job, const std::optional<std::string>& bundle_name,
             std::int64_t log_offset = 0) {
    carrier.deliver("Start", wire::Start{.job = job,
                                         .delivery = wire::Delivery{.bundle = bundle_name,
                                                                    .dag_file = "a.py",
                                                                    .log_offset = log_offset},
                                         .trouble = {}});
  }
  /// A job that runs, with its log's path on this machine.
  fs::path run(const wire::Job& job, std::int64_t log_offset = 0) {
    start(job, std::nullopt, log_offset);
    return wire::parse_start(hear()).value().job.log_path;
  }
  void give_bundle() {
    const auto wanted = wire::parse_bundle_get(carrier.next("BundleGet")).value();
    const auto bytes = os::read_file(store / bundle, 1 << 20).value();
    carrier.deliver("BundlePiece",
                    wire::BundlePiece{.bundle = wanted.bundle,
                                      .offset = wanted.offset,
                                      .size = static_cast<std::int64_t>(bytes.size()),
                                      .data = detail::to_base64(bytes.substr(
                                          static_cast<std::size_t>(wanted.offset), 10)),
                                      .error = {}});
  }
  void finish(const wire::Job& job) {
    say("Finished", wire::Finished{.seq = 1, .attempt = ref(job), .outcome = Outcome::success});
  }
  wire::LogPiece piece() { return wire::parse_log_piece(carrier.next("LogPiece")).value(); }
  void taken(const wire::Job& job, std::int64_t offset) {
    carrier.deliver("LogTaken", wire::LogTaken{.attempt = ref(job), .offset = offset, .error = {}});
  }
};

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

/// b follows a, and both are the island's; a picture of the moment at which a was given out.
wire::IslandPart picture(const Bench& bench) {
  wire::DagSpec dag;
  dag.dag_id = "d";
  dag.schedule.kind = "none";
  dag.timezone = "UTC";
  dag.max_active_tasks = dag.max_active_runs = 16;
  dag.compat = 3;
  dag.params = json::object({});
  wire::IslandPart part{.made_at = 1, .dag_version = 1, .run_number = 1};
  for (const std::string id : {"a", "b"}) {
    wire::TaskSpec task;
    task.task_id = task.label = id;
    task.operator_ = "python";
    if (id == "b") task.upstream = {"a"};
    task.trigger_rule = TriggerRule::all_success;
    task.payload = json::object({});
    task.pool = "default_pool";
    task.pool_slots = task.priority_weight = 1;
    task.weight_rule = "downstream";
    dag.tasks.push_back(task);
    const bool is_first = id == "a";
    part.tasks.push_back({.task_id = id,
                          .map_index = -1,
                          .state = is_first ? TaskState::queued : TaskState::no_status,
                          .try_number = 1,
                          .epoch = is_first ? 1 : 0});
    part.jobs.push_back(wire::to_json(bench.job(id)));
  }
  part.dag = wire::to_json(dag);
  return part;
}

/// The server has given the island's first task out.
wire::Job give_first(Bench& bench) {
  bench.connect();
  bench.carrier.deliver("HelloOk", wire::HelloOk{.server_id = "s",
                                                 .heartbeat_ms = 3000,
                                                 .lease_ms = 15'000,
                                                 .island_lease_ms = 86'400'000});
  CHECK(detail::type_of(bench.hear()) == "HelloOk");
  wire::Job first = bench.job("a");
  first.island = picture(bench);
  bench.start(first, std::nullopt);
  CHECK_FALSE(wire::parse_start(bench.hear()).value().job.island);
  return first;
}

/// The core hears nothing more: what it hears next is the answer to this heartbeat.
void beat(Bench& bench, std::int64_t seq) {
  bench.say("Heartbeat", wire::Heartbeat{.attempts = {}, .seq = seq});
  CHECK(wire::parse_heartbeat_ok(bench.hear()).value().seq == seq);
}

/// The same; lease or not.
void ask_alone(Bench& bench, const wire::Job& job) {
  bench.say("XComGet", wire::XComGet{.request_id = 9,
                                     .attempt = Bench::ref(job),
                                     .dag_id = "d",
                                     .run_id = "r",
                                     .task_id = "a",
                                     .map_index = -1,
                                     .key = "k"});
  CHECK(wire::parse_xcom_value(bench.hear()).value().request_id == 9);
}

TEST_CASE("an island whose machine has slept past the lease begins nothing, and confirms nothing") {
  for (const Duration slept : {Duration(23h), Duration(25h)}) {
    Bench bench{WorkerOffer{.slots = 2}};
    const wire::Job first = give_first(bench);
    bench.carrier.events().lost();
    beat(bench, 5);
    bench.boot_clock.sleep(slept);
    bench.say("Heartbeat", wire::Heartbeat{.attempts = {}, .seq = 6});
    bench.finish(first);
    if (slept < 24h) {
      CHECK(wire::parse_heartbeat_ok(bench.hear()).value().seq == 6);
      CHECK(wire::parse_start(bench.hear()).value().job.key.task_id == "b");
    }
    ask_alone(bench, first);
  }
}

TEST_CASE("an island goes on when the server is gone, and tells it when that gives it out") {
  Bench bench{WorkerOffer{.slots = 2}};
  const wire::Job first = give_first(bench);

  bench.carrier.events().lost();
  bench.say("Heartbeat", wire::Heartbeat{.attempts = {}, .seq = 5});
  CHECK(wire::parse_heartbeat_ok(bench.hear()).value().seq == 5);
  bench.say("Finished", wire::Finished{.seq = 1,
                                       .attempt = Bench::ref(first),
                                       .outcome = Outcome::success,
                                       .xcoms = {{.key = "k", .value = 7}}});
  const auto second = wire::parse_start(bench.hear()).value().job;
  CHECK(second.key.task_id == "b");
  bench.say("XComGet", wire::XComGet{.request_id = 3,
                                     .attempt = Bench::ref(second),
                                     .dag_id = "d",
                                     .run_id = "r",
                                     .task_id = "a",
                                     .map_index = -1,
                                     .key = "k"});
  CHECK(wire::parse_xcom_value(bench.hear()).value().value == json::Value(7));
  std::ofstream(second.log_path, std::ios::app) << "alone\n";
  const wire::Finished end{.seq = 2, .attempt = Bench::ref(second), .outcome = Outcome::success};
  bench.say("Finished", end);

  bench.carrier.events().connected();
  CHECK_FALSE(os::recv_exact(bench.core.get(), 1, soon()));
  bench.core.reset();
  bench.say_hello();  // the core says again what was not acknowledged
  bench.say("Finished", end);
  const auto told = wire::parse_finished(bench.carrier.next("RanAhead")).value();
  CHECK(told.attempt == Bench::ref(second));
  CHECK_FALSE(bench.carrier.has("Finished"));
  CHECK_FALSE(bench.carrier.has("LogPiece"));
  wire::Job again = bench.job("b");
  bench.start(again, std::nullopt, 30);
  CHECK(wire::parse_start(bench.hear()).value().trouble);  // the core has it, and does nothing
  CHECK(bench.piece().offset == 30);
  bench.taken(again, 36);
  CHECK(wire::parse_finished(bench.carrier.next("Finished")).value().attempt == Bench::ref(second));
}

TEST_CASE("a server's home is no worker's") {
  const auto dir = os::TempDir::create("uplink-test").value();
  fs::create_directories(dir.path() / "run");
  const auto lock = os::LockFile::acquire(dir.path() / "run/server.lock").value();
  FakeCarrier carrier;
  const auto made =
      Uplink::start(kClock, {.home = dir.path(), .island = {}, .on_refused = {}}, carrier);
  REQUIRE_FALSE(made);
  CHECK(made.error().code == ErrorCode::conflict);
}

}  // namespace
}  // namespace aiflow::uplink
