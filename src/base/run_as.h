// SPDX-License-Identifier: Apache-2.0
// How a task with run_as_user finds a worker that lets it: by a label, as it finds any other place.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aiflow {

inline constexpr std::string_view kRunAsPrefix = "run_as:";

/// A worker has this label for each user that it lets tasks run as, with the value kRunAsValue.
[[nodiscard]] inline std::string run_as_label(const std::string& user) {
  return std::string(kRunAsPrefix) + user;
}
/// The user of such a label; nullopt: it is another label.
[[nodiscard]] inline std::optional<std::string> user_of_label(std::string_view label) {
  if (!label.starts_with(kRunAsPrefix)) return std::nullopt;
  return std::string(label.substr(kRunAsPrefix.size()));
}
inline constexpr const char* kRunAsValue = "true";

}  // namespace aiflow
