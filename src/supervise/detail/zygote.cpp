// SPDX-License-Identifier: Apache-2.0
#include "supervise/detail/zygote.h"

#include <sys/socket.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "log/log.h"
#include "os/socket.h"
#include "os/system_clock.h"

namespace aiflow::supervise::detail {
namespace {

constexpr int kZygoteFd = 3;
/// Unanswered requests; more wait here, so that the socket's buffer never fills and blocks us.
constexpr std::size_t kAskedMax = 8;

os::ExitStatus status_of(const wire::ZygoteExited& message) {
  os::ExitStatus status;
  if (message.exit_code) status.exit_code = static_cast<int>(*message.exit_code);
  if (message.signal) status.signal = static_cast<int>(*message.signal);
  return status;
}

/// Nothing, of an interpreter that has not said.
std::optional<os::EndedUse> use_of(const wire::ZygoteExited& message) {
  if (!message.user_us || !message.system_us || !message.resident_kib) return std::nullopt;
  return os::EndedUse{.user = Duration(*message.user_us),
                      .system = Duration(*message.system_us),
                      .resident_peak_bytes = *message.resident_kib * 1024};
}

}  // namespace

Zygote::~Zygote() {
  if (!process_) return;
  loop_.unwatch(socket_.get());
  socket_.reset();  // end of stream: it ends its children and itself
  process_->stop(std::chrono::milliseconds(500));
}

void Zygote::start_task(Request request) {
  if (auto started = ensure_started(); !started) {
    request.callbacks.forked(fail(started.error()));
    return;
  }
  waiting_.push_back(std::move(request));
  send_waiting();
}

Status Zygote::ensure_started() {
  if (process_) return {};
  AIFLOW_ASSIGN(auto pair, os::socket_pair());
  os::ProcessOptions options;
  options.argv = {options_.python, "-m", "aiflow.zygote"};
  options.env = options_.env;
  options.cwd = "/";
  options.fds = {{2, 2}, {2, 1}, {pair.second.get(), kZygoteFd}};
  // Not die_with_parent: at our end it must first end its tasks, which it sees by the socket.
  AIFLOW_ASSIGN(auto process, os::Process::start(options));
  log::info("zygote started", {{"pid", process.pid()}});
  process_ = std::move(process);
  socket_ = std::move(pair.first);
  AIFLOW_TRY(os::set_nonblocking(socket_.get()));
  reader_ = os::FrameReader(kFrameBytesMax);
  loop_.watch(socket_.get(), {}, [this] { on_readable(); });
  return {};
}

void Zygote::send_waiting() {
  while (!waiting_.empty() && asked_.size() < kAskedMax) {
    Request request = std::move(waiting_.front());
    waiting_.pop_front();
    wire::ZygoteFork message;
    message.request_id = next_request_++;
    message.cwd = request.cwd;
    message.env = request.env;
    message.dag_file = request.dag_file;
    const std::string frame = encode("ZygoteFork", message);
    std::vector<int> fds;
    for (const auto& fd : request.fds) fds.push_back(fd.get());
    asked_.emplace(message.request_id, std::move(request.callbacks));
    const os::SystemClock clock;
    auto sent = os::send_frame_with_fds(socket_.get(),
                                        std::string_view(frame).substr(os::kFrameHeaderBytes), fds,
                                        Deadline::after(clock, std::chrono::seconds(2)));
    if (!sent) return gone(sent.error().message);
  }
}

void Zygote::on_readable() {
  std::array<char, 16384> buffer{};
  const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return gone("it ended");
  reader_.feed({buffer.data(), static_cast<std::size_t>(got)});
  while (process_) {
    auto frame = reader_.next();
    if (!frame) return gone(frame.error().message);
    if (!*frame) return;
    on_frame(**frame);
  }
}

void Zygote::on_frame(const std::string& payload) {
  const auto value = json::parse(payload);
  if (!value) return gone("it sent a bad message");
  if (type_of(*value) == "ZygoteForked") {
    if (auto message = wire::parse_zygote_forked(*value)) return on_forked(*message);
  } else if (type_of(*value) == "ZygoteExited") {
    if (auto message = wire::parse_zygote_exited(*value)) return on_exited(*message);
  } else if (type_of(*value) == "ZygoteOrphaned") {
    if (auto message = wire::parse_zygote_orphaned(*value)) return on_orphaned(*message);
  }
  gone("it sent a bad message");
}

void Zygote::on_forked(const wire::ZygoteForked& message) {
  auto found = asked_.extract(message.request_id);
  if (found.empty()) return;
  auto& callbacks = children_[message.pid] = std::move(found.mapped());
  const auto forked = callbacks.forked;
  forked(static_cast<int>(message.pid));
  send_waiting();
}

void Zygote::on_exited(const wire::ZygoteExited& message) {
  auto found = children_.extract(message.pid);
  if (!found.empty()) found.mapped().exited(status_of(message), use_of(message));
}

void Zygote::on_orphaned(const wire::ZygoteOrphaned& message) {
  auto found = children_.extract(message.pid);
  if (!found.empty()) found.mapped().orphaned();
}

void Zygote::gone(const std::string& reason) {
  loop_.unwatch(socket_.get());
  socket_.reset();
  process_->send_signal(SIGKILL);
  const auto status = process_->wait(Deadline::never());
  process_.reset();
  log::warn("zygote is gone",
            {{"reason", reason}, {"status", status ? os::describe(*status) : "unknown"}});
  const auto asked = std::exchange(asked_, {});
  const auto children = std::exchange(children_, {});
  auto waiting = std::exchange(waiting_, {});
  const auto words = "the Python interpreter for tasks ended: " + reason;
  for (const auto& [id, callbacks] : asked) {
    callbacks.forked(fail(ErrorCode::unavailable, words));
  }
  for (const auto& [pid, callbacks] : children) callbacks.orphaned();
  // Those were not handed over: the next interpreter takes them.
  for (auto& request : waiting) start_task(std::move(request));
}

}  // namespace aiflow::supervise::detail
