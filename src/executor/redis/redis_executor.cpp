// SPDX-License-Identifier: Apache-2.0
#include "executor/redis/redis_executor.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <utility>

#include "executor/detail/assignment.h"
#include "executor/detail/wind_down.h"
#include "executor/redis/detail/broker.h"
#include "executor/redis/detail/lane.h"
#include "os/event_loop.h"
#include "os/fd.h"
#include "os/file.h"

namespace aiflow::executor {
namespace {

constexpr std::size_t kFrameBytesMax = 12U << 20;
constexpr std::size_t kWorkerIdBytesMax = 200;
/// Attempts whose entries may still be somewhere although nobody waits for them.
constexpr std::size_t kRecentMax = 20'000;
constexpr auto kLeaveTime = std::chrono::seconds(1);

std::string random_name() {
  std::random_device device;
  std::string name;
  for (int i = 0; i < 16; ++i) name += "0123456789abcdef"[device() % 16];
  return name;
}

std::string text_of(const Attempt& attempt) { return json::write(wire::to_json(attempt)); }

}  // namespace

/// The thread: frames of workers and commands in, frames and reports out.
class RedisExecutor::Loop final : public detail::Outlet {
 public:
  Loop(const Clock& clock, RedisExecutorOptions options)
      : clock_(clock),
        options_(std::move(options)),
        assignment_(clock,
                    {.server_id = options_.server_id,
                     .heartbeat = options_.heartbeat,
                     .lease = options_.lease,
                     .island_lease = options_.lease,  // its workers are of no island
                     .workers_before = options_.workers_before,
                     .left_before = options_.left_before,
                     .pulled = true,
                     .cordoned = options_.cordoned,
                     .server_pin = options_.server_pin},
                    *this) {}
  ~Loop() override { stop(); }

  Status start(ReportSink sink);
  void stop();
  /// With its stop workers hear that what they run is theirs for so long.
  void leave_for(std::chrono::milliseconds lease) { leave_for_ = lease; }
  /// Runs `command` on the thread; before start, at once.
  void post(std::function<void(detail::Assignment&)> command);
  void cancel(const CancelRequest& request);
  void order(const WorkerId& worker, WorkerOrder order);
  std::vector<wire::Worker> workers() const {
    const std::scoped_lock lock(mutex_);
    return snapshot_;
  }
  bool stopping() const { return stopping_; }
  std::string trouble() const { return broker_ ? broker_->trouble() : "it was not started yet"; }

  void send(const WorkerId& worker, const json::Value& message) override;
  void report(Report report) override {
    // Its entry may still stand in its lane: who reads that has found nothing strange.
    if (const auto* lost = std::get_if<Lost>(&report)) remember(text_of(lost->attempt));
    if (sink_) sink_(std::move(report));
  }
  void worker_wanted() override {}
  void offer(const Attempt& attempt, const Placement& placement) override;

 private:
  void run();
  void run_commands();
  void began();
  void lost();
  Status take(const std::string& worker, const std::string& frame);
  Status say_hello(const std::string& worker, const json::Value& message);
  Status claim(const std::string& worker, const json::Value& message);
  void ask_for_hello(const std::string& worker);
  void tell_lanes(const std::string& worker);
  void open_lane(const Placement& placement);
  void remember(const std::string& attempt);
  void expire();
  void publish();

