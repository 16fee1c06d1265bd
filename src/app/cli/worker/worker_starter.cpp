// SPDX-License-Identifier: Apache-2.0
#include "app/cli/worker/worker_starter.h"

#include <fcntl.h>

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
  if (os::LockFile::holder(options_.home / "run" / "worker.lock") != 0) return;
  const auto log = options_.home / "logs" / "worker.log";
  const os::Fd out(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!out.valid()) {
    log::error("worker not started: its log cannot be opened", {{"log", log}});
    return;
  }
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
  start.fds = {{out.get(), 1}, {out.get(), 2}};
  start.env = os::environment();
  (*start.env)["AIFLOW_DAG_FOLDERS"] = os::path_list(options_.dag_folders);
  auto process = os::Process::start(start);
  if (!process) {
    log::error("worker not started", {{"error", process.error()}});
    return;
  }
  log::info("worker started", {{"pid", process->pid()}});
  process_ = *std::move(process);
  started_at_ = clock_.steady_now();
}

}  // namespace aiflow::app
