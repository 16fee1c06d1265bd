// SPDX-License-Identifier: Apache-2.0
// The commands of aiflow-optimize (docs/guide/reports.md), each in two steps: its words are parsed
// to a job, whose errors are wrong usage; then the job reads local files, writes local files, and
// gives the JSON object that becomes the last line of stdout.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "json/value.h"

namespace aiflow::app {

using Job = std::function<Result<json::Value>()>;

[[nodiscard]] Result<Job> parse_convert(std::span<const std::string> words);
/// Reads an ONNX file as every other command does, and says what is in it.
[[nodiscard]] Result<Job> parse_check(std::span<const std::string> words);
/// These two keep a reference to the clock.
[[nodiscard]] Result<Job> parse_optimize(std::span<const std::string> words, const Clock& clock);
[[nodiscard]] Result<Job> parse_compare(std::span<const std::string> words, const Clock& clock);

}  // namespace aiflow::app
