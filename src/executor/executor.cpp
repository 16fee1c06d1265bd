// SPDX-License-Identifier: Apache-2.0
#include "executor/executor.h"

namespace aiflow::executor {

Status Executor::order(const WorkerId& worker, WorkerOrder) {
  return fail(ErrorCode::unavailable, "'" + worker.value + "' takes no orders: it is no worker");
}

}  // namespace aiflow::executor
