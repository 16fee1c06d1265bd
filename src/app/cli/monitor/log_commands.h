// SPDX-License-Identifier: Apache-2.0
// aiflow logs: the server's own log.
#pragma once

#include <vector>

#include "app/cli/command.h"
#include "base/clock.h"

namespace aiflow::app {

[[nodiscard]] std::vector<Command> log_commands(const Clock& clock);

}  // namespace aiflow::app
