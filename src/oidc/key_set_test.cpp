// SPDX-License-Identifier: Apache-2.0
#include "oidc/key_set.h"

#include <doctest/doctest.h>

#include "digest/base64url.h"
#include "oidc/testing/signer.h"

namespace aiflow::oidc {
namespace {

using testing::key_set_text;
using testing::Signer;

const json::Value kClaims = json::object({{"sub", "7"}, {"n", 1}});

/// One of each kind, made once: an RSA key takes its time.
struct Keys {
  Signer rsa{"RS256", "r"};
  Signer ec{"ES256", "e"};
  Signer ed{"EdDSA", "d"};
  KeySet set = KeySet::parse(key_set_text({rsa.jwk(), ec.jwk(), ed.jwk()})).value();
};
const Keys& keys() {
  static const Keys made;
  return made;
}

std::string without(json::Value header, std::string_view key) {
  auto& members = header.as_object();
  std::erase_if(members, [&](const auto& member) { return member.first == key; });
  return json::write(header);
}

ErrorCode refused(const KeySet& set, const std::string& token) {
  const auto claims = set.verify(token);
  REQUIRE_FALSE(claims);
  CHECK(claims.error().message.find(token) == std::string::npos);
  return claims.error().code;
}

TEST_CASE("a token that one of the keys has signed gives its claims") {
  for (const auto* signer : {&keys().rsa, &keys().ec, &keys().ed}) {
    for (int i = 0; i < 20; ++i) {
      const auto claims = keys().set.verify(signer->sign(kClaims));
      REQUIRE(claims);
      CHECK(*claims == kClaims);
    }
  }
  CHECK(keys().set.size() == 3);
}

TEST_CASE("of a signed token no bit can be changed, and no byte left out") {
  for (const auto* signer : {&keys().rsa, &keys().ec, &keys().ed}) {
    const auto token = signer->sign(kClaims);
    for (std::size_t i = 0; i < token.size(); ++i) {
      for (const char other : {'A', 'b', '7', '-', '.', '='}) {
        auto changed = token;
        changed[i] = other;
        if (changed != token) CHECK_FALSE(keys().set.verify(changed));
      }
      CHECK_FALSE(keys().set.verify(token.substr(0, i)));
      CHECK_FALSE(keys().set.verify(token.substr(i + 1)));
    }
  }
}

TEST_CASE("none, secrets that sign, and other algorithms are refused") {
  const auto public_key = json::write(keys().rsa.jwk());
  for (const std::string algorithm :
       {"none", "None", "HS256", "HS512", "RS1", "PS256", "ES384", "", "rs256"}) {
    auto header = keys().rsa.header();
    header.set("alg", algorithm);
    CHECK(refused(keys().set, keys().rsa.sign(header, kClaims)) == ErrorCode::corrupt);
    const auto text = digest::base64url(json::write(header)) + "." +
                      digest::base64url(json::write(kClaims)) + ".";
    CHECK(refused(keys().set, text) == ErrorCode::corrupt);
    CHECK(refused(keys().set, text + digest::base64url(public_key)) == ErrorCode::corrupt);
  }
}

TEST_CASE("a key is good for its own algorithm and name alone") {
  auto header = keys().ec.header();
  header.set("kid", "r");
  CHECK(refused(keys().set, keys().ec.sign(header, kClaims)) == ErrorCode::not_found);
  header.set("alg", "RS256");
  CHECK(refused(keys().set, keys().ec.sign(header, kClaims)) == ErrorCode::corrupt);
  header = keys().ec.header();
  header.set("kid", 7);
  CHECK(refused(keys().set, keys().ec.sign(header, kClaims)) == ErrorCode::not_found);
  // One who gives along the key to check by.
  const Signer stranger("ES256", "e");
  header = stranger.header();
  header.set("jwk", stranger.jwk());
  CHECK(refused(keys().set, stranger.sign(header, kClaims)) == ErrorCode::corrupt);
}

TEST_CASE("a token without a key's name is taken where only one key can be meant") {
  const Signer other("ES256", "other");
  const auto header = json::parse(without(keys().ec.header(), "kid")).value();
  const auto token = keys().ec.sign(header, kClaims);
  CHECK(keys().set.verify(token));
  const auto two = KeySet::parse(key_set_text({keys().ec.jwk(), other.jwk()})).value();
  CHECK(refused(two, token) == ErrorCode::corrupt);
}

TEST_CASE("what a header may not ask for") {
  for (const auto& [key, value] : {std::pair<const char*, json::Value>{"crit", json::Array{"b64"}},
                                   {"typ", "at+jwt"},
                                   {"typ", 7}}) {
    auto header = keys().ed.header();
    header.set(key, value);
    CHECK(refused(keys().set, keys().ed.sign(header, kClaims)) == ErrorCode::corrupt);
  }
  auto header = keys().ed.header();
  header.set("typ", "jwt");
  CHECK(keys().set.verify(keys().ed.sign(header, kClaims)));
}

TEST_CASE("ES256 is two numbers, not DER") {
  const auto text = digest::base64url(json::write(keys().ec.header())) + "." +
                    digest::base64url(json::write(kClaims));
  CHECK(keys().set.verify(text + "." + digest::base64url(keys().ec.signature(text, true))));
  CHECK(refused(keys().set, text + "." + digest::base64url(keys().ec.signature(text, false))) ==
        ErrorCode::corrupt);
}

TEST_CASE("keys that are weak, broken or for something else are left out") {
  const auto good = keys().ed.jwk();
  const auto with = [](json::Value jwk, std::string_view key, json::Value value) {
    jwk.set(key, std::move(value));
    return jwk;
  };
  const std::string zeros(32, '\0');
  const std::vector<json::Value> useless = {
      Signer("RS256", "w", 1024).jwk(),
      with(keys().rsa.jwk(), "use", "enc"),
      with(keys().rsa.jwk(), "alg", "RS512"),
      with(keys().rsa.jwk(), "e", "AQ"),
      with(keys().rsa.jwk(), "n", "not base64url!"),
      with(keys().ec.jwk(), "crv", "P-384"),
      with(keys().ec.jwk(), "x", digest::base64url(zeros)),
      with(keys().ec.jwk(), "y", digest::base64url(zeros + "x")),
      with(keys().ed.jwk(), "crv", "X25519"),
      with(keys().ed.jwk(), "x", "AAAA"),
      json::object({{"kty", "oct"}, {"kid", "d"}, {"k", digest::base64url(zeros)}}),
      json::object({}),
      "text"};
  for (const auto& one : useless) {
    CAPTURE(json::write(one));
    CHECK_FALSE(KeySet::parse(key_set_text({one})));
    const auto beside = KeySet::parse(key_set_text({one, good}));
    REQUIRE(beside);
    CHECK(beside->size() == 1);
  }
}

TEST_CASE("a key set has 1 to 64 keys") {
  CHECK(KeySet::parse("{\"keys\":[]}").error().code == ErrorCode::corrupt);
  CHECK_FALSE(KeySet::parse("[]"));
  CHECK_FALSE(KeySet::parse("<html>"));
  json::Array many(65, keys().ed.jwk());
  CHECK_FALSE(KeySet::parse(json::write(json::object({{"keys", many}}))));
  many.pop_back();
  CHECK(KeySet::parse(json::write(json::object({{"keys", many}}))));
}

TEST_CASE("a token that is too long is not read") {
  auto claims = kClaims;
  claims.set("groups", std::string(kTokenBytesMax, 'g'));
  CHECK(refused(keys().set, keys().ed.sign(claims)) == ErrorCode::corrupt);
}

}  // namespace
}  // namespace aiflow::oidc
