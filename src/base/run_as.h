// SPDX-License-Identifier: Apache-2.0
// How a task with run_as_user finds a worker that lets it: by a label, as it finds any other place.
#pragma once

#include <string>

namespace aiflow {

/// A worker has this label for each user that it lets tasks run as, with the value kRunAsValue.
[[nodiscard]] inline std::string run_as_label(const std::string& user) { return "run_as:" + user; }
inline constexpr const char* kRunAsValue = "true";

}  // namespace aiflow
