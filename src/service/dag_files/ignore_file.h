// SPDX-License-Identifier: Apache-2.0
// What an .airflowignore keeps out: one pattern a line, `#` begins a comment. Globs are those of
// .gitignore; a comment `# syntax: regexp` makes the file's patterns regular expressions, which are
// searched for in paths from the DAG folder on. Pure; a pattern takes time in proportion to a path.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace aiflow::service {

/// Where a file or folder is, as the patterns of one ignore file see it.
struct IgnorePath {
  std::string from_root;    ///< path from the DAG folder on, such as team/etl.py
  std::string from_folder;  ///< path from the ignore file's folder on
  bool is_folder = false;
};

class IgnoreFile {
 public:
  explicit IgnoreFile(std::string_view text);

  /// What its last matching pattern says of the path: ignored, wanted all the same (`!`), or what
  /// `before` says when none matches.
  [[nodiscard]] bool ignores(const IgnorePath& path, bool before) const;
  /// Patterns that were left out, each with the reason, for a warning.
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

 private:
  struct Pattern;
  void add_glob(std::string line);
  void add_regexp(const std::string& line);

  std::vector<std::shared_ptr<const Pattern>> patterns_;
  std::vector<std::string> problems_;
};

/// Whether the whole path fits a glob of .gitignore: `*` and `?` stop at `/`, `**` does not.
[[nodiscard]] bool fits_glob(std::string_view path, std::string_view glob);

}  // namespace aiflow::service
