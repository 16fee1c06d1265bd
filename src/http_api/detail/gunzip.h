// SPDX-License-Identifier: Apache-2.0
// A file of the dashboard for a client that does not take gzip; they are stored in no other form.
#pragma once

#include <string>
#include <string_view>

namespace aiflow::http_api::detail {

/// `bytes` are of this program's own build: anything but one whole gzip stream is a bug.
[[nodiscard]] std::string gunzip(std::string_view bytes);

}  // namespace aiflow::http_api::detail
