// SPDX-License-Identifier: Apache-2.0
// Where the log of a try is. The tries of a run share a folder: one for each task costs a short
// task a tenth of its time.
#pragma once

#include <filesystem>

#include "store/keys.h"

namespace aiflow::conductor {

/// logs/<dag>/<run>/try<n>/<task>.log, for a mapped task …/try<n>/mapped/<task>/<map_index>.log.
/// The ids must have been validated: they become names of files.
[[nodiscard]] std::filesystem::path log_path(const std::filesystem::path& logs,
                                             const store::TaskKey& key, int try_number);

/// Of a DAG's callback.
[[nodiscard]] std::filesystem::path notice_log_path(const std::filesystem::path& logs,
                                                    const store::RunKey& run,
                                                    const std::string& name, int attempt);

}  // namespace aiflow::conductor
