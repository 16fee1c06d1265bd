// SPDX-License-Identifier: Apache-2.0
#include "executor/local_executor.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "base/assert.h"
#include "executor/detail/assignment.h"
#include "executor/detail/wind_down.h"
#include "os/event_loop.h"
#include "os/fd.h"
#include "os/frame.h"
#include "os/socket.h"

namespace aiflow::executor {
namespace {

constexpr std::size_t kFrameBytesMax = 8U << 20;
/// A worker that does not read gets so much stored for it, then is cut off.
constexpr std::size_t kUnsentBytesMax = 64U << 20;
constexpr auto kWantedPause = std::chrono::seconds(1);

}  // namespace

/// The thread: sockets in, commands in, frames and reports out.
class LocalExecutor::Loop final : public detail::Outlet {
 public:
  Loop(const Clock& clock, LocalExecutorOptions options)
      : clock_(clock),
        options_(std::move(options)),
        assignment_(clock,
                    {.server_id = options_.server_id,
                     .own_worker = options_.own_worker,
                     .heartbeat = options_.heartbeat,
                     .lease = options_.lease,
                     .island_lease = options_.island_lease,
                     .workers_before = options_.workers_before,
                     .islands_before = options_.islands_before,
                     .left_before = options_.left_before,
                     .cordoned = options_.cordoned},
                    *this) {}
  ~Loop() override { stop(); }

  Status start(ReportSink sink);
  void stop();
  /// Runs `command` on the thread; before start, at once.
  void post(std::function<void(detail::Assignment&)> command);
  void drain();
  std::vector<wire::Worker> workers() const {
    const std::scoped_lock lock(mutex_);
    return snapshot_;
  }
  bool stopping() const { return stopping_; }

  void send(const WorkerId& worker, const json::Value& message) override;
  void report(Report report) override {
    if (sink_) sink_(std::move(report));
  }
  void worker_wanted() override;

 private:
  struct Connection {
    os::Fd fd;
    os::FrameReader reader{kFrameBytesMax};
    WorkerId worker;  ///< empty before Hello
    std::string unsent;
    bool waits_to_write = false;  ///< the loop watches for room too
  };

  void run();
  void run_commands();
  void accept_one();
  void read_from(int fd);
  void take_frame(Connection& connection, const std::string& payload);
  Status dispatch(Connection& connection, const json::Value& message);
  Status say_hello(Connection& connection, const json::Value& message);
  void write_to(int fd);
  void drop(int fd);
  void expire();
  void end_round();

  const Clock& clock_;
  const LocalExecutorOptions options_;
  detail::Assignment assignment_;
  ReportSink sink_;
  std::unique_ptr<os::EventLoop> events_;
  os::Fd listener_;
  os::Fd wake_;
  std::map<int, Connection> connections_;
  std::map<WorkerId, int> fds_;
  // At the end of a round of the loop: what many messages ask for is then done once.
  std::vector<int> doomed_;   ///< to be dropped once no callback uses them
  std::set<int> unsent_;      ///< connections with something to write
  bool has_changed_ = false;  ///< the workers, since the snapshot
  SteadyTime wanted_at_ = SteadyTime::min();
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::vector<std::function<void(detail::Assignment&)>> commands_;  ///< guarded by mutex_
  std::vector<wire::Worker> snapshot_;                              ///< guarded by mutex_
  std::jthread thread_;
};

Status LocalExecutor::Loop::start(ReportSink sink) {
  sink_ = std::move(sink);
  AIFLOW_ASSIGN(events_, os::EventLoop::create(clock_));
  AIFLOW_ASSIGN(listener_, os::listen_unix(options_.socket_path));
  AIFLOW_TRY(os::set_nonblocking(listener_.get()));
  wake_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_.valid()) return fail(os::error_from_errno(errno, "eventfd"));
  events_->watch(listener_.get(), {}, [this] { accept_one(); });
  events_->watch(wake_.get(), {}, [this] {
    std::uint64_t count = 0;
    static_cast<void>(::read(wake_.get(), &count, sizeof count));
    run_commands();
  });
  thread_ = std::jthread([this] { run(); });
  return {};
}

void LocalExecutor::Loop::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  const std::uint64_t one = 1;
  static_cast<void>(::write(wake_.get(), &one, sizeof one));
  thread_.join();
}

