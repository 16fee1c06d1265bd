// SPDX-License-Identifier: Apache-2.0
// Where the server answers: one listener for all, or one for browsers and scripts and one for
// workers elsewhere, each with connections, threads and an event loop of its own. The Unix socket,
// over which tasks of this machine speak, belongs to the workers' one. Private to the server.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "app/cli/listeners/listen_options.h"
#include "http_api/listeners/door.h"
#include "net/server.h"
#include "service/monitor/figures.h"
#include "wire/listeners.h"

namespace aiflow::app {

struct ListenersOptions {
  std::string host;
  std::uint16_t port = 0;
  bool port_auto = false;  ///< taken: any free one
  std::optional<ListenAt> workers;
  std::optional<net::TlsFiles> tls;  ///< of both
  std::filesystem::path unix_socket;
};

class Listeners {
 public:
  explicit Listeners(ListenersOptions options) : options_(std::move(options)) {}
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;

  /// `handler` answers from now on and must outlive the stop. After a stop it may be opened again
  /// and has the same ports. Errors: conflict (a port is taken), unavailable, invalid_argument.
  [[nodiscard]] Status open(net::Handler& handler);
  /// Waits so long for what is being answered.
  void stop(std::chrono::milliseconds grace);
  [[nodiscard]] bool is_open() const { return people_ || workers_; }

  /// Of the first listener; open.
  [[nodiscard]] std::string url() const;
  /// Where workers and pods find the server, from any thread. Empty url while it is not open.
  [[nodiscard]] wire::WorkerAddress worker_address() const;
  /// The port that was asked for, when it was taken and another one is used.
  [[nodiscard]] std::optional<std::uint16_t> taken_port() const { return taken_port_; }
  /// From any thread.
  [[nodiscard]] service::Figures::Http figures() const;
  /// Why the workers' listener takes nobody, empty when it does; nullopt without one. From any
  /// thread.
  [[nodiscard]] std::optional<std::string> workers_trouble() const;

 private:
  [[nodiscard]] Status open_workers(net::Handler& handler);
  [[nodiscard]] std::string url_of(const std::string& host, std::uint16_t port) const;

  ListenersOptions options_;
  std::optional<std::uint16_t> taken_port_;
  std::optional<http_api::Door> people_door_;
  std::optional<http_api::Door> workers_door_;
  std::unique_ptr<net::Server> people_;
  std::unique_ptr<net::Server> workers_;  ///< null: there is one listener
  mutable std::mutex mutex_;
  // Guarded by mutex_: for requests, which come before open() has returned.
  const net::Server* open_people_ = nullptr;
  const net::Server* open_workers_ = nullptr;
  wire::WorkerAddress address_;
};

}  // namespace aiflow::app