  const Clock& clock_;
  const RedisExecutorOptions options_;
  detail::Assignment assignment_;
  ReportSink sink_;
  std::unique_ptr<os::EventLoop> events_;
  std::unique_ptr<detail::Broker> broker_;
  os::Fd wake_;
  std::map<std::string, WorkerOffer> greeted_;  ///< have said hello in this session
  std::set<std::string> asked_;                 ///< were asked to say hello
  std::map<std::string, Placement> lanes_;      ///< of this session
  std::set<std::string> recent_;
  std::deque<std::string> recent_order_;
  std::atomic<std::chrono::milliseconds> leave_for_{};
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::vector<std::function<void(detail::Assignment&)>> commands_;  ///< guarded by mutex_
  std::vector<wire::Worker> snapshot_;                              ///< guarded by mutex_
  std::jthread thread_;
};

Status RedisExecutor::Loop::start(ReportSink sink) {
  sink_ = std::move(sink);
  AIFLOW_ASSIGN(events_, os::EventLoop::create(clock_));
  wake_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_.valid()) return fail(os::error_from_errno(errno, "eventfd"));
  events_->watch(wake_.get(), {}, [this] {
    std::uint64_t count = 0;
    static_cast<void>(::read(wake_.get(), &count, sizeof count));
    run_commands();
  });
  broker_ = std::make_unique<detail::Broker>(
      clock_, *events_,
      detail::BrokerOptions{.address = options_.address,
                            .instance = random_name(),
                            .takeover_after = options_.lease / 3},
      detail::Broker::Events{
          .began = [this] { began(); },
          .lost = [this] { lost(); },
          .frame = [this](const std::string& worker,
                          const std::string& frame) { return take(worker, frame); },
          .batch_ended = [this] { publish(); }});
  thread_ = std::jthread([this] { run(); });
  return {};
}

void RedisExecutor::Loop::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  const std::uint64_t one = 1;
  static_cast<void>(::write(wake_.get(), &one, sizeof one));
  thread_.join();
}

void RedisExecutor::Loop::post(std::function<void(detail::Assignment&)> command) {
  if (stopping_) return;
  if (!thread_.joinable()) {
    command(assignment_);
    return;
  }
  bool is_first = false;
  {
    const std::scoped_lock lock(mutex_);
    is_first = commands_.empty();
    commands_.push_back(std::move(command));
  }
  const std::uint64_t one = 1;
  if (is_first) static_cast<void>(::write(wake_.get(), &one, sizeof one));
}

void RedisExecutor::Loop::run() {
  assignment_.begin();
  expire();
  while (!stopping_) events_->run_once(std::chrono::seconds(1));
  const wire::ServerStops last{.lease_ms = leave_for_.load().count()};
  broker_->leave(last.lease_ms > 0 ? json::write(detail::typed("ServerStops", last)) : "");
  const SteadyTime end = clock_.steady_now() + kLeaveTime;
  while (!broker_->has_left() && clock_.steady_now() < end) {
    events_->run_once(std::chrono::milliseconds(50));
  }
}

void RedisExecutor::Loop::run_commands() {
  std::vector<std::function<void(detail::Assignment&)>> commands;
  {
    const std::scoped_lock lock(mutex_);
    commands.swap(commands_);
  }
  for (const auto& command : commands) command(assignment_);
  publish();
}

/// All streams are empty, and no worker has said hello.
void RedisExecutor::Loop::began() {
  lanes_.clear();
  assignment_.offer_again();
}

void RedisExecutor::Loop::lost() {
  for (const auto& [worker, offer] : std::exchange(greeted_, {})) {
    assignment_.disconnected(WorkerId{worker});
  }
  asked_.clear();
  lanes_.clear();
  publish();
}

Status RedisExecutor::Loop::take(const std::string& worker, const std::string& frame) {
  if (worker.empty() || worker.size() > kWorkerIdBytesMax) {
    return fail(ErrorCode::invalid_argument, "a worker needs a name of at most 200 bytes");
  }
  AIFLOW_ASSIGN(const json::Value message, json::parse(frame, {.bytes_max = kFrameBytesMax}));
  AIFLOW_ASSIGN(const std::string type, json::get_string(message, "type"));
  if (options_.incoming) {
    AIFLOW_ASSIGN(const auto answer, options_.incoming(worker, message));
    if (answer) {
      broker_->send(worker, json::write(*answer));
      return {};
    }
  }
  if (type == "Hello") return say_hello(worker, message);
  if (type == "Claim") return claim(worker, message);
  if (type == "Left") {
    if (greeted_.erase(worker) > 0) assignment_.disconnected(WorkerId{worker});
    if (!assignment_.knows(WorkerId{worker})) broker_->forget(worker);
    return {};
  }
  if (greeted_.contains(worker)) return assignment_.take(WorkerId{worker}, message);
  ask_for_hello(worker);
  return {};
}

