// SPDX-License-Identifier: Apache-2.0
#include "redis/address.h"

#include <charconv>
#include <optional>

namespace aiflow::redis {
namespace {

constexpr std::string_view kScheme = "redis://";
constexpr std::string_view kTlsScheme = "rediss://";
constexpr std::string_view kAuthorities = "ssl_ca_certs=";
constexpr std::size_t kUrlBytesMax = 2048;
constexpr std::string_view kForm =
    "redis://[[user]:password@]host[:port][/database], with TLS rediss://...[?ssl_ca_certs=/FILE]";

std::unexpected<Error> bad(std::string_view what) {
  return fail(ErrorCode::invalid_argument, "the broker's address has " + std::string(what) +
                                               "; it is written " + std::string(kForm));
}

std::optional<int> number(std::string_view text, int max) {
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value < 0 || value > max ? std::nullopt : std::optional(value);
}

std::optional<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    int byte = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    const char* end = text.data() + i + 3;
    if (std::from_chars(text.data() + i + 1, end, byte, 16).ptr != end) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

/// Takes "[[user]:password@]" off the front.
Status take_login(std::string_view& rest, Address& address) {
  const std::size_t at = rest.rfind('@');
  if (at == std::string_view::npos) return {};
  const std::string_view login = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  const std::size_t colon = login.find(':');
  if (colon == std::string_view::npos) return bad("a user without a password");
  auto user = decode(login.substr(0, colon));
  auto password = decode(login.substr(colon + 1));
  if (!user || !password) return bad("a bad % in its login");
  address.user = *std::move(user);
  address.password = std::make_shared<const Secret>(*std::move(password));
  return {};
}

/// Takes "host" or "[v6]" off the front; what is left is empty or ":port".
Status take_host(std::string_view& rest, Address& address) {
  const bool is_v6 = rest.starts_with('[');
  const std::size_t end = rest.find(is_v6 ? ']' : ':');
  if (is_v6 && end == std::string_view::npos) return bad("no ] after its [");
  address.host = std::string(rest.substr(is_v6 ? 1 : 0, is_v6 ? end - 1 : end));
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + (is_v6 ? 1 : 0));
  const bool is_bad = address.host.empty() || address.host.size() > 253 ||
                      address.host.find_first_of(" \t\r\n/@?#") != std::string::npos ||
                      address.host.find('\0') != std::string::npos;
  if (is_bad) return bad("no usable host");
  return {};
}

}  // namespace

Result<Address> parse_address(std::string_view url) {
  Address address;
  address.tls = url.starts_with(kTlsScheme);
  if (url.size() > kUrlBytesMax || (!address.tls && !url.starts_with(kScheme))) {
    return bad("another form");
  }
  std::string_view rest = url.substr(address.tls ? kTlsScheme.size() : kScheme.size());
  AIFLOW_TRY(take_login(rest, address));
  if (const std::size_t query = rest.find('?'); query != std::string_view::npos) {
    const std::string_view option = rest.substr(query + 1);
    const auto file = option.starts_with(kAuthorities) ? decode(option.substr(kAuthorities.size()))
                                                       : std::nullopt;
    if (!address.tls || !file || !file->starts_with('/')) return bad("an unknown option");
    address.tls_authorities = *file;
    rest = rest.substr(0, query);
  }
  if (const std::size_t slash = rest.find('/'); slash != std::string_view::npos) {
    const std::string_view db = rest.substr(slash + 1);
    const auto parsed = db.empty() ? std::optional(0) : number(db, 65'535);
    if (!parsed) return bad("a database that is no number");
    address.db = *parsed;
    rest = rest.substr(0, slash);
  }
  AIFLOW_TRY(take_host(rest, address));
  if (rest.empty()) return address;
  const auto port = rest.starts_with(':') ? number(rest.substr(1), 65'535) : std::nullopt;
  if (!port || *port == 0) return bad("a bad port");
  address.port = static_cast<std::uint16_t>(*port);
  return address;
}

std::string describe(const Address& address) {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  return std::string(address.tls ? kTlsScheme : kScheme) +
         (is_v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port) +
         "/" + std::to_string(address.db);
}

}  // namespace aiflow::redis
