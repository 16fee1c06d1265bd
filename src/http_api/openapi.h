// SPDX-License-Identifier: Apache-2.0
// The description of the REST API, api/openapi.json, as it was when the program was built.
#pragma once

#include <string_view>

namespace aiflow::http_api {

/// JSON (OpenAPI 3.1); lives as long as the program.
[[nodiscard]] std::string_view embedded_openapi();

}  // namespace aiflow::http_api
