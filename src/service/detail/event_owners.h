// SPDX-License-Identifier: Apache-2.0
// Whose the changes of the event log are. Private to src/service.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "db/connection.h"
#include "wire/engine.h"

namespace aiflow::service::detail {

/// The projects that an event speaks of; who may not see all of them may not see it. nullopt: what
/// belongs to no project, for those who see the whole site.
using EventOwners = std::optional<std::set<std::string>>;

/// Of each event, in their order.
[[nodiscard]] Result<std::vector<EventOwners>> owners_of(
    db::Connection& db, const std::vector<wire::StreamEvent>& events);

}  // namespace aiflow::service::detail
