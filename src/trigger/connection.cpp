// SPDX-License-Identifier: Apache-2.0
#include "trigger/connection.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "json/value.h"

namespace aiflow::trigger {
namespace {

constexpr std::size_t kTextMax = 64U << 10;

std::unexpected<Error> bad(const std::string& what) {
  return fail(ErrorCode::invalid_argument, "the connection's " + what);
}

/// "%40" -> "@"
std::string unquoted(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int value = 0;
    const bool coded = text[i] == '%' && i + 2 < text.size();
    if (coded && std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr ==
                     text.data() + i + 3) {
      out.push_back(static_cast<char>(value));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

Result<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
    return bad("port is not a number between 1 and 65535");
  }
  return port;
}

/// What Airflow's Redis connections have as extras.
Status read_extra(Connection& made, std::string_view name, std::string value) {
  if (name == "ssl") made.ssl = value == "true" || value == "True";
  if (name != "ssl_ca_certs") return {};
  if (!value.starts_with('/')) return bad("ssl_ca_certs is not the absolute path of a file");
  made.tls_authorities = std::move(value);
  return {};
}

/// "ssl=true&ssl_ca_certs=/FILE"; others are of no concern here.
Status read_query(Connection& made, std::string_view text) {
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    const std::size_t equals = std::min(one.find('='), one.size());
    AIFLOW_TRY(read_extra(made, one.substr(0, equals),
                          unquoted(one.substr(std::min(equals + 1, one.size())))));
  }
  return {};
}

/// "host", "host:port", "[::1]:port"
Status read_host(Connection& made, std::string_view text) {
  const std::size_t close = text.starts_with('[') ? text.find(']') : std::string_view::npos;
  const std::size_t colon = text.find(':', close == std::string_view::npos ? 0 : close);
  const std::string_view host = text.substr(0, colon);
  made.host = unquoted(close == std::string_view::npos ? host : host.substr(1, close - 1));
  if (colon == std::string_view::npos) return {};
  AIFLOW_ASSIGN(made.port, port_of(text.substr(colon + 1)));
  return {};
}

Result<Connection> parse_uri(std::string_view text) {
  Connection made;
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos || scheme == 0) {
    return bad("text is neither a URI nor JSON");
  }
  made.scheme = text.substr(0, scheme);
  std::string_view rest = text.substr(scheme + 3);
  if (const std::size_t query = rest.find('?'); query != std::string_view::npos) {
    AIFLOW_TRY(read_query(made, rest.substr(query + 1)));
    rest = rest.substr(0, query);
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  made.path = rest.substr(slash);
  std::string_view place = rest.substr(0, slash);
  if (const std::size_t at = place.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = place.substr(0, at);
    const std::size_t colon = std::min(user.find(':'), user.size());
    made.login = unquoted(user.substr(0, colon));
    if (colon < user.size()) made.password = Secret(unquoted(user.substr(colon + 1)));
    place.remove_prefix(at + 1);
  }
  AIFLOW_TRY(read_host(made, place));
  return made;
}

/// An object, or its text as Airflow's export has it.
Result<json::Value> extra_of(const json::Value& connection) {
  const json::Value* extra = connection.find("extra");
  if (extra == nullptr || extra->is_null()) return json::object({});
  if (extra->is_object()) return *extra;
  if (!extra->is_string()) return bad("extra is no object");
  if (extra->as_string().empty()) return json::object({});
  auto parsed = json::parse(extra->as_string(), {.depth_max = 8, .bytes_max = kTextMax});
  if (!parsed || !parsed->is_object()) return bad("extra is no JSON object");
  return *std::move(parsed);
}

Result<Connection> parse_json(std::string_view text) {
  const auto value = json::parse(text, {.depth_max = 8, .bytes_max = kTextMax});
  if (!value) return bad("JSON cannot be read");
  Connection made;
  AIFLOW_ASSIGN(made.scheme, json::get_string_or(*value, "conn_type", ""));
  AIFLOW_ASSIGN(made.host, json::get_string_or(*value, "host", ""));
  // Airflow takes a whole base URL as the host of an HTTP connection.
  if (made.host.contains("://")) {
    AIFLOW_ASSIGN(made, parse_uri(made.host));
  }
  AIFLOW_ASSIGN(const auto port, json::get_int_or(*value, "port", made.port));
  if (port < 0 || port > 65535) return bad("port is not a number between 1 and 65535");
  made.port = static_cast<std::uint16_t>(port);
  AIFLOW_ASSIGN(made.login, json::get_string_or(*value, "login", ""));
  AIFLOW_ASSIGN(auto password, json::get_string_or(*value, "password", ""));
  made.password = Secret(std::move(password));
  AIFLOW_ASSIGN(const auto schema, json::get_string_or(*value, "schema", ""));
  const bool is_scheme = schema == "http" || schema == "https";
  if (is_scheme) made.scheme = schema;
  if (!is_scheme && !schema.empty()) made.path = "/" + schema;
  AIFLOW_ASSIGN(const json::Value extra, extra_of(*value));
  for (const auto& [name, one] : extra.as_object()) {
    if (one.is_bool()) AIFLOW_TRY(read_extra(made, name, one.as_bool() ? "true" : "false"));
    if (one.is_string()) AIFLOW_TRY(read_extra(made, name, one.as_string()));
  }
  return made;
}

}  // namespace

Result<Connection> parse_connection(std::string_view text) {
  if (text.size() > kTextMax) return bad("text is longer than 64 KiB");
  return text.starts_with('{') ? parse_json(text) : parse_uri(text);
}

Result<Connection> find_connection(const Environment& environment, const std::string& conn_id) {
  AIFLOW_ASSIGN(auto made, find_credentials(environment, conn_id));
  if (!made.host.empty()) return made;
  auto missing = bad("host is missing").error();
  return fail(std::move(missing).with_context("connection '" + conn_id + "'"));
}

Result<Connection> find_credentials(const Environment& environment, const std::string& conn_id) {
  const bool good = !conn_id.empty() && conn_id.size() <= 200 &&
                    std::ranges::all_of(conn_id, [](unsigned char c) {
                      return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
                    });
  if (!good) return fail(ErrorCode::invalid_argument, "the conn_id '" + conn_id + "' is no id");
  std::string name = conn_id;
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  for (const char* prefix : {"AIFLOW_CONN_", "AIRFLOW_CONN_"}) {
    auto text = environment ? environment(prefix + name) : std::nullopt;
    if (!text) continue;
    auto made = parse_connection(*text);
    if (!made) return fail(std::move(made).error().with_context("connection '" + conn_id + "'"));
    return made;
  }
  return fail(ErrorCode::not_found, "connection '" + conn_id + "' is not known: set AIFLOW_CONN_" +
                                        name + " in the server's environment");
}

}  // namespace aiflow::trigger
