// SPDX-License-Identifier: Apache-2.0
#include "os/process.h"

#include <poll.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <tuple>

#include "base/assert.h"
#include "os/detail/child.h"
#include "os/environment.h"
#include "os/system_clock.h"

namespace aiflow::os {
namespace {

/// Owns what a ChildPlan points to.
struct Prepared {
  std::string program;
  std::vector<char*> argv;
  std::vector<std::string> env_texts;
  std::vector<char*> env;
  std::string cwd;
  std::vector<detail::FdMove> fds;
  std::vector<detail::Limit> limits;
  std::vector<std::string> joins;
  std::vector<const char*> join_names;
  detail::ChildPlan plan;
};

/// The file that exec would take: PATH of the child's environment, as a shell does.
Result<std::string> find_program(const std::string& name,
                                 const std::map<std::string, std::string>& env) {
  if (name.find('/') != std::string::npos) return name;
  const auto found = env.find("PATH");
  const std::string path = found == env.end() ? "/usr/local/bin:/usr/bin:/bin" : found->second;
  for (std::size_t from = 0; from <= path.size();) {
    const std::size_t to = std::min(path.find(':', from), path.size());
    std::string file = (to == from ? "." : path.substr(from, to - from)) + "/" + name;
    struct stat info{};
    const bool runs = ::stat(file.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
                      ::access(file.c_str(), X_OK) == 0;
    if (runs) return file;
    from = to + 1;
  }
  return fail(ErrorCode::not_found, "could not start: No such file or directory: '" + name + "'");
}

void prepare_fds(const ProcessOptions& options, Prepared& out) {
  for (const auto& [from, to] : options.fds) {
    out.fds.push_back({.from = from, .to = to, .parked = -1});
    out.plan.fd_target_max = std::max(out.plan.fd_target_max, to);
  }
  for (int standard = 0; standard <= 2; ++standard) {
    const bool listed = std::ranges::any_of(
        options.fds, [standard](const auto& pair) { return pair.second == standard; });
    if (!listed) out.fds.push_back({.from = -1, .to = standard, .parked = -1});
  }
  out.plan.fds = out.fds.data();
  out.plan.fd_count = out.fds.size();
}

void prepare_limits(const ResourceLimits& limits, Prepared& out) {
  const auto add = [&](int resource, const std::optional<std::uint64_t>& value) {
    if (value) out.limits.push_back({resource, {.rlim_cur = *value, .rlim_max = *value}});
  };
  add(RLIMIT_AS, limits.address_space_bytes);
  add(RLIMIT_CPU, limits.cpu_s);
  add(RLIMIT_FSIZE, limits.file_bytes);
  add(RLIMIT_NOFILE, limits.open_files);
  add(RLIMIT_NPROC, limits.processes);
  add(RLIMIT_CORE, limits.core_bytes);
  out.plan.limits = out.limits.data();
  out.plan.limit_count = out.limits.size();
}

void prepare_flags(const ProcessOptions& options, detail::ChildPlan& plan) {
  plan.new_session = options.grouping == Grouping::new_session;
  plan.new_group = options.grouping == Grouping::new_group;
  plan.die_with_parent = options.die_with_parent;
  plan.subreaper = options.subreaper;
  plan.no_new_privileges = options.no_new_privileges;
  plan.try_no_network = options.try_no_network;
  plan.change_user = options.run_as.has_value();
  if (options.run_as) std::tie(plan.uid, plan.gid) = *options.run_as;
  plan.read_all_files = options.read_all_files;
  plan.expected_parent = ::getpid();
}

Status prepare(const ProcessOptions& options, Prepared& out) {
  AIFLOW_ASSERT(!options.argv.empty());
  const auto inherited = options.env ? std::map<std::string, std::string>() : environment();
  const auto& env = options.env ? *options.env : inherited;
  AIFLOW_ASSIGN(out.program, find_program(options.argv[0], env));
  out.plan.program = out.program.c_str();
  for (const auto& word : options.argv) out.argv.push_back(const_cast<char*>(word.c_str()));
  out.argv.push_back(nullptr);
  out.plan.argv = out.argv.data();
  out.env_texts.reserve(env.size());
  for (const auto& [key, value] : env) out.env_texts.push_back(key + "=" + value);
  for (auto& text : out.env_texts) out.env.push_back(text.data());
  out.env.push_back(nullptr);
  out.plan.env = out.env.data();
  out.cwd = options.cwd.string();
  if (!out.cwd.empty()) out.plan.cwd = out.cwd.c_str();
  prepare_fds(options, out);
  prepare_limits(options.limits, out);
  for (const auto& file : options.join) out.joins.push_back(file.string());
  for (const auto& file : out.joins) out.join_names.push_back(file.c_str());
  out.plan.joins = out.join_names.data();
  out.plan.join_count = out.join_names.size();
  prepare_flags(options, out.plan);
  return {};
}

Error start_error(const ProcessOptions& options, int number, const char* failed_step) {
  const std::string step = failed_step == nullptr ? "" : std::string(failed_step) + ": ";
  const bool in_cwd =
      failed_step != nullptr && std::string_view(failed_step).starts_with("change to");
  Error error = error_from_errno(number, "could not start: " + step);
  error.message = "could not start: " + step + std::generic_category().message(number) + ": '" +
                  (in_cwd ? options.cwd.string() : options.argv[0]) + "'";
  return error;
}

/// Blocks every signal for its lifetime: none may be handled in a child that shares our memory.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_{};
};

void reap_failed(int pid) {
  int ignored = 0;
  while (::waitpid(pid, &ignored, 0) < 0 && errno == EINTR) {
  }
}

/// A forked guard with the plan's command inside; -errno when the fork failed.
int start_guarded(detail::ChildPlan& plan, int* pidfd) {
  auto report = make_pipe();
  if (!report) return -EMFILE;
  // A bare fork: glibc's runs handlers that take locks other threads may hold.
  const long pid = ::syscall(SYS_clone, SIGCHLD | CLONE_PIDFD, nullptr, pidfd, nullptr, 0);
  if (pid == 0) detail::run_guard(plan, report->write_end.get());
  if (pid < 0) return -errno;
  report->write_end.reset();
  detail::GuardReport result{};
  ssize_t got = 0;
  do {
    got = ::read(report->read_end.get(), &result, sizeof(result));
  } while (got < 0 && errno == EINTR);
  plan.error = got == sizeof(result) ? result.error : ECHILD;
  plan.failed_step = result.failed_step;
  return static_cast<int>(pid);
}

Duration duration_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

ExitStatus from_siginfo(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return {.exit_code = info.si_status, .signal = std::nullopt};
  return {.exit_code = std::nullopt, .signal = info.si_status};
}

}  // namespace

std::string describe(const ExitStatus& status) {
  if (status.signal) return "killed by " + signal_name(*status.signal);
  return "exit code " + std::to_string(status.exit_code.value_or(-1));
}

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name == nullptr ? "signal " + std::to_string(signal) : "SIG" + std::string(name);
}

