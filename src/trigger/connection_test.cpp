// SPDX-License-Identifier: Apache-2.0
#include "trigger/connection.h"

#include <doctest/doctest.h>

#include <map>

namespace aiflow::trigger {
namespace {

TEST_CASE("a connection is read from a URI") {
  const auto made = parse_connection("https://kim:p%40ss@api.example:8443/v1?x=1").value();
  CHECK(made.scheme == "https");
  CHECK(made.host == "api.example");
  CHECK(made.port == 8443);
  CHECK(made.login == "kim");
  CHECK(made.password.reveal() == "p@ss");
  CHECK(made.path == "/v1");
  const auto plain = parse_connection("redis://[::1]/2").value();
  CHECK(plain.host == "::1");
  CHECK(plain.port == 0);
  CHECK(plain.path == "/2");
  CHECK(parse_connection("redis://:secret@h").value().password.reveal() == "secret");
}

TEST_CASE("a connection is read from JSON") {
  const auto made =
      parse_connection(R"({"conn_type":"mqtt","host":"h","port":1883,"password":"s"})").value();
  CHECK(made.scheme == "mqtt");
  CHECK(made.port == 1883);
  CHECK(made.password.reveal() == "s");
  const auto url = parse_connection(R"({"conn_type":"http","host":"https://h:1/base"})").value();
  CHECK(url.scheme == "https");
  CHECK(url.port == 1);
  CHECK(url.path == "/base");
}

TEST_CASE("a broker over TLS, by its scheme or by Airflow's extras") {
  for (const char* text :
       {"rediss://h/1?ssl_ca_certs=%2Fca", "redis://h/1?ssl=true&ssl_ca_certs=/ca",
        R"({"conn_type":"redis","host":"h","schema":"1",
                               "extra":{"ssl":true,"ssl_ca_certs":"/ca"}})",
        R"({"host":"h","schema":"1","extra":{"ssl":true,"ssl_ca_certs":"/ca"}})",
        R"({"host":"h","schema":"1","extra":"{\"ssl\": \"True\", \"ssl_ca_certs\": \"/ca\"}"})"}) {
    CAPTURE(text);
    const auto made = parse_connection(text).value();
    CHECK(made.is_tls());
    CHECK(made.tls_authorities == "/ca");
    CHECK(made.path == "/1");
  }
  CHECK(parse_connection("mqtts://h").value().is_tls());
  CHECK_FALSE(parse_connection("redis://h?ssl=false").value().is_tls());
  CHECK_FALSE(parse_connection("rediss://h?ssl_ca_certs=ca").has_value());
  CHECK_FALSE(parse_connection(R"({"host":"h","extra":"ssl=true"})").has_value());
}

TEST_CASE("errors never repeat the text") {
  for (const char* text :
       {"secret", "http://u:secret@h:secret", "{secret", R"({"host":"h","port":"secret"})"}) {
    CAPTURE(text);
    const auto made = parse_connection(text);
    REQUIRE_FALSE(made);
    CHECK_FALSE(made.error().message.contains("secret"));
  }
}

TEST_CASE("a connection is found by its id in the environment") {
  const std::map<std::string, std::string> variables = {{"AIFLOW_CONN_API", "http://a"},
                                                        {"AIRFLOW_CONN_API", "http://b"},
                                                        {"AIRFLOW_CONN_OLD_ONE", "http://c"},
                                                        {"AIFLOW_CONN_HOOK", "http://u:secret@"}};
  const Environment environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  CHECK(find_connection(environment, "api").value().host == "a");
  CHECK(find_connection(environment, "old_one").value().host == "c");
  CHECK(find_connection(environment, "none").error().message.contains("set AIFLOW_CONN_NONE"));
  CHECK_FALSE(find_connection(environment, "a=b"));
  CHECK_FALSE(find_connection({}, "api"));
  const auto no_host = find_connection(environment, "hook");
  REQUIRE_FALSE(no_host);
  CHECK(no_host.error().message.contains("host is missing"));
  CHECK_FALSE(no_host.error().message.contains("secret"));
  CHECK(find_credentials(environment, "hook").value().password.reveal() == "secret");
}

}  // namespace
}  // namespace aiflow::trigger
