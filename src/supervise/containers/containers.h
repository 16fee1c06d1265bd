// SPDX-License-Identifier: Apache-2.0
// The worker's side of Docker: how aiflow-docker is started, and the removal of containers that
// nobody waits for any more. Private to supervise; runs on the worker's event loop.
//
// A container is no descendant of the worker, so its end is not the end of its attempt's processes.
// Each has labels that say whose it is. What an earlier run of this worker left is removed at the
// start; what an attempt may have left, whose aiflow-docker was killed, when the attempt ends.
#pragma once

#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "os/event_loop.h"
#include "os/file.h"
#include "os/process.h"
#include "supervise/worker.h"
#include "wire/worker.h"

namespace aiflow::supervise::detail {

/// The task's process is a container, or starts one.
[[nodiscard]] bool uses_containers(const wire::Job& job);

/// What aiflow-docker reads of the attempt that it works for, besides AIFLOW_ATTEMPT.
[[nodiscard]] std::map<std::string, std::string> container_env(const wire::Job& job);

class Containers {
 public:
  /// Reads or makes this data directory's own name. Errors: as os::write_atomic.
  [[nodiscard]] static Result<Containers> create(os::EventLoop& loop, const WorkerDocker& docker,
                                                 const os::Path& home);

  /// The path of aiflow-docker.
  [[nodiscard]] const os::Path& program() const { return program_; }
  /// What aiflow-docker reads of the worker, for every task's environment.
  [[nodiscard]] const std::map<std::string, std::string>& env() const { return env_; }
  /// Removes what that attempt left. In the background, as the next.
  void clean(const std::string& mark);
  /// Removes what earlier runs of this worker left, but the containers of these attempts.
  void clean_earlier(const std::vector<std::string>& kept);
  /// Processes of the cleaning.
  [[nodiscard]] std::vector<int> pids() const;

 private:
  Containers(os::EventLoop& loop, os::Path program) : loop_(loop), program_(std::move(program)) {}

  void run(const std::vector<std::string>& words);

  os::EventLoop& loop_;
  os::Path program_;
  std::map<std::string, std::string> env_;
  std::list<os::Process> cleaners_;
};

}  // namespace aiflow::supervise::detail
