// SPDX-License-Identifier: Apache-2.0
// What a worker offers to tasks: --queues and --label.
#pragma once

#include <vector>

#include "app/cli/command.h"
#include "supervise/worker.h"

namespace aiflow::app {

[[nodiscard]] std::vector<Parameter> offer_parameters();
/// Errors: invalid_argument.
[[nodiscard]] Status read_offer(const Invocation& in, supervise::WorkerOptions& options);

}  // namespace aiflow::app
