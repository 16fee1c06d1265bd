// SPDX-License-Identifier: Apache-2.0
// Client of the Docker Engine API 1.41 on its Unix socket (Podman's service speaks it too). Calls
// block; one thread at a time. Errors of all calls: unavailable (no daemon, or it went away),
// denied (no permission on the socket), timeout, not_found, conflict, invalid_argument, internal;
// the message holds the daemon's own words.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "docker/log_frames.h"
#include "json/value.h"
#include "net/client.h"

namespace aiflow::docker {

/// Where Docker listens when nothing else is said.
inline constexpr const char* kDefaultSocket = "/var/run/docker.sock";

struct ContainerState {
  std::string id;
  bool running = false;
  bool never_ran = false;  ///< made, and not started yet
  int exit_code = 0;
  bool out_of_memory = false;
  std::string error;  ///< why it did not start, in the daemon's words
};

struct ContainerRef {
  std::string id;
  bool running = false;
  std::vector<std::pair<std::string, std::string>> labels;
  [[nodiscard]] std::string label(std::string_view name) const;
};

/// What a container has used since it was started.
struct ContainerUse {
  Duration user{};
  Duration system{};
  std::int64_t memory_bytes = 0;  ///< now, without cached files that are not in use
  /// At most, with cached files; not told with version 2 of control groups.
  std::optional<std::int64_t> memory_peak_bytes{};
};

struct PullProgress {
  std::int64_t done_bytes = 0;
  std::int64_t total_bytes = 0;  ///< grows while the daemon learns of more layers
};

class Engine {
 public:
  Engine(const Clock& clock, std::filesystem::path socket);

  [[nodiscard]] Status ping(Deadline deadline);
  /// -> id. not_found: the image is not here; conflict: the name is taken.
  [[nodiscard]] Result<std::string> create(const std::string& name, const json::Value& body);
  [[nodiscard]] Status start(const std::string& id);
  /// By id or name.
  [[nodiscard]] Result<ContainerState> inspect(const std::string& id);
  /// Errors: not_found too when it does not run.
  [[nodiscard]] Result<ContainerUse> use(const std::string& id, Deadline deadline);
  /// Its stop signal, then SIGKILL after `grace`; waits for its end. One that has ended is fine.
  [[nodiscard]] Status stop(const std::string& id, Duration grace);
  /// Ends and removes it with its unnamed volumes; one that is not there is fine.
  [[nodiscard]] Status remove(const std::string& id);
  [[nodiscard]] Status rename(const std::string& id, const std::string& name);
  /// Waits for its end -> exit code. Errors: cancelled when `stop` was requested.
  [[nodiscard]] Result<int> wait(const std::string& id, std::stop_token stop);
  /// All containers, ended ones too, with that label.
  [[nodiscard]] Result<std::vector<ContainerRef>> list(const std::string& label);

  struct LogCall {
    std::string id;
    bool follow = false;
    LogPlace* place = nullptr;  ///< where to go on; kept up to date
    std::function<void(Stream, std::string_view)> on_output;
    std::stop_token stop{};
  };
  /// Its output from `place` on, to its end if `follow`.
  [[nodiscard]] Status logs(const LogCall& call);

  struct PullCall {
    std::string image;   ///< without a tag: latest
    std::string auth{};  ///< registry credentials, a JSON object (secret); empty = none
    std::function<void(PullProgress)> on_progress{};
    std::stop_token stop{};
  };
  /// Fetches the image. Errors say what the registry has against it.
  [[nodiscard]] Status pull(const PullCall& call, Deadline deadline);

  [[nodiscard]] const std::filesystem::path& socket() const { return socket_; }

 private:
  Result<net::ClientResponse> send(std::string method, std::string target, std::string body = {});
  Error explain(Error error) const;

  const Clock& clock_;
  std::filesystem::path socket_;
  net::Client client_;
};

}  // namespace aiflow::docker
