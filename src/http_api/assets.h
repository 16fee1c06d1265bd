// SPDX-License-Identifier: Apache-2.0
// The dashboard's files, embedded in the program by embed_web.py, gzip-compressed.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "net/server.h"

namespace aiflow::http_api {

struct Asset {
  std::string_view path;  ///< "/assets/index-a1b2.js"
  std::string_view content_type;
  std::string_view etag;  ///< quoted
  std::string_view gzip;  ///< lives as long as the program
};

/// Sorted by path; empty when the build had no web/dist.
[[nodiscard]] std::span<const Asset> embedded_assets();

/// The file, or index.html for a page's address (the dashboard reads it), or 404 for a file that is
/// not there. Without a dashboard in the build: 503 with the next step.
[[nodiscard]] net::Response serve_asset(std::span<const Asset> assets, const net::Request& request);

}  // namespace aiflow::http_api
