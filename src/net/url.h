// SPDX-License-Identifier: Apache-2.0
// The address of a server as a person writes it: https://host:port.
#pragma once

#include <string_view>

#include "base/result.h"
#include "net/client.h"

namespace aiflow::net {

/// "http://host[:port]" or "https://…", with nothing but a "/" behind. Errors: invalid_argument.
[[nodiscard]] Result<Endpoint> parse_server_url(std::string_view text);

}  // namespace aiflow::net
