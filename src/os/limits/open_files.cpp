// SPDX-License-Identifier: Apache-2.0
#include "os/limits/open_files.h"

#include <sys/resource.h>

#include <algorithm>

namespace aiflow::os {

void allow_open_files(std::uint64_t count) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= count) return;
  files.rlim_cur = std::min<rlim_t>(count, files.rlim_max);
  // It cannot fail within the hard limit; if it did, there would be as many as before.
  (void)::setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace aiflow::os
