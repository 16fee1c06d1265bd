// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/command.h"
#include "base/clock.h"

namespace aiflow::app {

/// aiflow tasks show
[[nodiscard]] Command task_show_command(const Clock& clock);

}  // namespace aiflow::app
