// SPDX-License-Identifier: Apache-2.0
// The worker: takes jobs from the server over a Unix socket, runs each attempt as a supervised
// process tree, and reports. One thread, one epoll loop, N attempts. The server may stop and start
// meanwhile: tasks go on, reports wait on disk (spool) until they are acknowledged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace aiflow::supervise {

/// A Docker daemon that tasks may use.
struct WorkerDocker {
  std::filesystem::path socket;
  std::filesystem::path program;  ///< aiflow-docker; empty = beside this program
  bool allow_privileged = false;
  std::string server{};  ///< whose tasks these are: a label of the containers, for people
};

struct WorkerOptions {
  std::string worker_id;
  /// data directory: run/worker.lock, run/worker/ (attempts' folders), spool/reports.
  std::filesystem::path home;
  /// Server's socket; empty = home/run/worker.sock.
  std::filesystem::path socket;
  int slots = 8;
  std::vector<std::string> queues{"default"};   ///< it takes tasks of these
  std::map<std::string, std::string> labels{};  ///< what a task's placement may ask for
  /// Users that a task may name in run_as_user, outside of containers; needs root.
  std::vector<std::string> run_as_users{};
  std::string version = "0.1.0";
  std::string python = "/usr/bin/python3";
  /// Put in front of PYTHONPATH for the zygote: the folder that holds `aiflow`.
  std::filesystem::path sdk;
  /// The server's API socket for tasks (AIFLOW_API_SOCKET); empty = home/run/api.sock.
  std::filesystem::path api_socket;
  /// A worker elsewhere: the server may give its tasks to another one when it has heard nothing for
  /// the lease, so it ends them itself by then, by its own monotonic clock. Else tasks go on
  /// without a server.
  bool ends_with_lease = false;
  /// Between SIGTERM and SIGKILL when an attempt runs out of time.
  Duration grace = std::chrono::seconds(10);
  std::uint64_t log_bytes_max = 64ULL << 20;  ///< of one try; the rest is counted, not kept
  /// Without a server and without tasks for so long it ends by itself; none: never.
  std::optional<Duration> leave_after{};
  std::optional<WorkerDocker> docker{};  ///< none: containers are no business of this worker
  Duration reconnect_min = std::chrono::milliseconds(50);
  Duration reconnect_max = std::chrono::milliseconds(250);  ///< a socket of this machine
};

/// Runs until `stop` (ends all tasks), SIGTERM (drains: ends when the last task has; a second one
/// ends the tasks), SIGUSR1 (drains, however often it comes) or a Drain message. Call it from the
/// program's first thread, before others start: it blocks these signals for itself.
/// Errors: conflict when another worker holds the directory, denied, invalid_argument.
[[nodiscard]] Status run_worker(const WorkerOptions& options, std::stop_token stop);

}  // namespace aiflow::supervise
