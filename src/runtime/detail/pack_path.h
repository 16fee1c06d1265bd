// SPDX-License-Identifier: Apache-2.0
// Names of files inside a pack, as they may come from a hostile archive.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aiflow::runtime {

inline constexpr std::string_view kManifestName = "pack.json";
inline constexpr std::size_t kManifestBytesMax = 4U << 20;

/// Relative, '/' between parts, no empty part, ".", "..", backslash or control character; at most
/// 512 bytes. Errors: corrupt with the name.
[[nodiscard]] Status check_pack_path(std::string_view path);

/// Names seen so far; refuses equal names and names that a file system without upper and lower case
/// would take for one.
class PathSet {
 public:
  /// Errors: corrupt.
  [[nodiscard]] Status add(std::string_view path);

 private:
  std::set<std::string> files_;                 ///< in lower case
  std::map<std::string, std::string> folders_;  ///< lower case -> as spelt
};

}  // namespace aiflow::runtime
