// SPDX-License-Identifier: Apache-2.0
#include "os/detail/child.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace aiflow::os::detail {
namespace {

bool failed(ChildPlan& plan, const char* step) {
  plan.error = errno;
  plan.failed_step = step;
  return false;
}

/// Handlers belong to the parent's program: with shared memory they must not run here.
void reset_signals() {
  struct sigaction action{};
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &action, nullptr);
}

struct Capabilities {
  std::array<__user_cap_data_struct, 2> sets{};

  bool read() { return ::syscall(SYS_capget, &header_, sets.data()) == 0; }
  bool write() { return ::syscall(SYS_capset, &header_, sets.data()) == 0; }
  [[nodiscard]] bool permits(int capability) const {
    return (sets[0].permitted & (1U << capability)) != 0;
  }

 private:
  __user_cap_header_struct header_{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
};

/// The weakest capability of ours with which every file can be read; -1: none. Containers often
/// have only the second one.
int reading_capability() {
  Capabilities own;
  if (!own.read()) return -1;
  for (const int capability : {CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE}) {
    if (own.permits(capability)) return capability;
  }
  return -1;
}

/// Nothing but this capability, and it outlives the exec.
bool keep_only(int capability) {
  Capabilities only;
  only.sets[0] = {.effective = 1U << capability,
                  .permitted = 1U << capability,
                  .inheritable = 1U << capability};
  return only.write() && ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) == 0;
}

/// glibc's setuid family changes every thread of the process it thinks it is in, which here would
/// be the parent: only the bare system calls are right.
bool change_user(ChildPlan& plan) {
  if (!plan.change_user) return true;
  const int capability = plan.read_all_files ? reading_capability() : -1;
  if (plan.read_all_files && capability < 0) return true;
  if (capability >= 0) ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
  const bool changed = ::syscall(SYS_setgroups, 0, nullptr) == 0 &&
                       ::syscall(SYS_setresgid, plan.gid, plan.gid, plan.gid) == 0 &&
                       ::syscall(SYS_setresuid, plan.uid, plan.uid, plan.uid) == 0 &&
                       (capability < 0 || keep_only(capability));
  return changed || failed(plan, "change the user");
}

/// After change_user: the kernel drops the parent-death signal when the user changes.
bool set_process_flags(ChildPlan& plan) {
  if (plan.die_with_parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    // The parent may have ended just before.
    if (::getppid() != plan.expected_parent) ::_exit(127);
  }
  if (plan.subreaper) ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  if (plan.no_new_privileges && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return failed(plan, "no_new_privs");
  }
  return true;
}

/// First all sources go above every target, then each onto its target: no move can overwrite a
/// source that is still needed. The rest closes on exec.
bool place_fds(ChildPlan& plan) {
  for (std::size_t i = 0; i < plan.fd_count; ++i) {
    FdMove& move = plan.fds[i];
    const int from = move.from >= 0 ? move.from : ::open("/dev/null", O_RDWR | O_CLOEXEC);
    move.parked = ::fcntl(from, F_DUPFD_CLOEXEC, plan.fd_target_max + 1);
    if (move.parked < 0) return failed(plan, "pass a file descriptor on");
  }
  ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  for (std::size_t i = 0; i < plan.fd_count; ++i) {
    if (::dup2(plan.fds[i].parked, plan.fds[i].to) < 0) {
      return failed(plan, "pass a file descriptor on");
    }
  }
  return true;
}

/// "0" means the process that writes it.
bool join_groups(ChildPlan& plan) {
  for (std::size_t i = 0; i < plan.join_count; ++i) {
    const int fd = ::open(plan.joins[i], O_WRONLY | O_CLOEXEC);
    if (fd < 0 || ::write(fd, "0", 1) != 1) return failed(plan, "join its control group");
    ::close(fd);
  }
  return true;
}

bool prepare(ChildPlan& plan) {
  reset_signals();
  if (!join_groups(plan)) return false;
  if (plan.new_session && ::setsid() < 0) return failed(plan, "setsid");
  if (plan.new_group && ::setpgid(0, 0) != 0) return failed(plan, "setpgid");
  if (plan.cwd != nullptr && ::chdir(plan.cwd) != 0) return failed(plan, "change to directory");
  if (plan.try_no_network) ::unshare(CLONE_NEWNET);
  for (std::size_t i = 0; i < plan.limit_count; ++i) {
    const auto resource = static_cast<__rlimit_resource_t>(plan.limits[i].resource);
    if (::setrlimit(resource, &plan.limits[i].value) != 0) return failed(plan, "set a limit");
  }
  return change_user(plan) && set_process_flags(plan) && place_fds(plan);
}

int vfork_main(void* plan) {
  become(*static_cast<ChildPlan*>(plan));
  ::_exit(127);
}

}  // namespace

void become(ChildPlan& plan) {
  if (!prepare(plan)) return;
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(plan.program, plan.argv, plan.env);
  plan.error = errno;
}

int vfork_child(ChildPlan& plan, int* pidfd) {
  // The parent stands still until the exec, so the child can live on the parent's stack.
  alignas(16) std::array<std::byte, 64 * 1024> stack;
  const int flags = CLONE_VM | CLONE_VFORK | SIGCHLD | (pidfd != nullptr ? CLONE_PIDFD : 0);
  const int pid = ::clone(vfork_main, stack.data() + stack.size(), flags, &plan, pidfd);
  return pid < 0 ? -errno : pid;
}

}  // namespace aiflow::os::detail
