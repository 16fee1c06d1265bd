// SPDX-License-Identifier: Apache-2.0
#include "os/limits/inotify.h"

#include <sys/inotify.h>

#include <cerrno>

namespace aiflow::os {

Result<Fd> make_inotify() {
  Fd fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (fd.valid()) return fd;
  if (errno != EMFILE) return fail(error_from_errno(errno, "inotify"));
  return fail(ErrorCode::unavailable,
              "no inotify instance is left for this user or process: end other programs "
              "or raise the limit (sysctl fs.inotify.max_user_instances=1024)");
}

}  // namespace aiflow::os
