// SPDX-License-Identifier: Apache-2.0
#include "runtime/fetch_pack.h"

#include <fcntl.h>

#include <cerrno>
#include <vector>

#include "os/fd.h"
#include "os/file.h"
#include "runtime/detail/pack_path.h"

namespace aiflow::runtime {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kStagingStart = ".fetch-";

Status check_limits(const PackManifest& manifest, const UnpackLimits& limits) {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::invalid_argument,
                "the pack '" + manifest.name + "' is too large: " + why);
  };
  if (std::ssize(manifest.files) > limits.entries_max) {
    return refuse("it has more than " + std::to_string(limits.entries_max) + " files");
  }
  std::int64_t total = 0;
  for (const PackFile& file : manifest.files) {
    if (file.size_bytes > limits.file_bytes_max) return refuse("'" + file.path + "'");
    total += file.size_bytes;  // of at most entries_max times file_bytes_max
  }
  if (total <= limits.total_bytes_max) return {};
  return refuse("it has more than " + std::to_string(limits.total_bytes_max) + " bytes");
}

/// One file of the folder that is gathered; reads what is missing.
class Gathering {
 public:
  Gathering(fs::path folder, const ReadPackFile& read) : folder_(std::move(folder)), read_(read) {}

  /// True in `is_kept` after an error of `read_`: what is there can be gone on with.
  bool is_kept = false;

  Status file(const PackFile& wanted) {
    AIFLOW_ASSIGN(const auto target, os::join_inside(folder_, wanted.path));
    AIFLOW_TRY(os::make_dirs(target.parent_path()));
    std::error_code error;
    auto have = static_cast<std::int64_t>(fs::file_size(target, error));
    const bool is_new = error || have > wanted.size_bytes;
    if (is_new) have = 0;
    const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
    const os::Fd out(::open(target.c_str(), is_new ? flags | O_TRUNC : flags, 0600));
    if (!out.valid()) return fail(os::error_from_errno(errno, "write '" + target.string() + "'"));
    while (have < wanted.size_bytes) {
      const auto piece = read_(wanted.path, have);
      is_kept = !piece.has_value();
      if (!piece) return fail(piece.error());
      have += std::ssize(*piece);
      if (piece->empty() || have > wanted.size_bytes) {
        return fail(ErrorCode::corrupt,
                    "'" + wanted.path + "' has another size than its pack.json says");
      }
      AIFLOW_TRY(os::write_all(out.get(), *piece));
    }
    return {};
  }

 private:
  const fs::path folder_;
  const ReadPackFile& read_;
};

/// Of other packs, whose fetch nobody went on with.
void drop_others(const fs::path& packs, const fs::path& own) {
  std::vector<fs::path> others;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(packs, error)) {
    const bool is_staging = entry.path().filename().string().starts_with(kStagingStart);
    if (is_staging && entry.path() != own) others.push_back(entry.path());
  }
  for (const fs::path& other : others) static_cast<void>(os::remove_tree(other));
}

}  // namespace

Result<PackManifest> fetch_manifest(const ReadPackFile& read) {
  const std::string name(kManifestName);
  std::string text;
  for (;;) {
    AIFLOW_ASSIGN(const auto piece, read(name, std::ssize(text)));
    if (piece.empty()) return parse_manifest(text);
    text += piece;
    if (text.size() > kManifestBytesMax) return fail(ErrorCode::corrupt, "pack.json is too long");
  }
}

Result<InstalledPack> fetch_pack(const Pool& pool, const PackManifest& manifest,
                                 const ReadPackFile& read, const UnpackLimits& limits) {
  const PackDigest digest = digest_of(manifest);
  if (auto there = pool.acquire(digest)) return there;
  AIFLOW_TRY(check_limits(manifest, limits));
  AIFLOW_ASSIGN(const auto target, pool.folder_of(digest));
  const fs::path staging =
      pool.folder() / (std::string(kStagingStart) + target.filename().string());
  drop_others(pool.folder(), staging);
  AIFLOW_TRY(pool.make_folder());
  AIFLOW_TRY(os::make_dirs(staging));
  Gathering gathering(staging, read);
  const auto gather = [&]() -> Result<InstalledPack> {
    for (const PackFile& file : manifest.files) AIFLOW_TRY(gathering.file(file));
    AIFLOW_TRY(os::write_atomic(staging / kManifestName, canonical_text(manifest)));
    return pool.take(staging);
  };
  auto got = gather();
  if (!got && !gathering.is_kept) static_cast<void>(os::remove_tree(staging));
  return got;
}

}  // namespace aiflow::runtime
