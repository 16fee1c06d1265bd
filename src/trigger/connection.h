// SPDX-License-Identifier: Apache-2.0
// Where a trigger connects to and with which credentials. A trigger names a connection by its id;
// it is read when it is used, from Airflow's place: the environment of the server,
// AIFLOW_CONN_<ID> or AIRFLOW_CONN_<ID>, as a URI or as JSON.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace aiflow::trigger {

struct Connection {
  std::string scheme{};  ///< "http", "https", "redis", "mqtt", "rediss", "mqtts"
  std::string host{};
  std::uint16_t port = 0;  ///< 0: the scheme's
  std::string login{};
  Secret password{};
  std::string path{};  ///< with its '/'; Redis: the database's number
  /// Of a broker over TLS: file (PEM) of the authorities that may have signed its certificate;
  /// empty: the system's.
  std::string tls_authorities{};
  bool ssl = false;  ///< asked for by its extra, whatever the scheme says

  /// Of a broker's connection.
  [[nodiscard]] bool is_tls() const { return ssl || scheme == "rediss" || scheme == "mqtts"; }
};

/// "scheme://login:password@host:port/path?ssl_ca_certs=FILE", or {"conn_type", "host", "port",
/// "login", "password", "schema", "extra": {"ssl", "ssl_ca_certs"}}. Of a Redis or MQTT connection,
/// ssl=true means TLS as rediss:// and mqtts:// do. Errors: invalid_argument; they do not repeat
/// the text.
[[nodiscard]] Result<Connection> parse_connection(std::string_view text);

/// The value of an environment variable.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The connection of an id of letters, digits, '_', '-' and '.'. Errors: not_found (names the
/// variable to set), invalid_argument.
[[nodiscard]] Result<Connection> find_connection(const Environment& environment,
                                                 const std::string& conn_id);

/// The same for those who connect to nothing: it may have no host.
[[nodiscard]] Result<Connection> find_credentials(const Environment& environment,
                                                  const std::string& conn_id);

}  // namespace aiflow::trigger
