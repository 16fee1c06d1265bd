// SPDX-License-Identifier: Apache-2.0
// Addresses that may be asked: https, or http on this machine. Private to src/oidc.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/client.h"

namespace aiflow::oidc::detail {

struct Url {
  net::Endpoint endpoint;
  std::string target;  ///< path?query
};

/// At most 2048 printable ASCII characters, without user and fragment. Errors: invalid_argument.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

}  // namespace aiflow::oidc::detail
