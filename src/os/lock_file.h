// SPDX-License-Identifier: Apache-2.0
// One process per directory: an flock that the kernel drops when its holder dies.
#pragma once

#include "base/result.h"
#include "os/fd.h"
#include "os/file.h"

namespace aiflow::os {

class LockFile {
 public:
  /// Takes the lock or says at once who has it. The file holds the holder's process id and stays
  /// after the release (removing it would race). Errors: conflict "… is held by process 123",
  /// denied, not_found.
  [[nodiscard]] static Result<LockFile> acquire(const Path& path);

  /// The holder's process id, 0 when nobody holds it.
  [[nodiscard]] static int holder(const Path& path);

 private:
  explicit LockFile(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace aiflow::os
