// SPDX-License-Identifier: Apache-2.0
// Which database a command works on: --database and --database-password-file, or the environment.
#pragma once

#include <filesystem>
#include <vector>

#include "app/cli/command.h"
#include "db/address.h"

namespace aiflow::app {

[[nodiscard]] std::vector<Parameter> database_parameters();

/// --database, else AIFLOW_DATABASE, else the file aiflow.db in `home`. The password comes from the
/// file of --database-password-file or AIFLOW_DATABASE_PASSWORD_FILE, else from
/// AIFLOW_DATABASE_PASSWORD, which is taken out of the environment so that no child inherits it.
/// Called before any thread starts. Errors: invalid_argument, not_found (the password's file).
[[nodiscard]] Result<db::Address> database_of(const Invocation& in,
                                              const std::filesystem::path& home);

}  // namespace aiflow::app
