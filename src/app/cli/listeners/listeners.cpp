// SPDX-License-Identifier: Apache-2.0
#include "app/cli/listeners/listeners.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "os/host/address.h"

namespace aiflow::app {
namespace {

/// Each worker has one, and each of its tasks that asks the API another one for as long as it asks.
constexpr std::size_t kWorkerConnectionsMax = 1024;

bool is_loopback(const std::string& host) { return host.starts_with("127.") || host == "::1"; }

}  // namespace

std::string Listeners::url_of(const std::string& host, std::uint16_t port) const {
  // "All addresses" is none that could be opened.
  const bool is_any = host == "0.0.0.0" || host == "::";
  const std::string named = is_any ? os::first_address() : host;
  const bool is_v6 = named.find(':') != std::string::npos;
  return (options_.tls ? "https://" : "http://") + (is_v6 ? "[" + named + "]" : named) + ":" +
         std::to_string(port);
}

Status Listeners::open_workers(net::Handler& handler) {
  workers_door_.emplace(handler, http_api::Door::Side::workers);
  net::ServerOptions options;
  options.host = options_.workers->host;
  options.port = options_.workers->port;
  options.tls = options_.tls;
  options.unix_socket = options_.unix_socket;
  options.connections_max = kWorkerConnectionsMax;
  auto started = net::Server::start(options, *workers_door_);
  if (!started) return fail(std::move(started).error().with_context("--workers-listen"));
  workers_ = *std::move(started);
  options_.workers->port = workers_->port();
  return {};
}

Status Listeners::open(net::Handler& handler) {
  net::ServerOptions options;
  options.host = options_.host;
  options.port = options_.port;
  options.tls = options_.tls;
  ListenAt for_workers{options_.host, options_.port};
  if (options_.workers) {
    AIFLOW_TRY(open_workers(handler));
    for_workers = *options_.workers;
    people_door_.emplace(handler, http_api::Door::Side::people,
                         url_of(for_workers.host, for_workers.port));
  } else {
    options.unix_socket = options_.unix_socket;
  }
  net::Handler& first = people_door_ ? *people_door_ : handler;
  auto http = net::Server::start(options, first);
  const bool is_taken = !http && http.error().code == ErrorCode::conflict;
  if (is_taken && options_.port_auto) {
    taken_port_ = options_.port;
    options.port = 0;
    http = net::Server::start(options, first);
  }
  if (!http && is_taken) {
    return fail(std::move(http).error().with_context("port " + std::to_string(options_.port)));
  }
  if (!http) return fail(std::move(http).error());
  people_ = *std::move(http);
  options_.port = people_->port();
  if (!workers_) for_workers.port = options_.port;
  const std::scoped_lock lock(mutex_);
  open_people_ = people_.get();
  open_workers_ = workers_.get();
  address_ = {.url = url_of(for_workers.host, for_workers.port),
              .is_separate = workers_ != nullptr,
              .is_local = is_loopback(for_workers.host)};
  return {};
}

void Listeners::stop(std::chrono::milliseconds grace) {
  {
    // Both at once: the graces do not add up.
    std::vector<std::jthread> stopping;
    for (auto* server : {people_.get(), workers_.get()}) {
      if (server != nullptr) stopping.emplace_back([server, grace] { server->stop(grace); });
    }
  }
  const std::scoped_lock lock(mutex_);
  open_people_ = open_workers_ = nullptr;
  address_ = {};
  people_.reset();
  workers_.reset();
}

std::string Listeners::url() const { return url_of(options_.host, options_.port); }

wire::WorkerAddress Listeners::worker_address() const {
  const std::scoped_lock lock(mutex_);
  return address_;
}

service::Figures::Http Listeners::figures() const {
  using Lane = net::Handler::Lane;
  const std::scoped_lock lock(mutex_);
  service::Figures::Http sum;
  for (const auto* server : {open_people_, open_workers_}) {
    if (server == nullptr) continue;
    sum.connections += server->connections();
    sum.people += server->busy(Lane::people);
    sum.machines += server->busy(Lane::machines);
  }
  if (open_workers_ != nullptr) sum.of_workers = open_workers_->connections();
  return sum;
}

std::optional<std::string> Listeners::workers_trouble() const {
  const std::scoped_lock lock(mutex_);
  if (!options_.workers) return std::nullopt;
  if (open_workers_ == nullptr) return "it is not open";
  const auto most = kWorkerConnectionsMax * (options_.tls ? 2 : 1);
  if (open_workers_->connections() < most) return "";
  return "all " + std::to_string(kWorkerConnectionsMax) + " connections are taken";
}

}  // namespace aiflow::app
