// SPDX-License-Identifier: Apache-2.0
// Makes the job of an attempt. Pure.
#pragma once

#include <filesystem>
#include <string>

#include "conductor/detail/rows.h"
#include "sched/row.h"
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

}  // namespace aiflow::conductor::detail
