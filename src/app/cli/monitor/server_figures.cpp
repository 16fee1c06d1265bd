// SPDX-License-Identifier: Apache-2.0
// The server's log and its figures, and their history.
#include <unistd.h>

#include "app/cli/server.h"
#include "log/log.h"

namespace aiflow::app {

Status Server::set_up_log() {
  const auto file = options_.home / "logs" / "server.log";
  AIFLOW_TRY(log::set_up({.to_stderr = ::isatty(STDERR_FILENO) == 1, .file = file}));
  log::keep_recent(recent_log_, file);
  return {};
}

service::Figures Server::figures() {
  const auto http = [this] {
    using Lane = net::Handler::Lane;
    const auto* server = listening_.load();
    if (server == nullptr) return service::Figures::Http{};
    return service::Figures::Http{.connections = server->connections(),
                                  .people = server->busy(Lane::people),
                                  .machines = server->busy(Lane::machines)};
  };
  return service::read_figures({.clock = clock_,
                                .store = *store_,
                                .conductor = *conductor_,
                                .events = *events_,
                                .services = *services_,
                                .workers = [this] { return executor_->workers(); },
                                .health = [this] { return health(); },
                                .http = http,
                                .home = options_.home,
                                .version = options_.version,
                                .started_at = started_at_});
}

void Server::start_history() {
  server_log_.start();
  history_.start(
      [this] { return figures(); },
      [this](const wire::SystemSample& sample) {
        if (events_->followers() == 0) return;
        events_->publish(
            {{.id = 0, .kind = "system", .at = sample.at, .data = wire::to_json(sample)}});
      });
}

void Server::stop_monitor() {
  history_.stop();
  server_log_.stop();
}

}  // namespace aiflow::app
