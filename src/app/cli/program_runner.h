// SPDX-License-Identifier: Apache-2.0
// Runs another program for a command: its progress lines are shown as ours, its last line is its
// answer, its last error line is the error.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "json/value.h"

namespace aiflow::app {

struct ProgramCall {
  std::vector<std::string> argv;
  std::filesystem::path cwd = {};
  Duration timeout = std::chrono::minutes(30);
};

/// The last line that the program printed on standard output.
/// Errors: not_found (no such program); internal with the program's last error line; timeout.
[[nodiscard]] Result<std::string> run_program(const Clock& clock, const ProgramCall& call);

/// A program of AIflow, found beside this one.
[[nodiscard]] std::string sibling_program(const std::string& name);

/// run_program for `aiflow-optimize WORDS...`; its answer is JSON.
[[nodiscard]] Result<json::Value> run_optimizer(const Clock& clock, std::vector<std::string> words);

}  // namespace aiflow::app
