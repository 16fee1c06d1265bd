// SPDX-License-Identifier: Apache-2.0
#include "oidc/id_token.h"

#include <algorithm>
#include <optional>

namespace aiflow::oidc {
namespace {

constexpr std::size_t kSubjectBytesMax = 255;
constexpr std::size_t kNameBytesMax = 256;

std::unexpected<Error> untrusted(std::string why) {
  return fail(ErrorCode::corrupt, "the ID token " + std::move(why));
}

bool is_text(const json::Value* value, std::string_view text) {
  return value != nullptr && value->is_string() && value->as_string() == text;
}

/// Seconds since 1970.
std::optional<double> time_in(const json::Value& claims, std::string_view key) {
  const auto* value = claims.find(key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->as_double();
}

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

Status check_audience(const json::Value& claims, std::string_view client_id) {
  const auto* audience = claims.find("aud");
  bool is_ours = is_text(audience, client_id);
  bool are_many = false;
  if (audience != nullptr && audience->is_array()) {
    const auto& all = audience->as_array();
    is_ours = std::ranges::any_of(all, [&](const auto& one) { return is_text(&one, client_id); });
    are_many = all.size() > 1;
  }
  if (!is_ours) return untrusted("is for another client (aud)");
  const auto* party = claims.find("azp");
  if (party == nullptr && are_many) return untrusted("is for many clients, and names none (azp)");
  if (party != nullptr && !is_text(party, client_id)) {
    return untrusted("was asked for by another client (azp)");
  }
  return {};
}

Status check_times(const json::Value& claims, WallTime wall) {
  const double now = seconds(wall.time_since_epoch());
  const double leeway = seconds(kLeeway);
  const auto end = time_in(claims, "exp");
  const auto made = time_in(claims, "iat");
  if (!end || !made) return untrusted("has no times (exp, iat)");
  // Written so that a number that is none fails.
  if (!(*end > now - leeway)) return untrusted("is over (exp); compare the clocks of both servers");
  if (!(*made < now + leeway)) {
    return untrusted("is of a time to come (iat); compare the clocks of both servers");
  }
  const auto* begin = claims.find("nbf");
  if (begin == nullptr) return {};
  if (!begin->is_number() || !(begin->as_double() < now + leeway)) {
    return untrusted("is not good yet (nbf); compare the clocks of both servers");
  }
  return {};
}

const json::Value* find_claim(const json::Value& claims, std::string_view name) {
  if (const auto* whole = claims.find(name)) return whole;
  const json::Value* at = &claims;
  while (at != nullptr && !name.empty()) {
    const auto end = std::min(name.find('.'), name.size());
    at = at->find(name.substr(0, end));
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return at == &claims ? nullptr : at;
}

}  // namespace

Status check_claims(const json::Value& claims, const Expected& expected) {
  if (!is_text(claims.find("iss"), expected.issuer)) return untrusted("is of another issuer (iss)");
  AIFLOW_TRY(check_audience(claims, expected.client_id));
  AIFLOW_TRY(check_times(claims, expected.now));
  if (expected.nonce.empty() || !is_text(claims.find("nonce"), expected.nonce)) {
    return untrusted("was made for another log-in (nonce)");
  }
  return {};
}

Result<Person> person_of(const json::Value& claims, const ClaimNames& names) {
  Person person;
  const auto* subject = claims.find("sub");
  if (subject == nullptr || !subject->is_string() || subject->as_string().empty() ||
      subject->as_string().size() > kSubjectBytesMax) {
    return untrusted("does not say whom it is about (sub)");
  }
  person.subject = subject->as_string();
  const auto* name = find_claim(claims, names.user);
  if (name != nullptr && name->is_string() && name->as_string().size() <= kNameBytesMax) {
    person.name = name->as_string();
  }
  const auto* verified = claims.find("email_verified");
  if (names.user == "email" && verified != nullptr && *verified == json::Value(false)) {
    return fail(ErrorCode::denied, "the provider has not verified this person's e-mail address");
  }
  const auto* groups = find_claim(claims, names.groups);
  if (groups != nullptr && groups->is_string()) person.groups = {groups->as_string()};
  if (groups == nullptr || !groups->is_array()) return person;
  for (const auto& one : groups->as_array()) {
    if (one.is_string()) person.groups.push_back(one.as_string());
  }
  return person;
}

}  // namespace aiflow::oidc
