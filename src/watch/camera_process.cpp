// SPDX-License-Identifier: Apache-2.0
#include "watch/camera_process.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/duration_text.h"
#include "infer/message.h"
#include "os/process.h"
#include "os/socket.h"
#include "watch/rule_config.h"

namespace aiflow::watch {
namespace {

constexpr int kSocketInChild = 3;
constexpr Duration kSendMax = std::chrono::seconds(2);
/// Time for the program to go after its last message.
constexpr Duration kExitMax = std::chrono::seconds(2);

bool is_live(const std::string& source) {
  return source.starts_with("rtsp://") || source.starts_with("rtsps://");
}

/// The child and the line to it, used by the camera's thread and by callers.
class Line {
 public:
  explicit Line(const Clock& clock) : clock_(clock) {}

  void connect(os::Fd fd, os::Process process) {
    const std::scoped_lock lock(mutex_);
    fd_ = std::move(fd);
    process_.emplace(std::move(process));
  }

  Status send(std::string_view type, json::Value body) {
    const std::scoped_lock lock(mutex_);
    if (!fd_.valid()) return fail(ErrorCode::unavailable, "the camera process is not running");
    return infer::send_message(fd_.get(), {type, std::move(body)},
                               Deadline::after(clock_, kSendMax));
  }

  void kill() {
    const std::scoped_lock lock(mutex_);
    if (process_) process_->send_signal(SIGKILL);
  }

  [[nodiscard]] int pid() const {
    const std::scoped_lock lock(mutex_);
    return process_ ? process_->pid() : 0;
  }

  /// Only the camera's thread replaces it, so that thread may read from it without the lock.
  [[nodiscard]] int fd() const { return fd_.get(); }

  /// Reaps the child, killing it when it does not go.
  os::ExitStatus end() {
    std::optional<os::Process> process;
    {
      const std::scoped_lock lock(mutex_);
      fd_.reset();
      process = std::exchange(process_, std::nullopt);
    }
    if (!process) return {};
    if (auto status = process->wait(Deadline::after(clock_, kExitMax))) return *status;
    return process->stop(Duration{0});
  }

 private:
  const Clock& clock_;
  mutable std::mutex mutex_;
  os::Fd fd_;
  std::optional<os::Process> process_;
};

class CameraProcessImpl final : public CameraProcess {
 public:
  CameraProcessImpl(const Clock& clock, CameraProcessOptions options)
      : clock_(clock), options_(std::move(options)), line_(clock) {}

  ~CameraProcessImpl() override { stop(); }

  Status begin() {
    std::promise<Status> started;
    auto result = started.get_future();
    // The child dies with this thread (PR_SET_PDEATHSIG), so this thread is the one that starts it.
    thread_ = std::thread([this, promise = std::move(started)]() mutable {
      Status first = launch();
      const bool good = first.has_value();
      promise.set_value(std::move(first));
      if (good) attend();
    });
    Status status = result.get();
    if (!status) thread_.join();
    return status;
  }

  void set_live(bool on) override {
    live_ = on;
    // A line that is down gets the switch when it is up again.
    static_cast<void>(line_.send("LiveSwitch", to_json(wire::LiveSwitch{on})));
  }

  void stop() override {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    static_cast<void>(line_.send("CameraStop", to_json(wire::CameraStop{})));
    {
      std::unique_lock lock(mutex_);
      const bool ended = changed_.wait_for(lock, options_.stop_grace, [&] { return !running_; });
      if (!ended) line_.kill();
    }
    const std::scoped_lock lock(join_mutex_);
    if (thread_.joinable()) thread_.join();
  }

