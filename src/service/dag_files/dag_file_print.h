// SPDX-License-Identifier: Apache-2.0
// Whether a DAG file gives the same DAGs as when it was last parsed, told from contents alone.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace aiflow::service {

/// SHA-256 (hex) over what the file's DAGs are made from: the parser, the file, and what it read at
/// import (a file counts by its bytes, a folder by the names in it, large ones by size and time).
/// One that cannot be read counts as such.
[[nodiscard]] std::string dag_file_print(std::string_view parser, const std::filesystem::path& file,
                                         const std::vector<std::string>& reads);

/// The parser: the Python program and the SDK's files. `sdk` is the folder that holds `aiflow`.
[[nodiscard]] std::string parser_print(const std::filesystem::path& python,
                                       const std::filesystem::path& sdk);

}  // namespace aiflow::service
