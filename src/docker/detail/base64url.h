// SPDX-License-Identifier: Apache-2.0
// RFC 4648 base64 with '-' and '_', padded: how the Engine API takes credentials.
#pragma once

#include <string>
#include <string_view>

namespace aiflow::docker::detail {

[[nodiscard]] std::string base64url(std::string_view bytes);

}  // namespace aiflow::docker::detail
