// SPDX-License-Identifier: Apache-2.0
#include "oidc/id_token.h"

#include <doctest/doctest.h>

#include <limits>

namespace aiflow::oidc {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{1'800'000'000s};
constexpr Expected kExpected{
    .issuer = "https://id.local", .client_id = "aiflow", .nonce = "n-1", .now = kNow};

json::Value good() {
  return json::object({{"iss", "https://id.local"},
                       {"sub", "7"},
                       {"aud", "aiflow"},
                       {"exp", 1'800'000'300},
                       {"iat", 1'799'999'999},
                       {"nonce", "n-1"}});
}

json::Value with(std::string_view key, json::Value value) {
  auto claims = good();
  claims.set(key, std::move(value));
  return claims;
}

TEST_CASE("claims of this log-in are taken") {
  CHECK(check_claims(good(), kExpected));
  CHECK(check_claims(with("aud", json::Array{"aiflow"}), kExpected));
  CHECK(check_claims(with("azp", "aiflow"), kExpected));
  CHECK(check_claims(with("nbf", 1'800'000'000), kExpected));
  auto many = with("aud", json::Array{"other", "aiflow"});
  many.set("azp", "aiflow");
  CHECK(check_claims(many, kExpected));
}

TEST_CASE("claims of another issuer, client, time or log-in are refused, and said which") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::pair<std::string, json::Value>> bad = {
      {"iss", "https://id.local/"},
      {"iss", nullptr},
      {"iss", 7},
      {"aud", "other"},
      {"aud", nullptr},
      {"aud", json::Array{}},
      {"aud", json::Array{"x"}},
      {"aud", json::Array{"aiflow", "other"}},
      {"aud", json::Array{7}},
      {"azp", "other"},
      {"azp", 7},
      {"exp", 1'799'999'940},
      {"exp", nullptr},
      {"exp", "1800000300"},
      {"exp", nan},
      {"iat", nullptr},
      {"iat", 1'800'000'060},
      {"iat", 1e300},
      {"nbf", 1'800'000'061},
      {"nbf", "now"},
      {"nbf", nan},
      {"nonce", "n-2"},
      {"nonce", nullptr},
      {"nonce", ""}};
  for (const auto& [key, value] : bad) {
    CAPTURE(key);
    CAPTURE(json::write(value));
    const auto checked = check_claims(with(key, value), kExpected);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == ErrorCode::corrupt);
    CHECK(checked.error().message.find(
              key == "aud" && value.is_array() && value.as_array().size() == 2 ? "azp" : key) !=
          std::string::npos);
  }
  auto without_nonce = kExpected;
  without_nonce.nonce = "";
  CHECK_FALSE(check_claims(with("nonce", ""), without_nonce));
}

TEST_CASE("clocks may differ by a minute") {
  CHECK(check_claims(with("exp", 1'799'999'941), kExpected));
  CHECK(check_claims(with("iat", 1'800'000'059), kExpected));
  CHECK(check_claims(with("nbf", 1'800'000'059), kExpected));
}

TEST_CASE("a person has a subject, and the name and groups that the claims tell") {
  auto claims = good();
  CHECK(person_of(claims, {})->name.empty());
  claims.set("preferred_username", "ann");
  claims.set("groups", json::Array{"staff", 7, "admins"});
  auto person = person_of(claims, {}).value();
  CHECK(person.subject == "7");
  CHECK(person.name == "ann");
  CHECK(person.groups == std::vector<std::string>{"staff", "admins"});
  claims.set("realm_access", json::object({{"roles", json::Array{"r"}}}));
  claims.set("https://flow.local/role", "whole");
  CHECK(person_of(claims, {.groups = "realm_access.roles"})->groups ==
        std::vector<std::string>{"r"});
  CHECK(person_of(claims, {.groups = "https://flow.local/role"})->groups ==
        std::vector<std::string>{"whole"});
  CHECK(person_of(claims, {.groups = "realm_access.roles.x"})->groups.empty());
  CHECK(person_of(claims, {.user = "", .groups = ""})->groups.empty());
  for (const json::Value& subject : {json::Value(nullptr), json::Value(""), json::Value(7),
                                     json::Value(std::string(256, 's'))}) {
    CHECK_FALSE(person_of(with("sub", subject), {}));
  }
}

TEST_CASE("an e-mail address that nobody has verified names nobody") {
  auto claims = with("email", "ann@site");
  CHECK(person_of(claims, {.user = "email"})->name == "ann@site");
  claims.set("email_verified", false);
  CHECK(person_of(claims, {.user = "email"}).error().code == ErrorCode::denied);
  CHECK(person_of(claims, {}));
}

}  // namespace
}  // namespace aiflow::oidc
