// SPDX-License-Identifier: Apache-2.0
// What of the projects a question may show.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace aiflow::store {

/// The projects whose things are shown; nullopt: those of all projects, and what belongs to none.
using Sight = std::optional<std::vector<std::string>>;

}  // namespace aiflow::store
