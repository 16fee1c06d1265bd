// SPDX-License-Identifier: Apache-2.0
// One attempt: its process tree from start to end, its log, its time limit, its result.
// Private to supervise; runs on the worker's event loop.
//
// How the whole tree is ended. The root of every attempt is a subreaper, and so is the worker. A
// descendant that is orphaned becomes a child of its attempt's root while that lives, so the tree
// below the root is complete, whatever double fork, setsid or cleared environment was used; when
// the root ends, what is left below it becomes a child of the worker. An unknown child of the
// worker is therefore always a leftover of an attempt that has ended, and is killed (orphans.h).
// That is exact where marks in the environment or sessions can be shaken off. Python roots make
// themselves subreapers after the zygote's fork. An interpreter without ctypes cannot: for its
// tasks alone session and environment mark decide whether an orphan's attempt still runs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "os/event_loop.h"
#include "os/frame.h"
#include "os/limits/cgroup.h"
#include "os/process.h"
#include "os/user.h"
#include "supervise/containers/kept_containers.h"
#include "supervise/detail/log_file.h"
#include "supervise/detail/measures/usage_meter.h"
#include "supervise/detail/message.h"
#include "supervise/detail/task_output.h"
#include "supervise/detail/zygote.h"
#include "wire/worker.h"

namespace aiflow::supervise::detail {

struct AttemptSettings {
  /// This attempt's private folder (work/). Given back empty: making and removing folders
  /// costs more than a short task, so the next attempt uses it again.
  os::Path directory;
  os::Path token_file;
  std::string mark;  ///< value of AIFLOW_ATTEMPT, unique on the machine
  std::map<std::string, std::string> base_env;
  Duration grace;
  std::uint64_t log_bytes_max;
  os::CgroupPlaces groups;  ///< where limits are made
  std::string group;        ///< name of its own
  /// The interpreter of tasks that cannot be forked from the zygote, and the folder of the SDK.
  std::string python;
  os::Path sdk;
  os::Path container_program;             ///< aiflow-docker; empty: this worker has no Docker
  std::vector<std::string> run_as_users;  ///< that a task may run as
  /// Where a container is noted that may outlive this worker; none: it ends with it.
  const KeptContainers* kept = nullptr;
  /// Goes on with what an earlier worker left.
  std::optional<KeptContainer> adopted{};
  /// Kills by the kernel's out-of-memory handling before the start, a heartbeat old at most.
  std::uint64_t oom_kills_before;
};

struct AttemptEvents {
  std::function<void(int pid)> started;
  std::function<void(wire::Progress)> progress;
  std::function<void(wire::TaskXComGet)> xcom_asked;
  std::function<void(const wire::AttemptSample&)> measured;
  /// The task's fields, of an attempt that has gone on for a while.
  std::function<void(const json::Value&)> rendered;
  /// Its process is gone; the report comes next. Another attempt may start at once.
  std::function<void()> slot_free;
  /// The last call; the attempt may be destroyed from a later callback of the loop, not inside.
  std::function<void(wire::Finished)> finished;
};

class Attempt {
 public:
  Attempt(const Clock& clock, os::EventLoop& loop, wire::Job job, AttemptSettings settings);
  ~Attempt();
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  void start(Zygote& zygote, AttemptEvents events);
  /// SIGTERM to the whole tree, SIGKILL after the grace; `outcome` is what will be reported then.
  struct End {
    std::string cause;
    Outcome outcome = Outcome::killed;
    Duration grace{};
  };
  void end(const End& end);
  void answer_xcom(const wire::TaskXComValue& value);
  /// Its processes are in the table that is made now.
  [[nodiscard]] bool is_measure_due(SteadyTime now) const;
  void measure(const os::ProcessTable& processes);

