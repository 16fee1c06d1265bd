// SPDX-License-Identifier: Apache-2.0
// Answers that are no handler's: refusals, and the headers that every answer has. Private to
// src/http_api.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "http_api/detail/front/rate_limit.h"
#include "net/server.h"

namespace aiflow::http_api::detail {

struct Refusal {
  int status = 400;
  ErrorCode code = ErrorCode::invalid_argument;
  std::string message;
  std::string allow{};
  net::Headers headers{};
};

/// Of the Open Inference Protocol.
[[nodiscard]] bool is_oip(std::string_view path);

void add_security_headers(net::Response& response, const std::string& request_id);

[[nodiscard]] net::Headers rate_headers(const Allowance& allowance);
/// None where there is no limit.
void add_rate_headers(const Allowance& allowance, net::Response& response);

/// With all its headers. Errors of the inference protocol have its own shape.
[[nodiscard]] net::Response error_response(const Refusal& refusal, const net::Request& request);
/// The description of the API. Public: it holds nothing that is not in the sources.
[[nodiscard]] net::Response openapi_response(const net::Request& request);

}  // namespace aiflow::http_api::detail
