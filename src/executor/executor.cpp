// SPDX-License-Identifier: Apache-2.0
#include "executor/executor.h"

namespace aiflow::executor {

Status Executor::order(const WorkerId& worker, WorkerOrder) {
  return fail(ErrorCode::unavailable, "'" + worker.value +
                                          "' cannot be ordered: only workers on this machine and"
                                          " those that came by --server can be");
}

}  // namespace aiflow::executor
