// SPDX-License-Identifier: Apache-2.0
// Keeps one aiflow-infer alive: starts it, waits until it is ready, restarts it with back-off when
// it ends or hangs, stops it. It hangs when it does not answer a Ping (the process is stopped, or
// deaf), or when its engine does not come to an end with one request. One thread of its own;
// start() and stop() are for one caller at a time, the others for any thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/deadline.h"
#include "base/result.h"
#include "os/process.h"

namespace aiflow::infer {

struct ServiceSpec {
  std::filesystem::path program;  ///< aiflow-infer
  std::filesystem::path pack_folder;
  std::filesystem::path model_file;
  std::filesystem::path meta_file;  ///< {model, version, variant, decoder}
  std::filesystem::path socket;
  int threads = 1;
  std::uint64_t memory_bytes_max = 0;  ///< address space; 0 = no limit
  Duration ready_timeout = std::chrono::seconds(60);
  Duration stop_grace = std::chrono::seconds(2);             ///< between SIGTERM and SIGKILL
  Duration back_off_first = std::chrono::milliseconds(100);  ///< doubles
  Duration back_off_max = std::chrono::seconds(30);
  // The watchdog. A hanging process is found after at most watch_every + answer_limit, a hanging
  // engine after watch_every + run_limit.
  Duration watch_every = std::chrono::seconds(2);    ///< between two Pings
  Duration answer_limit = std::chrono::seconds(10);  ///< a machine under load is slow, not dead
  Duration run_limit = std::chrono::seconds(30);     ///< one request in the engine
};

enum class ServiceState { stopped, starting, ready, backing_off, failed };

/// The spelling used in JSON: "ready", ...
[[nodiscard]] std::string_view to_string(ServiceState state);

struct ServiceStatus {
  ServiceState state = ServiceState::stopped;
  int pid = 0;  ///< 0 = no process
  std::int64_t restarts = 0;
  std::string last_error;  ///< why it ended last; "" = never
};

class ServiceProcess {
 public:
  /// `on_change` is called from the service's own thread after each change of state, no lock held.
  ServiceProcess(ServiceSpec spec, const Clock& clock,
                 std::function<void(const ServiceStatus&)> on_change = {});
  ~ServiceProcess();  ///< stops
  ServiceProcess(const ServiceProcess&) = delete;
  ServiceProcess& operator=(const ServiceProcess&) = delete;

  /// Starts and waits. When the first start fails (the model can't be loaded, say) that error is
  /// returned and nothing is retried; later ends are retried until stop().
  /// Errors: aiflow-infer's own, or timeout.
  [[nodiscard]] Status start(Deadline deadline);

  /// Waits for a state; timeout otherwise.
  [[nodiscard]] Status wait_for(ServiceState state, Deadline deadline);

  [[nodiscard]] ServiceStatus status() const;

  /// SIGTERM, then SIGKILL after stop_grace. Idempotent.
  void stop();

 private:
  struct Life;
  void loop(const std::stop_token& token);
  Status live_once(bool& was_ready);
  Status wait_ready(Life& life) const;
  Status watch(Life& life) const;
  bool ask(Life& life) const;
  Status take_pong(Life& life) const;
  std::string end_of(Life& life) const;
  void set(ServiceState state, int pid);
  void record_end(const std::string& why);

  const ServiceSpec spec_;
  const Clock& clock_;
  const std::function<void(const ServiceStatus&)> on_change_;
  os::Pipe wake_;  ///< its writing end closes = the thread shall stop
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  ServiceStatus status_;              ///< under mutex_
  std::optional<Error> first_error_;  ///< under mutex_
  std::jthread thread_;
};

}  // namespace aiflow::infer
