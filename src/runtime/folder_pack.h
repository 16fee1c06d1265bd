// SPDX-License-Identifier: Apache-2.0
// A pack of what somebody has put into a folder: Python packages, say, or programs. It has no
// engine.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "runtime/pack.h"

namespace aiflow::runtime {

struct FolderPack {
  std::string name;              ///< letters, digits, '.', '_', '-'; at most 63
  std::string version;           ///< the same
  std::filesystem::path folder;  ///< left as it is; links in it are followed
  std::filesystem::path work;    ///< empty; gets "pack/" and "pack.tar.zst"
};

struct BuiltFolderPack {
  std::filesystem::path archive;
  PackManifest manifest;
};

/// Errors: invalid_argument for a name, an empty folder, or what no pack may hold (special files,
/// names that differ in case alone); those of files.
[[nodiscard]] Result<BuiltFolderPack> build_folder_pack(const FolderPack& wanted);

}  // namespace aiflow::runtime
