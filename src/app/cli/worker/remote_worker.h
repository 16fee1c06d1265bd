// SPDX-License-Identifier: Apache-2.0
// `aiflow worker --server URL...`: a worker on another machine than its server. Joins, and runs the
// worker's core with an uplink beside it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "supervise/worker.h"

namespace aiflow::app {

struct RemoteWorkerOptions {
  std::vector<std::string> servers;  ///< http://host:port each; several on one database
  std::filesystem::path token_file;  ///< a join token; needed the first time
  supervise::WorkerOptions worker;   ///< worker_id may be empty: the name of before, or the host's
};

/// Until SIGTERM (drains; a second one ends the tasks), a Drain, or the server's refusal. Call it
/// from the program's first thread, before others start. Errors: those of joining and of
/// supervise::run_worker; denied when the server refuses this worker.
[[nodiscard]] Status run_remote_worker(const Clock& clock, const RemoteWorkerOptions& options);

}  // namespace aiflow::app
