// SPDX-License-Identifier: Apache-2.0
// Signs people in by an OpenID provider: from the button to the session. In: a browser that begins,
// and what the provider sends it back with; out: where it goes, and who has signed in. What belongs
// to a log-in on its way is sealed in a cookie of that browser for ten minutes, so that nothing
// here can be filled up, and no other browser can end what one has begun (decision 0025).
// Thread-safe; blocks while the provider is asked.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/states.h"
#include "oidc/id_token.h"
#include "oidc/provider.h"
#include "service/access/login_refusal.h"
#include "service/access/vault.h"
#include "service/auth.h"
#include "wire/access.h"

namespace aiflow::service {

struct ProviderLoginOptions {
  oidc::ProviderOptions provider;
  std::string name;        ///< on the button
  std::string public_url;  ///< at which browsers reach this server, without a '/' at its end
  oidc::ClaimNames claims;
  /// Group and role; of all that fit, the one that may most.
  std::vector<std::pair<std::string, SiteRole>> roles;
  std::optional<SiteRole> default_role;  ///< of people in none of the groups; nullopt: refused
};

class ProviderLogin {
 public:
  static constexpr std::string_view kCallbackPath = "/auth/oidc/callback";
  static constexpr Duration kLoginLife = std::chrono::minutes(10);

  /// `provider.redirect_url` is set here.
  ProviderLogin(const Clock& clock, Auth& auth, const Vault& vault, ProviderLoginOptions options);

  struct Begun {
    std::string url;     ///< where the browser signs in
    std::string cookie;  ///< which it gives back; sealed
  };
  /// `next`: a path of the dashboard; anything else is "/".
  [[nodiscard]] std::expected<Begun, LoginRefusal> begin(std::string_view next);

  struct Answer {
    std::string_view code, state, issuer, error;  ///< as the provider sent them; "" = not
    std::string_view cookie;
    std::string address;
    std::string agent;
  };
  struct Done {
    SignedIn in;
    std::string url;  ///< of the page to go on with, on this server
  };
  [[nodiscard]] std::expected<Done, LoginRefusal> finish(const Answer& answer);

  [[nodiscard]] wire::SignInProvider described() const;
  [[nodiscard]] const std::string& public_url() const { return options_.public_url; }
  /// Of a user of this provider; nullopt: it has no such place.
  [[nodiscard]] std::optional<std::string> sign_out_url(const std::string& issuer) const;
  /// Asks the provider, for trouble().
  Status look() { return provider_.look(); }
  /// Why nobody can sign in now, as far as known; empty: all is well.
  [[nodiscard]] std::string trouble() const { return provider_.trouble(); }

 private:
  struct Attempt {
    std::string state, nonce, verifier, next;
  };
  [[nodiscard]] std::string seal(const Attempt& attempt) const;
  [[nodiscard]] std::optional<Attempt> unseal(std::string_view cookie) const;
  [[nodiscard]] std::optional<SiteRole> role_of(const std::vector<std::string>& groups) const;

  const Clock& clock_;
  Auth& auth_;
  const Vault& vault_;
  const ProviderLoginOptions options_;
  oidc::Provider provider_;
};

/// Whether it is a path of this server that a browser may be sent to: '/…', never '//host'.
[[nodiscard]] bool is_local_path(std::string_view path);

}  // namespace aiflow::service
