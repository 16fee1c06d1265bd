// SPDX-License-Identifier: Apache-2.0
// Redis between the server and its workers, at both ends.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "executor/executor_set.h"
#include "executor/redis/redis_executor.h"
#include "redis/address.h"
#include "supervise/worker.h"
#include "uplink/depot.h"

namespace aiflow::app {

struct BrokerParts {
  std::vector<WorkerId> workers_before;
  wire::LeftBehind left_before;
  std::set<WorkerId> cordoned;
  std::string server_pin;  ///< net::pin_of this server's certificate; may be empty
  uplink::DepotOptions depot;
};

/// Adds the executor "redis"; the set owns it.
const executor::RedisExecutor* add_broker(executor::ExecutorSet& executors, const Clock& clock,
                                          const redis::Address& address, BrokerParts parts);

struct BrokerWorkerOptions {
  redis::Address address;
  std::string server;               ///< URL for what tasks ask the API; empty: they are told so
  supervise::WorkerOptions worker;  ///< worker_id may be empty: of the host and the home
};

/// `aiflow worker --broker`: a worker that takes its jobs from Redis. Until SIGTERM (drains; a
/// second one ends the tasks). Call it from the program's first thread, before others start.
/// Errors: those of supervise::run_worker; denied when Redis refuses the login at the start.
[[nodiscard]] Status run_broker_worker(const Clock& clock, BrokerWorkerOptions options);

}  // namespace aiflow::app
