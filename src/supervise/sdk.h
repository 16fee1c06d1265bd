// SPDX-License-Identifier: Apache-2.0
// What reads DAG files and runs Python tasks: an interpreter, and the Python package `aiflow`.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace aiflow::supervise {

/// Whether `python` is there, and the SDK in the folder `sdk`. A few microseconds. Errors:
/// not_found, which names what was looked for, where, and the next step.
[[nodiscard]] Status check_sdk(const std::string& python, const std::filesystem::path& sdk);

}  // namespace aiflow::supervise
