// SPDX-License-Identifier: Apache-2.0
// Users whom an OpenID provider signs in: they have no password here, and their role is the
// provider's at each log-in.
#include "service/access/credentials.h"
#include "service/auth.h"
#include "service/detail/last_admin.h"
#include "store/admin/token_store.h"
#include "store/user_store.h"

namespace aiflow::service {
namespace {

struct Admitted {
  std::string username;
  std::string_view refusal{};  ///< a LoginRefusal's word; empty: let in
};

Result<Admitted> admit_new(store::UserStore& users, const ExternalLogin& login, WallTime now) {
  const auto& name = login.username;
  if (!login.role) return Admitted{name, "no_role"};
  if (!check_username(name)) return Admitted{name, "name_unusable"};
  AIFLOW_ASSIGN(const auto other, users.find(name));
  if (other) return Admitted{name, "name_taken"};
  AIFLOW_TRY(users.add({.username = name,
                        .role = login.role->role,
                        .password_hash = "",
                        .must_change_password = false,
                        .created_at = now,
                        .last_login_at = now,
                        .issuer = login.issuer,
                        .subject = login.subject}));
  return Admitted{name};
}

Result<Admitted> admit_known(db::Connection& db, store::UserRow user, const ExternalLogin& login,
                             WallTime now) {
  store::UserStore users(db);
  if (!login.role) {
    AIFLOW_TRY(users.end_sessions_of(user.username));
    AIFLOW_TRY(store::TokenStore(db).revoke_all_of(user.username));
    return Admitted{user.username, "no_role"};
  }
  if (login.role->role != user.role) {
    const Status others = detail::check_not_last_admin(users, user.username);
    if (!others && others.error().code == ErrorCode::conflict) {
      return Admitted{user.username, "last_admin"};
    }
    AIFLOW_TRY(others);
    user.role = login.role->role;
    AIFLOW_TRY(users.end_sessions_of(user.username));
  }
  user.last_login_at = now;
  AIFLOW_TRY(users.update(user));
  return Admitted{user.username};
}

LoginRefusal refusal(const Admitted& refused) {
  const std::string who = "user '" + refused.username + "' ";
  const auto word = refused.refusal;
  if (word == "no_role") {
    return {word, ErrorCode::denied, who + "has no role here by the provider's groups"};
  }
  if (word == "name_taken") {
    return {word, ErrorCode::conflict,
            who + "is another account, with a password or another person's"};
  }
  if (word == "name_unusable") {
    return {word, ErrorCode::denied,
            "the provider's name of the person cannot be a user's (1 to 64 letters, digits, '.', "
            "'_', '-', '@'): choose another claim with --oidc-user-claim"};
  }
  return {word, ErrorCode::conflict,
          who + "is the last admin and would be none by the provider's groups: make another first"};
}

}  // namespace

std::expected<SignedIn, LoginRefusal> Auth::login_external(const ExternalLogin& login) {
  const auto now = clock_.now();
  AIFLOW_ASSIGN(const auto admitted, store_.transact([&](db::Connection& db) -> Result<Admitted> {
    store::UserStore users(db);
    AIFLOW_ASSIGN(auto known, users.find_external(login.issuer, login.subject));
    if (!known) return admit_new(users, login, now);
    return admit_known(db, *std::move(known), login, now);
  }));
  if (!admitted.refusal.empty()) return std::unexpected(refusal(admitted));
  AIFLOW_ASSIGN(auto in, open_session(admitted.username, {login.address, login.agent}));
  return in;
}

}  // namespace aiflow::service