  void wait() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !running_; });
  }

  [[nodiscard]] bool running() const override {
    const std::scoped_lock lock(mutex_);
    return running_;
  }

  [[nodiscard]] int pid() const override { return line_.pid(); }

 private:
  Status launch() {
    AIFLOW_ASSIGN(auto sockets, os::socket_pair());
    os::ProcessOptions start;
    start.argv = {options_.program.string()};
    start.fds = {{sockets.second.get(), kSocketInChild}, {2, 2}};
    start.die_with_parent = true;
    AIFLOW_ASSIGN(auto process, os::Process::start(start));
    line_.connect(std::move(sockets.first), std::move(process));
    AIFLOW_TRY(line_.send("CameraConfig", to_json(options_.config)));
    if (live_) AIFLOW_TRY(line_.send("LiveSwitch", to_json(wire::LiveSwitch{true})));
    return {};
  }

  /// From the first start to the last callback.
  void attend() {
    std::optional<std::string> failure;
    while (true) {
      if (!failure) failure = read_reports();
      if (ended_ || stopping() || !again(*failure)) break;
      const Status started = launch();
      failure = started ? std::nullopt : std::optional(started.error().message);
      if (!started) line_.end();
      if (stopping()) line_.kill();  // stop() may have looked before there was a process
    }
    if (!ended_) {
      ended_.emplace();
      ended_->reason = stopping() ? "stopped" : "failed";
      if (!stopping()) ended_->error = failure;
    }
    if (options_.callbacks.on_ended) options_.callbacks.on_ended(*ended_, last_picture_);
    const std::scoped_lock lock(mutex_);
    running_ = false;
    changed_.notify_all();
  }

  /// Until the program is gone; why it went.
  std::string read_reports() {
    std::string why;
    while (!ended_) {
      auto message = infer::recv_message(line_.fd(), report_deadline());
      if (!message && message.error().code == ErrorCode::timeout) {
        why = "it hung: no report for " + seconds_text(options_.silence_max);
        line_.kill();
        break;
      }
      if (!message) {
        why = message.error().message;
        break;
      }
      if (Status handled = handle(*message); !handled) {
        why = "bad report: " + handled.error().message;
        line_.kill();
        break;
      }
    }
    return "aiflow-camera ended: " + os::describe(line_.end()) + " (" + why + ")";
  }

  [[nodiscard]] Deadline report_deadline() const {
    std::error_code ignored;
    const bool is_file = std::filesystem::is_regular_file(options_.config.source, ignored);
    const double fps = options_.config.detect_fps;  // 0: every frame
    const bool is_sparse = fps > 0 && fps < 0.1;
    return is_file && !is_sparse ? Deadline::after(clock_, options_.silence_max)
                                 : Deadline::never();
  }

  Status handle(const infer::Message& message) {
    const CameraCallbacks& on = options_.callbacks;
    if (message.type == "FrameReport") {
      AIFLOW_ASSIGN(const auto report, wire::parse_frame_report(message.body));
      crashes_ = 0;
      if (on.on_report) on.on_report(report, message.payload);
    } else if (message.type == "SceneEventReport") {
      AIFLOW_ASSIGN(const auto event, wire::parse_scene_event_report(message.body));
      if (on.on_event) on.on_event(event, message.payload);
    } else if (message.type == "CameraEnded") {
      AIFLOW_ASSIGN(ended_, wire::parse_camera_ended(message.body));
      last_picture_ = message.payload;
    }
    return {};
  }

  /// Waits before the next start; false when there is none.
  bool again(const std::string& reason) {
    if (++crashes_ > options_.restarts_max && !is_live(options_.config.source)) return false;
    Duration pause = options_.pause_first;
    for (int i = 1; i < crashes_ && pause < options_.pause_max; ++i) pause *= 2;
    pause = std::min(pause, options_.pause_max);
    if (options_.callbacks.on_restart) options_.callbacks.on_restart(reason, pause);
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, pause, [&] { return stopping_; });
  }

  [[nodiscard]] bool stopping() const {
    const std::scoped_lock lock(mutex_);
    return stopping_;
  }

  const Clock& clock_;
  const CameraProcessOptions options_;
  Line line_;
  std::atomic<bool> live_ = false;
  // Of the camera's thread.
  std::optional<wire::CameraEnded> ended_;
  std::string last_picture_;
  int crashes_ = 0;  ///< in a row, without a report in between

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool running_ = true;
  std::mutex join_mutex_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<CameraProcess>> CameraProcess::start(const Clock& clock,
                                                            CameraProcessOptions options) {
  AIFLOW_TRY(to_rules(options.config.rules));
  auto camera = std::make_unique<CameraProcessImpl>(clock, std::move(options));
  AIFLOW_TRY(camera->begin());
  return camera;
}

}  // namespace aiflow::watch
