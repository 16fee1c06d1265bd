// SPDX-License-Identifier: Apache-2.0
// Where the log of a try is: logs/<dag>/<run>/<task>/<map_index>/<try>.log in the data directory.
#pragma once

#include <filesystem>

#include "store/keys.h"

namespace aiflow::conductor {

/// The ids must have been validated: they become folder names.
[[nodiscard]] std::filesystem::path log_path(const std::filesystem::path& data_dir,
                                             const store::TaskKey& key, int try_number);

}  // namespace aiflow::conductor
