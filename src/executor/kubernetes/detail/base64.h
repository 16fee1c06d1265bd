// SPDX-License-Identifier: Apache-2.0
// RFC 4648 with padding, as Kubernetes has binary data. Private to the Kubernetes executor.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace aiflow::executor::detail {

[[nodiscard]] inline std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    unsigned group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group <<= 8U;
      if (i < count) group |= static_cast<unsigned char>(bytes[at + i]);
    }
    for (unsigned i = 0; i < 4; ++i) {
      text.push_back(i <= count ? kDigits[(group >> (18U - 6U * i)) & 63U] : '=');
    }
  }
  return text;
}

}  // namespace aiflow::executor::detail