/// It was silent for so long that it was forgotten; its reports come again after its hello.
void RedisExecutor::Loop::ask_for_hello(const std::string& worker) {
  if (!asked_.insert(worker).second) return;
  broker_->send(worker, json::write(detail::typed("HelloAgain", wire::HelloAgain{})));
}

Status RedisExecutor::Loop::say_hello(const std::string& worker, const json::Value& message) {
  AIFLOW_ASSIGN(wire::Hello hello, wire::parse_hello(message));
  if (hello.worker_id != worker || hello.slots < 0) {
    return fail(ErrorCode::invalid_argument, "a worker needs its own id and a number of slots");
  }
  hello.executors = std::vector<std::string>{"redis"};
  WorkerOffer offer{.executors = *hello.executors};
  if (hello.queues) offer.queues = *hello.queues;
  if (hello.labels) offer.labels = *hello.labels;
  const std::vector<std::string> queues = offer.queues;
  greeted_[worker] = std::move(offer);
  asked_.erase(worker);
  assignment_.hello(hello);
  for (const std::string& queue : queues) open_lane({.executor = "redis", .queue = queue});
  tell_lanes(worker);
  return {};
}

Status RedisExecutor::Loop::claim(const std::string& worker, const json::Value& message) {
  AIFLOW_ASSIGN(const wire::Claim claims, wire::parse_claim(message));
  if (!lanes_.contains(claims.lane)) {
    return fail(ErrorCode::not_found, "there is no lane '" + claims.lane.substr(0, 200) + "'");
  }
  wire::Unclaimed unclaimed;
  // A cordoned worker may have read it before it was told.
  const bool takes = greeted_.contains(worker) && !assignment_.is_cordoned(WorkerId{worker});
  for (const wire::ClaimEntry& one : claims.entries) {
    const std::string attempt = text_of(one.attempt);
    broker_->settle(claims.lane, one.entry);
    if (!takes) {
      broker_->offer(claims.lane, attempt);
      unclaimed.entries.push_back(one.entry);
      continue;
    }
    const auto verdict = assignment_.claim(WorkerId{worker}, one.attempt);
    if (verdict == detail::Assignment::Claim::granted) remember(attempt);
    if (verdict == detail::Assignment::Claim::granted) continue;
    unclaimed.entries.push_back(one.entry);
    const bool is_stray =
        verdict == detail::Assignment::Claim::unknown && !recent_.contains(attempt);
    if (is_stray) broker_->bury(claims.lane, one.entry, "no such job waits", attempt);
  }
  if (!unclaimed.entries.empty()) {
    broker_->send(worker, json::write(detail::typed("Unclaimed", unclaimed)));
  }
  if (!greeted_.contains(worker)) ask_for_hello(worker);
  return {};
}

void RedisExecutor::Loop::remember(const std::string& attempt) {
  if (!recent_.insert(attempt).second) return;
  recent_order_.push_back(attempt);
  if (recent_order_.size() <= kRecentMax) return;
  recent_.erase(recent_order_.front());
  recent_order_.pop_front();
}

void RedisExecutor::Loop::cancel(const CancelRequest& request) {
  remember(text_of(request.attempt));
  assignment_.cancel(request);
}

void RedisExecutor::Loop::order(const WorkerId& worker, WorkerOrder order) {
  assignment_.order(worker, order);
  if (greeted_.contains(worker.value)) tell_lanes(worker.value);
}

void RedisExecutor::Loop::offer(const Attempt& attempt, const Placement& placement) {
  if (!broker_) return;  // offered again when a session begins
  const Placement here{.executor = "redis", .queue = placement.queue, .labels = placement.labels};
  open_lane(here);
  broker_->offer(detail::lane_of(here), text_of(attempt));
}

