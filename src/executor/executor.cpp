// SPDX-License-Identifier: Apache-2.0
#include "executor/executor.h"

#include <algorithm>

namespace aiflow::executor {

Status Executor::order(const WorkerId& worker, WorkerOrder) {
  return fail(ErrorCode::unavailable,
              "'" + worker.value +
                  "' cannot be ordered: it is no worker; a cluster has kubectl cordon and drain");
}

Status known_worker(const std::vector<wire::Worker>& workers, const WorkerId& worker) {
  if (std::ranges::find(workers, worker.value, &wire::Worker::worker_id) != workers.end()) {
    return {};
  }
  return fail(ErrorCode::not_found, "there is no worker '" + worker.value + "'");
}

}  // namespace aiflow::executor
