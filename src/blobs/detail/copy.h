// SPDX-License-Identifier: Apache-2.0
// Copies of plain files with the digest of what was copied. Private to src/blobs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "digest/sha256.h"
#include "os/fd.h"

namespace aiflow::blobs::detail {

/// Opens a plain file for reading, never through a symbolic link. Errors: not_found, denied,
/// invalid_argument (not a plain file).
[[nodiscard]] Result<os::Fd> open_plain(const std::filesystem::path& file);

struct NewFile {
  os::Fd fd;
  std::filesystem::path path;
};
/// A new file in the folder, mode 0600.
[[nodiscard]] Result<NewFile> make_file(const std::filesystem::path& folder);

/// Makes `to` (empty) hold what `from` holds: the same blocks where the file system can share them
/// for writing later (a reflink), else a copy. The digest is that of the bytes in `to`.
[[nodiscard]] Result<digest::FileDigest> copy_contents(int from, int to);

/// The bytes of a file that has no more than `bytes_max`, nullopt of a longer one.
[[nodiscard]] Result<std::optional<std::string>> read_small(int fd, std::size_t bytes_max);

/// The modification time is now: what is in use is not taken for old.
Status touch(const std::filesystem::path& file);

}  // namespace aiflow::blobs::detail
