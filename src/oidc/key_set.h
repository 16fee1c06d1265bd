// SPDX-License-Identifier: Apache-2.0
// The public keys of an OpenID provider, and the check of what it has signed with them (RFC 7515,
// 7517, 7518, 8037). In: a JSON Web Key Set, signed tokens; out: a token's claims. Of all that JOSE
// can do only what an ID token needs: three signature algorithms, keys from the set alone. Keys in
// a token's header, secrets that sign, and "none" are refused. Values; thread-safe to read.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/value.h"

namespace aiflow::oidc {

/// Providers put a person's groups into a token, so it may be long.
inline constexpr std::size_t kTokenBytesMax = 64U << 10;

class KeySet {
 public:
  /// Keys of other kinds, and those that are not for signatures, are left out (RFC 7517 section 5):
  /// RSA of 2048 to 8192 bits, EC on P-256, Ed25519. Errors: corrupt (no key set, more than 64
  /// keys, none that is of use).
  [[nodiscard]] static Result<KeySet> parse(std::string_view text);

  [[nodiscard]] std::size_t size() const { return keys_.size(); }

  /// The claims of a token that one of these keys has signed with RS256, ES256 or EdDSA. What they
  /// say is for check_claims(). Errors: corrupt (no such token, wrong signature); not_found (no key
  /// of that name: the provider may have new ones).
  [[nodiscard]] Result<json::Value> verify(std::string_view token) const;

 private:
  struct Key;
  [[nodiscard]] std::vector<const Key*> candidates(int algorithm, const json::Value* name) const;

  std::vector<std::shared_ptr<const Key>> keys_;
};

}  // namespace aiflow::oidc
