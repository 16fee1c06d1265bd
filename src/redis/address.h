// SPDX-License-Identifier: Apache-2.0
// Where a Redis server is: redis://[[user]:password@]host[:port][/db], over TLS
// rediss://...[?ssl_ca_certs=FILE].
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace aiflow::redis {

struct Address {
  std::string host;
  std::uint16_t port = 6379;
  std::string user;                        ///< empty: Redis' default user
  std::shared_ptr<const Secret> password;  ///< none: Redis wants none
  int db = 0;                              ///< 0..65535
  bool tls = false;
  /// File (PEM) of the authorities that may have signed its certificate; empty: the system's.
  std::string tls_authorities;
};

/// An IPv6 host stands in brackets; %XX in user and password is decoded.
/// Errors: invalid_argument; their text never holds any of `url`.
[[nodiscard]] Result<Address> parse_address(std::string_view url);

/// For people and logs: without user and password.
[[nodiscard]] std::string describe(const Address& address);

}  // namespace aiflow::redis
