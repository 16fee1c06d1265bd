// SPDX-License-Identifier: Apache-2.0
#include "infer/service_process.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/duration_text.h"
#include "infer/message.h"
#include "json/value.h"
#include "log/log.h"
#include "os/socket.h"
#include "wire/inference.h"

namespace aiflow::infer {
namespace {

/// A service that was ready for so long starts its back-off anew.
constexpr Duration kHealthyAfter = std::chrono::seconds(60);
/// An ended process is reaped at once; this only bounds a surprise.
constexpr Duration kReapWait = std::chrono::seconds(2);
constexpr std::size_t kLineBytesMax = 64U << 10;
/// For a few bytes on a socket whose other end listens.
constexpr Duration kLineWait = std::chrono::seconds(1);

int poll_ms(Duration left) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<std::int64_t>(ms, 0, 3'600'000));
}

/// What the program's one line of output says: ready, or why not.
Status read_line(const std::string& line) {
  const auto value = json::parse(line);
  if (!value) return fail(ErrorCode::internal, "aiflow-infer said '" + line + "'");
  if (json::get_bool_or(*value, "ready", false).value_or(false)) return {};
  const json::Value* error = value->find("error");
  if (!error) return fail(ErrorCode::internal, "aiflow-infer said '" + line + "'");
  const auto code = json::get_string_or(*error, "code", "internal").value_or("internal");
  auto message = json::get_string_or(*error, "message", line).value_or(line);
  for (const auto known : {ErrorCode::invalid_argument, ErrorCode::not_found, ErrorCode::conflict,
                           ErrorCode::denied, ErrorCode::unavailable, ErrorCode::corrupt}) {
    if (to_string(known) == code) return fail(known, std::move(message));
  }
  return fail(ErrorCode::internal, std::move(message));
}

os::ProcessOptions process_options(const ServiceSpec& spec, int stdout_fd) {
  os::ProcessOptions out;
  out.argv = {spec.program.string(),    "--pack",    spec.pack_folder.string(),   "--model",
              spec.model_file.string(), "--meta",    spec.meta_file.string(),     "--socket",
              spec.socket.string(),     "--threads", std::to_string(spec.threads)};
  out.fds = {{stdout_fd, 1}, {2, 2}};
  out.die_with_parent = true;
  out.no_new_privileges = true;
  if (spec.memory_bytes_max > 0) out.limits.address_space_bytes = spec.memory_bytes_max;
  out.limits.core_bytes = 0;
  return out;
}

}  // namespace

std::string_view to_string(ServiceState state) {
  switch (state) {
    case ServiceState::stopped: return "stopped";
    case ServiceState::starting: return "starting";
    case ServiceState::ready: return "ready";
    case ServiceState::backing_off: return "backing_off";
    case ServiceState::failed: return "failed";
  }
  return "failed";
}

/// One life of the process. Used by the service's thread only.
struct ServiceProcess::Life {
  os::Process process;
  os::Fd output;
  std::string line;
  os::Fd pings;  ///< the watchdog's connection

  /// Waits until something of {end of the process, wake_fd, input_fd} happens. What it has said
  /// comes before its end.
  enum class Event { input, ended, woken, time };
  Event wait(int wake_fd, int input_fd, Duration left) {
    pollfd fds[] = {{process.pidfd(), POLLIN, 0}, {wake_fd, POLLIN, 0}, {input_fd, POLLIN, 0}};
    const int ready = ::poll(fds, 3, poll_ms(left));
    if (ready <= 0) return Event::time;
    if (fds[1].revents != 0) return Event::woken;
    if (fds[2].revents != 0) return Event::input;
    return Event::ended;
  }
};

ServiceProcess::ServiceProcess(ServiceSpec spec, const Clock& clock,
                               std::function<void(const ServiceStatus&)> on_change)
    : spec_(std::move(spec)), clock_(clock), on_change_(std::move(on_change)) {}

ServiceProcess::~ServiceProcess() { stop(); }

Status ServiceProcess::start(Deadline deadline) {
  stop();
  AIFLOW_ASSIGN(auto wake, os::make_pipe());
  wake_ = std::move(wake);
  {
    const std::scoped_lock lock(mutex_);
    status_ = {.state = ServiceState::starting, .pid = 0, .restarts = 0, .last_error = {}};
    first_error_.reset();
  }
  thread_ = std::jthread([this](const std::stop_token& token) { loop(token); });
  std::unique_lock lock(mutex_);
  while (status_.state == ServiceState::starting) {
    const auto left = deadline.left(clock_.steady_now());
    if (left <= Duration{0}) {
      return fail(ErrorCode::timeout, "the service was not ready in time");
    }
    changed_.wait_for(lock, std::min<Duration>(left, std::chrono::seconds(1)));
  }
  if (first_error_) return fail(*first_error_);
  return {};
}

Status ServiceProcess::wait_for(ServiceState state, Deadline deadline) {
  std::unique_lock lock(mutex_);
  while (status_.state != state) {
    const auto left = deadline.left(clock_.steady_now());
    if (left <= Duration{0}) {
      return fail(ErrorCode::timeout, "the service is " + std::string(to_string(status_.state)));
    }
    changed_.wait_for(lock, std::min<Duration>(left, std::chrono::seconds(1)));
  }
  return {};
}

ServiceStatus ServiceProcess::status() const {
  const std::scoped_lock lock(mutex_);
  return status_;
}

void ServiceProcess::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  wake_.write_end.reset();  // the other end becomes readable
  thread_.join();
  set(ServiceState::stopped, 0);
}

void ServiceProcess::set(ServiceState state, int pid) {
  ServiceStatus copy;
  {
    const std::scoped_lock lock(mutex_);
    status_.state = state;
    status_.pid = pid;
    copy = status_;
  }
  changed_.notify_all();
  if (on_change_) on_change_(copy);
}

