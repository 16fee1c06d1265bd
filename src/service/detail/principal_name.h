// SPDX-License-Identifier: Apache-2.0
// Who did it, for the history.
#pragma once

#include <string>

#include "service/auth.h"
#include "service/detail/attempt_name.h"

namespace aiflow::service::detail {

inline std::string name_of(const Principal& who) {
  return who.kind == Principal::Kind::task ? attempt_name(who.attempt) : who.username;
}

}  // namespace aiflow::service::detail
