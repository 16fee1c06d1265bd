// SPDX-License-Identifier: Apache-2.0
#include "net/url.h"

#include <charconv>

namespace aiflow::net {
namespace {

constexpr std::uint16_t kPlainPort = 80;
constexpr std::uint16_t kTlsPort = 443;

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
    return fail(ErrorCode::invalid_argument, "'" + std::string(text) + "' is no port");
  }
  return port;
}

/// Brackets are for IPv6 addresses alone.
Result<std::size_t> end_of_host(std::string_view rest) {
  if (!rest.starts_with('[')) return std::min(rest.find(':'), rest.size());
  const auto close = rest.find(']');
  if (close == std::string_view::npos) return fail(ErrorCode::invalid_argument, "a ']' is missing");
  return close + 1;
}

}  // namespace

Result<Endpoint> parse_server_url(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::invalid_argument, "'" + std::string(text.substr(0, 200)) +
                                                 "' is no server's address like "
                                                 "https://host:8080: " +
                                                 std::string(why));
  };
  constexpr std::string_view kPlain = "http://";
  constexpr std::string_view kTls = "https://";
  Endpoint endpoint;
  endpoint.tls = text.starts_with(kTls);
  if (!endpoint.tls && !text.starts_with(kPlain)) return bad("it starts with http:// or https://");
  std::string_view rest = text.substr(endpoint.tls ? kTls.size() : kPlain.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#@ ") != std::string_view::npos) return bad("only host and port");
  const auto end = end_of_host(rest);
  if (!end) return bad(end.error().message);
  const std::string_view host = rest.substr(0, *end);
  endpoint.host = host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
  if (endpoint.host.empty()) return bad("the host is missing");
  endpoint.port = endpoint.tls ? kTlsPort : kPlainPort;
  rest.remove_prefix(*end);
  if (rest.empty()) return endpoint;
  const auto port = parse_port(rest.substr(1));
  if (rest[0] != ':' || !port) return bad("the port is a number from 1 to 65535");
  endpoint.port = *port;
  return endpoint;
}

}  // namespace aiflow::net
