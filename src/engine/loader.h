// SPDX-License-Identifier: Apache-2.0
// Loads an engine plug-in: dlopen with RTLD_LOCAL, so that two plug-ins do not see each other's
// symbols, then the version rule of engine_abi.h.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "engine/engine.h"

namespace aiflow::engine {

/// The plug-in stays loaded as long as the Engine or one of its sessions lives. Every error names
/// the file. Errors: not_found (no such file), corrupt (not a shared object, or a function is
/// missing), conflict (its version does not fit ours).
[[nodiscard]] Result<Engine> load_engine(const std::filesystem::path& plugin);

}  // namespace aiflow::engine
