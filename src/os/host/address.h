// SPDX-License-Identifier: Apache-2.0
// The network addresses of this machine.
#pragma once

#include <string>

namespace aiflow::os {

/// An IPv4 address by which other machines may reach this one: that of the first interface that is
/// up and no loopback, in the kernel's order. "127.0.0.1" when there is none.
[[nodiscard]] std::string first_address();

}  // namespace aiflow::os
