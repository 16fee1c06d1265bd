// SPDX-License-Identifier: Apache-2.0
// The local executor over a real socket, with workers that the test plays.
#include "executor/local_executor.h"

#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>

#include "executor/detail/assignment.h"
#include "executor/executor_conformance.h"
#include "os/socket.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"

namespace aiflow::executor {
namespace {

constexpr auto kPatience = std::chrono::seconds(10);

/// A worker as the socket sees it.
class PlayedWorker {
 public:
  PlayedWorker(const Clock& clock, const os::Path& socket)
      : clock_(clock), fd_(os::connect_unix(socket, Deadline::after(clock, kPatience)).value()) {}

  template <class Message>
  void say(std::string_view type, const Message& message) {
    REQUIRE(os::send_frame(fd_.get(), json::write(detail::typed(type, message)),
                           Deadline::after(clock_, kPatience)));
  }

  void hello(const std::string& id, std::vector<Attempt> running = {}, int slots = 2) {
    wire::Hello hello;
    hello.worker_id = id;
    hello.slots = slots;
    hello.pid = 1;
    hello.version = "test";
    hello.running = std::move(running);
    say("Hello", hello);
  }

  /// Reads frames until one of that type; all are kept. Null when none comes in time.
  json::Value await(std::string_view type, const std::function<bool(const json::Value&)>& wanted) {
    for (std::size_t i = 0;; ++i) {
      while (i >= seen_.size()) {
        auto frame = os::recv_frame(fd_.get(), 8U << 20, Deadline::after(clock_, kPatience));
        if (!frame) return {};
        seen_.push_back(json::parse(*frame).value());
      }
      if (seen_[i].find("type")->as_string() == type && wanted(seen_[i])) return seen_[i];
    }
  }

  [[nodiscard]] const std::vector<json::Value>& seen() const { return seen_; }
  void vanish() { fd_.reset(); }

 private:
  const Clock& clock_;
  os::Fd fd_;
  std::vector<json::Value> seen_;
};

/// Reports as they come from the executor's thread.
class Reports {
 public:
  void add(Report report) {
    const std::scoped_lock lock(mutex_);
    all_.push_back(std::move(report));
    came_.notify_all();
  }
  bool await(const std::function<bool(const Report&)>& wanted) {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, kPatience, [&] {
      const auto found = std::find_if(all_.begin(), all_.end(), wanted);
      if (found == all_.end()) return false;
      all_.erase(found);
      return true;
    });
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Report> all_;
};

bool starts(const json::Value& frame, const Attempt& attempt) {
  return attempt_of(wire::parse_start(frame).value().job) == attempt;
}

class LocalRig final : public Rig {
 public:
  explicit LocalRig(const std::vector<Attempt>& running, LocalExecutorOptions options = {})
      : folder_(os::TempDir::create("executor").value()) {
    options.socket_path = folder_.path() / "worker.sock";
    options.server_id = "s1";
    executor_ = std::make_unique<LocalExecutor>(clock_, options);
    executor_->reconcile(held(running));
  }
  ~LocalRig() override { executor_->stop(); }

  LocalRig& start() {
    REQUIRE(executor_->start([this](Report report) { reports_.add(std::move(report)); }));
    return *this;
  }
  LocalExecutor& executor() override { return *executor_; }
  PlayedWorker& worker() { return *worker_; }
  std::unique_ptr<PlayedWorker> new_worker() {
    return std::make_unique<PlayedWorker>(clock_, folder_.path() / "worker.sock");
  }
  void connect_worker() override {
    worker_ = new_worker();
    worker_->hello("w1");
    REQUIRE_FALSE(worker_->await("HelloOk", [](auto&) { return true; }).is_null());
  }
  bool await_start(const Attempt& attempt) override {
    return !worker_->await("Start", [&](auto& frame) { return starts(frame, attempt); }).is_null();
  }
  int start_count(const Attempt& attempt) override {
    int count = 0;
    for (const json::Value& frame : worker_->seen()) {
      if (frame.find("type")->as_string() == "Start" && starts(frame, attempt)) ++count;
    }
    return count;
  }
  std::int64_t say_started(const Attempt& attempt) override {
    wire::Started started;
    started.seq = next_seq_++;
    started.attempt = attempt;
    worker_->say("Started", started);
    return started.seq;
  }
  std::int64_t say_finished(const Attempt& attempt) override {
    wire::Finished finished;
    finished.seq = next_seq_++;
    finished.attempt = attempt;
    worker_->say("Finished", finished);
    return finished.seq;
  }
  bool await_cancel(const Attempt& attempt) override {
    return !worker_
                ->await("Cancel",
                        [&](auto& frame) {
                          return wire::parse_cancel(frame).value().attempt == attempt;
                        })
                .is_null();
  }
  bool await_ack(std::int64_t seq, bool accepted) override {
    return !worker_
                ->await("Ack",
                        [&](auto& frame) {
                          const wire::Ack ack = wire::parse_ack(frame).value();
                          return ack.seq == seq && ack.accepted == accepted;
                        })
                .is_null();
  }
  bool await_report(const std::function<bool(const Report&)>& wanted) override {
    return reports_.await(wanted);
  }

