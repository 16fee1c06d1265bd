// SPDX-License-Identifier: Apache-2.0
// What the claims of an ID token must say (OpenID Connect Core 1.0, section 3.1.3.7), and who it is
// about. In: claims whose signature was checked (KeySet); out: a person. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "json/value.h"

namespace aiflow::oidc {

/// Clocks differ so much, at most.
inline constexpr Duration kLeeway = std::chrono::seconds(60);

struct Expected {
  std::string_view issuer;
  std::string_view client_id;
  std::string_view nonce;
  WallTime now;
};

/// Made by this issuer, for this client, for this log-in, and good now. Errors: corrupt, with what
/// is wrong; never with the token.
Status check_claims(const json::Value& claims, const Expected& expected);

/// Which claims say who it is.
struct ClaimNames {
  std::string user = "preferred_username";
  /// Of a list of names, or of one. "a.b" is the member b of a, when there is no claim "a.b".
  std::string groups = "groups";
};

struct Person {
  std::string
      subject;       ///< the issuer's own name of the person, which never changes: 1 to 255 bytes
  std::string name;  ///< "" when the token does not tell it
  std::vector<std::string> groups;
};

/// Errors: corrupt (no subject); denied (the name is an e-mail address that nobody has verified).
[[nodiscard]] Result<Person> person_of(const json::Value& claims, const ClaimNames& names);

}  // namespace aiflow::oidc
