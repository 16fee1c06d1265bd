// SPDX-License-Identifier: Apache-2.0
#include "app/cli/broker/broker.h"

#include <memory>
#include <optional>
#include <stop_token>

#include "app/cli/broker/no_api.h"
#include "app/cli/worker/api_relay.h"
#include "digest/sha256.h"
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
  options.left_before = std::move(parts.left_before);
  options.cordoned = std::move(parts.cordoned);
  options.server_pin = std::move(parts.server_pin);
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

namespace {

/// The way to the server's API, or to a word of how to make one.
class ApiSocket {
 public:
  /// `server`: may be empty.
  Status open(const std::filesystem::path& socket, const std::string& server) {
    if (server.empty()) {
      AIFLOW_ASSIGN(no_api_, NoApi::start(socket));
      return {};
    }
    AIFLOW_ASSIGN(server_, net::parse_server_url(server));
    AIFLOW_ASSIGN(relay_, ApiRelay::start(socket, server_));
    return {};
  }

  /// The server has said hello: this is its key, or "". Whoever could lie here, in Redis, could run
  /// programs on this machine by a task. From one thread.
  void trust(const std::string& pin) {
    if (!relay_) return;
    server_.pin = pin;
    server_.pin_or_authority = true;  // a proxy before it has another key
    if (!server_.tls && !pin.empty()) {
      relay_->shut({ErrorCode::denied,
                    "the server speaks HTTPS, and --server begins with http://: give --server"
                    " https://" +
                        server_.host + ":" + std::to_string(server_.port)});
    } else {
      relay_->lead_to(server_);
    }
    relay_->look();
  }

 private:
  net::Endpoint server_;
  std::unique_ptr<ApiRelay> relay_;
  std::unique_ptr<NoApi> no_api_;
};

}  // namespace

Status run_broker_worker(const Clock& clock, BrokerWorkerOptions options) {
  supervise::WorkerOptions& worker = options.worker;
  if (worker.worker_id.empty()) {
    worker.worker_id = os::host_name() + "-" + digest::sha256_of(worker.home.string()).substr(0, 6);
  }
  worker.ends_with_lease = true;
  AIFLOW_TRY(os::make_dirs(worker.home / "run"));
  AIFLOW_TRY(uplink::check_home(worker.home));
  ApiSocket api;
  AIFLOW_TRY(api.open(worker.home / "run/api.sock", options.server));
  uplink::RedisCarrier carrier(clock, {.address = options.address, .worker_id = worker.worker_id});
  std::stop_source stop;
  std::optional<Error> refused;  // written before the stop, read after the worker's end
  AIFLOW_ASSIGN(const auto link,
                uplink::Uplink::start(clock,
                                      {.home = worker.home,
                                       .on_taken = [&](const std::string& pin) { api.trust(pin); },
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
