// SPDX-License-Identifier: Apache-2.0
// `aiflow serve`: the composition root of the server. The only place that knows all parts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/clusters/clusters.h"
#include "app/cli/listeners/listen_options.h"
#include "app/cli/monitor/tracing.h"
#include "base/clock.h"
#include "blobs/blob_remote.h"
#include "db/address.h"
#include "net/tls.h"
#include "redis/address.h"
#include "service/access/provider_login.h"

namespace aiflow::app {

struct ServeOptions {
  std::filesystem::path home;  ///< data directory; made (0700) when missing
  db::Address database;        ///< a file in `home`, or a server's
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::optional<ListenAt> workers_listen;  ///< nullopt: workers elsewhere come to `port` too
  /// HTTPS with these; `own_certificate`: with one that the server makes itself, in `home`.
  std::optional<net::TlsFiles> tls;
  bool own_certificate = false;
  bool port_auto = false;  ///< port taken: take any free one and say so; else that is an error
  std::vector<std::filesystem::path> dag_folders;  ///< empty = home/dags
  std::string python = "/usr/bin/python3";
  std::filesystem::path sdk;  ///< folder that holds the Python package aiflow
  /// Where blobs are kept beside home/blobs; null: nowhere.
  std::shared_ptr<blobs::BlobRemote> blob_remote;
  std::filesystem::path programs;  ///< folder of aiflow, aiflow-infer, aiflow-camera; empty = ours
  int worker_slots = 8;
  std::vector<std::string> worker_words;  ///< further words for the worker that it starts
  std::int64_t max_map_length = 1024;
  Duration island_lease = std::chrono::hours(24);  ///< what a cut-off island may count on
  /// How long tasks of workers elsewhere go on after a stop by plan; zero: for their lease.
  Duration stop_lease = std::chrono::minutes(5);
  std::vector<ClusterOption> clusters;   ///< Kubernetes
  std::string pod_image;                 ///< for tasks in a cluster that name none
  std::string pod_server_url;            ///< how pods reach this server; empty: by its address
  std::optional<redis::Address> broker;  ///< that carries tasks of executor "redis"
  /// Generous: a browser asks for some at once, a script that runs wild for thousands.
  std::int64_t requests_per_second = 200;  ///< of each user, token or address; 0: no limit
  std::optional<service::ProviderLoginOptions> provider_login;  ///< besides passwords
  std::optional<TracingOptions> tracing;  ///< where traces of runs go; none: nowhere
  bool start_worker = true;               ///< start a worker when none lives on this data directory
  std::string version = "0.1.0";
};

/// Runs until SIGTERM or SIGINT. Prints "AIflow VERSION is ready at URL" on stdout, and on the very
/// first start the set-up link; writes home/run/server.json {"pid","url","socket"}.
/// Returns the exit code: 0 after a stop, 1 when it could not start (one line on stderr says why).
[[nodiscard]] int run_server(const ServeOptions& options);

}  // namespace aiflow::app