Result<Process> Process::start(const ProcessOptions& options) {
  Prepared prepared;
  AIFLOW_TRY(prepare(options, prepared));
  int pidfd = -1;
  int pid = 0;
  {
    const BlockedSignals blocked;
    pid = options.contain_tree ? start_guarded(prepared.plan, &pidfd)
                               : detail::vfork_child(prepared.plan, &pidfd);
  }
  if (pid < 0) return fail(start_error(options, -pid, nullptr));
  Process process(pid, Fd(pidfd));
  if (prepared.plan.error == 0) return process;
  reap_failed(pid);
  return fail(start_error(options, prepared.plan.error, prepared.plan.failed_step));
}

Result<Process> Process::adopt(int pid) {
  Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd.valid()) {
    return fail(error_from_errno(errno, "adopt process " + std::to_string(pid)));
  }
  return Process(pid, std::move(pidfd));
}

Result<ExitStatus> Process::wait(Deadline deadline) {
  const SystemClock clock;
  for (;;) {
    if (auto ended = poll()) return *ended;
    const Duration left = deadline.left(clock.steady_now());
    if (left <= Duration{0}) {
      return fail(ErrorCode::timeout, "process " + std::to_string(pid_) + " has not ended in time");
    }
    pollfd wait{.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    ::poll(&wait, 1, static_cast<int>(std::min<std::int64_t>(ms, 1'000'000)));
  }
}

std::optional<ExitStatus> Process::poll() {
  if (status_) return status_;
  siginfo_t info{};
  rusage used{};
  // Not glibc's waitid: the system call's last parameter, what the process has used, is not in it.
  if (::syscall(SYS_waitid, P_PIDFD, pidfd_.get(), &info, WEXITED | WNOHANG, &used) != 0) {
    if (errno == EINTR) return std::nullopt;
    // Somebody else reaped it: it has ended, but nobody can say how.
    status_ = ExitStatus{.exit_code = 255, .signal = std::nullopt};
  } else if (info.si_pid != 0) {
    status_ = from_siginfo(info);
    use_ = EndedUse{.user = duration_of(used.ru_utime),
                    .system = duration_of(used.ru_stime),
                    .resident_peak_bytes = std::int64_t{used.ru_maxrss} * 1024};
  }
  return status_;
}

void Process::send_signal(int signal) const {
  if (status_) return;
  ::syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0);
}

void Process::signal_group(int signal) const {
  if (status_) return;  // the number may belong to somebody else by now
  ::kill(-pid_, signal);
}

ExitStatus Process::stop(Duration grace) {
  const SystemClock clock;
  signal_group(SIGTERM);
  if (auto ended = wait(Deadline::after(clock, grace))) return *ended;
  signal_group(SIGKILL);
  return wait(Deadline::never()).value();
}

}  // namespace aiflow::os