void RedisExecutor::Loop::open_lane(const Placement& placement) {
  const std::string lane = detail::lane_of(placement);
  broker_->open_lane(lane);
  if (!lanes_.emplace(lane, placement).second) return;
  for (const auto& [worker, offer] : greeted_) {
    if (serves(offer, placement)) tell_lanes(worker);
  }
}

/// A cordoned one is told of none.
void RedisExecutor::Loop::tell_lanes(const std::string& worker) {
  wire::Lanes lanes;
  const bool is_cordoned = assignment_.is_cordoned(WorkerId{worker});
  for (const auto& [lane, placement] : lanes_) {
    if (!is_cordoned && serves(greeted_.at(worker), placement)) lanes.lanes.push_back(lane);
  }
  broker_->send(worker, json::write(detail::typed("Lanes", lanes)));
}

void RedisExecutor::Loop::send(const WorkerId& worker, const json::Value& message) {
  if (!broker_) return;
  if (!options_.outgoing) return broker_->send(worker.value, json::write(message));
  json::Value frame = message;
  options_.outgoing(worker.value, frame);
  broker_->send(worker.value, json::write(frame));
}

void RedisExecutor::Loop::expire() {
  for (const WorkerId& worker : assignment_.expire()) {
    greeted_.erase(worker.value);
    broker_->forget(worker.value);
  }
  publish();
  events_->after(std::min<Duration>(options_.lease / 4, std::chrono::seconds(1)),
                 [this] { expire(); });
}

void RedisExecutor::Loop::publish() {
  std::vector<wire::Worker> now = assignment_.workers();
  const std::scoped_lock lock(mutex_);
  snapshot_ = std::move(now);
}

// --- RedisExecutor -----------------------------------------------------------------------------

RedisExecutor::RedisExecutor(const Clock& clock, RedisExecutorOptions options)
    : loop_(std::make_unique<Loop>(clock, std::move(options))) {}
RedisExecutor::~RedisExecutor() = default;

void RedisExecutor::reconcile(const std::vector<Held>& running) {
  loop_->post([running](auto& assignment) { assignment.reconcile(running); });
}

Status RedisExecutor::start(ReportSink sink) { return loop_->start(std::move(sink)); }

Status RedisExecutor::submit(Job job) {
  if (loop_->stopping()) return fail(ErrorCode::unavailable, "the executor is stopping");
  loop_->post([job = std::move(job)](auto& assignment) { assignment.submit(job); });
  return {};
}

void RedisExecutor::cancel(const CancelRequest& request) {
  loop_->post([this, request](auto&) { loop_->cancel(request); });
}

void RedisExecutor::acknowledge(const Receipt& receipt, bool accepted, const std::string& reason) {
  loop_->post([receipt, accepted, reason](auto& assignment) {
    assignment.acknowledge(receipt, accepted, reason);
  });
}

void RedisExecutor::answer(const WorkerId& worker, const wire::XComValue& value) {
  loop_->post(
      [this, worker, value](auto&) { loop_->send(worker, detail::typed("XComValue", value)); });
}

std::vector<wire::Worker> RedisExecutor::workers() const { return loop_->workers(); }

Status RedisExecutor::order(const WorkerId& worker, WorkerOrder order) {
  const Status known = known_worker(loop_->workers(), worker);
  // The cordon of one that has gone is taken back as well: it may come again.
  if (!known && order != WorkerOrder::uncordon) return known;
  loop_->post([this, worker, order](auto&) { loop_->order(worker, order); });
  return known;
}

wire::LeftBehind RedisExecutor::wind_down() { return detail::wind_down_on(*loop_); }

void RedisExecutor::leave_behind(const wire::LeftBehind& left) {
  loop_->leave_for(std::chrono::milliseconds(left.lease_ms));
}

void RedisExecutor::stop() { loop_->stop(); }
std::string RedisExecutor::trouble() const { return loop_->trouble(); }

}  // namespace aiflow::executor