 private:
  os::SystemClock clock_;
  os::TempDir folder_;
  Reports reports_;
  std::unique_ptr<LocalExecutor> executor_;
  std::unique_ptr<PlayedWorker> worker_;
  std::int64_t next_seq_ = 1;
};

TEST_CASE("the local executor is an executor") {
  check_conformance([](std::vector<Attempt> running) {
    auto rig = std::make_unique<LocalRig>(std::move(running));
    rig->start();
    return rig;
  });
}

TEST_CASE("a worker gets no more jobs than it has slots") {
  LocalRig rig({});
  rig.start().connect_worker();
  for (const char* id : {"a", "b", "c"}) REQUIRE(rig.executor().submit(test_job(id)));
  REQUIRE(rig.await_start(attempt_of(test_job("a"))));
  REQUIRE(rig.await_start(attempt_of(test_job("b"))));
  CHECK(rig.start_count(attempt_of(test_job("c"))) == 0);
  rig.say_finished(attempt_of(test_job("a")));
  CHECK(rig.await_start(attempt_of(test_job("c"))));
}

TEST_CASE("the only worker gets jobs ahead once its attempts are brief") {
  LocalRig rig({});
  rig.start().connect_worker();
  const auto name = [](int i) { return "t" + std::to_string(i); };
  for (int i = 0; i < 14; ++i) REQUIRE(rig.executor().submit(test_job(name(i))));
  for (int i = 0; i < 4; ++i) {
    REQUIRE(rig.await_start(attempt_of(test_job(name(i)))));
    rig.say_finished(attempt_of(test_job(name(i))));
  }
  // Two slots, three ahead of each: t4 and t5 run, t6 to t11 wait at the worker, t12 waits here.
  REQUIRE(rig.await_start(attempt_of(test_job("t11"))));
  CHECK(rig.executor().workers().at(0).running == 2);
  auto second = rig.new_worker();
  second->hello("w2");
  REQUIRE_FALSE(
      second->await("Start", [](auto& f) { return starts(f, attempt_of(test_job("t13"))); })
          .is_null());
  CHECK(rig.start_count(attempt_of(test_job("t12"))) == 0);
}

TEST_CASE("a reconnecting worker keeps what it runs and is told to end the rest") {
  const Attempt mine = attempt_of(test_job("mine"));
  const Attempt stale = attempt_of(test_job("stale", 9));
  LocalRig rig({mine});
  rig.start();
  const auto worker = rig.new_worker();
  worker->hello("w1", {mine, stale});
  const json::Value cancel = worker->await("Cancel", [](auto&) { return true; });
  REQUIRE_FALSE(cancel.is_null());
  CHECK(wire::parse_cancel(cancel)->attempt == stale);
  CHECK(rig.await_report([&](const Report& report) {
    const auto* still = std::get_if<StillRunning>(&report);
    return still != nullptr && still->attempts == std::vector<Attempt>{mine};
  }));
}

TEST_CASE("a start that may have been lost with the connection is sent again") {
  LocalRig rig({});
  rig.start().connect_worker();
  const Attempt attempt = attempt_of(test_job("a"));
  REQUIRE(rig.executor().submit(test_job("a")));
  REQUIRE(rig.await_start(attempt));
  rig.worker().vanish();
  const auto again = rig.new_worker();
  again->hello("w1");
  CHECK_FALSE(again->await("Start", [&](auto& frame) { return starts(frame, attempt); }).is_null());
}

TEST_CASE("an unclaimed job of a worker that stays away is lost after the lease") {
  LocalExecutorOptions options;
  options.lease = std::chrono::milliseconds(200);
  LocalRig rig({}, options);
  rig.start().connect_worker();
  const Attempt attempt = attempt_of(test_job("a"));
  REQUIRE(rig.executor().submit(test_job("a")));
  REQUIRE(rig.await_start(attempt));
  rig.worker().vanish();
  CHECK(rig.await_report([&](const Report& report) {
    const auto* lost = std::get_if<Lost>(&report);
    return lost != nullptr && lost->attempt == attempt;
  }));
  CHECK(rig.await_report([](const Report& report) {
    const auto* changed = std::get_if<WorkerChanged>(&report);
    return changed != nullptr && changed->worker.state == "gone";
  }));
}

TEST_CASE("a worker that has a job and dies before its start was told loses it, by name") {
  LocalExecutorOptions options;
  options.lease = std::chrono::milliseconds(200);
  LocalRig rig({}, options);
  rig.start().connect_worker();
  const Attempt attempt = attempt_of(test_job("a"));
  REQUIRE(rig.executor().submit(test_job("a")));
  REQUIRE(rig.await_start(attempt));
  rig.worker().vanish();
  const auto again = rig.new_worker();
  again->hello("w1", {attempt});
  again->vanish();
  CHECK(rig.await_report([&](const Report& report) {
    const auto* lost = std::get_if<Lost>(&report);
    return lost != nullptr && lost->attempt == attempt;
  }));
}

TEST_CASE("jobs of before a restart wait for the worker that may have them") {
  LocalExecutorOptions options;
  options.workers_before = {WorkerId{"w1"}};
  LocalRig rig({}, options);
  const Attempt old = attempt_of(test_job("old"));
  REQUIRE(rig.executor().submit(test_job("old")));
  rig.start();
  const auto other = rig.new_worker();
  other->hello("w2");
  REQUIRE(rig.executor().submit(test_job("new", 2)));
  REQUIRE_FALSE(other->await("Start", [](auto&) { return true; }).is_null());
  CHECK(other->seen().size() == 2);  // HelloOk and the new job
  const auto first = rig.new_worker();
  first->hello("w1", {old});
  CHECK(rig.await_report([&](const Report& report) {
    const auto* still = std::get_if<StillRunning>(&report);
    return still != nullptr && still->worker.value == "w1";
  }));
}

TEST_CASE("an attempt that a worker no longer has is lost at once and frees its slot") {
  LocalRig rig({});
  rig.start().connect_worker();
  const Attempt attempt = attempt_of(test_job("a"));
  REQUIRE(rig.executor().submit(test_job("a")));
  REQUIRE(rig.await_start(attempt));
  rig.say_started(attempt);
  rig.worker().vanish();
  const auto again = rig.new_worker();
  again->hello("w1");  // the process that came after a kill -9: it runs nothing
  CHECK(rig.await_report([&](const Report& report) {
    const auto* lost = std::get_if<Lost>(&report);
    return lost != nullptr && lost->attempt == attempt;
  }));
  for (const char* id : {"b", "c"}) {
    REQUIRE(rig.executor().submit(test_job(id)));
    const Attempt next = attempt_of(test_job(id));
    CHECK_FALSE(again->await("Start", [&](auto& frame) { return starts(frame, next); }).is_null());
  }
}

TEST_CASE("a cancel of what ran before a restart is over when its worker stays away") {
  LocalExecutorOptions options;
  options.lease = std::chrono::milliseconds(200);
  const Attempt attempt = attempt_of(test_job("a"));
  LocalRig rig({attempt}, options);
  rig.start().connect_worker();  // another process than the one that ran it
  rig.executor().cancel({.attempt = attempt, .reason = "no heartbeat"});
  CHECK(rig.await_report([&](const Report& report) {
    const auto* gone = std::get_if<Gone>(&report);
    return gone != nullptr && gone->attempt == attempt;
  }));
}

TEST_CASE("a worker is asked for while none is connected, also when nothing waits") {
  std::mutex mutex;
  std::condition_variable came;
  bool wanted = false;
  LocalExecutorOptions options;
  options.worker_wanted = [&] {
    const std::scoped_lock lock(mutex);
    wanted = true;
    came.notify_all();
  };
  LocalRig rig({}, options);
  rig.start();
  CHECK_FALSE(rig.executor().has_worker());
  std::unique_lock lock(mutex);
  CHECK(came.wait_for(lock, kPatience, [&] { return wanted; }));
}

TEST_CASE("the server's own worker is asked for beside those of other machines") {
  std::mutex mutex;
  std::condition_variable came;
  int wishes = 0;
  LocalExecutorOptions options;
  options.own_worker = WorkerId{"w1"};
  options.worker_wanted = [&] {
    const std::scoped_lock lock(mutex);
    ++wishes;
    came.notify_all();
  };
  LocalRig rig({}, options);
  rig.start();
  const auto other = rig.new_worker();
  other->hello("elsewhere");
  REQUIRE_FALSE(other->await("HelloOk", [](auto&) { return true; }).is_null());
  std::unique_lock lock(mutex);
  const int before = wishes;
  CHECK(came.wait_for(lock, kPatience, [&] { return wishes > before; }));
}

TEST_CASE("a heartbeat with a number is confirmed, one without is not") {
  LocalRig rig({});
  rig.start();
  const auto worker = rig.new_worker();
  worker->hello("w1");
  worker->say("Heartbeat", wire::Heartbeat{.attempts = {}, .seq = {}});
  worker->say("Heartbeat", wire::Heartbeat{.attempts = {}, .seq = 7});
  const auto ok = worker->await("HeartbeatOk", [](auto&) { return true; });
  REQUIRE_FALSE(ok.is_null());
  CHECK(wire::parse_heartbeat_ok(ok).value().seq == 7);
}

TEST_CASE("a cordoned worker keeps what it runs and gets nothing new, also after it came back") {
  LocalRig rig({});
  rig.start().connect_worker();
  const WorkerId id{"w1"};
  CHECK(rig.executor().order({"nobody"}, WorkerOrder::cordon).error().code == ErrorCode::not_found);
  REQUIRE(rig.executor().submit(test_job("a")));
  REQUIRE(rig.await_start(attempt_of(test_job("a"))));
  REQUIRE(rig.executor().order(id, WorkerOrder::cordon));
  const auto is_cordoned = [](const Report& report) {
    const auto* changed = std::get_if<WorkerChanged>(&report);
    return changed != nullptr && changed->worker.cordoned && changed->worker.slots > 0;
  };
  CHECK(rig.await_report(is_cordoned));
  REQUIRE(rig.executor().submit(test_job("b")));
  const auto again = rig.new_worker();
  again->hello("w1", {attempt_of(test_job("a"))});
  CHECK(rig.await_report(is_cordoned));
  REQUIRE(rig.executor().order(id, WorkerOrder::uncordon));
  const Attempt next = attempt_of(test_job("b"));
  CHECK_FALSE(again->await("Start", [&](auto& frame) { return starts(frame, next); }).is_null());
  REQUIRE(rig.executor().order(id, WorkerOrder::drain));
  CHECK_FALSE(again->await("Drain", [](auto&) { return true; }).is_null());
}

TEST_CASE("a job goes to a worker that serves its queue and labels, oldest first where they meet") {
  LocalRig rig({});
  rig.start();
  Job gpu = test_job("gpu");
  gpu.queue = "gpu";
  Job site = test_job("site");
  site.placement = {{"site", "seoul"}};
  for (const Job& job : {gpu, site, test_job("any")}) REQUIRE(rig.executor().submit(job));
  /// The tasks that it was told to start, once `last` is among them.
  const auto starts_until = [](PlayedWorker& worker, const std::string& last) {
    const Attempt wanted = attempt_of(test_job(last));
    worker.await("Start", [&](auto& frame) { return starts(frame, wanted); });
    std::vector<std::string> tasks;
    for (const json::Value& frame : worker.seen()) {
      if (frame.find("type")->as_string() != "Start") continue;
      tasks.push_back(wire::parse_start(frame).value().job.key.task_id);
    }
    return tasks;
  };
  const auto plain = rig.new_worker();
  plain->hello("plain");
  CHECK(starts_until(*plain, "any") == std::vector<std::string>{"any"});
  const auto both = rig.new_worker();
  both->say("Hello", wire::Hello{.worker_id = "both",
                                 .slots = 2,
                                 .pid = 1,
                                 .version = "test",
                                 .running = {},
                                 .executors = {},
                                 .queues = std::vector<std::string>{"gpu", "default"},
                                 .labels = Labels{{"site", "seoul"}},
                                 .host = {}});
  CHECK(starts_until(*both, "site") == std::vector<std::string>{"gpu", "site"});
}

TEST_CASE("a peer that breaks the protocol is cut off, others are not") {
  LocalRig rig({});
  rig.start().connect_worker();
  const auto bad = rig.new_worker();
  wire::Heartbeat nothing;
  bad->say("Heartbeat", nothing);  // before Hello
  CHECK(bad->await("HelloOk", [](auto&) { return true; }).is_null());
  REQUIRE(rig.executor().submit(test_job("a")));
  CHECK(rig.await_start(attempt_of(test_job("a"))));
}

}  // namespace
}  // namespace aiflow::executor
