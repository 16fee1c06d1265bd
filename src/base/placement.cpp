// SPDX-License-Identifier: Apache-2.0
#include "base/placement.h"

#include "base/run_as.h"

namespace aiflow {

std::string describe(const Placement& wanted) {
  std::string words;
  const auto add = [&](const std::string& part) {
    if (!words.empty()) words += ", ";
    words += part;
  };
  if (wanted.executor != "local") add("executor '" + wanted.executor + "'");
  if (wanted.queue != "default") add("queue '" + wanted.queue + "'");
  for (const auto& [name, value] : wanted.labels) {
    const auto user = user_of_label(name);
    add(user ? "tasks of user '" + *user + "'" : "label " + name + "=" + value);
  }
  return words;
}

}  // namespace aiflow
