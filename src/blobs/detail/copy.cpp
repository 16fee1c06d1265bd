// SPDX-License-Identifier: Apache-2.0
#include "blobs/detail/copy.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "os/file.h"

namespace aiflow::blobs::detail {
namespace {

constexpr std::size_t kPieceBytes = 256U << 10;
constexpr std::size_t kKernelBytes = 64U << 20;

/// Calls `take` with each piece of the file, from its start.
template <class Take>
Status read_pieces(int fd, Take take) {
  std::string piece(kPieceBytes, '\0');
  off_t at = 0;
  for (;;) {
    const ssize_t got = ::pread(fd, piece.data(), piece.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(os::error_from_errno(errno, "read a file"));
    if (got == 0) return {};
    at += got;
    AIFLOW_TRY(take(std::string_view(piece).substr(0, static_cast<std::size_t>(got))));
  }
}

/// False, with `to` empty, where the file systems can't do it.
bool copy_in_kernel(int from, int to) {
  loff_t at = 0;
  for (;;) {
    loff_t to_at = at;
    const ssize_t copied = ::copy_file_range(from, &at, to, &to_at, kKernelBytes, 0);
    if (copied < 0 && errno == EINTR) continue;
    if (copied == 0) return true;
    if (copied < 0) return ::ftruncate(to, 0) != 0;
  }
}

}  // namespace

Result<os::Fd> open_plain(const std::filesystem::path& file) {
  os::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid() && errno == ELOOP) {
    return fail(ErrorCode::invalid_argument,
                "'" + file.string() + "' is a symbolic link, not a plain file");
  }
  if (!fd.valid()) return fail(os::error_from_errno(errno, "read '" + file.string() + "'"));
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return fail(ErrorCode::invalid_argument, "'" + file.string() + "' is not a plain file");
  }
  return fd;
}

Result<NewFile> make_file(const std::filesystem::path& folder) {
  std::string name = (folder / "part-XXXXXX").string();
  os::Fd fd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd.valid()) return fail(os::error_from_errno(errno, "write into '" + folder.string() + "'"));
  return NewFile{.fd = std::move(fd), .path = std::move(name)};
}

Result<digest::FileDigest> copy_contents(int from, int to) {
  digest::Sha256 hash;
  digest::FileDigest out;
  const bool is_copied = ::ioctl(to, FICLONE, from) == 0 || copy_in_kernel(from, to);
  // The copy is read, not the original, which may be written meanwhile.
  AIFLOW_TRY(read_pieces(is_copied ? to : from, [&](std::string_view piece) -> Status {
    hash.update(piece);
    out.size_bytes += static_cast<std::int64_t>(piece.size());
    return is_copied ? Status{} : os::write_all(to, piece);
  }));
  out.sha256 = hash.finish();
  return out;
}

Result<std::optional<std::string>> read_small(int fd, std::size_t bytes_max) {
  std::string bytes;
  Status whole = read_pieces(fd, [&](std::string_view piece) -> Status {
    if (bytes.size() + piece.size() > bytes_max) return fail(ErrorCode::cancelled, "");
    bytes += piece;
    return {};
  });
  if (whole) return std::optional(std::move(bytes));
  if (whole.error().code == ErrorCode::cancelled) return std::optional<std::string>();
  return fail(std::move(whole).error());
}

Status touch(const std::filesystem::path& file) {
  if (::utimensat(AT_FDCWD, file.c_str(), nullptr, AT_SYMLINK_NOFOLLOW) == 0) return {};
  return fail(os::error_from_errno(errno, "touch '" + file.string() + "'"));
}

}  // namespace aiflow::blobs::detail
