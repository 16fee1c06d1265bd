// SPDX-License-Identifier: Apache-2.0
// Everything below a process, found through /proc, so that an end is an end of the whole tree.
// A subreaper gets the orphans of its descendants as children: no double fork, setsid or cleared
// environment takes a process out of the tree below it.
#pragma once

#include <vector>

#include "base/deadline.h"
#include "base/result.h"

namespace aiflow::os {

/// From now on orphaned descendants of this process become its children.
[[nodiscard]] Status become_subreaper();

/// Every process that can be seen, in no order.
[[nodiscard]] std::vector<int> all_processes();

/// Direct children (of all threads) of a process; empty when it has ended.
[[nodiscard]] std::vector<int> children_of(int pid);

/// All descendants, parents before children; without `pid` itself.
[[nodiscard]] std::vector<int> descendants_of(int pid);

/// Sends a signal to each of the descendants, and to the process itself, once.
void signal_tree(int pid, int signal);

/// Stops (SIGSTOP) and then kills the process and all its descendants, again and again until a look
/// finds nothing new, at most `rounds_max` times. Does not reap.
void kill_tree(int pid, int rounds_max = 8);

/// Reaps every ended child in `pids`; returns those that are still there.
[[nodiscard]] std::vector<int> reap(const std::vector<int>& pids);

}  // namespace aiflow::os
