// SPDX-License-Identifier: Apache-2.0
// What runs in a child between its creation and exec. The child may share its parent's memory
// (vfork) or be a fork of a threaded process: only system calls here, no allocation, no locks, no
// library call that could take one. Private to src/os.
#pragma once

#include <sys/resource.h>

#include <csignal>
#include <cstddef>

namespace aiflow::os::detail {

struct FdMove {
  int from;  ///< -1: /dev/null
  int to;
  int parked;  ///< where `from` waits, above all targets, until the targets are free
};

struct Limit {
  int resource;
  rlimit value;
};

/// Everything prepared beforehand in the parent's memory. Spans as pointer + count: plain data.
struct ChildPlan {
  const char* program = nullptr;
  char* const* argv = nullptr;
  char* const* env = nullptr;
  const char* cwd = nullptr;  ///< nullptr: stay
  FdMove* fds = nullptr;
  std::size_t fd_count = 0;
  int fd_target_max = 2;
  const Limit* limits = nullptr;
  std::size_t limit_count = 0;
  const char* const* joins = nullptr;  ///< files of control groups
  std::size_t join_count = 0;
  bool new_session = false;
  bool new_group = false;
  bool die_with_parent = false;
  bool subreaper = false;
  bool no_new_privileges = false;
  bool try_no_network = false;
  bool change_user = false;
  unsigned uid = 0;
  unsigned gid = 0;
  bool read_all_files = false;
  int expected_parent = 0;
  int error = 0;                      ///< out: errno of the step that failed
  const char* failed_step = nullptr;  ///< out: "chdir", …; nullptr: exec itself
};

/// Sets everything up and execs; returns only on failure, with plan.error set.
void become(ChildPlan& plan);

/// Creates a child that shares memory with this one until its exec (CLONE_VM | CLONE_VFORK) and
/// runs become(). Returns its pid, or -errno; a pid comes back also when become() failed: look at
/// plan.error, and reap it. All signals must be blocked. `pidfd`: nullptr or where to put one.
int vfork_child(ChildPlan& plan, int* pidfd);

/// What the guard tells its parent once the command runs or could not be started. `failed_step`
/// points to a string of the program, which is at the same place in both processes.
struct GuardReport {
  int error;
  const char* failed_step;
};

/// The guard's whole life (ProcessOptions::contain_tree), in a forked child: starts the command,
/// writes a GuardReport to `report`, waits, ends all descendants,
/// ends itself as the command ended. All signals must be blocked.
[[noreturn]] void run_guard(ChildPlan& plan, int report);

}  // namespace aiflow::os::detail
