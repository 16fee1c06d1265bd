// SPDX-License-Identifier: Apache-2.0
// The one place where projects decide who may do what (docs/decisions/0026), by what
// api/engine.yaml says of the route: whose project it is of, and the permission. What belongs to
// projects in which somebody has no part is not there for them: 404; too small a role there is 403.
// Lists are cut by the Sight that handlers pass on to the store. Private to src/http_api.
#pragma once

#include <optional>

#include "http_api/api.h"
#include "http_api/detail/front/answers.h"
#include "http_api/router.h"
#include "store/data/sight.h"

namespace aiflow::http_api::detail {

/// The projects in which one has the route's permission; nullopt: for the whole site.
[[nodiscard]] store::Sight sight_of(const service::Principal& who, const wire::RouteInfo& route);

/// Whether the address names a thing that belongs to a project.
[[nodiscard]] bool names_thing(wire::Owner owner);

/// By the address, for one who has the permission somewhere.
[[nodiscard]] std::optional<Refusal> check_address(const Parts& parts, const Match& match,
                                                   const service::Principal& who);
/// By what the body names; of other routes than those of body.THING: nullopt.
[[nodiscard]] std::optional<Refusal> check_body(const Parts& parts, const Match& match,
                                                const service::Principal& who,
                                                const net::Request& request);

}  // namespace aiflow::http_api::detail
