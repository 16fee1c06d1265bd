// SPDX-License-Identifier: Apache-2.0
#include "supervise/detail/attempt.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "log/log.h"
#include "os/process_tree.h"
#include "os/socket.h"
#include "supervise/containers/containers.h"

namespace aiflow::supervise::detail {
namespace {

constexpr Duration kOwnLimitLeeway = std::chrono::seconds(5);
/// What SIGKILL ends is gone by then.
constexpr Duration kKillWait = std::chrono::seconds(5);
constexpr std::size_t kReadBytes = 64U << 10;
/// What a pipe can hold at most here, plus what may come while we read: the end of the output of
/// something that never stops writing is not waited for.
constexpr std::size_t kDrainBytesMax = 1U << 20;

/// Where the task's process finds its socket (aiflow.zygote puts it there too).
constexpr int kTaskFd = 3;
/// A task's process without the zygote: the folder of the SDK is its argument.
constexpr const char* kRunTask =
    "import socket, sys; sys.path.insert(0, sys.argv.pop()); from aiflow import run_task; "
    "sys.exit(run_task.main(socket.socket(fileno=3)))";

/// "5s", "300ms"
std::string words_of(std::int64_t ms) {
  if (ms % 1000 == 0) return std::to_string(ms / 1000) + "s";
  return std::to_string(ms) + "ms";
}

/// A member of the payload, or nullptr when missing or null.
const json::Value* member(const json::Value& payload, std::string_view key) {
  const json::Value* value = payload.find(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

bool payload_flag(const json::Value& payload, std::string_view key, bool otherwise) {
  const json::Value* value = member(payload, key);
  return value != nullptr && value->is_bool() ? value->as_bool() : otherwise;
}

/// BashOperator's skip_on_exit_code: a number or a list; 99 when the payload says nothing, none
/// when it says null.
bool skips(const json::Value& payload, int exit_code) {
  const json::Value* codes = payload.find("skip_on_exit_code");
  if (codes == nullptr) return exit_code == 99;
  const auto equals = [&](const json::Value& v) { return v.is_int() && v.as_int() == exit_code; };
  if (codes->is_array()) return std::ranges::any_of(codes->as_array(), equals);
  return equals(*codes);
}

}  // namespace

bool runs_directly(const wire::Job& job) {
  const bool by_worker = job.operator_ == "bash" || job.operator_ == "docker";
  return by_worker && !payload_flag(job.payload, "templated", false);
}

Attempt::Attempt(const Clock& clock, os::EventLoop& loop, wire::Job job, AttemptSettings settings)
    : clock_(clock),
      loop_(loop),
      job_(std::move(job)),
      settings_(std::move(settings)),
      log_(clock, settings_.log_bytes_max),
      output_(log_, [this](wire::Progress progress) { take_progress(std::move(progress)); }) {}

Attempt::~Attempt() { close_all(); }

void Attempt::start(Zygote& zygote, AttemptEvents events) {
  events_ = std::move(events);
  started_at_ = settings_.adopted ? settings_.adopted->started_at : clock_.now();
  meter_.begin(clock_.steady_now(), std::max(clock_.now() - started_at_, Duration{}));
  if (settings_.adopted) output_.resume(settings_.adopted->lines);
  log_.begin(job_.log_path, (settings_.adopted ? "going on with " : "starting ") + job_.operator_ +
                                ", try " + std::to_string(job_.try_number));
  if (auto ready = prepare(); !ready) {
    return finish(std::nullopt, "could not start: " + ready.error().message);
  }
  auto out = os::make_pipe();
  auto error = os::make_pipe();
  if (!out || !error) return finish(std::nullopt, "could not start: no file descriptors are left");
  Pipes pipes{*std::move(out), *std::move(error)};
  if (uses_containers(job_) && settings_.container_program.empty()) {
    return finish(std::nullopt, "could not start: this worker has no Docker (--docker)");
  }
  if (job_.executor == "docker" && (job_.operator_ == "bash" || job_.operator_ == "python")) {
    return start_in_container(std::move(pipes));
  }
  if (!runs_directly(job_)) return start_python(zygote, std::move(pipes));
  if (job_.operator_ == "docker") return start_container(std::move(pipes));
  const json::Value* command = member(job_.payload, "bash_command");
  if (command == nullptr || !command->is_string()) {
    return finish(std::nullopt, "could not start: the task has no bash_command");
  }
  start_bash(std::move(pipes), command->as_string());
}

Status Attempt::prepare() {
  AIFLOW_TRY(become_user());
  const os::Path work = settings_.directory / "work";
  AIFLOW_TRY(os::make_dirs(work));
  AIFLOW_TRY(give_to_user(work));
  AIFLOW_TRY(make_limits());
  AIFLOW_TRY(find_own_files());
  if (job_.token.empty()) return {};
  const os::Path& token = settings_.token_file;
  const os::Fd fd(::open(token.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd.valid()) return fail(os::error_from_errno(errno, "write '" + token.string() + "'"));
  AIFLOW_TRY(give_to_user(token));
  return os::write_all(fd.get(), job_.token);
}

/// A container has its own user (task_container.h).
Status Attempt::become_user() {
  if (!job_.run_as_user) return {};
  if (job_.operator_ == "docker") {
    return fail(ErrorCode::invalid_argument,
                "a DockerOperator's container has the user that user= says, not run_as_user");
  }
  if (uses_containers(job_)) return {};
  const std::string& wanted = *job_.run_as_user;
  if (std::ranges::find(settings_.run_as_users, wanted) == settings_.run_as_users.end()) {
    return fail(ErrorCode::denied, "this worker runs no task as user '" + wanted +
                                       "': start it with --run-as-users " + wanted +
                                       ", or give the task executor=\"docker\"");
  }
  if (::geteuid() != 0) {
    return fail(ErrorCode::denied, "only a worker that runs as root has tasks of other users");
  }
  AIFLOW_ASSIGN(user_, os::find_user(wanted));
  // Its token and its folder are in folders of the worker's: to be passed through, not to be
  // listed.
  const os::Path& own = settings_.directory;
  AIFLOW_TRY(os::make_dirs(own));
  for (const os::Path& folder : {settings_.token_file.parent_path(), own, own.parent_path(),
                                 own.parent_path().parent_path()}) {
    if (::chmod(folder.c_str(), 0711) == 0) continue;
    return fail(os::error_from_errno(errno, "open '" + folder.string() + "' to other users"));
  }
  return {};
}

Status Attempt::give_to_user(const os::Path& path) const {
  if (!user_ || ::lchown(path.c_str(), user_->uid, user_->gid) == 0) return {};
  return fail(os::error_from_errno(errno, "give '" + path.string() + "' to " + user_->name));
}

Status Attempt::make_limits() {
  if (!job_.resources || uses_containers(job_)) return {};  // a container has its own
  const os::CgroupLimits limits{.cpus = job_.resources->cpus,
                                .memory_bytes = job_.resources->memory_bytes,
                                .pids = job_.resources->pids};
  AIFLOW_ASSIGN(auto group, os::Cgroup::create(settings_.groups, settings_.group, limits));
  group_.emplace(std::move(group));
  return {};
}

std::map<std::string, std::string> Attempt::task_env() const {
  auto env = settings_.base_env;
  const json::Value* own = job_.operator_ == "bash" ? member(job_.payload, "env") : nullptr;
  if (own != nullptr && own->is_object() && runs_directly(job_)) {
    // As in Airflow, env replaces the environment unless append_env; what a command needs to find
    // programs and AIflow stays.
    const auto stays = [](const std::string& name) {
      return name.starts_with("AIFLOW_") || name == "PATH" || name == "HOME";
    };
    if (!payload_flag(job_.payload, "append_env", false)) {
      std::erase_if(env, [&](const auto& entry) { return !stays(entry.first); });
    }
    for (const auto& [key, value] : own->as_object()) {
      env[key] = value.is_string() ? value.as_string() : json::write(value);
    }
  }
  if (user_) {
    env["HOME"] = user_->home;
    env["USER"] = env["LOGNAME"] = user_->name;
  }
  for (const auto& [key, value] : job_.env) env[key] = value;
  if (!settings_.container_program.empty()) env.merge(container_env(job_));
  env["AIFLOW_ATTEMPT"] = settings_.mark;
  env["AIFLOW_WORK_DIR"] = (settings_.directory / "work").string();
  if (!job_.token.empty()) env["AIFLOW_TOKEN_FILE"] = settings_.token_file.string();
  return env;
}

void Attempt::start_bash(Pipes pipes, const std::string& command) {
  const json::Value* cwd = member(job_.payload, "cwd");
  os::ProcessOptions options;
  options.argv = {"bash", "-c", command};
  options.env = task_env();
  options.cwd = cwd != nullptr && cwd->is_string() ? os::Path(cwd->as_string())
                                                   : settings_.directory / "work";
  options.fds = {{pipes.out.write_end.get(), 1}, {pipes.error.write_end.get(), 2}};
  start_process(std::move(options), std::move(pipes));
}

/// The attempt's root process, in its limits.
void Attempt::start_process(os::ProcessOptions options, Pipes pipes) {
  options.die_with_parent = true;
  options.subreaper = true;
  if (group_) options.join = group_->joins();
  if (user_) options.run_as = {user_->uid, user_->gid};
  auto process = os::Process::start(options);
  if (!process) return finish(std::nullopt, process.error().message);
  process_ = *std::move(process);
  out_ = std::move(pipes.out.read_end);
  error_ = std::move(pipes.error.read_end);
  loop_.watch(process_->pidfd(), {}, [this] { on_root_exit(); });
  on_started(process_->pid());
}

void Attempt::start_python(Zygote& zygote, Pipes pipes) {
  is_python_ = true;
  auto pair = os::socket_pair();
  os::Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!pair || !null.valid()) {
    return finish(std::nullopt, "could not start: no file descriptors are left");
  }
  task_ = std::move(pair->first);
  // A fork of the zygote could leave its limits again before it is in them, and is the worker's.
  if (group_ || user_) return start_fresh_python(std::move(pipes), std::move(pair->second));
  through_zygote_ = true;
  out_ = std::move(pipes.out.read_end);
  error_ = std::move(pipes.error.read_end);
  Zygote::Request request;
  request.cwd = (settings_.directory / "work").string();
  request.dag_file = job_.dag_file;
  request.env = task_env();
  request.fds = {std::move(null), std::move(pipes.out.write_end), std::move(pipes.error.write_end),
                 std::move(pair->second)};
  request.callbacks.forked = [this](Result<int> pid) {
    if (!pid) return finish(std::nullopt, "could not start: " + pid.error().message);
    on_started(*pid);
  };
  request.callbacks.exited = [this](os::ExitStatus status, std::optional<os::EndedUse> use) {
    ::kill(-pid_, SIGKILL);  // what it left in its group
    ended_ = use;
    finish(status, "");
  };
  request.callbacks.orphaned = [this] { adopt(); };
  zygote.start_task(std::move(request));
}

/// An interpreter of its own: it is in its limits from its first instruction.
void Attempt::start_fresh_python(Pipes pipes, os::Fd task_end) {
  os::ProcessOptions options;
  options.argv = {settings_.python, "-c", kRunTask, settings_.sdk.string()};
  options.env = task_env();
  options.cwd = settings_.directory / "work";
  options.fds = {
      {pipes.out.write_end.get(), 1}, {pipes.error.write_end.get(), 2}, {task_end.get(), kTaskFd}};
  start_process(std::move(options), std::move(pipes));
}

void Attempt::on_started(int pid) {
  pid_ = pid;
  watch_output(out_, TaskOutput::Stream::standard_out);
  watch_output(error_, TaskOutput::Stream::standard_error);
  if (is_python_) {
    wire::TaskStart start{.job = job_, .takes_rendered = true};
    start.job.token.clear();  // it is in the token file
    static_cast<void>(os::set_nonblocking(task_.get()));
    // The process is new and its socket empty: a job fits into the buffer or waits a moment for
    // the reader. One that does not read in time fails by its exit.
    static_cast<void>(os::send_all(task_.get(), encode("TaskStart", start),
                                   Deadline::after(clock_, std::chrono::seconds(5))));
  }
  if (task_.valid()) loop_.watch(task_.get(), {}, [this] { on_task_readable(); });
  arm_execution_timeout();
  events_.started(pid);
  if (!ending_) return;
  const End wanted = *std::exchange(ending_, std::nullopt);  // asked for before there was a process
  end(wanted);
}

void Attempt::arm_execution_timeout() {
  if (!job_.execution_timeout_ms || *job_.execution_timeout_ms <= 0) return;
  const std::int64_t ms = *job_.execution_timeout_ms;
  // A Python task keeps its limit itself, so that its callbacks run; this is for one that cannot.
  const Duration leeway = is_python_ ? kOwnLimitLeeway : Duration{0};
  const auto used = std::max(clock_.now() - started_at_, Duration{0});
  const auto left = std::max(Duration(std::chrono::milliseconds(ms)) - used, Duration{0});
  timers_.push_back(loop_.after(left + leeway, [this, ms] {
    end({.cause = "timed out after " + words_of(ms),
         .outcome = Outcome::failed,
         .grace = settings_.grace});
  }));
}

void Attempt::watch_output(os::Fd& fd, TaskOutput::Stream stream) {
  static_cast<void>(os::set_nonblocking(fd.get()));
  loop_.watch(fd.get(), {}, [this, &fd, stream] {
    if (read_output(fd, stream)) return;
    loop_.unwatch(fd.get());
    fd.reset();
  });
}

bool Attempt::read_output(os::Fd& fd, TaskOutput::Stream stream) {
  std::array<char, kReadBytes> buffer;
  const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  output_.feed(stream, {buffer.data(), static_cast<std::size_t>(got)});
  flush_log();
  return true;
}

void Attempt::drain_output(os::Fd& fd, TaskOutput::Stream stream) {
  std::array<char, kReadBytes> buffer;
  std::size_t total = 0;
  while (fd.valid() && total < kDrainBytesMax) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    output_.feed(stream, {buffer.data(), static_cast<std::size_t>(got)});
    total += static_cast<std::size_t>(got);
  }
}

void Attempt::on_root_exit() {
  // Still a zombie, so its number still names its group: what it left there ends before the reap.
  process_->signal_group(SIGKILL);
  loop_.unwatch(process_->pidfd());
  const auto status = process_->poll();
  finish(status.value_or(os::ExitStatus{.exit_code = 255}), "");
}

void Attempt::end(const End& wanted) {
  if (finished_ || ending_) return;
  ending_ = wanted;
  if (pid_ == 0) return;
  log_.note("ending the task: " + wanted.cause);
  if (wanted.grace <= Duration{0}) return kill_tree_now();
  os::signal_tree(pid_, SIGTERM);
  timers_.push_back(loop_.after(wanted.grace, [this] { kill_tree_now(); }));
}

void Attempt::kill_tree_now() {
  os::kill_tree(pid_);
  timers_.push_back(loop_.after(kKillWait, [this] { tell_that_it_lives(); }));
}

/// Nothing ends a process that waits for a device or a file system. The attempt goes on and keeps
/// its slot, so that no other try runs beside it.
void Attempt::tell_that_it_lives() {
  log_.note("process " + std::to_string(pid_) +
            " does not end after SIGKILL: it waits in the kernel, for a disk or a network file "
            "system; its slot stays taken until it ends");
  log::warn("a task does not end after SIGKILL, its slot stays taken",
            {{"task", job_.key.task_id}, {"pid", pid_}});
}

void Attempt::finish(std::optional<os::ExitStatus> status, std::string start_failure) {
  if (finished_) return;
  finished_ = true;
  const WallTime ended_at = clock_.now();
  events_.slot_free();
  drain_output(out_, TaskOutput::Stream::standard_out);
  drain_output(error_, TaskOutput::Stream::standard_error);
  output_.finish();
  flush_progress();
  read_task_frames();
  wire::Finished report;
  report.attempt = ref();
  report.started_at = started_at_;
  report.ended_at = ended_at;
  if (status) {
    judge(*status, report);
  } else {
    report.outcome = Outcome::failed;
    report.cause = std::move(start_failure);
  }
  if (pid_ != 0) add_measures(report);
  log_.end("ended: " + std::string(to_string(report.outcome)) +
               (report.cause.empty() ? "" : ", " + report.cause),
           report.outcome == Outcome::success && report.cause.empty());
  if (!log_.truncation().empty()) {
    log::warn("log truncated", {{"log", job_.log_path}, {"reason", log_.truncation()}});
  }
  close_all();
  empty_directory();
  events_.finished(std::move(report));
}

void Attempt::judge(const os::ExitStatus& status, wire::Finished& report) {
  if (status.exit_code) report.exit_code = *status.exit_code;
  if (status.signal) report.signal = *status.signal;
  report.outcome = status.success() ? Outcome::success : Outcome::failed;
  if (!status.success()) report.cause = os::describe(status);
  if (status.signal == SIGKILL && oom_kill_count() > settings_.oom_kills_before) {
    report.cause = "out of memory (killed by the kernel)";
  }
  if (group_ && !status.success() && group_->ran_out_of_memory()) {
    report.cause = "out of memory: over its limit of " +
                   std::to_string(job_.resources->memory_bytes.value_or(0) >> 20) + " MiB";
  }
  if (ending_) {
    report.outcome = ending_->outcome;
    report.cause = ending_->cause;
  } else if (!refusal_.empty()) {
    report.outcome = Outcome::failed;
    report.cause = refusal_;
  } else if (done_) {
    report.outcome = done_->outcome;
    report.cause = done_->cause;
    report.branch = done_->branch;
    report.skip_all_downstream = done_->skip_all_downstream;
    report.reschedule_at = done_->reschedule_at;
    report.deferral = done_->deferral;
    report.assets = done_->assets;
    report.cache_key = done_->cache_key;
    report.cache_ttl_ms = done_->cache_ttl_ms;
    report.retry_delay_ms = done_->retry_delay_ms;
    if (!is_python_) add_return_value_of(report.outcome);
  } else if (!is_python_) {
    judge_bash(status, report);
  } else if (status.success()) {
    // The process may have ended itself (os._exit) in the middle of the user's code.
    report.outcome = Outcome::failed;
    report.cause = "the task's process ended without saying how the task went";
  }
  if (group_ && !ending_ && report.outcome == Outcome::failed && group_->ran_out_of_pids()) {
    report.cause += " (it reached its limit of " +
                    std::to_string(job_.resources->pids.value_or(0)) + " processes)";
  }
  if (report.outcome == Outcome::success || report.outcome == Outcome::skipped ||
      report.outcome == Outcome::deferred) {
    report.xcoms = std::move(xcoms_);
  }
}

void Attempt::judge_bash(const os::ExitStatus& status, wire::Finished& report) {
  if (status.exit_code && *status.exit_code != 0 && skips(job_.payload, *status.exit_code)) {
    report.outcome = Outcome::skipped;
    report.cause = "exit code " + std::to_string(*status.exit_code) + " means skipped";
  }
  add_return_value_of(report.outcome);
}

void Attempt::add_return_value_of(Outcome outcome) {
  if (outcome != Outcome::success || !payload_flag(job_.payload, "do_xcom_push", true)) return;
  auto value = output_.return_value();
  if (!value) return;
  if (!*value) return log_.note(value->error().message);
  xcoms_.push_back({.key = "return_value", .value = **std::move(value)});
}

void Attempt::close_all() {
  for (const auto timer : timers_) loop_.cancel(timer);
  timers_.clear();
  for (os::Fd* fd : {&out_, &error_, &task_}) {
    if (!fd->valid()) continue;
    loop_.unwatch(fd->get());
    fd->reset();
  }
  if (process_) loop_.unwatch(process_->pidfd());
}

void Attempt::empty_directory() {
  if (!job_.token.empty()) ::unlink(settings_.token_file.c_str());
  // As we made it and empty: nothing to do. The task may have done anything to it.
  const os::Path work = settings_.directory / "work";
  struct stat info{};
  const bool untouched = ::lstat(work.c_str(), &info) == 0 && info.st_mode == (S_IFDIR | 0700) &&
                         info.st_uid == ::geteuid() && os::is_empty_dir(work);
  if (untouched) return;
  if (auto removed = os::remove_tree(settings_.directory); !removed) {
    log::warn("an attempt's folder stays behind", {{"reason", removed.error()}});
  }
}

}  // namespace aiflow::supervise::detail
