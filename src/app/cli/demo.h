// SPDX-License-Identifier: Apache-2.0
// `aiflow demo`: the smart-city workflow on a real clip, followed in the terminal.
#pragma once

#include <filesystem>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace aiflow::app {

struct DemoOptions {
  std::filesystem::path home;      ///< data directory of the demo
  std::filesystem::path examples;  ///< folder of smart_city.py, labels and rules
  std::filesystem::path clip;      ///< vtest.avi
  std::string port = "auto";
  bool once = false;  ///< end when the run has ended, with its result
};

/// Starts a server (or uses the one that runs on `home`), triggers smart_city, shows its tasks, and
/// at the end the comparison, the events and the dashboard's address. Without `once` it stays until
/// Ctrl-C. Errors: whatever kept the run from a full success.
[[nodiscard]] Status run_demo(const Clock& clock, const DemoOptions& options);

}  // namespace aiflow::app