void LocalExecutor::Loop::post(std::function<void(detail::Assignment&)> command) {
  if (stopping_) return;
  if (!thread_.joinable()) {
    command(assignment_);
    return;
  }
  {
    const std::scoped_lock lock(mutex_);
    commands_.push_back(std::move(command));
    if (commands_.size() > 1) return;  // the thread is awake, or about to be
  }
  const std::uint64_t one = 1;
  static_cast<void>(::write(wake_.get(), &one, sizeof one));
}

void LocalExecutor::Loop::run() {
  assignment_.begin();
  expire();
  while (!stopping_) {
    events_->run_once(std::chrono::seconds(1));
    end_round();
  }
}

void LocalExecutor::Loop::end_round() {
  for (const int fd : std::exchange(unsent_, {})) write_to(fd);
  for (const int fd : std::exchange(doomed_, {})) drop(fd);
  if (!std::exchange(has_changed_, false)) return;
  std::vector<wire::Worker> now = assignment_.workers();
  const std::scoped_lock lock(mutex_);
  snapshot_ = std::move(now);
}

void LocalExecutor::Loop::run_commands() {
  std::vector<std::function<void(detail::Assignment&)>> commands;
  {
    const std::scoped_lock lock(mutex_);
    commands.swap(commands_);
  }
  for (const auto& command : commands) command(assignment_);
  has_changed_ = true;
}

void LocalExecutor::Loop::accept_one() {
  auto accepted = os::accept_unix(listener_.get(), Deadline::at(clock_.steady_now()));
  if (!accepted) return;
  const auto peer = os::peer_credentials(accepted->get());
  if (!peer || (peer->uid != ::geteuid() && peer->uid != 0)) return;
  if (!os::set_nonblocking(accepted->get())) return;
  const int fd = accepted->get();
  connections_[fd].fd = std::move(*accepted);
  events_->watch(fd, {}, [this, fd] {
    read_from(fd);
    write_to(fd);
  });
}

void LocalExecutor::Loop::read_from(int fd) {
  const auto found = connections_.find(fd);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  char buffer[65536];
  while (true) {
    const ssize_t n = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (n <= 0) {
      doomed_.push_back(fd);
      break;
    }
    connection.reader.feed({buffer, static_cast<std::size_t>(n)});
  }
  while (true) {
    auto payload = connection.reader.next();
    if (!payload) {
      doomed_.push_back(fd);
      break;
    }
    if (!*payload) break;
    take_frame(connection, **payload);
  }
  has_changed_ = true;
}

void LocalExecutor::Loop::take_frame(Connection& connection, const std::string& payload) {
  const auto message = json::parse(payload);
  // A peer that breaks the protocol is cut off; its reports wait in its spool.
  if (!message || !dispatch(connection, *message)) doomed_.push_back(connection.fd.get());
}

Status LocalExecutor::Loop::dispatch(Connection& connection, const json::Value& message) {
  AIFLOW_ASSIGN(const std::string type, json::get_string(message, "type"));
  if (type == "Hello") return say_hello(connection, message);
  const WorkerId worker = connection.worker;
  if (worker.value.empty()) return fail(ErrorCode::invalid_argument, "no Hello came first");
  return assignment_.take(worker, message);
}

Status LocalExecutor::Loop::say_hello(Connection& connection, const json::Value& message) {
  AIFLOW_ASSIGN(const wire::Hello hello, wire::parse_hello(message));
  if (hello.worker_id.empty() || hello.slots < 0) {
    return fail(ErrorCode::invalid_argument, "a worker needs an id and a number of slots");
  }
  const WorkerId worker{hello.worker_id};
  const int fd = connection.fd.get();
  if (const auto older = fds_.find(worker); older != fds_.end() && older->second != fd) {
    connections_.at(older->second).worker = WorkerId{};
    doomed_.push_back(older->second);
  }
  connection.worker = worker;
  fds_[worker] = fd;
  assignment_.hello(hello);
  return {};
}

void LocalExecutor::Loop::send(const WorkerId& worker, const json::Value& message) {
  const auto found = fds_.find(worker);
  if (found == fds_.end()) return;
  Connection& connection = connections_.at(found->second);
  connection.unsent += os::encode_frame(json::write(message));
  unsent_.insert(found->second);
}

