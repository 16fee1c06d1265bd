// SPDX-License-Identifier: Apache-2.0
// A directory by content: the paths of its files with their digests, in one text that is the same
// for the same directory, so that its SHA-256 names the whole. Links and special files have no
// place in it, and no path leads out of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace aiflow::blobs {

inline constexpr std::size_t kTreeEntriesMax = 100'000;
inline constexpr std::size_t kTreePathBytesMax = 4096;
inline constexpr std::size_t kTreeBytesMax = 64U << 20;  ///< of the text

struct TreeEntry {
  std::string path;    ///< relative, '/' between its parts; UTF-8
  std::string sha256;  ///< empty: a directory without files
  std::int64_t size = 0;
  bool executable = false;
  friend bool operator==(const TreeEntry&, const TreeEntry&) = default;
};

struct Tree {
  std::vector<TreeEntry> entries;  ///< by path, as bytes

  [[nodiscard]] std::int64_t bytes() const;  ///< of all files
  [[nodiscard]] std::int64_t files() const;
};

/// The one text of a tree whose entries are sorted.
[[nodiscard]] std::string write_tree(const Tree& tree);

/// Reads outside input. Errors: invalid_argument naming the path: not the one text of a tree, a
/// path that leaves it ("..", "/", "."), a file that is a directory too, a path twice, over the
/// limits.
[[nodiscard]] Result<Tree> parse_tree(std::string_view text);

/// Whether a path may stand in a tree. Errors: invalid_argument that names it.
Status check_tree_path(std::string_view path);

}  // namespace aiflow::blobs
