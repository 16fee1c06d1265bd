// SPDX-License-Identifier: Apache-2.0
#include "db/address.h"

#include <charconv>
#include <optional>
#include <utility>

namespace aiflow::db {
namespace {

constexpr std::string_view kSchemes[] = {"mysql://", "mariadb://"};
constexpr std::string_view kForm = "mysql://USER@HOST:PORT/DATABASE";

Status refuse(const std::string& why) {
  return fail(ErrorCode::invalid_argument,
              "database URL: " + why + "; it is " + std::string(kForm) +
                  ", for a Unix socket mysql://USER@localhost/DATABASE?socket=PATH, for TLS "
                  "mysql://USER@HOST/DATABASE?ssl-ca=FILE");
}

std::optional<std::string> unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned value = 0;
    if (text.size() - i < 3) return std::nullopt;
    const auto* end = text.data() + i + 3;
    const auto [stop, error] = std::from_chars(text.data() + i + 1, end, value, 16);
    if (error != std::errc{} || stop != end || value == 0) return std::nullopt;
    out += static_cast<char>(value);
    i += 2;
  }
  return out;
}

/// "HOST", "HOST:PORT", "[IPv6]" or "[IPv6]:PORT".
Status parse_host(std::string_view text, Address& out) {
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return refuse("']' is missing");
    out.host = text.substr(1, close - 1);
    port = text.substr(close + 1);
  } else {
    const auto colon = text.find(':');
    out.host = text.substr(0, colon);
    port = colon == std::string_view::npos ? "" : text.substr(colon);
  }
  if (out.host.empty()) return refuse("no host");
  if (port.empty()) return {};
  const auto* end = port.data() + port.size();
  const auto [stop, error] = std::from_chars(port.data() + 1, end, out.port);
  if (port.size() < 2 || error != std::errc{} || stop != end || out.port == 0) {
    return refuse("the port is a number from 1 to 65535");
  }
  return {};
}

Status parse_options(std::string_view text, Address& out) {
  if (text.empty()) return {};
  using Option = std::pair<std::string_view, std::string Address::*>;
  for (const auto& [name, field] :
       {Option("socket=", &Address::socket), Option("ssl-ca=", &Address::tls_authorities)}) {
    const auto path = text.starts_with(name) ? unescape(text.substr(name.size())) : std::nullopt;
    if (!path || !path->starts_with('/')) continue;
    out.*field = *path;
    return {};
  }
  return refuse("the one option is socket=/PATH or ssl-ca=/FILE");
}

Status parse_url(std::string_view rest, Address& out) {
  const auto query = rest.find('?');
  const std::string_view options = query == std::string_view::npos ? "" : rest.substr(query + 1);
  rest = rest.substr(0, query);
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) return refuse("no database");
  const std::string_view authority = rest.substr(0, slash);
  const auto at = authority.rfind('@');
  if (at == std::string_view::npos || at == 0) return refuse("no user");
  const std::string_view user = authority.substr(0, at);
  if (user.find(':') != std::string_view::npos) {
    return refuse(
        "a password in it would be seen by all users of this machine: put it into a file "
        "(--database-password-file) or into AIFLOW_DATABASE_PASSWORD");
  }
  const auto name = unescape(user);
  const auto database = unescape(rest.substr(slash + 1));
  if (!name || !database) return refuse("a percent escape is wrong");
  if (database->empty()) return refuse("no database");
  out.user = *name;
  out.database = *database;
  AIFLOW_TRY(parse_host(authority.substr(at + 1), out));
  return parse_options(options, out);
}

}  // namespace

std::string Address::name() const {
  if (!is_server()) return file;
  const bool is_v6 = host.find(':') != std::string::npos;
  std::string url = "mysql://" + user + "@" + (is_v6 ? "[" + host + "]" : host);
  if (socket.empty()) url += ":" + std::to_string(port);
  url += "/" + database;
  if (!tls_authorities.empty()) return url + "?ssl-ca=" + tls_authorities;
  return socket.empty() ? url : url + "?socket=" + socket;
}

Result<Address> parse_address(std::string_view text) {
  for (const std::string_view scheme : kSchemes) {
    if (!text.starts_with(scheme)) continue;
    Address out;
    AIFLOW_TRY(parse_url(text.substr(scheme.size()), out));
    return out;
  }
  if (text.empty() || text.find("://") != std::string_view::npos) {
    return fail(ErrorCode::invalid_argument,
                "the database is a file or a URL " + std::string(kForm));
  }
  return Address(std::string(text));
}

}  // namespace aiflow::db
