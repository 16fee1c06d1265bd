// SPDX-License-Identifier: Apache-2.0
#include "oidc/detail/url.h"

#include <algorithm>

#include "net/url.h"

namespace aiflow::oidc::detail {
namespace {

constexpr std::size_t kUrlBytesMax = 2048;

/// Only addresses of this machine: a name that begins like one may be anybody's.
bool is_loopback(std::string_view host) {
  const bool is_v4 = host.starts_with("127.") && std::ranges::all_of(host, [](char c) {
                       return c == '.' || (c >= '0' && c <= '9');
                     });
  return is_v4 || host == "::1" || host == "localhost";
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::invalid_argument,
                "'" + std::string(text.substr(0, 200)) +
                    "' is no address like https://id.local/x: " + std::string(why));
  };
  const bool is_plain = std::ranges::all_of(
      text, [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '#'; });
  if (text.size() > kUrlBytesMax || !is_plain) return bad("it is too long, or has odd characters");
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos) return bad("it starts with https://");
  const auto path = std::min(text.find_first_of("/?", scheme + 3), text.size());
  auto endpoint = net::parse_server_url(text.substr(0, path));
  if (!endpoint) return bad("its host is no host");
  if (!endpoint->tls && !is_loopback(endpoint->host)) {
    return bad("http is for this machine alone (127.0.0.1); others need https");
  }
  std::string target(text.substr(path));
  if (!target.starts_with('/')) target.insert(0, "/");
  return Url{*std::move(endpoint), std::move(target)};
}

}  // namespace aiflow::oidc::detail
