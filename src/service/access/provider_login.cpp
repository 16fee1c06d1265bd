// SPDX-License-Identifier: Apache-2.0
#include "service/access/provider_login.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "service/attempt_token.h"

namespace aiflow::service {
namespace {

constexpr std::size_t kNextBytesMax = 1024;
constexpr std::size_t kCookieBytesMax = 4096;
constexpr std::size_t kCodeBytesMax = 4096;
constexpr std::string_view kAbout = "log-in by a provider";

std::string challenge_of(std::string_view verifier) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(verifier.data()),
                     verifier.size());
  return base64url({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

ProviderLoginOptions with_redirect(ProviderLoginOptions options) {
  options.provider.redirect_url = options.public_url + std::string(ProviderLogin::kCallbackPath);
  return options;
}

LoginRefusal over() {
  return {"over", ErrorCode::invalid_argument,
          "this log-in is unknown here, done or too old, or was begun in another browser"};
}

}  // namespace

bool is_local_path(std::string_view path) {
  const auto is_plain = [](char c) { return c > ' ' && c < 0x7f && c != '\\'; };
  return path.starts_with('/') && !path.starts_with("//") && path.size() <= kNextBytesMax &&
         std::ranges::all_of(path, is_plain);
}

ProviderLogin::ProviderLogin(const Clock& clock, Auth& auth, const Vault& vault,
                             ProviderLoginOptions options)
    : clock_(clock),
      auth_(auth),
      vault_(vault),
      options_(with_redirect(std::move(options))),
      provider_(clock, options_.provider) {}

std::expected<ProviderLogin::Begun, LoginRefusal> ProviderLogin::begin(std::string_view next) {
  const Attempt attempt{.state = base64url(random_bytes(24)),
                        .nonce = base64url(random_bytes(24)),
                        .verifier = base64url(random_bytes(32)),
                        .next = is_local_path(next) ? std::string(next) : "/"};
  AIFLOW_ASSIGN(auto url,
                provider_.authorization_url({.state = attempt.state,
                                             .nonce = attempt.nonce,
                                             .challenge = challenge_of(attempt.verifier)}));
  return Begun{.url = std::move(url), .cookie = seal(attempt)};
}

std::string ProviderLogin::seal(const Attempt& attempt) const {
  const auto plain = json::object({{"state", attempt.state},
                                   {"nonce", attempt.nonce},
                                   {"verifier", attempt.verifier},
                                   {"next", attempt.next},
                                   {"until", format_time(clock_.now() + kLoginLife)}});
  const auto sealed = vault_.seal(json::write(plain), kAbout);
  return sealed.key_id + "." + sealed.text;
}

std::optional<ProviderLogin::Attempt> ProviderLogin::unseal(std::string_view cookie) const {
  const auto dot = cookie.find('.');
  if (cookie.size() > kCookieBytesMax || dot == std::string_view::npos) return std::nullopt;
  const auto plain = vault_.unseal(
      {.key_id = std::string(cookie.substr(0, dot)), .text = std::string(cookie.substr(dot + 1))},
      kAbout);
  if (!plain) return std::nullopt;
  const auto value = json::parse(plain->reveal());
  if (!value) return std::nullopt;
  const auto text = [&](std::string_view key) {
    return json::get_string(*value, key).value_or(std::string());
  };
  const auto until = parse_time(text("until"));
  if (!until || clock_.now() >= *until) return std::nullopt;
  return Attempt{text("state"), text("nonce"), text("verifier"), text("next")};
}

std::expected<ProviderLogin::Done, LoginRefusal> ProviderLogin::finish(const Answer& answer) {
  const auto attempt = unseal(answer.cookie);
  if (!attempt || answer.state.empty() || !equal_in_constant_time(answer.state, attempt->state)) {
    return std::unexpected(over());
  }
  if (answer.error == "access_denied") {
    return std::unexpected(LoginRefusal("cancelled", ErrorCode::cancelled,
                                        "the provider says that the person did not sign in"));
  }
  if (!answer.error.empty() || answer.code.empty() || answer.code.size() > kCodeBytesMax) {
    return std::unexpected(LoginRefusal("failed", ErrorCode::denied,
                                        "the provider has sent an error instead of a code"));
  }
  const auto& issuer = options_.provider.issuer;
  // RFC 9207: an answer of another provider.
  if (!answer.issuer.empty() && answer.issuer != issuer) {
    return std::unexpected(
        LoginRefusal("untrusted", ErrorCode::corrupt, "the answer is another provider's (iss)"));
  }
  AIFLOW_ASSIGN(const auto claims,
                provider_.redeem(
                    {.code = answer.code, .verifier = attempt->verifier, .nonce = attempt->nonce}));
  AIFLOW_ASSIGN(const auto person, oidc::person_of(claims, options_.claims));
  auto in = auth_.login_external({.issuer = issuer,
                                  .subject = person.subject,
                                  .username = person.name,
                                  .role = role_of(person.groups),
                                  .address = answer.address,
                                  .agent = answer.agent});
  if (!in) return std::unexpected(std::move(in).error());
  return Done{.in = *std::move(in), .url = options_.public_url + attempt->next};
}

std::optional<SiteRole> ProviderLogin::role_of(const std::vector<std::string>& groups) const {
  std::optional<SiteRole> out = options_.default_role;
  for (const auto& [group, role] : options_.roles) {
    const bool is_in = std::ranges::find(groups, group) != groups.end();
    if (is_in) out = std::max(out, std::optional(role));
  }
  return out;
}

wire::SignInProvider ProviderLogin::described() const {
  return {.name = options_.name, .url = options_.public_url + "/auth/oidc/start"};
}

std::optional<std::string> ProviderLogin::sign_out_url(const std::string& issuer) const {
  if (issuer != options_.provider.issuer) return std::nullopt;
  return provider_.sign_out_url(options_.public_url + "/");
}

}  // namespace aiflow::service
