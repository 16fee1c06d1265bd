// SPDX-License-Identifier: Apache-2.0
// Ends what attempts leave behind; see attempt.h for why an unknown child is a leftover.
// Private to supervise.
#pragma once

#include <set>
#include <string>

#include "os/file.h"

namespace aiflow::supervise::detail {

struct LiveProcesses {
  std::set<int> known;          ///< children of this process that are to live
  std::set<int> session_roots;  ///< attempts forked by the zygote: their sessions
  std::set<std::string> marks;  ///< their AIFLOW_ATTEMPT
};

/// Kills and reaps children of this process that belong to no live attempt. Returns how many were
/// there: not 0 = look again soon, their own children come next.
int sweep_orphans(const LiveProcesses& live);

/// Kills the processes of this user, anywhere on the machine, that carry the mark of an earlier
/// worker of this data directory (it died without ending them). Returns how many.
int sweep_leftovers(const os::Path& home);

/// AIFLOW_ATTEMPT's value: unique on this machine, and tells the data directory.
[[nodiscard]] std::string attempt_mark(const os::Path& home, std::uint64_t number);

}  // namespace aiflow::supervise::detail