  [[nodiscard]] wire::AttemptRef ref() const { return {job_.key, job_.try_number, job_.epoch}; }
  [[nodiscard]] const os::Path& directory() const { return settings_.directory; }
  [[nodiscard]] const wire::Job& job() const { return job_; }
  [[nodiscard]] int pid() const { return pid_; }
  [[nodiscard]] bool through_zygote() const { return through_zygote_; }
  [[nodiscard]] const std::string& mark() const { return settings_.mark; }

 private:
  struct Pipes {
    os::Pipe out;
    os::Pipe error;
  };
  Status prepare();
  Status find_own_files();
  std::map<std::string, std::string> task_env() const;
  void start_bash(Pipes pipes, const std::string& command);
  void start_python(Zygote& zygote, Pipes pipes);
  void start_fresh_python(Pipes pipes, os::Fd task_end);
  void start_process(os::ProcessOptions options, Pipes pipes);
  Status make_limits();
  Status become_user();
  Status give_to_user(const os::Path& path) const;
  void start_container(Pipes pipes);
  void start_in_container(Pipes pipes);
  void run_container(Pipes pipes, const std::string& spec, std::vector<std::string> words);
  [[nodiscard]] bool note_container();
  void flush_log();
  void on_started(int pid);
  void watch_output(os::Fd& fd, TaskOutput::Stream stream);
  /// False at the end of the stream.
  bool read_output(os::Fd& fd, TaskOutput::Stream stream);
  void drain_output(os::Fd& fd, TaskOutput::Stream stream);
  void on_task_readable();
  void read_task_frames();
  void on_task_frame(const std::string& payload);
  void on_xcom_push(wire::TaskXComPush push);
  void refuse_task(const std::string& reason);
  void adopt();
  void on_root_exit();
  void kill_tree_now();
  void tell_that_it_lives();
  void take_progress(wire::Progress progress);
  void flush_progress();
  void on_container_usage(const wire::TaskUsage& usage);
  void on_task_rendered(wire::TaskRendered rendered);
  void add_measures(wire::Finished& report);
  void arm_execution_timeout();
  void finish(std::optional<os::ExitStatus> status, std::string start_failure);
  void judge(const os::ExitStatus& status, wire::Finished& report);
  void judge_bash(const os::ExitStatus& status, wire::Finished& report);
  void add_return_value_of(Outcome outcome);
  void close_all();
  void empty_directory();

  const Clock& clock_;
  os::EventLoop& loop_;
  wire::Job job_;
  AttemptSettings settings_;
  AttemptEvents events_;
  LogFile log_;
  TaskOutput output_;
  bool is_python_ = false;
  bool through_zygote_ = false;
  WallTime started_at_{};
  int pid_ = 0;
  std::optional<os::Process> process_;
  std::optional<os::Cgroup> group_;  ///< of a job with limits
  std::optional<os::User> user_;     ///< of a job with run_as_user
  os::Fd out_;
  os::Fd error_;
  os::Fd task_;  ///< socket to the Python side, or to aiflow-docker, which tells its result
  os::FrameReader task_reader_{kFrameBytesMax};
  os::Fd lines_;  ///< of a container that may outlive this worker: how much the log has
  std::vector<wire::XComEntry> xcoms_;
  std::size_t xcom_bytes_ = 0;
  std::optional<wire::TaskDone> done_;
  std::string refusal_;  ///< why the attempt fails whatever the task says
  std::optional<End> ending_;
  std::vector<os::EventLoop::TimerId> timers_;
  bool finished_ = false;
  std::optional<wire::Progress> progress_waiting_;
  SteadyTime progress_next_{};
  UsageMeter meter_;
  std::optional<os::EndedUse> ended_;  ///< of what the zygote has waited for
  std::optional<json::Value> rendered_;
  bool is_rendered_told_ = false;
};

/// The worker starts it without a Python process: nothing in it needs one.
[[nodiscard]] bool runs_directly(const wire::Job& job);

/// Kills by the kernel's out-of-memory handling since boot, on this machine; 0 when unknown.
[[nodiscard]] std::uint64_t oom_kill_count();

}  // namespace aiflow::supervise::detail
