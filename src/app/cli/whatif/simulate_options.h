// SPDX-License-Identifier: Apache-2.0
// What was typed after `aiflow dags simulate`, checked.
#pragma once

#include <string_view>

#include "app/cli/command.h"
#include "base/clock.h"
#include "base/result.h"
#include "whatif/changes.h"

namespace aiflow::app {

/// "90s", "30m", "24h", "7d". Errors: invalid_argument.
[[nodiscard]] Result<Duration> parse_span(std::string_view text);

struct SimulateOptions {
  WallTime from{};
  WallTime to{};
  bool by_schedule = false;
  Duration unknown{};  ///< of a task that never ran
  whatif::Changes changes{};
};

/// Errors: invalid_argument naming the option.
[[nodiscard]] Result<SimulateOptions> simulate_options(const Invocation& in, WallTime now);

}  // namespace aiflow::app
