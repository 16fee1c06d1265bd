// SPDX-License-Identifier: Apache-2.0
// Where a video comes from, parsed once: what FFmpeg may open for it and how messages call it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace aiflow::media {

struct Address {
  std::string url;        ///< as FFmpeg takes it; files always as "file:…"
  std::string name;       ///< for messages, without password
  std::string protocols;  ///< the only ones FFmpeg may use, also for what a playlist names
  bool file = false;
  bool rtsp = false;
};

/// Errors: invalid_argument for an empty text or a scheme that is not supported.
[[nodiscard]] Result<Address> parse_address(std::string_view url);

}  // namespace aiflow::media
