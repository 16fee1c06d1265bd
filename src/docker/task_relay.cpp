// SPDX-License-Identifier: Apache-2.0
#include "docker/task_relay.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "json/value.h"
#include "os/socket.h"
#include "os/system_clock.h"

namespace aiflow::docker {
namespace {

constexpr std::size_t kFrameBytesMax = 8U << 20;
constexpr std::size_t kPieceBytes = 64U << 10;
constexpr std::size_t kCallsMax = 64;
/// A side that takes nothing for so long has gone wrong.
constexpr Duration kSendTime = std::chrono::seconds(60);
/// What the task's end has left in the sockets is there already.
constexpr int kLastLookMs = 1000;

const os::SystemClock kClock;

Deadline send_deadline() { return Deadline::after(kClock, kSendTime); }

/// Empty when it has none.
std::string type_of(const std::string& payload) {
  const auto value = json::parse(payload);
  const json::Value* type = value ? value->find("type") : nullptr;
  return type != nullptr && type->is_string() ? type->as_string() : "";
}

/// A socket that the folder's owner may use: the task may be another user's than its worker.
Result<os::Fd> listen_in(const os::Path& folder, const char* name) {
  AIFLOW_ASSIGN(os::Fd listener, os::listen_unix(folder / name));
  struct stat info{};
  if (::stat(folder.c_str(), &info) == 0 && info.st_uid != ::geteuid() &&
      ::lchown((folder / name).c_str(), info.st_uid, info.st_gid) != 0) {
    return fail(os::error_from_errno(errno, "chown '" + (folder / name).string() + "'"));
  }
  return listener;
}

/// What can be read now; empty at the end of the stream.
std::string read_piece(const os::Fd& fd) {
  std::string piece(kPieceBytes, '\0');
  ssize_t got = -1;
  do {
    got = ::recv(fd.get(), piece.data(), piece.size(), 0);
  } while (got < 0 && errno == EINTR);
  piece.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return piece;
}

/// False when one side has ended.
bool pass(const os::Fd& from, const os::Fd& to) {
  const std::string piece = read_piece(from);
  return !piece.empty() && os::send_all(to.get(), piece, send_deadline());
}

}  // namespace

Result<std::unique_ptr<TaskRelay>> TaskRelay::start(TaskRelayOptions options) {
  os::Fd task;
  os::Fd api;
  if (options.worker_fd >= 0) {
    AIFLOW_ASSIGN(task, listen_in(options.folder, "task.sock"));
  }
  if (!options.api_socket.empty()) {
    AIFLOW_ASSIGN(api, listen_in(options.folder, "api.sock"));
  }
  AIFLOW_ASSIGN(os::Pipe end, os::make_pipe());
  return std::unique_ptr<TaskRelay>(
      new TaskRelay(std::move(options), std::move(task), std::move(api), std::move(end)));
}

TaskRelay::TaskRelay(TaskRelayOptions options, os::Fd task_listener, os::Fd api_listener,
                     os::Pipe end)
    : options_(std::move(options)),
      task_listener_(std::move(task_listener)),
      api_listener_(std::move(api_listener)),
      end_(std::move(end)),
      frames_(kFrameBytesMax),
      thread_([this] { run(); }) {}

TaskRelay::~TaskRelay() { static_cast<void>(finish()); }

bool TaskRelay::finish() {
  end_.write_end.reset();
  if (thread_.joinable()) thread_.join();
  return is_done_said_;
}

void TaskRelay::send_to_worker(std::string_view frame) {
  const std::scoped_lock lock(sending_);
  // Nobody reads when the worker is gone, which ends the task by other means.
  static_cast<void>(os::send_frame(options_.worker_fd, frame, send_deadline()));
}

void TaskRelay::run() {
  while (step(false)) {
  }
  while (task_ && task_->valid() && step(true)) {
  }
}

/// Waits for something to do, and does it. False: it is over.
bool TaskRelay::step(bool is_ending) {
  std::vector<pollfd> waits;
  const auto wait_for = [&waits](const os::Fd* fd) {
    waits.push_back({.fd = fd != nullptr ? fd->get() : -1, .events = POLLIN, .revents = 0});
  };
  const bool has_task = task_ && task_->valid();
  wait_for(is_ending ? nullptr : &end_.read_end);
  wait_for(is_ending ? nullptr : &task_listener_);
  wait_for(is_ending || calls_.size() >= kCallsMax ? nullptr : &api_listener_);
  wait_for(has_task ? &*task_ : nullptr);
  waits.push_back(
      {.fd = has_task && !is_ending ? options_.worker_fd : -1, .events = POLLIN, .revents = 0});
  for (const Call& call : calls_) {
    wait_for(&call.task);
    wait_for(&call.server);
  }
  const int ready = ::poll(waits.data(), waits.size(), is_ending ? kLastLookMs : -1);
  if (ready < 0) return errno == EINTR;
  if (ready == 0) return false;
  constexpr std::size_t kFirstCall = 5;
  for (std::size_t i = calls_.size(); i-- > 0;) {
    const Call& call = calls_[i];
    const bool asks = waits[kFirstCall + 2 * i].revents != 0;
    const bool answers = waits[kFirstCall + 2 * i + 1].revents != 0;
    const bool goes_on =
        (!asks || pass(call.task, call.server)) && (!answers || pass(call.server, call.task));
    if (!goes_on) calls_.erase(calls_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  if (waits[3].revents != 0) pass_to_worker();
  if (waits[4].revents != 0) pass_to_task();
  if (waits[1].revents != 0) accept_task();
  if (waits[2].revents != 0) accept_call();
  return waits[0].revents == 0;
}

void TaskRelay::accept_task() {
  auto connection = os::accept_unix(task_listener_.get(), send_deadline());
  if (connection && !task_) task_.emplace(*std::move(connection));
}

void TaskRelay::accept_call() {
  auto task = os::accept_unix(api_listener_.get(), send_deadline());
  auto server = os::connect_unix(options_.api_socket, Deadline::after(kClock, kSendTime));
  if (task && server) calls_.push_back({*std::move(task), *std::move(server)});
}

void TaskRelay::pass_to_task() {
  std::string piece(kPieceBytes, '\0');
  const ssize_t got = ::recv(options_.worker_fd, piece.data(), piece.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  piece.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  // Without its worker the task is ended by other means; here it sees the end of the stream.
  if (piece.empty() || !os::send_all(task_->get(), piece, send_deadline())) task_->reset();
}

void TaskRelay::pass_to_worker() {
  const std::string piece = read_piece(*task_);
  if (piece.empty()) return task_->reset();
  frames_.feed(piece);
  auto frame = frames_.next();
  for (; frame && *frame; frame = frames_.next()) {
    const std::string type = type_of(**frame);
    if (type == "TaskUsage") continue;  // told by us, of what the daemon says
    is_done_said_ = is_done_said_ || type == "TaskDone";
    const std::scoped_lock lock(sending_);
    const auto sent = os::send_frame(options_.worker_fd, **frame, send_deadline());
    if (!sent) return task_->reset();
  }
  if (!frame) task_->reset();  // no frames: it fails, since it will not have said how it went
}

}  // namespace aiflow::docker
