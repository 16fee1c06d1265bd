// SPDX-License-Identifier: Apache-2.0
// Bytes as text for addresses, headers and tokens: RFC 4648 section 5, without padding.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace aiflow::digest {

[[nodiscard]] std::string base64url(std::string_view bytes);
/// Of each bytes there is one text: bits that are left over must be zero. Errors: invalid_argument.
[[nodiscard]] Result<std::string> base64url_decode(std::string_view text);

}  // namespace aiflow::digest
