// SPDX-License-Identifier: Apache-2.0
// Makes the job of an attempt. Pure.
#pragma once

#include <filesystem>
#include <string>

#include "conductor/detail/rows.h"
#include "sched/row.h"
#include "store/notice_store.h"
#include "wire/worker.h"

namespace aiflow::conductor::detail {

struct JobParts {
  const sched::TaskInstanceRow& task;
  const sched::RunRow& run;
  const Definition& definition;
  const std::string& dag_file;
  const std::filesystem::path& data_dir;
  bool use_cache = true;  ///< of the run
};

/// All but the token. The task must be in the definition (asserted).
[[nodiscard]] wire::Job make_job(const JobParts& parts);

/// Where an attempt runs now: its task's place, but a worker when something has to be done in
/// Python first (payload prepares_on_worker: templates of a pod are rendered).
[[nodiscard]] std::string executor_of(const dag::Task& task, const sched::TaskInstanceRow& row);

/// A notice has a key as a task has one, so that workers run it as one: its task_id begins with
/// '@', which no task's does.
[[nodiscard]] store::TaskKey notice_key(const store::RunKey& run, const std::string& name);
[[nodiscard]] bool is_notice(const wire::TaskKey& key);

struct NoticeParts {
  const store::NoticeRow& notice;
  const sched::RunRow& run;
  const Definition& definition;
  const std::string& dag_file;
  const std::filesystem::path& data_dir;
};
/// The job that calls the DAG's callback. All but the token.
[[nodiscard]] wire::Job make_notice_job(const NoticeParts& parts);

}  // namespace aiflow::conductor::detail
