// SPDX-License-Identifier: Apache-2.0
// The guard process of ProcessOptions::contain_tree: only system calls, see child.h.
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>

#include "os/detail/child.h"
#include "os/detail/proc_scan.h"

namespace aiflow::os::detail {
namespace {

/// Reaps all that has ended; true once `command` was among it (its status is then in `status`).
bool reap_ended(int command, int& status) {
  bool ended = false;
  for (;;) {
    int one = 0;
    const int pid = ::waitpid(-1, &one, WNOHANG);
    if (pid <= 0) return ended;
    if (pid != command) continue;
    status = one;
    ended = true;
  }
}

/// Waits until the command ends or SIGTERM asks for its end.
bool wait_for_end(int command, int& status) {
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGCHLD);
  sigaddset(&wanted, SIGTERM);
  for (;;) {
    if (reap_ended(command, status)) return true;
    if (::sigwaitinfo(&wanted, nullptr) == SIGTERM) return false;
  }
}

/// As a subreaper the guard gets each orphan as a child, so killing children until there are none
/// ends every descendant, whatever session or group it went to.
void kill_all(int command, int& status) {
  const int self = ::getpid();
  for (;;) {
    for_each_process([self](int pid, int parent) {
      if (parent == self) ::kill(pid, SIGKILL);
    });
    reap_ended(command, status);
    siginfo_t ignored{};
    if (::waitid(P_ALL, 0, &ignored, WEXITED | WNOHANG | WNOWAIT) != 0) return;  // ECHILD
    const timespec pause{.tv_sec = 0, .tv_nsec = 2'000'000};
    ::nanosleep(&pause, nullptr);
  }
}

[[noreturn]] void end_as(int status) {
  if (WIFEXITED(status)) ::_exit(WEXITSTATUS(status));
  const rlimit no_core{};
  ::setrlimit(RLIMIT_CORE, &no_core);
  struct sigaction action{};
  action.sa_handler = SIG_DFL;
  ::sigaction(WTERMSIG(status), &action, nullptr);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::kill(::getpid(), WTERMSIG(status));
  ::_exit(128 + WTERMSIG(status));
}

}  // namespace

void run_guard(ChildPlan& plan, int report) {
  if (plan.die_with_parent) ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (::getppid() != plan.expected_parent) ::_exit(127);
  ::setsid();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  plan.die_with_parent = true;
  plan.expected_parent = ::getpid();
  const int command = vfork_child(plan, nullptr);
  if (command < 0) plan.error = -command;
  const GuardReport result{.error = plan.error, .failed_step = plan.failed_step};
  static_cast<void>(!::write(report, &result, sizeof(result)));
  // The guard must hold nothing of the command's: a reader of its output waits for the last copy.
  ::syscall(SYS_close_range, 0U, ~0U, 0);
  int status = 0;
  if (plan.error == 0 && !wait_for_end(command, status)) status = SIGKILL;
  kill_all(command, status);
  end_as(status);
}

}  // namespace aiflow::os::detail
