// SPDX-License-Identifier: Apache-2.0
#include "supervise/parse_dag_file.h"

#include <poll.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <deque>
#include <optional>

#include "base/duration_text.h"
#include "json/value.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/process.h"
#include "os/system_clock.h"
#include "supervise/sdk.h"

namespace aiflow::supervise {
namespace {

constexpr int kResultFd = 3;
constexpr unsigned kNobody = 65534;

using Files = std::deque<os::Path>;

/// What the child writes and has not been used yet.
struct Stream {
  os::Fd fd;
  std::string bytes = {};

  /// Reads once; closes at the end of the stream.
  void read_some() {
    std::array<char, 64U << 10> buffer;
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return fd.reset();
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
  }
  void keep_last(std::size_t count) {
    if (bytes.size() > count) bytes.erase(0, bytes.size() - count);
  }
  [[nodiscard]] bool has_line() const { return bytes.find('\n') != std::string::npos; }
  std::string take_line() {
    const auto end = bytes.find('\n');
    std::string line = bytes.substr(0, end);
    bytes.erase(0, end + 1);
    return line;
  }
};

struct Run {
  os::Process process;
  Stream result;
  Stream output;
};

enum class End { exited, timed_out, too_large };

/// Whether the user nobody may read `path`, all folders above included. Only this thread's file
/// access changes for a moment.
bool nobody_can_read(const os::Path& path) {
  const int uid = ::setfsuid(kNobody);
  const int gid = ::setfsgid(kNobody);
  const os::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  ::setfsuid(static_cast<uid_t>(uid));
  ::setfsgid(static_cast<gid_t>(gid));
  return fd.valid();
}

os::ProcessOptions process_options(const ParseOptions& options, const std::string& module,
                                   const Files& files) {
  os::ProcessOptions process;
  process.argv = {options.python, "-m", module};
  for (const auto& file : files) process.argv.push_back(file.string());
  // Nothing of the server's environment: it may hold secrets, the file is somebody's code.
  process.env = {{"PATH", os::get_env("PATH").value_or("/usr/local/bin:/usr/bin:/bin")},
                 {"PYTHONPATH", options.sdk.string()},
                 {"PYTHONDONTWRITEBYTECODE", "1"},
                 {"HOME", "/nonexistent"},
                 {"LANG", "C.UTF-8"}};
  if (!options.dag_folders.empty()) {
    process.env->emplace("AIFLOW_DAG_FOLDERS", os::path_list(options.dag_folders));
  }
  process.cwd = "/";
  process.limits = {.address_space_bytes = options.address_space_bytes_max,
                    .cpu_s = options.cpu_s_max,
                    .file_bytes = options.file_bytes_max,
                    .open_files = 256,
                    .processes = options.processes_max,
                    .core_bytes = 0};
  process.die_with_parent = true;
  process.contain_tree = true;
  process.no_new_privileges = true;
  process.try_no_network = true;
  // The number of processes is limited for other users than root only.
  if (os::is_root()) process.run_as = {kNobody, kNobody};
  process.read_all_files = !std::ranges::all_of(files, nobody_can_read) ||
                           !nobody_can_read(options.sdk / "aiflow/parse.py");
  return process;
}

/// `result_fd`: where the child writes its answer.
Result<Run> start(const ParseOptions& options, const std::string& module, const Files& files,
                  int result_fd) {
  AIFLOW_ASSIGN(auto result, os::make_pipe());
  AIFLOW_ASSIGN(auto output, os::make_pipe());
  auto process_opts = process_options(options, module, files);
  process_opts.fds = {{output.write_end.get(), 1},
                      {output.write_end.get(), 2},
                      {result.write_end.get(), result_fd}};
  if (result_fd == 1) process_opts.fds.erase(process_opts.fds.begin());
  AIFLOW_ASSIGN(auto process, os::Process::start(process_opts));
  AIFLOW_TRY(os::set_nonblocking(result.read_end.get()));
  AIFLOW_TRY(os::set_nonblocking(output.read_end.get()));
  return Run{.process = std::move(process),
             .result = {.fd = std::move(result.read_end)},
             .output = {.fd = std::move(output.read_end)}};
}

/// Reads until there is a line, or the process (its guard, so the whole tree) has ended or must be
/// ended.
std::optional<End> follow(Run& run, const ParseOptions& options) {
  const os::SystemClock clock;
  const Deadline deadline = Deadline::after(clock, options.wall_max);
  while (!run.result.has_line()) {
    if (run.result.bytes.size() > options.result_bytes_max) return End::too_large;
    const Duration left = deadline.left(clock.steady_now());
    if (left == Duration{0}) return End::timed_out;
    std::array<pollfd, 3> waits{pollfd{run.process.pidfd(), POLLIN, 0},
                                pollfd{run.result.fd.get(), POLLIN, 0},
                                pollfd{run.output.fd.get(), POLLIN, 0}};
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    ::poll(waits.data(), waits.size(), static_cast<int>(std::min<std::int64_t>(ms, 60'000)));
    if (waits[1].revents != 0) run.result.read_some();
    if (waits[2].revents != 0) run.output.read_some();
    run.output.keep_last(options.output_bytes_kept);
    const bool readable = waits[1].revents != 0 || waits[2].revents != 0;
    if (waits[0].revents != 0 && !readable) return End::exited;
  }
  return std::nullopt;
}

/// The guard ends the tree on SIGTERM; should it hang, its own end takes the command with it.
os::ExitStatus end_tree(os::Process& process) {
  const os::SystemClock clock;
  process.send_signal(SIGTERM);
  if (auto ended = process.wait(Deadline::after(clock, std::chrono::seconds(5)))) return *ended;
  process.send_signal(SIGKILL);
  return process.wait(Deadline::never()).value_or(os::ExitStatus{.exit_code = 255});
}

wire::DagFile broken(const os::Path& file, std::string kind, std::string message) {
  wire::ParseError error;
  error.file = file.string();
  error.kind = std::move(kind);
  error.message = file.string() + ": " + message;
  return {.file = file.string(), .dags = {}, .error = std::move(error)};
}

/// The end of what was printed, as a hint; only printable ASCII and newlines are kept.
std::string output_tail(const std::string& output) {
  constexpr std::size_t kTailBytes = 4000;
  std::string tail = output.substr(output.size() - std::min(output.size(), kTailBytes));
  std::ranges::replace_if(tail, [](char c) { return c != '\n' && (c < ' ' || c > '~'); }, '?');
  return tail;
}

wire::DagFile crashed(const os::Path& file, const os::ExitStatus& status, const Run& run) {
  std::string words = "the parser ended without a result: " + os::describe(status);
  if (status.signal == SIGXCPU || status.signal == SIGKILL) {
    words += "; the file uses too much processor time or memory at import";
  }
  wire::DagFile made = broken(file, "crash", words);
  made.error->traceback = output_tail(run.output.bytes);
  return made;
}

wire::DagFile read_result(const os::Path& file, const std::string& line) {
  auto value = json::parse(line);
  auto parsed =
      value ? wire::parse_dag_file(*value) : Result<wire::DagFile>(fail(std::move(value.error())));
  if (!parsed) {
    return broken(file, "bad_result",
                  "the parser's result cannot be read: " + parsed.error().message);
  }
  parsed->file = file.string();
  return *std::move(parsed);
}

/// `end`: why there is no result of the file.
wire::DagFile unfinished(const ParseOptions& options, const os::Path& file, End end, Run& run) {
  const os::ExitStatus status = end_tree(run.process);
  switch (end) {
    case End::timed_out:
      return broken(file, "timeout",
                    "importing it takes longer than " + seconds_text(options.wall_max) +
                        "; move slow work out of the top level of the file into tasks");
    case End::too_large:
      return broken(file, "too_large",
                    "its DAGs are larger than " + std::to_string(options.result_bytes_max) +
                        " bytes; split the file");
    case End::exited: break;
  }
  return crashed(file, status, run);
}

/// One process for as many of the files as it gets through, at least one; takes them away.
void parse_some(const ParseOptions& options, Files& files, const ParsedFile& done) {
  const auto give = [&](Result<wire::DagFile> parsed) {
    const os::Path file = std::move(files.front());
    files.pop_front();
    if (!done(file, std::move(parsed))) files.clear();
  };
  if (const Status sdk = check_sdk(options.python, options.sdk); !sdk) {
    return give(broken(files.front(), "no_sdk", sdk.error().message));
  }
  auto run = start(options, "aiflow.parse", files, kResultFd);
  if (!run) return give(fail(run.error()));
  std::size_t results = 0;
  std::optional<End> end;
  for (; !files.empty() && !(end = follow(*run, options)); ++results) {
    give(read_result(files.front(), run->result.take_line()));
    run->output.bytes.clear();
  }
  const os::ExitStatus status = end_tree(run->process);
  // It stops by itself after a file that has left processes behind.
  const bool stopped = end == End::exited && status.success() && results > 0;
  if (!files.empty() && !stopped) give(unfinished(options, files.front(), *end, *run));
}

}  // namespace

void parse_dag_files(const ParseOptions& options, std::vector<std::filesystem::path> files,
                     const ParsedFile& done) {
  // The right to read every file is given to those only that cannot be read without it.
  Files open;
  Files closed;
  for (auto& file : files) (nobody_can_read(file) ? open : closed).push_back(std::move(file));
  bool goes_on = true;
  const ParsedFile stop_at_once = [&](const os::Path& file, Result<wire::DagFile> parsed) {
    return goes_on = done(file, std::move(parsed));
  };
  for (Files* left : {&open, &closed}) {
    while (goes_on && !left->empty()) parse_some(options, *left, stop_at_once);
  }
}

Result<std::string> module_answer(const ParseOptions& options, const std::string& module) {
  auto run = start(options, module, {}, STDOUT_FILENO);
  if (!run) return fail(ErrorCode::unavailable, run.error().message);
  const auto end = follow(*run, options);
  const os::ExitStatus status = end_tree(run->process);
  if (!end) return run->result.take_line();
  run->output.read_some();
  return fail(ErrorCode::unavailable, module + " gave no answer: " + os::describe(status) + "\n" +
                                          output_tail(run->output.bytes));
}

}  // namespace aiflow::supervise
