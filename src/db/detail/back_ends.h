// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "db/connection.h"

namespace aiflow::db::detail {

[[nodiscard]] Result<std::unique_ptr<Connection>> open_sqlite(const OpenOptions& options);
[[nodiscard]] Result<std::unique_ptr<Connection>> open_mariadb(const OpenOptions& options);

}  // namespace aiflow::db::detail