void LocalExecutor::Loop::write_to(int fd) {
  const auto found = connections_.find(fd);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  std::string& unsent = connection.unsent;
  while (!unsent.empty()) {
    const ssize_t n = ::send(fd, unsent.data(), unsent.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) break;
    unsent.erase(0, static_cast<std::size_t>(n));
  }
  const bool broken = !unsent.empty() && errno != EAGAIN && errno != EWOULDBLOCK;
  if (broken || unsent.size() > kUnsentBytesMax) doomed_.push_back(fd);
  const bool waits = !unsent.empty() && !broken;
  if (std::exchange(connection.waits_to_write, waits) == waits) return;
  events_->change(fd, {.read = true, .write = waits});
}

void LocalExecutor::Loop::drop(int fd) {
  const auto found = connections_.find(fd);
  if (found == connections_.end()) return;
  const WorkerId worker = found->second.worker;
  events_->unwatch(fd);
  connections_.erase(found);
  if (worker.value.empty()) return;
  fds_.erase(worker);
  assignment_.disconnected(worker);
  has_changed_ = true;
}

void LocalExecutor::Loop::expire() {
  for (const WorkerId& worker : assignment_.expire()) {
    const auto found = fds_.find(worker);
    if (found == fds_.end()) continue;
    connections_.at(found->second).worker = WorkerId{};
    doomed_.push_back(found->second);
    fds_.erase(found);
  }
  has_changed_ = true;
  events_->after(std::min<Duration>(options_.lease / 4, std::chrono::seconds(1)),
                 [this] { expire(); });
}

void LocalExecutor::Loop::worker_wanted() {
  const SteadyTime now = clock_.steady_now();
  if (!options_.worker_wanted || now < wanted_at_) return;
  wanted_at_ = now + kWantedPause;
  options_.worker_wanted();
}

void LocalExecutor::Loop::drain() {
  for (const auto& [worker, fd] : fds_) send(worker, detail::typed("Drain", wire::Drain{}));
}

// --- LocalExecutor -----------------------------------------------------------------------------

LocalExecutor::LocalExecutor(const Clock& clock, LocalExecutorOptions options)
    : loop_(std::make_unique<Loop>(clock, std::move(options))) {}
LocalExecutor::~LocalExecutor() = default;

void LocalExecutor::reconcile(const std::vector<Held>& running) {
  loop_->post([running](auto& assignment) { assignment.reconcile(running); });
}

Status LocalExecutor::start(ReportSink sink) { return loop_->start(std::move(sink)); }

Status LocalExecutor::submit(Job job) {
  if (loop_->stopping()) return fail(ErrorCode::unavailable, "the executor is stopping");
  loop_->post([job = std::move(job)](auto& assignment) { assignment.submit(job); });
  return {};
}

void LocalExecutor::cancel(const CancelRequest& request) {
  loop_->post([request](auto& assignment) { assignment.cancel(request); });
}

void LocalExecutor::acknowledge(const Receipt& receipt, bool accepted, const std::string& reason) {
  loop_->post([receipt, accepted, reason](auto& assignment) {
    assignment.acknowledge(receipt, accepted, reason);
  });
}

void LocalExecutor::show(const std::string& island, const wire::Picture& picture) {
  loop_->post([island, picture](auto& assignment) { assignment.show(island, picture); });
}

void LocalExecutor::answer(const WorkerId& worker, const wire::XComValue& value) {
  loop_->post(
      [this, worker, value](auto&) { loop_->send(worker, detail::typed("XComValue", value)); });
}

std::vector<wire::Worker> LocalExecutor::workers() const { return loop_->workers(); }

Status LocalExecutor::order(const WorkerId& worker, WorkerOrder order) {
  const Status known = known_worker(loop_->workers(), worker);
  // The cordon of one that has gone is taken back as well: it may come again.
  if (!known && order != WorkerOrder::uncordon) return known;
  loop_->post([worker, order](auto& assignment) { assignment.order(worker, order); });
  return known;
}

wire::LeftBehind LocalExecutor::wind_down() { return detail::wind_down_on(*loop_); }

void LocalExecutor::stop() { loop_->stop(); }

bool LocalExecutor::has_worker() const {
  for (const wire::Worker& worker : loop_->workers()) {
    if (worker.state == "connected") return true;
  }
  return false;
}

void LocalExecutor::drain() {
  loop_->post([this](auto&) { loop_->drain(); });
}

}  // namespace aiflow::executor
