// SPDX-License-Identifier: Apache-2.0
// Files: whole reads with a limit, writes that are old or new but never half, paths that cannot
// leave their root. All functions are thread-safe; errors name the path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "os/fd.h"

namespace aiflow::os {

using Path = std::filesystem::path;

/// Reads a regular file. Errors: not_found, denied, invalid_argument when longer than `bytes_max`.
[[nodiscard]] Result<std::string> read_file(const Path& path, std::size_t bytes_max);

/// Makes `path` hold `bytes`: temporary file beside it, fsync, rename, fsync of the directory.
/// After it returns the bytes survive a power loss; before, the old file does. The directory must
/// exist. Errors: not_found, denied, unavailable (disk full).
[[nodiscard]] Status write_atomic(const Path& path, std::string_view bytes, unsigned mode = 0600);

/// As write_atomic without waiting for the disk (milliseconds): old or new when this process dies;
/// after a power loss it may be missing or empty. For what a reader can do without then.
[[nodiscard]] Status write_whole(const Path& path, std::string_view bytes, unsigned mode = 0600);

/// The same in pieces, for what does not fit in memory. Not committed = nothing is left behind.
class AtomicFile {
 public:
  [[nodiscard]] static Result<AtomicFile> create(const Path& path, unsigned mode = 0600);
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&& other) noexcept;
  ~AtomicFile();

  [[nodiscard]] Status write(std::string_view bytes);
  /// fsync, rename, fsync of the directory.
  [[nodiscard]] Status commit();
  /// As commit, under another name in the same directory (known only at the end, e.g. a digest).
  [[nodiscard]] Status commit_as(const Path& path);
  /// The rename alone.
  [[nodiscard]] Status commit_unsynced();
  /// Where the bytes are until the commit.
  [[nodiscard]] const Path& temporary_path() const { return temporary_; }

 private:
  AtomicFile() = default;
  [[nodiscard]] Status rename_to(const Path& path);
  void discard();
  Path path_;
  Path temporary_;
  Fd fd_;
};

/// Writes all bytes to a descriptor, over short writes and EINTR.
[[nodiscard]] Status write_all(int fd, std::string_view bytes);
/// Makes renames and removals in a directory durable.
[[nodiscard]] Status sync_dir(const Path& directory);
/// Makes a directory and its parents; existing is fine (its mode is left alone).
[[nodiscard]] Status make_dirs(const Path& directory, unsigned mode = 0700);
/// Removes what writers that were killed left in a directory. The caller knows that nobody writes
/// there now.
void remove_temporaries(const Path& directory);
/// A missing file is fine.
[[nodiscard]] Status remove_file(const Path& path);
/// Removes a directory with everything below, without following symbolic links; missing is fine.
[[nodiscard]] Status remove_tree(const Path& directory);
/// True when it is a directory, no link to one, that can be read and holds nothing.
[[nodiscard]] bool is_empty_dir(const Path& directory);

/// `root / relative`, refused when it could leave root: absolute, "..", empty, NUL byte.
/// Purely textual: symbolic links below root are not looked at (see open_beneath).
/// Errors: invalid_argument.
[[nodiscard]] Result<Path> join_inside(const Path& root, std::string_view relative);

/// Opens root/relative for reading; the kernel refuses every way out of root, symbolic links too
/// (openat2 RESOLVE_BENEATH). Errors: invalid_argument, not_found, denied.
[[nodiscard]] Result<Fd> open_beneath(const Path& root, std::string_view relative);

}  // namespace aiflow::os
