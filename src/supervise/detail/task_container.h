// SPDX-License-Identifier: Apache-2.0
// A bash or Python task as a container: the same command in the image that executor_config names.
// Pure but for the packs that it looks up. Private to supervise.
//
// In the container: /aiflow is the attempt's folder (work/, task.sock, api.sock), SDK and DAG
// folders are read-only where they are outside, a pack is at /pack.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "os/file.h"
#include "wire/worker.h"

namespace aiflow::supervise::detail {

struct TaskContainer {
  const wire::Job& job;
  std::map<std::string, std::string> env;  ///< of the task's process outside
  os::Path directory;
  os::Path token_file;  ///< empty: none
  os::Path sdk;
  bool python = false;  ///< the task needs a Python process
};

/// Errors: invalid_argument, not_found (the pack), naming what is missing.
[[nodiscard]] Result<wire::ContainerSpec> task_container(const TaskContainer& task);

/// Makes the file or folder that of a container's user ("uid:gid"). Errors: denied.
[[nodiscard]] Status give_to(const os::Path& path, const std::string& user);

}  // namespace aiflow::supervise::detail
