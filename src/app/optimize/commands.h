// SPDX-License-Identifier: Apache-2.0
// The commands of aiflow-optimize (docs/guide/reports.md). Each reads local files, writes local
// files, and gives the JSON object that becomes the last line of stdout.
#pragma once

#include <span>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "json/value.h"

namespace aiflow::app {

[[nodiscard]] Result<json::Value> run_convert(std::span<const std::string> words);
/// Reads an ONNX file as every other command does, and says what is in it.
[[nodiscard]] Result<json::Value> run_check(std::span<const std::string> words);
[[nodiscard]] Result<json::Value> run_optimize(std::span<const std::string> words,
                                               const Clock& clock);
[[nodiscard]] Result<json::Value> run_compare(std::span<const std::string> words,
                                              const Clock& clock);

}  // namespace aiflow::app
