// SPDX-License-Identifier: Apache-2.0
// How many files and sockets this process may have open.
#pragma once

#include <cstdint>

namespace aiflow::os {

/// Raises the limit to `count`, or as far as the system lets this user; never lowers it. The
/// programs that are started later have it too.
void allow_open_files(std::uint64_t count);

}  // namespace aiflow::os
