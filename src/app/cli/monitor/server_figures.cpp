// SPDX-License-Identifier: Apache-2.0
// The server's log, its traces and figures, and their history.
#include <unistd.h>

#include "app/cli/server.h"
#include "log/log.h"
#include "os/environment.h"

namespace aiflow::app {

Status Server::set_up_log() {
  const auto file = options_.home / "logs" / "server.log";
  AIFLOW_TRY(log::set_up({.to_stderr = ::isatty(STDERR_FILENO) == 1, .file = file}));
  log::keep_recent(recent_log_, file);
  return {};
}

service::Figures Server::figures() {
  return service::read_figures({.clock = clock_,
                                .store = *store_,
                                .conductor = *conductor_,
                                .events = *events_,
                                .services = *services_,
                                .workers = [this] { return executor_->workers(); },
                                .health = [this] { return health(); },
                                .http = [this] { return listeners_->figures(); },
                                .home = options_.home,
                                .version = options_.version,
                                .started_at = started_at_});
}

void Server::note_changes(const std::vector<wire::StreamEvent>& changes) {
  events_->publish(changes);
  logs_->wake();
  counters_.changes(changes);
  if (tracer_) tracer_->changes(changes);
}

/// Of those that send traces to the same place: this database's, or this data directory's.
std::string Server::site_name() const {
  return options_.database.is_server() ? options_.database.name() : client_name();
}

void Server::open_tracing() {
  if (!options_.tracing) return;
  const auto& tracing = *options_.tracing;
  tracer_ = std::make_unique<service::RunTracer>(service::RunTracer::Parts{
      .clock = clock_,
      .store = *store_,
      .count =
          [this](std::string_view outcome, std::int64_t count) {
            counters_.changes({{.id = 0,
                                .kind = "spans",
                                .at = clock_.now(),
                                .data = json::object({{outcome, count}})}});
          },
      .ids = service::TraceIds(site_name()),
      .resource = {{"service.name", tracing.service_name},
                   {"service.version", options_.version},
                   {"service.instance.id", client_name()},
                   {"host.name", os::host_name()}},
      .version = options_.version,
      .send = collector(clock_, tracing)});
  executor_->on_submit(
      [this](wire::Job& job) { job.env.emplace("TRACEPARENT", tracer_->ids().traceparent(job)); });
  tracer_->start();
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
