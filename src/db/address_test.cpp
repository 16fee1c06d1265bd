// SPDX-License-Identifier: Apache-2.0
#include "db/address.h"

#include <doctest/doctest.h>

namespace aiflow::db {
namespace {

TEST_CASE("a path is a SQLite file, a URL is a server") {
  CHECK(parse_address("/var/lib/a.db").value().file == "/var/lib/a.db");
  const Address server = parse_address("mysql://ann@db.example:3307/flow").value();
  CHECK(server.is_server());
  CHECK(server.host == "db.example");
  CHECK(server.port == 3307);
  CHECK(server.user == "ann");
  CHECK(server.database == "flow");
  CHECK(server.name() == "mysql://ann@db.example:3307/flow");
  CHECK(parse_address("mariadb://a@[::1]/b").value().host == "::1");
  CHECK(parse_address("mysql://a@h/b").value().port == 3306);
  const Address local = parse_address("mysql://a%40b@localhost/c%2Fd?socket=/run/s").value();
  CHECK(local.user == "a@b");
  CHECK(local.database == "c/d");
  CHECK(local.socket == "/run/s");
  const Address tls = parse_address("mysql://a@h/b?ssl-ca=/etc/a%20b.pem").value();
  CHECK(tls.tls_authorities == "/etc/a b.pem");
  CHECK(tls.socket.empty());
}

TEST_CASE("what is no address is refused in words, a password without repeating it") {
  for (const char* text :
       {"", "http://a@h/b", "mysql://h/b", "mysql://a@h", "mysql://a@h/", "mysql://a@/b",
        "mysql://a@h:0/b", "mysql://a@h:99999/b", "mysql://a@h:/b", "mysql://a@[::1/b",
        "mysql://a@h/b?ssl=1", "mysql://a@h/b?socket=s", "mysql://a@h/b?ssl-ca=s",
        "mysql://a%4@h/b", "mysql://a%zz@h/b"}) {
    CAPTURE(text);
    const auto refused = parse_address(text);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::invalid_argument);
  }
  const auto secret = parse_address("mysql://ann:canary@h/b");
  REQUIRE_FALSE(secret.has_value());
  CHECK(secret.error().message.find("canary") == std::string::npos);
  CHECK(secret.error().message.find("--database-password-file") != std::string::npos);
}

}  // namespace
}  // namespace aiflow::db
