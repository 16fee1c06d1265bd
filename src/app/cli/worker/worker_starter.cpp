// SPDX-License-Identifier: Apache-2.0
#include "app/cli/worker/worker_starter.h"

#include <fcntl.h>

#include <csignal>

#include "digest/sha256.h"
#include "log/log.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/lock_file.h"

namespace aiflow::app {
namespace {

/// A worker that was started has so long to connect before another one is tried.
constexpr auto kWorkerStartTime = std::chrono::seconds(10);
/// One that ends at once, over and over, is not started more often than this.
constexpr auto kWorkerStartPause = std::chrono::seconds(2);
/// Seconds that an idle worker waits for a server that starts again.
constexpr const char* kWorkerLeaveAfter = "30";
constexpr std::size_t kNoteBytesMax = 256;

/// Stands for the command and for the variables that configure AIflow, which may be secrets.
std::string print_of(const os::ProcessOptions& start) {
  std::string all;
  for (const std::string& word : start.argv) all.append(word).push_back('\0');
  for (const auto& [name, value] : *start.env) {
    if (!name.starts_with("AIRFLOW_") && !name.starts_with("AIFLOW_")) continue;
    all.append(name).append("=").append(value).push_back('\0');
  }
  return digest::sha256_of(all);
}

/// Beside the lock: "PID PRINT" of the worker that was started last.
std::filesystem::path note_of(const ServeOptions& options) {
  return options.home / "run" / "worker.start";
}

/// What that worker was started with; empty: it is not one that a server started.
std::string noted_print(const std::filesystem::path& note, int pid) {
  const auto text = os::read_file(note, kNoteBytesMax);
  const std::string start = std::to_string(pid) + " ";
  return text && text->starts_with(start) ? text->substr(start.size()) : std::string();
}

}  // namespace

std::filesystem::path program(const ServeOptions& options, const char* name) {
  const auto folder =
      options.programs.empty() ? os::program_path().parent_path() : options.programs;
  return folder / name;
}

void WorkerStarter::serving() {
  const std::scoped_lock lock(mutex_);
  is_serving_ = true;
}

void WorkerStarter::want() {
  const std::scoped_lock lock(mutex_);
  if (!is_serving_) return;
  if (process_) {
    const auto pause = process_->poll() ? kWorkerStartPause : kWorkerStartTime;
    if (clock_.steady_now() - started_at_ < pause) return;
  }
  if (const int pid = os::LockFile::holder(options_.home / "run" / "worker.lock"); pid != 0) {
    return end_when_changed(pid);
  }
  const auto log = options_.home / "logs" / "worker.log";
  const os::Fd out(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!out.valid()) {
    log::error("worker not started: its log cannot be opened", {{"log", log}});
    return;
  }
  os::ProcessOptions start = wanted();
  start.fds = {{out.get(), 1}, {out.get(), 2}};
  auto process = os::Process::start(start);
  if (!process) {
    log::error("worker not started", {{"error", process.error()}});
    return;
  }
  log::info("worker started", {{"pid", process->pid()}});
  const std::string note = std::to_string(process->pid()) + " " + print_of(start);
  if (const auto noted = os::write_atomic(note_of(options_), note); !noted) {
    log::warn("a server after this one cannot tell the worker's options",
              {{"error", noted.error()}});
  }
  process_ = *std::move(process);
  started_at_ = clock_.steady_now();
}

os::ProcessOptions WorkerStarter::wanted() const {
  os::ProcessOptions start;
  start.argv = {program(options_, "aiflow").string(),
                "worker",
                "--home",
                options_.home.string(),
                "--slots",
                std::to_string(options_.worker_slots),
                "--leave-after",
                kWorkerLeaveAfter};
  start.argv.insert(start.argv.end(), options_.worker_words.begin(), options_.worker_words.end());
  start.env = os::environment();
  (*start.env)["AIFLOW_DAG_FOLDERS"] = os::path_list(options_.dag_folders);
  return start;
}

/// One that a server before this one started goes on with what it was started with.
void WorkerStarter::end_when_changed(int pid) {
  const std::string print = noted_print(note_of(options_), pid);
  if (print.empty() || pid == ending_ || print == print_of(wanted())) return;
  ending_ = pid;
  log::warn(
      "the worker has options or variables of before: it takes no new tasks, and a new one "
      "starts when its last one has ended",
      {{"pid", pid}});
  ::kill(pid, SIGUSR1);  // which, unlike SIGTERM, may come twice
}

}  // namespace aiflow::app
