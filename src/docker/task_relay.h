// SPDX-License-Identifier: Apache-2.0
// The sockets of a task that runs in a container: in a folder that is mounted there, the task finds
// task.sock (its frames with the worker's supervisor, api/worker.yaml) and api.sock (the server's
// API). Mounting the real ones would show it the worker's own folder, and would not outlive a
// restart of the server. One thread of its own.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "os/fd.h"
#include "os/file.h"
#include "os/frame.h"

namespace aiflow::docker {

struct TaskRelayOptions {
  os::Path folder;
  int worker_fd = -1;   ///< the supervisor's end of the frames; stays the caller's
  os::Path api_socket;  ///< empty: there is no API
};

class TaskRelay {
 public:
  /// Listens, from now on. Errors: as os::listen_unix.
  [[nodiscard]] static Result<std::unique_ptr<TaskRelay>> start(TaskRelayOptions options);
  ~TaskRelay();
  TaskRelay(const TaskRelay&) = delete;
  TaskRelay& operator=(const TaskRelay&) = delete;

  /// After the task's end: passes on what it had sent, and ends. Whole frames only, so that others
  /// may follow. -> whether the task has said how it went (TaskDone).
  [[nodiscard]] bool finish();
  /// A frame of our own between the task's. From any thread.
  void send_to_worker(std::string_view frame);

 private:
  struct Call {
    os::Fd task;
    os::Fd server;
  };
  TaskRelay(TaskRelayOptions options, os::Fd task_listener, os::Fd api_listener, os::Pipe end);
  void run();
  bool step(bool is_ending);
  void accept_task();
  void accept_call();
  void pass_to_task();
  void pass_to_worker();

  TaskRelayOptions options_;
  os::Fd task_listener_;
  os::Fd api_listener_;
  os::Pipe end_;
  std::optional<os::Fd> task_;  ///< the first that came; further ones are turned away
  os::FrameReader frames_;
  std::vector<Call> calls_;
  bool is_done_said_ = false;
  std::mutex sending_;  ///< one frame after the other
  std::jthread thread_;
};

}  // namespace aiflow::docker
