// SPDX-License-Identifier: Apache-2.0
// Entity tags (RFC 9110, 8.8 and 13): a client that has an answer already is told so without it,
// and one that changes what it has seen is refused when somebody else changed it meanwhile. Private
// to src/http_api.
#pragma once

#include <string>
#include <string_view>

#include "net/server.h"

namespace aiflow::http_api::detail {

/// The strong tag of an answer: of its bytes.
[[nodiscard]] std::string entity_tag(const net::Response& response);

/// Whether a list of tags, or *, holds the tag. `weakly`: W/ of a tag counts as the tag.
[[nodiscard]] bool holds_tag(std::string_view list, std::string_view tag, bool weakly);

/// Gives the answer to a GET its tag; without its body (304) when the client has it. A browser may
/// keep it, and asks each time whether it is still so, unless the route's path says that there may
/// be secrets in it.
void tag_answer(const net::Request& request, std::string_view route_path, net::Response& response);

}  // namespace aiflow::http_api::detail
