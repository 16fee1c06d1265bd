// SPDX-License-Identifier: Apache-2.0
// The network addresses of this machine.
#pragma once

#include <string>
#include <vector>

namespace aiflow::os {

/// An IPv4 address by which other machines may reach this one: that of the first interface that is
/// up and no loopback, in the kernel's order. "127.0.0.1" when there is none.
[[nodiscard]] std::string first_address();

/// All addresses by which other machines may reach this one, in the kernel's order; IPv6 as well,
/// but not those that are good on one link alone. At most 64.
[[nodiscard]] std::vector<std::string> addresses();

}  // namespace aiflow::os
