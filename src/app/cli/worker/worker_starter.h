// SPDX-License-Identifier: Apache-2.0
// The worker that a server starts on its own machine. Private to server.cpp.
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>

#include "app/cli/serve.h"
#include "base/clock.h"
#include "os/process.h"

namespace aiflow::app {

/// Where the options say that a program of AIflow is.
[[nodiscard]] std::filesystem::path program(const ServeOptions& options, const char* name);

/// Starts `aiflow worker` when none is there, in its own session: it survives this server. One that
/// survived a server with other options, or other AIRFLOW_ and AIFLOW_ variables, is told to end
/// after its last task.
class WorkerStarter {
 public:
  WorkerStarter(const Clock& clock, const ServeOptions& options)
      : clock_(clock), options_(options) {}
  /// Does nothing before serving(), while one that was started lives, or while another holds
  /// run/worker.lock.
  void want();
  /// The server has its port: a worker that is started from now on will not be left alone by a
  /// start that fails.
  void serving();

 private:
  [[nodiscard]] os::ProcessOptions wanted() const;
  void end_when_changed(int pid);

  const Clock& clock_;
  const ServeOptions& options_;
  std::mutex mutex_;
  bool is_serving_ = false;             ///< guarded by mutex_
  std::optional<os::Process> process_;  ///< guarded by mutex_
  SteadyTime started_at_{};             ///< guarded by mutex_
  int ending_ = 0;                      ///< the worker of before; guarded by mutex_
};

}  // namespace aiflow::app
