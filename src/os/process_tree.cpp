// SPDX-License-Identifier: Apache-2.0
#include "os/process_tree.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <map>
#include <set>
#include <utility>

#include "os/detail/proc_scan.h"
#include "os/fd.h"

namespace aiflow::os {
namespace {

/// Parent -> children of every process on the machine that is not a zombie's leftover.
std::map<int, std::vector<int>> all_children() {
  std::map<int, std::vector<int>> children;
  detail::for_each_process([&](int pid, int parent) { children[parent].push_back(pid); });
  return children;
}

}  // namespace

Status become_subreaper() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
    return fail(error_from_errno(errno, "become the reaper of orphans"));
  }
  return {};
}

std::vector<int> all_processes() {
  std::vector<int> pids;
  detail::for_each_process([&](int pid, int) { pids.push_back(pid); });
  return pids;
}

std::vector<int> children_of(int pid) {
  std::vector<int> children;
  detail::for_each_process([&](int child, int parent) {
    if (parent == pid) children.push_back(child);
  });
  return children;
}

std::vector<int> descendants_of(int pid) {
  const auto children = all_children();
  std::vector<int> found{pid};
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto below = children.find(found[i]);
    if (below == children.end()) continue;
    found.insert(found.end(), below->second.begin(), below->second.end());
  }
  found.erase(found.begin());
  return found;
}

void signal_tree(int pid, int signal) {
  const auto below = descendants_of(pid);
  ::kill(pid, signal);
  for (const int child : below) ::kill(child, signal);
}

void kill_tree(int pid, int rounds_max) {
  // A process that forks while it is looked for is caught by the next look: what is stopped cannot
  // fork again.
  std::set<int> stopped{pid};
  ::kill(pid, SIGSTOP);
  for (int round = 0; round < rounds_max; ++round) {
    bool grew = false;
    for (const int child : descendants_of(pid)) {
      if (!stopped.insert(child).second) continue;
      ::kill(child, SIGSTOP);
      grew = true;
    }
    if (!grew) break;
  }
  for (const int each : stopped) ::kill(each, SIGKILL);
}

std::vector<int> reap(const std::vector<int>& pids) {
  std::vector<int> left;
  for (const int pid : pids) {
    int status = 0;
    if (::waitpid(pid, &status, WNOHANG) == 0) left.push_back(pid);
  }
  return left;
}

}  // namespace aiflow::os
