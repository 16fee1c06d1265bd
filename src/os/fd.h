// SPDX-License-Identifier: Apache-2.0
// A file descriptor that closes itself.
#pragma once

#include <string>
#include <utility>

#include "base/error.h"
#include "base/result.h"

namespace aiflow::os {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }
  /// Gives the descriptor away without closing it.
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  /// Closes the current descriptor, then holds `fd`.
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

struct Pipe {
  Fd read_end;
  Fd write_end;
};

/// A pipe; both ends close on exec.
[[nodiscard]] Result<Pipe> make_pipe();
/// Errors: internal.
[[nodiscard]] Status set_nonblocking(int fd);
/// `errno` as an Error: ENOENT is not_found, EACCES and EPERM denied, EEXIST conflict, ENOSPC,
/// EAGAIN, ECONNREFUSED and the like unavailable, ETIMEDOUT timeout, others internal.
/// The message is `what` + ": " + the system's words.
[[nodiscard]] Error error_from_errno(int number, std::string what);

}  // namespace aiflow::os
