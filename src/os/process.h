// SPDX-License-Identifier: Apache-2.0
// Starting, watching and ending child processes; nothing else in the product forks.
// A start shares memory with the parent until exec (like vfork), so its cost does not grow with the
// parent's size, and a failed exec is reported by start(), not by a strange exit code.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "os/fd.h"
#include "os/limits/tree_use.h"

namespace aiflow::os {

/// Soft and hard limit alike; nullopt leaves the parent's.
struct ResourceLimits {
  std::optional<std::uint64_t> address_space_bytes = std::nullopt;
  std::optional<std::uint64_t> cpu_s = std::nullopt;
  std::optional<std::uint64_t> file_bytes = std::nullopt;
  std::optional<std::uint64_t> open_files = std::nullopt;
  std::optional<std::uint64_t> processes = std::nullopt;  ///< of the same user; root is exempt
  std::optional<std::uint64_t> core_bytes = std::nullopt;
};

enum class Grouping {
  inherit,      ///< the parent's process group
  new_group,    ///< own process group, same session
  new_session,  ///< own session and group: survives the parent's terminal
};

struct ProcessOptions {
  /// argv[0] is looked up in PATH when it has no slash.
  std::vector<std::string> argv = {};
  /// The whole environment; nullopt = this process's.
  std::optional<std::map<std::string, std::string>> env = std::nullopt;
  /// Working directory; empty = this process's.
  std::filesystem::path cwd = {};
  /// {descriptor here, descriptor there}. 0, 1 and 2 become /dev/null when they are not listed
  /// ({2, 2} inherits stderr); every other descriptor is closed.
  std::vector<std::pair<int, int>> fds = {};
  Grouping grouping = Grouping::new_session;
  ResourceLimits limits = {};
  /// SIGKILL when the thread that started it ends, e.g. with its process. Start from a thread that
  /// lives as long as the child should.
  bool die_with_parent = false;
  /// Orphans among the child's descendants become the child's children, not init's.
  bool subreaper = false;
  /// A small guard process stands between: when the command ends, or the guard gets SIGTERM, it
  /// ends every descendant, double-forked ones too, and only then ends itself with the command's
  /// status. The pid is then the guard's.
  bool contain_tree = false;
  bool no_new_privileges = false;
  /// Files of control groups (Cgroup::joins) that it joins before anything else.
  std::vector<std::filesystem::path> join = {};
  /// Own empty network namespace where the kernel allows it, silently none otherwise.
  bool try_no_network = false;
  /// Become this user and group (no supplementary groups); needs root.
  std::optional<std::pair<unsigned, unsigned>> run_as = std::nullopt;
  /// With run_as: it may read every file all the same, by a capability. Where this process does not
  /// have that capability itself, the user is not changed.
  bool read_all_files = false;
};

/// How a process ended: exactly one of the two is set.
struct ExitStatus {
  std::optional<int> exit_code = std::nullopt;
  std::optional<int> signal = std::nullopt;
  [[nodiscard]] bool success() const { return exit_code == 0; }
  friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};
/// "exit code 3", "killed by SIGKILL".
[[nodiscard]] std::string describe(const ExitStatus& status);
/// "SIGTERM"; "signal 77" for an unnamed one.
[[nodiscard]] std::string signal_name(int signal);

/// A child of this process. Its destructor neither ends nor waits for it.
class Process {
 public:
  /// Errors: the message holds the system's words and the program's name, e.g.
  /// "could not start: No such file or directory: 'bash'" (not_found, denied, unavailable, …).
  [[nodiscard]] static Result<Process> start(const ProcessOptions& options);
  /// A process that already runs and has become a child of this one. Errors: not_found.
  [[nodiscard]] static Result<Process> adopt(int pid);
  Process(Process&&) = default;
  Process& operator=(Process&&) = default;

  [[nodiscard]] int pid() const { return pid_; }
  /// Becomes readable when the process has ended; for poll and epoll.
  [[nodiscard]] int pidfd() const { return pidfd_.get(); }

  /// Waits for the end and reaps. Errors: timeout. Once it has given a status it keeps giving it.
  [[nodiscard]] Result<ExitStatus> wait(Deadline deadline);
  /// The status when it has ended (reaped), nullopt while it runs.
  [[nodiscard]] std::optional<ExitStatus> poll();
  /// What it has used: known once poll() or wait() has reaped it.
  [[nodiscard]] const std::optional<EndedUse>& use() const { return use_; }
  /// To this process only; nothing happens when it has been reaped.
  void send_signal(int signal) const;
  /// To its process group (it must lead one).
  void signal_group(int signal) const;
  /// SIGTERM to the group, SIGKILL to what is left after `grace`, then reaps.
  ExitStatus stop(Duration grace);

 private:
  Process(int pid, Fd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
  int pid_ = 0;
  Fd pidfd_;
  std::optional<ExitStatus> status_;
  std::optional<EndedUse> use_;
};

}  // namespace aiflow::os
