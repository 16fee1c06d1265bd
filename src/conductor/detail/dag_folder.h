// SPDX-License-Identifier: Apache-2.0
// Which folder a DAG's file lies in: it says which project the DAG belongs to. Private to
// src/conductor.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace aiflow::conductor::detail {

/// The first folder below the DAG folder that holds the file, by the longest of their paths; empty
/// when the file lies in a DAG folder itself or in none, and when the name is longer than a
/// folder's may be.
inline std::string dag_folder_of(const std::string& file,
                                 const std::vector<std::filesystem::path>& dag_folders) {
  constexpr std::size_t kNameBytesMax = 250;
  std::string found;
  std::size_t longest = 0;
  for (const std::filesystem::path& folder : dag_folders) {
    const std::string root = (folder.lexically_normal() / "").string();
    if (root.size() <= longest || !file.starts_with(root)) continue;
    longest = root.size();
    const std::size_t end = file.find('/', root.size());
    found = end == std::string::npos ? "" : file.substr(root.size(), end - root.size());
  }
  return found.size() <= kNameBytesMax ? found : "";
}

}  // namespace aiflow::conductor::detail
