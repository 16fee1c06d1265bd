// SPDX-License-Identifier: Apache-2.0
#include "os/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

namespace aiflow::os {
namespace {

int recorded_pid(const Path& path) {
  const auto text = read_file(path, 64);
  int pid = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), pid);
  return pid;
}

}  // namespace

Result<LockFile> LockFile::acquire(const Path& path) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd.valid()) return fail(error_from_errno(errno, "lock '" + path.string() + "'"));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail(error_from_errno(errno, "lock '" + path.string() + "'"));
    return fail(ErrorCode::conflict, "lock '" + path.string() + "' is held by process " +
                                         std::to_string(recorded_pid(path)));
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd.get(), 0) != 0) {
    return fail(error_from_errno(errno, "lock '" + path.string() + "'"));
  }
  AIFLOW_TRY(write_all(fd.get(), pid));
  return LockFile(std::move(fd));
}

int LockFile::holder(const Path& path) {
  const Fd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd.valid() || ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return 0;
  return recorded_pid(path);
}

}  // namespace aiflow::os
