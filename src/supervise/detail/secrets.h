// SPDX-License-Identifier: Apache-2.0
// Where attempt tokens lie while their attempts run: in memory (tmpfs), so that they never reach a
// disk. Private to supervise.
#pragma once

#include "os/file.h"

namespace aiflow::supervise::detail {

/// A name for what one data directory's worker has outside of it; the same at each start.
[[nodiscard]] std::string name_on_machine(const os::Path& home);

/// An empty private folder of this data directory's worker under /dev/shm; run/worker of the data
/// directory where there is none. What an earlier worker left in it is removed.
[[nodiscard]] os::Path secrets_directory(const os::Path& home);

}  // namespace aiflow::supervise::detail
