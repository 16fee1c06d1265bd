// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/front/answers.h"

#include <algorithm>
#include <iterator>

#include "http_api/detail/call.h"
#include "http_api/openapi.h"

namespace aiflow::http_api::detail {
namespace {

/// Images from blobs and data, no script but our own files, never inside another page.
constexpr std::string_view kContentPolicy =
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'";

}  // namespace

bool is_oip(std::string_view path) { return path == "/v2" || path.starts_with("/v2/"); }

void add_security_headers(net::Response& response, const std::string& request_id) {
  response.headers.emplace_back("Content-Security-Policy", std::string(kContentPolicy));
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("X-Frame-Options", "DENY");
  response.headers.emplace_back("Referrer-Policy", "same-origin");
  response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  response.headers.emplace_back("X-Request-Id", request_id);
  if (net::find_header(response.headers, "cache-control") == nullptr) {
    response.headers.emplace_back("Cache-Control", "no-store");
  }
}

net::Response error_response(const Refusal& refusal, const net::Request& request) {
  net::Response response;
  if (is_oip(request.path)) {
    response = json_response(json::object({{"error", refusal.message}}), refusal.status);
  } else {
    const wire::ErrorBody body{.code = std::string(to_string(refusal.code)),
                               .message = refusal.message,
                               .request_id = request.id};
    response = json_response(json::object({{"error", wire::to_json(body)}}), refusal.status);
  }
  if (!refusal.allow.empty()) response.headers.emplace_back("Allow", refusal.allow);
  response.headers.insert(response.headers.end(), refusal.headers.begin(), refusal.headers.end());
  add_security_headers(response, request.id);
  return response;
}

net::Headers rate_headers(const Allowance& allowance) {
  return {{"RateLimit-Limit", std::to_string(allowance.limit)},
          {"RateLimit-Remaining", std::to_string(allowance.remaining)},
          {"RateLimit-Reset", std::to_string(allowance.reset_s)}};
}

void add_rate_headers(const Allowance& allowance, net::Response& response) {
  if (allowance.limit == 0) return;
  auto headers = rate_headers(allowance);
  std::ranges::move(headers, std::back_inserter(response.headers));
}

net::Response openapi_response(const net::Request& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    return error_response({405, ErrorCode::invalid_argument, "this address takes GET", "GET"},
                          request);
  }
  net::Response response;
  response.content_type = "application/json";
  response.static_body = embedded_openapi();
  response.headers.emplace_back("Cache-Control", "no-cache");
  add_security_headers(response, request.id);
  return response;
}

}  // namespace aiflow::http_api::detail
