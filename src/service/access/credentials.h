// SPDX-License-Identifier: Apache-2.0
// What a user's name and password may be.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace aiflow::service {

inline constexpr std::size_t kPasswordBytesMax = 1024;

/// 20 characters without look-alikes, 100 bits.
[[nodiscard]] Secret make_one_time_password();
/// Errors: invalid_argument.
Status check_new_password(std::string_view password);
/// Errors: invalid_argument.
Status check_username(std::string_view name);

}  // namespace aiflow::service
