// SPDX-License-Identifier: Apache-2.0
// The files of a DAG folder as one file, named by their contents: what a worker elsewhere fetches
// before it runs a task of a DAG in it. Form: the contents of all files in the order of the tree,
// the tree's one text (blobs/tree.h), its length (8 bytes, big-endian). The bundle's name is the
// SHA-256 of the tree's text, so it says what every byte has to be.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aiflow::uplink {

inline constexpr std::int64_t kBundleFilesMax = 20'000;
inline constexpr std::int64_t kBundleBytesMax = 256LL << 20;

/// 64 lower-case hex digits.
[[nodiscard]] bool is_bundle_name(std::string_view name);

/// `file` as seen from `folder`; empty when it is not below it.
[[nodiscard]] std::string path_in(std::filesystem::path folder, const std::filesystem::path& file);

/// What tells, without reading a file, whether a folder's bundle would be another one: paths, sizes
/// and times of the files that go into it. Errors: not_found, denied; invalid_argument over the
/// limits, naming the folder.
[[nodiscard]] Result<std::string> folder_print(const std::filesystem::path& folder);

/// Writes the folder's bundle into `store` under its name, which it gives back. Left out: hidden
/// names, __pycache__, special files, and links that lead out of the folder. Errors: as
/// folder_print; those of writing.
[[nodiscard]] Result<std::string> pack_bundle(const std::filesystem::path& folder,
                                              const std::filesystem::path& store);

/// Makes `target`, which must not exist, hold the files. It is whole or absent. Errors: corrupt
/// when the file is not the bundle of that name; those of writing.
[[nodiscard]] Status unpack_bundle(const std::filesystem::path& file, const std::string& name,
                                   const std::filesystem::path& target);

}  // namespace aiflow::uplink
