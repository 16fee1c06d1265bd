// SPDX-License-Identifier: Apache-2.0
#include "supervise/worker.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "failpoint/failpoint.h"
#include "log/log.h"
#include "os/environment.h"
#include "os/lock_file.h"
#include "os/process_tree.h"
#include "os/signals.h"
#include "os/system_clock.h"
#include "supervise/containers/kept_containers.h"
#include "supervise/detail/orphans.h"
#include "supervise/detail/worker_loop.h"

namespace aiflow::supervise {
namespace {

Status check(const WorkerOptions& options) {
  if (options.home.empty() || !options.home.is_absolute()) {
    return fail(ErrorCode::invalid_argument, "the worker needs an absolute data directory");
  }
  if (options.slots < 1) {
    return fail(ErrorCode::invalid_argument, "the worker needs at least one slot");
  }
  return {};
}

/// Containers that an earlier worker left and this one can go on with. One elsewhere cannot: its
/// lease ends with it.
std::vector<detail::KeptContainer> left_containers(const WorkerOptions& options) {
  const os::Path folder = detail::kept_folder(options.home);
  if (options.docker && !options.ends_with_lease) return detail::KeptContainers(folder).load();
  static_cast<void>(os::remove_tree(folder));
  return {};
}

/// Removes the folders of attempts that run no more.
Status clear_folders(const os::Path& all, const std::vector<detail::KeptContainer>& left) {
  AIFLOW_TRY(os::make_dirs(all));
  std::vector<os::Path> over;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(all, error)) {
    const bool lives =
        std::ranges::any_of(left, [&](const auto& one) { return one.directory == entry.path(); });
    if (!lives) over.push_back(entry.path());
  }
  if (error) return fail(os::error_from_errno(error.value(), "read '" + all.string() + "'"));
  for (const os::Path& path : over) {
    AIFLOW_TRY(std::filesystem::is_directory(std::filesystem::symlink_status(path, error))
                   ? os::remove_tree(path)
                   : os::remove_file(path));
  }
  return {};
}

/// Ends and removes what a worker before this one left: it may have been killed.
Status clear_remains(const WorkerOptions& options, const std::vector<detail::KeptContainer>& left) {
  failpoint::reach("worker.clearing");
  if (const int count = detail::sweep_leftovers(options.home); count > 0) {
    log::warn("ended processes that an earlier worker left", {{"count", count}});
  }
  os::remove_empty_cgroups(os::cgroup_places(), detail::name_on_machine(options.home) + ".");
  AIFLOW_TRY(clear_folders(options.home / "run/worker", left));
  AIFLOW_TRY(os::make_dirs(options.home / "spool"));
  os::remove_temporaries(options.home / "spool");
  failpoint::reach("worker.cleared");
  return {};
}

Result<os::LockFile> only_one(const os::Path& home) {
  auto lock = os::LockFile::acquire(home / "run/worker.lock");
  if (lock || lock.error().code != ErrorCode::conflict) return lock;
  return fail(ErrorCode::conflict,
              lock.error().message +
                  ", the worker of this data directory: end that one first"
                  " (aiflow workers drain NAME), or give this one another --home");
}

}  // namespace

Status run_worker(const WorkerOptions& options, std::stop_token stop) {
  AIFLOW_TRY(check(options));
  AIFLOW_TRY(os::make_dirs(options.home / "run"));
  AIFLOW_ASSIGN(const auto lock, only_one(options.home));
  AIFLOW_TRY(os::become_subreaper());
  os::ignore_sigpipe();
  std::signal(SIGXFSZ, SIG_IGN);  // a log over a file size limit is a failed write, not our end
  auto left = left_containers(options);
  AIFLOW_TRY(clear_remains(options, left));

  const os::SystemClock clock;
  AIFLOW_ASSIGN(const auto loop, os::EventLoop::create(clock));
  AIFLOW_ASSIGN(const os::Fd signals, os::signal_fd({SIGTERM, SIGINT, SIGUSR1}));
  const os::Fd stopped(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stopped.valid()) return fail(os::error_from_errno(errno, "eventfd"));
  log::info("worker starts",
            {{"id", options.worker_id}, {"slots", options.slots}, {"pid", os::process_id()}});

  detail::WorkerLoop worker(clock, *loop, options);
  if (options.docker) {
    AIFLOW_ASSIGN(auto containers,
                  detail::Containers::create(*loop, *options.docker, options.home));
    worker.use_containers(std::move(containers));
    worker.keep_containers(std::move(left));
  }
  loop->watch(signals.get(), {}, [&] {
    while (const auto signal = os::read_signal(signals.get())) {
      if (*signal == SIGUSR1) {
        worker.drain();
      } else {
        worker.ask_to_end();
      }
    }
  });
  loop->watch(stopped.get(), {}, [&] {
    loop->unwatch(stopped.get());
    worker.stop_tasks();
  });
  const std::stop_callback wake(stop, [&] { ::eventfd_write(stopped.get(), 1); });
  worker.run();
  return {};
}

}  // namespace aiflow::supervise
