// SPDX-License-Identifier: Apache-2.0
// What a running task asks of others' XComs.
#pragma once

#include "base/result.h"
#include "db/connection.h"
#include "wire/worker.h"

namespace aiflow::conductor::detail {

/// The one item that was asked for (with the list's length), or else the whole value.
[[nodiscard]] Result<wire::XComValue> answer_xcom(db::Connection& db,
                                                  const wire::XComGet& question);

}  // namespace aiflow::conductor::detail
