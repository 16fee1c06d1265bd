// SPDX-License-Identifier: Apache-2.0
#include "runtime/folder_pack.h"

#include <algorithm>

#include "os/file.h"

namespace aiflow::runtime {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kNameBytesMax = 63;

bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kNameBytesMax && text.front() != '.' &&
         text.front() != '-' && std::ranges::all_of(text, fits);
}

}  // namespace

Result<BuiltFolderPack> build_folder_pack(const FolderPack& wanted) {
  for (const std::string& name : {wanted.name, wanted.version}) {
    if (is_name(name)) continue;
    return fail(ErrorCode::invalid_argument,
                "a pack's name and version are 1 to 63 letters, digits, '.', '_', '-'; '" + name +
                    "' is not");
  }
  const fs::path folder = wanted.work / "pack";
  std::error_code failed;
  fs::copy(wanted.folder, folder, fs::copy_options::recursive, failed);
  if (failed) return fail(os::error_from_errno(failed.value(), "'" + wanted.folder.string() + "'"));
  if (fs::is_empty(folder, failed)) {
    return fail(ErrorCode::invalid_argument, "'" + wanted.folder.string() + "' is empty");
  }
  AIFLOW_ASSIGN(auto manifest, seal_folder(folder, {.name = wanted.name,
                                                    .version = wanted.version,
                                                    .engine = {},
                                                    .plugin = {},
                                                    .files = {},
                                                    .source = {.registry = "folder",
                                                               .package = wanted.name,
                                                               .version = wanted.version,
                                                               .file = {},
                                                               .sha256 = {}},
                                                    .licence = {},
                                                    .created_by = "aiflow"}));
  fs::path archive = wanted.work / "pack.tar.zst";
  AIFLOW_TRY(write_archive(folder, archive));
  return BuiltFolderPack{.archive = std::move(archive), .manifest = std::move(manifest)};
}

}  // namespace aiflow::runtime
