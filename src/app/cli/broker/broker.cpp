// SPDX-License-Identifier: Apache-2.0
#include "app/cli/broker/broker.h"

#include <memory>
#include <optional>
#include <stop_token>

#include "app/cli/broker/no_api.h"
#include "digest/sha256.h"
#include "net/forwarder.h"
#include "net/url.h"
#include "os/environment.h"
#include "os/file.h"
#include "uplink/redis_carrier.h"
#include "uplink/uplink.h"

namespace aiflow::app {

const executor::RedisExecutor* add_broker(executor::ExecutorSet& executors, const Clock& clock,
                                          const redis::Address& address, BrokerParts parts) {
  const auto depot = std::make_shared<uplink::Depot>(std::move(parts.depot));
  executor::RedisExecutorOptions options;
  options.address = address;
  options.server_id = os::host_name() + ":" + std::to_string(os::process_id());
  options.workers_before = std::move(parts.workers_before);
  options.cordoned = std::move(parts.cordoned);
  options.outgoing = [depot](const std::string& worker, json::Value& frame) {
    depot->outgoing(worker, frame);
  };
  options.incoming = [depot](const std::string& worker, const json::Value& frame) {
    return depot->incoming(worker, frame);
  };
  auto made = std::make_unique<executor::RedisExecutor>(clock, std::move(options));
  const executor::RedisExecutor* executor = made.get();
  executors.add("redis", std::move(made));
  return executor;
}

Status run_broker_worker(const Clock& clock, BrokerWorkerOptions options) {
  supervise::WorkerOptions& worker = options.worker;
  if (worker.worker_id.empty()) {
    worker.worker_id = os::host_name() + "-" + digest::sha256_of(worker.home.string()).substr(0, 6);
  }
  worker.ends_with_lease = true;
  AIFLOW_TRY(uplink::check_home(worker.home));
  AIFLOW_TRY(os::make_dirs(worker.home / "run"));
  std::unique_ptr<net::Forwarder> api;
  std::unique_ptr<NoApi> no_api;
  if (options.server.empty()) {
    AIFLOW_ASSIGN(no_api, NoApi::start(worker.home / "run/api.sock"));
  } else {
    AIFLOW_ASSIGN(const auto server, net::parse_server_url(options.server));
    AIFLOW_ASSIGN(
        api, net::Forwarder::start({.socket = worker.home / "run/api.sock", .server = server}));
  }
  uplink::RedisCarrier carrier(clock, {.address = options.address, .worker_id = worker.worker_id});
  std::stop_source stop;
  std::optional<Error> refused;  // written before the stop, read after the worker's end
  AIFLOW_ASSIGN(const auto link, uplink::Uplink::start(clock,
                                                       {.home = worker.home,
                                                        .on_refused =
                                                            [&](const Error& why) {
                                                              refused = why;
                                                              stop.request_stop();
                                                            }},
                                                       carrier));
  AIFLOW_TRY(supervise::run_worker(worker, stop.get_token()));
  link->await_core_end();
  if (!stop.stop_requested()) return {};
  return fail(std::move(*refused).with_context(redis::describe(options.address)));
}

}  // namespace aiflow::app
