// SPDX-License-Identifier: Apache-2.0
// An OpenID Connect provider, as its client: the authorization code flow with PKCE (RFC 7636). In:
// where it is and as whom to ask it; out: the address to send a browser to, and the claims that a
// code stands for. What it says of itself (discovery) and its keys are asked for when they are
// needed and kept for an hour; keys also when a token names one that is not known. Thread-safe;
// blocks, at most four callers at a time, so that a provider that hangs holds up no more.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/deadline.h"
#include "base/result.h"
#include "base/secret.h"
#include "json/value.h"
#include "oidc/key_set.h"

namespace aiflow::oidc {

struct ProviderOptions {
  std::string issuer;  ///< just as the provider spells it
  std::string client_id;
  std::shared_ptr<const Secret> client_secret{};  ///< null: a client without one, by PKCE alone
  std::string scopes = "openid profile email groups";
  std::string redirect_url{};                    ///< where the provider sends the browser back to
  Duration time_out = std::chrono::seconds(10);  ///< of all that one call asks
};

/// Errors: invalid_argument: no https address (http: of this machine alone), longer than 250 bytes.
Status check_issuer(std::string_view issuer);

/// What belongs to one log-in, all of it random.
struct Attempt {
  std::string state;
  std::string nonce;
  std::string challenge;  ///< base64url(SHA-256(verifier))
};

class Provider {
 public:
  Provider(const Clock& clock, ProviderOptions options);

  /// Where a browser signs in. Errors: unavailable, timeout, corrupt (what it says of itself).
  [[nodiscard]] Result<std::string> authorization_url(const Attempt& attempt);

  struct Code {
    std::string_view code;
    std::string_view verifier;
    std::string_view nonce;
  };
  /// The checked claims of the ID token that the provider gives for the code. Errors: unavailable,
  /// timeout; corrupt (the token cannot be trusted, or the provider refuses this client); denied
  /// (it refuses the code).
  [[nodiscard]] Result<json::Value> redeem(const Code& code);

  /// Where a browser signs out of the provider and comes back to `return_to`; nullopt: it has no
  /// such place, or was never asked.
  [[nodiscard]] std::optional<std::string> sign_out_url(std::string_view return_to) const;

  /// Asks what is not known yet, for trouble() to tell before anybody signs in.
  Status look();
  /// What the last question came to; empty: all is well.
  [[nodiscard]] std::string trouble() const;
  [[nodiscard]] const ProviderOptions& options() const { return options_; }

 private:
  static constexpr int kCallersMax = 4;
  struct Known {
    std::string authorization;
    std::string token;
    std::string sign_out;         ///< "" = none
    bool secret_in_body = false;  ///< client_secret_post: the only way it takes a secret
    KeySet keys;
    SteadyTime at;
  };
  using KnownPtr = std::shared_ptr<const Known>;
  class Turn;

  [[nodiscard]] Result<KnownPtr> known(Deadline deadline);
  /// Asks anew.
  [[nodiscard]] Result<KnownPtr> learn(Deadline deadline);
  /// For trouble().
  void note(const Status& came_to);
  [[nodiscard]] Result<KnownPtr> discover(Deadline deadline);
  [[nodiscard]] Result<std::string> ask_token(const Known& known, const Code& code,
                                              Deadline deadline);

  const Clock& clock_;
  const ProviderOptions options_;
  std::counting_semaphore<kCallersMax> turns_{kCallersMax};
  mutable std::mutex mutex_;
  KnownPtr known_;       ///< guarded by mutex_; null: never asked
  std::string trouble_;  ///< guarded by mutex_
};

}  // namespace aiflow::oidc
