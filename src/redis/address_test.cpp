// SPDX-License-Identifier: Apache-2.0
#include "redis/address.h"

#include <doctest/doctest.h>

namespace aiflow::redis {
namespace {

TEST_CASE("an address says host, port, database and login") {
  const auto full = parse_address("redis://me:p%40ss%3A@broker.example:7000/3");
  REQUIRE(full);
  CHECK(full->host == "broker.example");
  CHECK(full->port == 7000);
  CHECK(full->db == 3);
  CHECK(full->user == "me");
  CHECK(full->password->reveal() == "p@ss:");
  const auto brief = parse_address("redis://localhost");
  REQUIRE(brief);
  CHECK(brief->port == 6379);
  CHECK(brief->db == 0);
  CHECK(brief->password == nullptr);
  const auto v6 = parse_address("redis://:x@[::1]:7/");
  REQUIRE(v6);
  CHECK(v6->host == "::1");
  CHECK(v6->port == 7);
  CHECK(describe(*v6) == "redis://[::1]:7/0");
  CHECK_FALSE(v6->tls);
  const auto tls = parse_address("rediss://h/2?ssl_ca_certs=/etc/my%20ca.pem");
  REQUIRE(tls);
  CHECK(tls->tls);
  CHECK(tls->db == 2);
  CHECK(tls->tls_authorities == "/etc/my ca.pem");
  CHECK(describe(*tls) == "rediss://h:6379/2");
  CHECK(parse_address("rediss://h").value().tls_authorities.empty());
}

TEST_CASE("a bad address is refused without a word of it") {
  for (const char* url :
       {"", "http://h", "redis://", "redis://:canary@", "redis://canary@h", "redis://h:0",
        "redis://h:65536", "redis://h:1x", "redis://h/x", "redis://h/-1", "redis://[::1",
        "redis://u:canary%4@h", "redis://u:canary%zz@h", "redis://[::1]x", "redis://h /1",
        "redis://h?ssl_ca_certs=/c", "rediss://h?ssl_ca_certs=c", "rediss://h?canary=1"}) {
    const auto address = parse_address(url);
    REQUIRE_MESSAGE(!address, url);
    CHECK(address.error().message.find("canary") == std::string::npos);
  }
}

TEST_CASE("a description holds no login") {
  const auto address = parse_address("redis://user:canary@h:1/2");
  REQUIRE(address);
  CHECK(describe(*address) == "redis://h:1/2");
}

}  // namespace
}  // namespace aiflow::redis
