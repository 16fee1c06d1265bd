// SPDX-License-Identifier: Apache-2.0
// The Redis executor over a real redis-server, with workers that the test plays. For tests.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "executor/detail/assignment.h"
#include "executor/executor_conformance.h"
#include "executor/redis/redis_executor.h"
#include "executor/redis/testing/redis_server.h"
#include "redis/broker_names.h"
#include "redis/streams.h"

namespace aiflow::executor::testing {

namespace keys = redis::keys;

inline bool starts(const json::Value& frame, const Attempt& attempt) {
  return frame.find("type")->as_string() == "Start" &&
         attempt_of(wire::parse_start(frame).value().job) == attempt;
}

/// A worker as Redis sees it: it takes attempts while it has free slots.
class PlayedWorker {
 public:
  PlayedWorker(const RedisServer& server, std::string id)
      : id_(std::move(id)), redis_(server.address()) {}

  void hello(std::vector<Attempt> running = {}, wire::Hello hello = {}) {
    const SteadyTime end = clock_.steady_now() + kPatience;
    do {
      session_ = redis_.ask({"GET", keys::kSession}).text;
      REQUIRE(clock_.steady_now() < end);
    } while (session_.empty());
    last_ = "0-0";
    lanes_.clear();
    used_ = running.size();
    hello.worker_id = id_;
    hello.slots = 2;
    hello.running = std::move(running);
    hello_ = hello;
    say("Hello", hello);
  }
  template <class Message>
  void say(std::string_view type, const Message& message) {
    say_bytes(json::write(detail::typed(type, message)));
  }
  void say_bytes(const std::string& frame) {
    redis_.ask({"XADD", keys::reports(session_), "NOMKSTREAM", "*", "w", id_, "f", frame});
  }
  void finished_one() { --used_; }

  /// Plays until a frame is wanted; false when none comes in time.
  bool await(const std::function<bool(const json::Value&)>& wanted) {
    const SteadyTime end = clock_.steady_now() + kPatience;
    for (std::size_t i = 0; clock_.steady_now() < end;) {
      for (; i < seen_.size(); ++i) {
        if (wanted(seen_[i])) return true;
      }
      play();
    }
    return false;
  }
  bool await_type(std::string_view type) {
    return await([&](auto& frame) { return frame.find("type")->as_string() == type; });
  }
  void play() {
    if (redis_.ask({"GET", keys::kSession}).text != session_) hello(running_, hello_);
    const auto read = redis::parse_read(redis_.ask(
        {"XREAD", "COUNT", "100", "BLOCK", "10", "STREAMS", keys::control(session_, id_), last_}));
    REQUIRE(read);
    for (const auto& stream : *read) {
      for (const auto& entry : stream.entries) take(entry);
    }
    for (const std::string& lane : lanes_) pull(lane);
  }
  [[nodiscard]] const std::vector<json::Value>& seen() const { return seen_; }
  [[nodiscard]] const std::string& session() const { return session_; }
  Client& redis() { return redis_; }
  void runs(const Attempt& attempt) { running_.push_back(attempt); }
  /// Reads what it has slots for, and claims it; false: nothing.
  bool pull(const std::string& lane) {
    if (used_ >= 2) return false;
    const auto read = redis::parse_read(
        redis_.ask({"XREADGROUP", "GROUP", keys::kGroup, id_, "COUNT", std::to_string(2 - used_),
                    "STREAMS", keys::lane(session_, lane), ">"}));
    if (!read || read->empty()) return false;
    wire::Claim claim{.lane = lane, .entries = {}};
    for (const auto& entry : read->front().entries) {
      ++used_;
      claim.entries.push_back(
          {entry.id, wire::parse_attempt_ref(json::parse(*entry.find("a")).value()).value()});
    }
    say("Claim", claim);
    return true;
  }

 private:
  void take(const redis::Entry& entry) {
    last_ = entry.id;
    const json::Value frame = json::parse(*entry.find("f")).value();
    const std::string type(frame.find("type")->as_string());
    if (type == "Lanes") lanes_ = wire::parse_lanes(frame)->lanes;
    if (type == "Unclaimed") used_ -= wire::parse_unclaimed(frame)->entries.size();
    seen_.push_back(frame);
    if (type == "HelloAgain") hello(running_, hello_);
  }

