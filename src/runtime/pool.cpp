// SPDX-License-Identifier: Apache-2.0
#include "runtime/pool.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "os/file.h"
#include "os/temp_dir.h"

namespace aiflow::runtime {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDigestStart = "sha256:";
constexpr std::string_view kFolderStart = "sha256-";

Status set_mode(const fs::path& path, mode_t mode) {
  if (::chmod(path.c_str(), mode) == 0) return {};
  return fail(os::error_from_errno(errno, "'" + path.string() + "'"));
}

/// `folders` and files below `top`, and top itself when `with_top`.
struct Modes {
  mode_t folder;
  mode_t file;
  bool with_top;
};
Status set_modes(const fs::path& top, const Modes& modes) {
  std::error_code failed;
  std::vector<fs::path> paths;
  fs::recursive_directory_iterator it(top, failed);
  for (; !failed && it != fs::recursive_directory_iterator(); it.increment(failed)) {
    std::error_code no_status;
    const auto status = it->symlink_status(no_status);
    if (fs::is_directory(status)) AIFLOW_TRY(set_mode(it->path(), modes.folder));
    if (fs::is_regular_file(status)) AIFLOW_TRY(set_mode(it->path(), modes.file));
  }
  if (failed) return fail(os::error_from_errno(failed.value(), "'" + top.string() + "'"));
  return modes.with_top ? set_mode(top, modes.folder) : Status{};
}

/// Read-only folders can't be emptied, so writing comes back first.
Status remove_pack(const fs::path& folder) {
  AIFLOW_TRY(set_mode(folder, 0700));
  AIFLOW_TRY(set_modes(folder, {.folder = 0700, .file = 0600, .with_top = false}));
  return os::remove_tree(folder);
}

}  // namespace

Result<fs::path> Pool::folder_of(const PackDigest& digest) const {
  const std::string_view text = digest.value;
  const std::string_view hex = text.substr(std::min(kDigestStart.size(), text.size()));
  const bool valid = text.starts_with(kDigestStart) && hex.size() == 64 &&
                     hex.find_first_not_of("0123456789abcdef") == hex.npos;
  if (!valid) return fail(ErrorCode::invalid_argument, "'" + digest.value + "' is no pack digest");
  return folder_ / (std::string(kFolderStart) + std::string(hex));
}

/// Tasks of other users read what is in it (run_as_user).
Status Pool::make_folder() const { return os::make_dirs(folder_, 0711); }

Result<InstalledPack> Pool::install(const fs::path& archive) const {
  AIFLOW_TRY(make_folder());
  AIFLOW_ASSIGN(const auto staging, os::TempDir::create(".staging-", folder_));
  const fs::path unpacked = staging.path() / "pack";
  AIFLOW_ASSIGN(auto manifest, unpack_archive(archive, unpacked));
  return place(unpacked, std::move(manifest));
}

Result<InstalledPack> Pool::take(const fs::path& folder) const {
  AIFLOW_ASSIGN(auto manifest, verify_folder(folder, Verify::full));
  auto taken = place(folder, std::move(manifest));
  AIFLOW_TRY(os::remove_tree(folder));  // when it was there already
  return taken;
}

/// Moves a verified folder to where its digest says.
Result<InstalledPack> Pool::place(const fs::path& unpacked, PackManifest manifest) const {
  const PackDigest digest = digest_of(manifest);
  if (auto there = acquire(digest)) return there;
  AIFLOW_ASSIGN(const auto target, folder_of(digest));
  std::error_code ignored;
  if (fs::exists(target, ignored)) AIFLOW_TRY(remove_pack(target));  // it failed its check above
  // A pack keeps no modes: what is a program can be run.
  AIFLOW_TRY(set_modes(unpacked, {.folder = 0555, .file = 0555, .with_top = false}));
  if (::rename(unpacked.c_str(), target.c_str()) != 0) {
    const Error why = os::error_from_errno(errno, "'" + target.string() + "'");
    AIFLOW_TRY(remove_pack(unpacked));  // the staging folder's own removal can't: it is read-only
    if (auto there = acquire(digest)) return there;  // another process was faster
    return fail(why);
  }
  AIFLOW_TRY(set_mode(target, 0555));
  AIFLOW_TRY(os::sync_dir(folder_));
  return InstalledPack{digest, target, std::move(manifest)};
}

Result<InstalledPack> Pool::acquire(const PackDigest& digest, Verify verify) const {
  AIFLOW_ASSIGN(auto folder, folder_of(digest));
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    return fail(ErrorCode::not_found, "runtime pack " + digest.value + " is not installed");
  }
  AIFLOW_ASSIGN(auto manifest, verify_folder(folder, verify));
  if (digest_of(manifest) != digest) {
    return fail(ErrorCode::corrupt, "'" + folder.string() + "' holds another pack than its name");
  }
  return InstalledPack{digest, std::move(folder), std::move(manifest)};
}

Result<std::vector<InstalledPack>> Pool::list() const {
  std::vector<InstalledPack> out;
  std::error_code failed;
  fs::directory_iterator it(folder_, failed);
  if (failed) return out;  // no folder yet: no packs
  for (; !failed && it != fs::directory_iterator(); it.increment(failed)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(kFolderStart)) continue;
    auto pack = acquire({std::string(kDigestStart) + name.substr(kFolderStart.size())});
    if (pack) out.push_back(*std::move(pack));
  }
  std::ranges::sort(out, {}, [](const InstalledPack& pack) { return pack.digest; });
  return out;
}

Status Pool::remove(const PackDigest& digest) const {
  AIFLOW_ASSIGN(const auto folder, folder_of(digest));
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    return fail(ErrorCode::not_found, "runtime pack " + digest.value + " is not installed");
  }
  return remove_pack(folder);
}

}  // namespace aiflow::runtime
