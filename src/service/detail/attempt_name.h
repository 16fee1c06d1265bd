// SPDX-License-Identifier: Apache-2.0
// How the history, and what a task has made, name a task's try. For people to read, and such that
// its parts can be had back from it. Private to service.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/worker.h"

namespace aiflow::service::detail {

/// "task etl/load[2], try 3, of run r1": its DAG, id, map index (none: not mapped) and run. Ids
/// hold none of the signs between them (dag::validate, sched's rule for run ids).
[[nodiscard]] std::string attempt_name(const wire::AttemptRef& attempt);

/// Back from it; its epoch is 0. Nothing for other texts: a user's name, a watcher's, or the
/// "task load" that older rows of the database have.
[[nodiscard]] std::optional<wire::AttemptRef> attempt_named(std::string_view name);

}  // namespace aiflow::service::detail
