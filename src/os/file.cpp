// SPDX-License-Identifier: Apache-2.0
#include "os/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

#include "failpoint/failpoint.h"

namespace aiflow::os {
namespace {

Error file_error(const Path& path, std::string_view verb) {
  return error_from_errno(errno, std::string(verb) + " '" + path.string() + "'");
}

Path directory_of(const Path& path) {
  return path.has_parent_path() ? path.parent_path() : Path(".");
}

/// A name that no other call of this machine uses at the same time.
Path temporary_name(const Path& path) {
  static std::atomic<unsigned> counter{0};
  return directory_of(path) / ("." + path.filename().string() + "." + std::to_string(::getpid()) +
                               "." + std::to_string(counter++) + ".tmp");
}

}  // namespace

Result<std::string> read_file(const Path& path, std::size_t bytes_max) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd.valid()) return fail(file_error(path, "read"));
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return fail(file_error(path, "read"));
  if (S_ISDIR(info.st_mode)) {
    return fail(ErrorCode::invalid_argument, "read '" + path.string() + "': is a directory");
  }
  std::string bytes;
  bytes.reserve(std::min(bytes_max, static_cast<std::size_t>(info.st_size)) + 1);
  while (bytes.size() <= bytes_max) {
    const std::size_t used = bytes.size();
    const std::size_t room = std::max<std::size_t>(bytes.capacity() - used, 4096);
    bytes.resize(used + room);
    const ssize_t got = ::read(fd.get(), bytes.data() + used, room);
    bytes.resize(used + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(file_error(path, "read"));
    if (got == 0) return bytes;
  }
  return fail(ErrorCode::invalid_argument,
              "read '" + path.string() + "': longer than " + std::to_string(bytes_max) + " bytes");
}

Status write_atomic(const Path& path, std::string_view bytes, unsigned mode) {
  AIFLOW_ASSIGN(AtomicFile file, AtomicFile::create(path, mode));
  AIFLOW_TRY(file.write(bytes));
  return file.commit();
}

Status write_whole(const Path& path, std::string_view bytes, unsigned mode) {
  AIFLOW_ASSIGN(AtomicFile file, AtomicFile::create(path, mode));
  AIFLOW_TRY(file.write(bytes));
  return file.commit_unsynced();
}

Result<AtomicFile> AtomicFile::create(const Path& path, unsigned mode) {
  AtomicFile file;
  file.path_ = path;
  file.temporary_ = temporary_name(path);
  file.fd_.reset(::open(file.temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file.fd_.valid()) {
    Error error = file_error(path, "write");
    file.temporary_.clear();
    return fail(std::move(error));
  }
  return file;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      fd_(std::move(other.fd_)) {
  other.temporary_.clear();
}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
  if (this == &other) return *this;
  discard();
  path_ = std::move(other.path_);
  temporary_ = std::move(other.temporary_);
  fd_ = std::move(other.fd_);
  other.temporary_.clear();
  return *this;
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  temporary_.clear();
}

Status AtomicFile::write(std::string_view bytes) {
  auto written = write_all(fd_.get(), bytes);
  if (!written) {
    return fail(std::move(written.error()).with_context("write '" + path_.string() + "'"));
  }
  return {};
}

Status AtomicFile::commit() { return commit_as(path_); }

Status AtomicFile::commit_unsynced() { return rename_to(path_); }

Status AtomicFile::commit_as(const Path& path) {
  failpoint::reach("file.syncing");
  if (::fsync(fd_.get()) != 0) return fail(file_error(path, "write"));
  failpoint::reach("file.synced");
  AIFLOW_TRY(rename_to(path));
  failpoint::reach("file.renamed");
  return sync_dir(directory_of(path));
}

Status AtomicFile::rename_to(const Path& path) {
  if (::rename(temporary_.c_str(), path.c_str()) != 0) return fail(file_error(path, "write"));
  temporary_.clear();
  fd_.reset();
  return {};
}

Status write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(error_from_errno(errno, "write"));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status sync_dir(const Path& directory) {
  const Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() || ::fsync(fd.get()) != 0) return fail(file_error(directory, "sync directory"));
  return {};
}

Status make_dirs(const Path& directory, unsigned mode) {
  if (directory.empty() || ::mkdir(directory.c_str(), mode) == 0) return {};
  if (errno == ENOENT && directory.has_parent_path() && directory.parent_path() != directory) {
    AIFLOW_TRY(make_dirs(directory.parent_path(), mode));
    if (::mkdir(directory.c_str(), mode) == 0) return {};
  }
  struct stat info{};
  const int reason = errno;
  if (reason == EEXIST && ::stat(directory.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return {};
  errno = reason;
  return fail(file_error(directory, "make directory"));
}

void remove_temporaries(const Path& directory) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') && name.ends_with(".tmp")) ::unlink(entry.path().c_str());
  }
}

Status remove_file(const Path& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return fail(file_error(path, "remove"));
}

Status remove_tree(const Path& directory) {
  // remove_all works by openat/unlinkat and never follows links.
  std::error_code error;
  std::filesystem::remove_all(directory, error);
  if (!error) return {};
  return fail(error_from_errno(error.value(), "remove '" + directory.string() + "'"));
}

bool is_empty_dir(const Path& directory) {
  const Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  // Small: whoever asks often expects nothing. opendir takes 32 KiB from the heap.
  alignas(dirent64) std::array<char, 512> entries;
  for (;;) {
    const ssize_t got = ::getdents64(fd.get(), entries.data(), entries.size());
    if (got <= 0) return got == 0;
    for (ssize_t at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const dirent64*>(entries.data() + at);
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") return false;
      at += entry->d_reclen;
    }
  }
}

Result<Path> join_inside(const Path& root, std::string_view relative) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::invalid_argument,
                "path '" + std::string(relative.substr(0, 200)) + "' " + std::string(why));
  };
  if (relative.empty()) return refuse("is empty");
  if (relative.find('\0') != std::string_view::npos) return refuse("holds a NUL byte");
  if (relative.front() == '/') return refuse("must be relative");
  for (const auto& part : Path(relative)) {
    if (part == "..") return refuse("must not hold '..'");
  }
  return root / Path(relative);
}

Result<Fd> open_beneath(const Path& root, std::string_view relative) {
  AIFLOW_ASSIGN(const Path whole, join_inside(root, relative));
  const Fd directory(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) return fail(file_error(root, "open"));
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NOCTTY;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const long fd =
      ::syscall(SYS_openat2, directory.get(), std::string(relative).c_str(), &how, sizeof(how));
  if (fd < 0) return fail(file_error(whole, "open"));
  return Fd(static_cast<int>(fd));
}

}  // namespace aiflow::os
