// SPDX-License-Identifier: Apache-2.0
// An uplink between a carrier that the test holds in its hands and a core that it plays.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>

#include "os/file.h"
#include "os/socket.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"
#include "uplink/bundle.h"
#include "uplink/detail/message.h"
#include "uplink/uplink.h"

namespace aiflow::uplink {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
inline const os::SystemClock kClock;
inline Deadline soon() { return Deadline::after(kClock, 10s); }

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
  std::ptrdiff_t count(std::string_view type) {
    const std::scoped_lock lock(mutex_);
    return std::ranges::count_if(
        sent_, [&](const json::Value& frame) { return detail::type_of(frame) == type; });
  }
  int reconnects() {
    const std::scoped_lock lock(mutex_);
    return reconnects_;
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
  void set_slept(Duration duration) { slept_ = duration; }

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
    if (island) job.placement[kIslandLabel] = "x";
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

}  // namespace aiflow::uplink
