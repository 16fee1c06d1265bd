// SPDX-License-Identifier: Apache-2.0
// One container from its image to its removal, as if it were a process: what it prints is passed
// on, a stop ends it, its exit code comes back. It outlives a restart of the daemon where the
// daemon lets it (live-restore); where it does not, the outcome says so.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/states.h"
#include "docker/engine.h"
#include "wire/worker.h"

namespace aiflow::docker {

inline constexpr const char* kLabelWorker = "aiflow.worker";
/// For people: the server whose task it is.
inline constexpr const char* kLabelServer = "aiflow.server";
inline constexpr const char* kLabelStart = "aiflow.start";
inline constexpr const char* kLabelAttempt = "aiflow.attempt";
inline constexpr const char* kLabelTask = "aiflow.task";
inline constexpr const char* kLabelEpoch = "aiflow.epoch";
/// Of a container that stays when it has ended (remove: never).
inline constexpr const char* kLabelKeep = "aiflow.keep";

/// Whose container it is.
struct Owner {
  std::string worker{};   ///< the data directory's own name, the same at each start
  std::string start{};    ///< this run of the worker
  std::string attempt{};  ///< the worker's mark of the attempt
  std::string task{};     ///< "dag/run/task/map index"
  std::string epoch{};
  std::string server{};
  /// The same for all attempts of a task instance at this worker: two of them cannot be at a time.
  [[nodiscard]] std::string container_name() const;
};

struct RunOptions {
  wire::ContainerSpec spec;
  Owner owner;
  std::map<std::string, std::string> env;  ///< set where the spec says nothing
  Duration grace = std::chrono::seconds(10);
  bool allow_privileged = false;
  /// The attempt's container was made by an earlier run of the worker: goes on with that one.
  bool adopts = false;
  /// How long a daemon that went away is waited for.
  Duration daemon_wait = std::chrono::seconds(60);
  std::stop_token stop{};  ///< ends it: its stop signal, SIGKILL after the grace
};

struct RunEvents {
  std::function<void(Stream, std::string_view)> output;
  std::function<void(const std::string& line)> note;  ///< for the log, without a line break
  std::function<void(PullProgress)> pulling;
  /// While it runs, from a thread of its own; empty: nobody wants to know.
  std::function<void(const ContainerUse&)> used{};
};

struct RunResult {
  Outcome outcome = Outcome::failed;
  std::string cause;    ///< empty after success
  int exit_code = 125;  ///< 125: there was no container, as with `docker run`
};

/// Runs it to its end.
[[nodiscard]] RunResult run_container(const Clock& clock, Engine& engine, const RunOptions& options,
                                      const RunEvents& events);

/// The body of a create request. Errors: invalid_argument for what the specification may not say.
[[nodiscard]] Result<json::Value> container_body(const RunOptions& options);

/// Removes what an earlier run of this worker left (`attempt` empty), or what that attempt left.
/// Ended containers that were to be kept stay, and those of the attempts in `kept`. -> how many
/// were removed.
[[nodiscard]] Result<int> remove_leftovers(Engine& engine, const Owner& owner,
                                           const std::set<std::string>& kept = {});

}  // namespace aiflow::docker