void ServiceProcess::record_end(const std::string& why) {
  const std::scoped_lock lock(mutex_);
  status_.last_error = why;
  ++status_.restarts;
}

void ServiceProcess::loop(const std::stop_token& token) {
  Duration back_off = spec_.back_off_first;
  bool was_ready = false;
  while (!token.stop_requested()) {
    const auto started = clock_.steady_now();
    const Status ended = live_once(was_ready);
    if (token.stop_requested()) return;
    if (!was_ready) {
      {
        const std::scoped_lock lock(mutex_);
        first_error_ = ended.error();
        status_.last_error = ended.error().message;
      }
      return set(ServiceState::failed, 0);
    }
    if (clock_.steady_now() - started >= kHealthyAfter) back_off = spec_.back_off_first;
    log::warn("an inference service ended and will be restarted",
              {{"error", ended.error()}, {"wait_ms", back_off.count() / 1000}});
    record_end(ended.error().message);
    set(ServiceState::backing_off, 0);
    pollfd wake{wake_.read_end.get(), POLLIN, 0};
    ::poll(&wake, 1, poll_ms(back_off));
    if (token.stop_requested()) return;
    back_off = std::min(back_off * 2, spec_.back_off_max);
    set(ServiceState::starting, 0);
  }
}

Status ServiceProcess::live_once(bool& was_ready) {
  AIFLOW_ASSIGN(auto output, os::make_pipe());
  AIFLOW_ASSIGN(auto process, os::Process::start(process_options(spec_, output.write_end.get())));
  output.write_end.reset();
  Life life{std::move(process), std::move(output.read_end), {}, {}};
  if (auto ready = wait_ready(life); !ready) {
    life.process.stop(spec_.stop_grace);
    return ready;
  }
  was_ready = true;
  set(ServiceState::ready, life.process.pid());
  const Status ended = watch(life);
  const bool is_stop = ended.error().code == ErrorCode::cancelled;
  if (!life.process.poll()) life.process.stop(is_stop ? spec_.stop_grace : Duration{0});
  return ended;
}

/// Asks again and again whether it is well, until it is not, or until stop().
Status ServiceProcess::watch(Life& life) const {
  bool asked = false;
  auto until = clock_.steady_now() + spec_.watch_every;
  while (true) {
    const auto left = std::max(Duration{0}, until - clock_.steady_now());
    const auto event = life.wait(wake_.read_end.get(), life.pings.get(), left);
    if (event == Life::Event::woken) return fail(ErrorCode::cancelled, "stopped");
    if (event == Life::Event::ended) {
      return fail(ErrorCode::unavailable, "the inference process ended: " + end_of(life));
    }
    if (event == Life::Event::time && asked) {
      return fail(ErrorCode::timeout,
                  "the inference process hung: no answer for " + seconds_text(spec_.answer_limit));
    }
    const bool is_due = event == Life::Event::time;
    if (!is_due) AIFLOW_TRY(take_pong(life));
    asked = is_due && ask(life);
    until = clock_.steady_now() + (asked ? spec_.answer_limit : spec_.watch_every);
  }
}

/// False when it could not be asked; that is no sign of its health, and is tried again.
bool ServiceProcess::ask(Life& life) const {
  if (!life.pings.valid()) {
    auto line = os::connect_unix(spec_.socket, Deadline::after(clock_, kLineWait));
    if (!line) {
      log::warn("an inference service could not be asked how it is", {{"error", line.error()}});
      return false;
    }
    life.pings = *std::move(line);
  }
  // A line that takes no more is as good as asked: no answer will come.
  static_cast<void>(send_message(life.pings.get(), {"Ping", to_json(wire::Ping{.id = 1})},
                                 Deadline::after(clock_, kLineWait)));
  return true;
}

Status ServiceProcess::take_pong(Life& life) const {
  const auto message = recv_message(life.pings.get(), Deadline::after(clock_, kLineWait));
  if (!message || message->type != "Pong") {
    life.pings.reset();  // it has ended, or has too many connections just now
    return {};
  }
  AIFLOW_ASSIGN(const auto pong, wire::parse_pong(message->body));
  if (std::chrono::milliseconds(pong.running_ms) < spec_.run_limit) return {};
  return fail(ErrorCode::timeout,
              "the engine hung: one request took longer than " + seconds_text(spec_.run_limit));
}

std::string ServiceProcess::end_of(Life& life) const {
  const auto status = life.process.wait(Deadline::after(clock_, kReapWait));
  return status ? os::describe(*status) : "unknown";
}

Status ServiceProcess::wait_ready(Life& life) const {
  const auto deadline = Deadline::after(clock_, spec_.ready_timeout);
  while (true) {
    const auto left = deadline.left(clock_.steady_now());
    if (left <= Duration{0}) return fail(ErrorCode::timeout, "the service was not ready in time");
    const auto event = life.wait(wake_.read_end.get(), life.output.get(), left);
    if (event == Life::Event::woken) return fail(ErrorCode::cancelled, "stopped");
    if (event == Life::Event::time) continue;
    if (event == Life::Event::ended) {
      return fail(ErrorCode::unavailable, "the inference process ended: " + end_of(life));
    }
    char buffer[4096];
    const ssize_t n = ::read(life.output.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      return fail(ErrorCode::unavailable, "the inference process ended: " + end_of(life));
    }
    life.line.append(buffer, static_cast<std::size_t>(n));
    const auto end = life.line.find('\n');
    if (end != std::string::npos) return read_line(life.line.substr(0, end));
    if (life.line.size() > kLineBytesMax) {
      return fail(ErrorCode::internal, "aiflow-infer said too much");
    }
  }
}

}  // namespace aiflow::infer
