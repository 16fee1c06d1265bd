// SPDX-License-Identifier: Apache-2.0
// Where the database is: a SQLite file, or a database of a MariaDB server.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace aiflow::db {

struct Address {
  std::string file{};  ///< of SQLite; empty for a server
  std::string host{};  ///< name or IP address; empty with `socket`
  std::uint16_t port = 3306;
  std::string socket{};  ///< path of the server's Unix socket; empty for TCP
  /// File (PEM) of the authorities that may have signed the server's certificate, which has to name
  /// `host`; empty: without TLS.
  std::string tls_authorities{};
  std::string user{};
  std::string database{};
  std::shared_ptr<const Secret> password{};  ///< null = none; copies share it

  Address() = default;
  /// A SQLite file.
  Address(std::string path) : file(std::move(path)) {}
  [[nodiscard]] bool is_server() const { return file.empty(); }
  /// For messages: the file, or a URL (it never had a password).
  [[nodiscard]] std::string name() const;
};

/// A path, or mysql://USER@HOST[:PORT]/DATABASE[?ssl-ca=FILE], or
/// mysql://USER@localhost/DATABASE?socket=PATH (also mariadb://). Percent escapes are understood in
/// USER and DATABASE. Errors: invalid_argument, also for a password in the URL, which is not
/// repeated in the message.
[[nodiscard]] Result<Address> parse_address(std::string_view text);

}  // namespace aiflow::db
