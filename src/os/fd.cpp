// SPDX-License-Identifier: Apache-2.0
#include "os/fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace aiflow::os {
namespace {

ErrorCode code_of(int number) {
  switch (number) {
    case ENOENT: return ErrorCode::not_found;
    case EACCES:
    case EPERM:
    case EROFS: return ErrorCode::denied;
    case EEXIST:
    case EADDRINUSE: return ErrorCode::conflict;
    case EINVAL:
    case ENAMETOOLONG:
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
    case EXDEV:
    case E2BIG:
    case ENOEXEC: return ErrorCode::invalid_argument;
    case ETIMEDOUT: return ErrorCode::timeout;
    case EAGAIN:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ECONNREFUSED:
    case ECONNRESET:
    case EPIPE:
    case ENOTCONN: return ErrorCode::unavailable;
    default: return ErrorCode::internal;
  }
}

}  // namespace

void Fd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(error_from_errno(errno, "pipe"));
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

Status set_nonblocking(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
    return fail(error_from_errno(errno, "fcntl"));
  }
  return {};
}

Error error_from_errno(int number, std::string what) {
  return Error{code_of(number), std::move(what) + ": " + std::generic_category().message(number)};
}

}  // namespace aiflow::os
