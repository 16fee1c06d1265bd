// SPDX-License-Identifier: Apache-2.0
// Containers at the start of a worker: those of an earlier one are gone on with, or removed.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "log/log.h"
#include "supervise/detail/worker_loop.h"

namespace aiflow::supervise::detail {

void WorkerLoop::use_containers(Containers containers) {
  for (const auto& [name, value] : containers.env()) base_env_[name] = value;
  containers_.emplace(std::move(containers));
}

void WorkerLoop::keep_containers(std::vector<KeptContainer> left) {
  std::vector<std::string> marks;
  if (!options_.ends_with_lease) kept_.emplace(kept_folder(options_.home));
  for (KeptContainer& one : left) {
    const AttemptKey key = key_of({one.job.key, one.job.try_number, one.job.epoch});
    const bool reported = std::ranges::any_of(
        spool_.reports(), [&](const auto& entry) { return key_of(entry.second.attempt) == key; });
    if (reported || attempts_.contains(key)) {
      kept_->drop(one.mark);
      continue;
    }
    marks.push_back(one.mark);
    go_on_with(std::move(one));
  }
  containers_->clean_earlier(marks);
}

void WorkerLoop::go_on_with(KeptContainer left) {
  log::info("goes on with a container", {{"task", left.job.key.task_id}});
  // Folders have numbers for names.
  directory_count_ = std::max(directory_count_, std::atoi(left.directory.filename().c_str()));
  AttemptSettings settings = settings_for_next();
  free_directories_.push_back(std::exchange(settings.directory, left.directory));
  settings.mark = left.mark;
  wire::Job job = left.job;
  settings.adopted = std::move(left);
  launch(std::move(job), std::move(settings));
}

}  // namespace aiflow::supervise::detail
