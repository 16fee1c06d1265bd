// SPDX-License-Identifier: Apache-2.0
// The commands of aiflow-optimize (docs/guide/reports.md). Each reads local files, writes local
// files, and gives the JSON object that becomes the last line of stdout.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "json/value.h"

namespace aiflow::app {

[[nodiscard]] Result<json::Value> run_convert(std::span<const std::string> words);

}  // namespace aiflow::app