  os::SystemClock clock_;
  const std::string id_;
  Client redis_;
  std::string session_;
  std::string last_ = "0-0";
  std::vector<std::string> lanes_;
  std::size_t used_ = 0;
  wire::Hello hello_;
  std::vector<Attempt> running_;
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

class RedisRig final : public Rig {
 public:
  explicit RedisRig(std::unique_ptr<RedisServer> server, const std::vector<Attempt>& running = {},
                    Duration lease = std::chrono::seconds(15), std::string_view password = "")
      : server_(std::move(server)) {
    RedisExecutorOptions options;
    options.address = server_->address(password);
    options.server_id = "s1";
    options.lease = lease;
    executor_ = std::make_unique<RedisExecutor>(clock_, std::move(options));
    executor_->reconcile(held(running, "redis"));
    REQUIRE(executor_->start([this](Report report) { reports_.add(std::move(report)); }));
  }
  explicit RedisRig(const std::vector<Attempt>& running = {})
      : RedisRig(std::make_unique<RedisServer>(), running) {}
  ~RedisRig() override { executor_->stop(); }

  RedisExecutor& executor() override { return *executor_; }
  RedisServer& server() { return *server_; }
  PlayedWorker& worker() { return *worker_; }
  void connect_worker() override {
    worker_ = std::make_unique<PlayedWorker>(*server_, "w1");
    worker_->hello();
    REQUIRE(worker_->await_type("HelloOk"));
  }
  bool await_start(const Attempt& attempt) override {
    return worker_->await([&](auto& frame) { return starts(frame, attempt); });
  }
  int start_count(const Attempt& attempt) override {
    int count = 0;
    for (const json::Value& frame : worker_->seen()) count += starts(frame, attempt) ? 1 : 0;
    return count;
  }
  std::int64_t say_started(const Attempt& attempt) override {
    wire::Started started;
    started.seq = next_seq_++;
    started.attempt = attempt;
    worker_->say("Started", started);
    worker_->runs(attempt);
    return started.seq;
  }
  std::int64_t say_finished(const Attempt& attempt) override {
    wire::Finished finished;
    finished.seq = next_seq_++;
    finished.attempt = attempt;
    worker_->say("Finished", finished);
    worker_->finished_one();
    return finished.seq;
  }
  bool await_cancel(const Attempt& attempt) override {
    return worker_->await([&](auto& frame) {
      return frame.find("type")->as_string() == "Cancel" &&
             wire::parse_cancel(frame).value().attempt == attempt;
    });
  }
  bool await_ack(std::int64_t seq, bool accepted) override {
    return worker_->await([&](auto& frame) {
      if (frame.find("type")->as_string() != "Ack") return false;
      const wire::Ack ack = wire::parse_ack(frame).value();
      return ack.seq == seq && ack.accepted == accepted;
    });
  }
  bool await_report(const std::function<bool(const Report&)>& wanted) override {
    return reports_.await(wanted);
  }
  /// Words that the executor gives as its trouble.
  bool await_trouble(std::string_view words) {
    const SteadyTime end = clock_.steady_now() + kPatience;
    while (clock_.steady_now() < end) {
      const std::string trouble = executor_->trouble();
      if (words.empty() ? trouble.empty() : trouble.find(words) != std::string::npos) return true;
      os::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }
  void submit(const std::string& task) { REQUIRE(executor_->submit(job(task))); }
  static Job job(const std::string& task) {
    Job made = test_job(task);
    made.executor = "redis";
    return made;
  }

 private:
  os::SystemClock clock_;
  std::unique_ptr<RedisServer> server_;
  Reports reports_;
  std::unique_ptr<RedisExecutor> executor_;
  std::unique_ptr<PlayedWorker> worker_;
  std::int64_t next_seq_ = 1;
};

}  // namespace aiflow::executor::testing
