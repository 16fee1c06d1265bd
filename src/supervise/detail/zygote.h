// SPDX-License-Identifier: Apache-2.0
// The preloaded Python interpreter that forks task processes. Started at the first need, started
// again after it died. Private to supervise; runs on the worker's event loop.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "os/event_loop.h"
#include "os/frame.h"
#include "os/process.h"
#include "supervise/detail/message.h"
#include "wire/worker.h"

namespace aiflow::supervise::detail {

struct ZygoteOptions {
  std::string python;
  std::map<std::string, std::string> env;  ///< with PYTHONPATH
};

class Zygote {
 public:
  /// What becomes of one forked task process.
  struct Callbacks {
    std::function<void(Result<int> pid)> forked;
    std::function<void(os::ExitStatus, std::optional<os::EndedUse>)> exited;
    /// The zygote is gone, the task process lives on as a child of ours.
    std::function<void()> orphaned;
  };
  struct Request {
    std::string cwd;
    std::string dag_file;
    std::map<std::string, std::string> env;
    std::array<os::Fd, 4> fds;  ///< stdin, stdout, stderr, task socket
    Callbacks callbacks;
  };

  Zygote(os::EventLoop& loop, ZygoteOptions options) : loop_(loop), options_(std::move(options)) {}
  ~Zygote();
  Zygote(const Zygote&) = delete;
  Zygote& operator=(const Zygote&) = delete;

  /// Answers through callbacks.forked, also when it fails (then at once).
  void start_task(Request request);
  /// 0 when none runs.
  [[nodiscard]] int pid() const { return process_ ? process_->pid() : 0; }

 private:
  Status ensure_started();
  void send_waiting();
  void on_readable();
  void on_frame(const std::string& payload);
  void on_forked(const wire::ZygoteForked& message);
  void on_exited(const wire::ZygoteExited& message);
  void on_orphaned(const wire::ZygoteOrphaned& message);
  void gone(const std::string& reason);

  os::EventLoop& loop_;
  ZygoteOptions options_;
  std::optional<os::Process> process_;
  os::Fd socket_;
  os::FrameReader reader_{kFrameBytesMax};
  std::int64_t next_request_ = 1;
  std::deque<Request> waiting_;                 ///< not sent yet
  std::map<std::int64_t, Callbacks> asked_;     ///< sent, pid not known yet
  std::map<std::int64_t, Callbacks> children_;  ///< by pid
};

}  // namespace aiflow::supervise::detail
