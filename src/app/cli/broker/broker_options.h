// SPDX-License-Identifier: Apache-2.0
// Which Redis carries tasks: --broker and --broker-password-file, or the environment.
#pragma once

#include <optional>
#include <vector>

#include "app/cli/command.h"
#include "redis/address.h"

namespace aiflow::app {

[[nodiscard]] std::vector<Parameter> broker_parameters();

/// --broker, else AIFLOW_BROKER, else none. The password comes from the file of
/// --broker-password-file or AIFLOW_BROKER_PASSWORD_FILE, else from AIFLOW_BROKER_PASSWORD, else
/// from AIFLOW_BROKER; both are taken out of the environment so that no child inherits them.
/// Called before any thread starts. Errors: invalid_argument (also for a password in --broker:
/// every user of the machine sees arguments), not_found (the password's file).
[[nodiscard]] Result<std::optional<redis::Address>> broker_of(const Invocation& in);

}  // namespace aiflow::app
