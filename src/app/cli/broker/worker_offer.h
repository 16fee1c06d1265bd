// SPDX-License-Identifier: Apache-2.0
// What a worker offers to tasks: --queues, --label and --run-as-users.
#pragma once

#include <string>
#include <vector>

#include "app/cli/command.h"
#include "supervise/worker.h"

namespace aiflow::app {

[[nodiscard]] std::vector<Parameter> offer_parameters();
/// The one of them that `serve` hands on to its worker.
[[nodiscard]] Parameter run_as_parameter();
/// Whom it names. Errors: invalid_argument, when this machine has no such user.
[[nodiscard]] Result<std::vector<std::string>> users_of(const Invocation& in);
/// Errors: invalid_argument.
[[nodiscard]] Status read_offer(const Invocation& in, supervise::WorkerOptions& options);

}  // namespace aiflow::app
