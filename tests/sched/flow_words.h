// SPDX-License-Identifier: Apache-2.0
// Words of a line, for the parts of Flow.
#pragma once

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "flow.h"

namespace aiflow::flow {

inline std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

/// "a", or "a[2]" for one instance of a mapped task.
struct InstanceName {
  TaskId task_id;
  std::int32_t map_index = -1;

  explicit InstanceName(const std::string& text) {
    const auto bracket = text.find('[');
    task_id = {text.substr(0, bracket)};
    if (bracket != std::string::npos) map_index = std::atoi(text.c_str() + bracket + 1);
  }
};

inline std::string name_of(const sched::TaskKey& key) {
  if (key.map_index < 0) return key.task_id.value;
  return key.task_id.value + "[" + std::to_string(key.map_index) + "]";
}

}  // namespace aiflow::flow
