// SPDX-License-Identifier: Apache-2.0
#include "service/access/api_tokens.h"

#include <algorithm>

#include "digest/sha256.h"
#include "log/log.h"
#include "store/admin/project_store.h"
#include "store/admin/token_store.h"
#include "store/user_store.h"

namespace aiflow::service {
namespace {

constexpr std::string_view kPrefix = "aiflow_";
/// So much of a token is kept to tell it from others; 196 bits of it stay unknown.
constexpr std::size_t kShownLength = kPrefix.size() + 6;
constexpr std::int64_t kDays = 90;
constexpr std::int64_t kDaysMax = 3650;
constexpr std::size_t kNameBytesMax = 100;
constexpr std::int64_t kOfOneUserMax = 100;
/// The time of the last use is written so often.
constexpr auto kUsedEvery = std::chrono::minutes(1);

Status check_name(std::string_view name) {
  const auto is_bad = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (!name.empty() && name.size() <= kNameBytesMax && std::ranges::none_of(name, is_bad)) {
    return {};
  }
  return fail(ErrorCode::invalid_argument, "a token's name has 1 to 100 characters");
}

/// For the site or in any project.
Result<std::optional<Role>> strongest(db::Connection& db, const store::UserRow& user) {
  Principal who;
  who.role = user.role;
  AIFLOW_ASSIGN(who.projects, store::ProjectStore(db).roles_of(user.username));
  return who.best_role();
}

}  // namespace

Result<wire::TokenCreated> ApiTokens::create(const std::string& username,
                                             const wire::TokenCreate& wanted) {
  const std::int64_t days = wanted.days.value_or(kDays);
  if (days < 1 || days > kDaysMax) {
    return fail(ErrorCode::invalid_argument, "a token lives 1 to 3650 days");
  }
  const std::string name = wanted.name.value_or("token");
  AIFLOW_TRY(check_name(name));
  const std::string secret = std::string(kPrefix) + base64url(random_bytes(32));
  wire::ApiToken token{.username = username,
                       .name = name,
                       .prefix = secret.substr(0, kShownLength),
                       .read_only = wanted.read_only.value_or(false),
                       .created_at = clock_.now(),
                       .expires_at = clock_.now() + std::chrono::days(days)};
  AIFLOW_TRY(store_.transact([&](db::Connection& db) -> Status {
    AIFLOW_ASSIGN(const auto user, store::UserStore(db).find(username));
    if (!user) return fail(ErrorCode::not_found, "user '" + username + "' does not exist");
    if (user->must_change_password) {
      return fail(ErrorCode::conflict,
                  "user '" + username + "' must log in and choose a password first");
    }
    AIFLOW_ASSIGN(const auto most, strongest(db, *user));
    if (!most) {
      return fail(
          ErrorCode::invalid_argument,
          "user '" + username + "' has no role and is in no project: a token could do nothing");
    }
    token.role = wanted.role.value_or(*most);
    if (token.role > *most) {
      return fail(ErrorCode::invalid_argument,
                  "a token cannot do more than its user, who is " + std::string(to_string(*most)));
    }
    store::TokenStore tokens(db);
    AIFLOW_ASSIGN(const auto known, tokens.list(username));
    if (std::ssize(known) >= kOfOneUserMax) {
      return fail(ErrorCode::conflict, "a user has at most 100 tokens; revoke some first");
    }
    AIFLOW_ASSIGN(token.id, tokens.add(token, digest::sha256_of(secret)));
    return {};
  }));
  return wire::TokenCreated{.id = token.id,
                            .username = username,
                            .name = name,
                            .token = secret,
                            .role = token.role,
                            .read_only = token.read_only,
                            .expires_at = token.expires_at};
}

Result<std::vector<wire::ApiToken>> ApiTokens::list(const std::string& username) {
  return store_.read([&](db::Connection& db) { return store::TokenStore(db).list(username); });
}

Status ApiTokens::revoke(std::int64_t id, const std::string& username) {
  return store_.transact(
      [&](db::Connection& db) { return store::TokenStore(db).revoke(id, username); });
}

bool ApiTokens::is_token(std::string_view token) { return token.starts_with(kPrefix); }

Result<Principal> ApiTokens::principal(std::string_view token) {
  const auto over = [] {
    return fail(ErrorCode::denied,
                "this token is unknown, revoked or over; see: aiflow tokens --help");
  };
  if (!is_token(token)) return over();
  const auto hash = digest::sha256_of(token);
  std::optional<wire::ApiToken> found;
  Principal who;
  AIFLOW_TRY(store_.read([&](db::Connection& db) -> Status {
    AIFLOW_ASSIGN(found, store::TokenStore(db).by_hash(hash, clock_.now()));
    if (!found) return over();
    AIFLOW_ASSIGN(const auto user, store::UserStore(db).find(found->username));
    if (!user) return over();
    who.kind = Principal::Kind::user;
    who.username = user->username;
    who.role = std::min(user->role, std::optional(found->role));
    AIFLOW_ASSIGN(who.projects, store::ProjectStore(db).roles_of(user->username));
    for (auto& [project, role] : who.projects) role = std::min(role, found->role);
    who.is_token = true;
    who.read_only = found->read_only;
    who.must_change_password = user->must_change_password;
    who.session_hash = hash;
    who.session_ends_at = found->expires_at;
    return {};
  }));
  if (!found->last_used_at || clock_.now() - *found->last_used_at >= kUsedEvery) {
    const auto noted = store_.transact(
        [&](db::Connection& db) { return store::TokenStore(db).used(found->id, clock_.now()); });
    // Nobody is refused because of it.
    if (!noted) log::warn("a token's use is not noted", {{"error", noted.error()}});
  }
  return who;
}

}  // namespace aiflow::service
