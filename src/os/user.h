// SPDX-License-Identifier: Apache-2.0
// Users of this machine.
#pragma once

#include <string>

#include "base/result.h"

namespace aiflow::os {

struct User {
  unsigned uid = 0;
  unsigned gid = 0;  ///< of its primary group
  std::string name;
  std::string home;
};

/// By name, or by a number that has a name. Errors: not_found.
[[nodiscard]] Result<User> find_user(const std::string& name_or_number);

}  // namespace aiflow::os
