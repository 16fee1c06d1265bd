// SPDX-License-Identifier: Apache-2.0
// A task that waits for a cluster or for Redis: what the server knows of that part.
#pragma once

#include <span>

#include "http_api/api.h"
#include "wire/engine.h"

namespace aiflow::http_api::detail {

/// Adds the reason to those that no connected worker serves, in their cause and explanation.
void add_place_trouble(const Parts& parts, std::span<wire::TaskInstance> tasks);

}  // namespace aiflow::http_api::detail
