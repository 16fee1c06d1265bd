// SPDX-License-Identifier: Apache-2.0
// What kind of request a route is, in few words, for the counters. Private to src/http_api.
#pragma once

#include <string_view>

namespace aiflow::http_api::detail {

/// Of a route's path with its {parameters}: auth, inference, metrics, or a noun such as dags,
/// dagRuns, taskInstances, pools: the same for all that is below it. A view into `path`.
[[nodiscard]] std::string_view route_class(std::string_view path);

}  // namespace aiflow::http_api::detail
