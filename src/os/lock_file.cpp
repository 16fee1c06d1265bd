// SPDX-License-Identifier: Apache-2.0
#include "os/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <thread>

namespace aiflow::os {
namespace {

int recorded_pid(const Path& path) {
  const auto text = read_file(path, 64);
  int pid = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), pid);
  return pid;
}

bool is_alive(int pid) { return pid > 0 && (::kill(pid, 0) == 0 || errno == EPERM); }

/// A process that was killed while it started another one leaves the lock to that one, until its
/// exec: that is waited for. False: errno says why.
bool lock(int fd, const Path& path) {
  constexpr int kRounds = 200;
  constexpr auto kPause = std::chrono::milliseconds(10);
  for (int round = 0; ::flock(fd, LOCK_EX | LOCK_NB) != 0; ++round) {
    const int reason = errno;
    const bool is_left = reason == EWOULDBLOCK && !is_alive(recorded_pid(path));
    errno = reason;
    if (!is_left || round == kRounds) return false;
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

}  // namespace

Result<LockFile> LockFile::acquire(const Path& path) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd.valid()) return fail(error_from_errno(errno, "lock '" + path.string() + "'"));
  if (!lock(fd.get(), path)) {
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
