// SPDX-License-Identifier: Apache-2.0
// Users, their sessions, failed log-ins, and answers kept under idempotency keys.
// Passwords and session ids come in as hashes: nothing here can be used to sign in.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/states.h"
#include "db/connection.h"

namespace aiflow::store {

struct UserRow {
  std::string username;
  std::optional<Role> role{};  ///< for the whole site; nullopt: none
  std::string password_hash;   ///< Argon2id, encoded
  bool must_change_password = false;
  WallTime created_at;
  std::optional<WallTime> last_login_at;
  /// Of a user whom an OpenID provider signs in; both empty for one with a password.
  std::optional<std::string> issuer{};
  std::optional<std::string> subject{};  ///< the provider's own name of the person
};

struct SessionRow {
  std::string id_hash;  ///< SHA-256 of the cookie's value, hex
  std::string username;
  std::string csrf_token;
  WallTime created_at;
  WallTime expires_at;
  std::string address{};  ///< where the log-in came from
  std::string agent{};    ///< what the browser calls itself
};

/// Failed log-ins of an account or an address, for the limit that survives a restart.
struct LoginFailures {
  int count = 0;
  WallTime last_at;
};

struct StoredAnswer {
  std::string request_sha256;  ///< of the body that was answered
  int status = 0;
  std::string body;
};

class UserStore {
 public:
  explicit UserStore(db::Connection& db) : db_(db) {}

  /// Errors: conflict when the name is taken.
  Status add(const UserRow& user);
  /// Writes all columns but issuer and subject, which never change. Errors: not_found.
  Status update(const UserRow& user);
  /// Their sessions end too. Errors: not_found.
  Status remove(const std::string& username);
  [[nodiscard]] Result<std::optional<UserRow>> find(const std::string& username);
  [[nodiscard]] Result<std::optional<UserRow>> find_external(const std::string& issuer,
                                                             const std::string& subject);
  /// By name.
  [[nodiscard]] Result<std::vector<UserRow>> list();

  Status add_session(const SessionRow& session);
  /// nullopt when unknown or over.
  [[nodiscard]] Result<std::optional<SessionRow>> session(const std::string& id_hash, WallTime now);
  /// Of a user, newest first, those that are over too.
  [[nodiscard]] Result<std::vector<SessionRow>> sessions_of(const std::string& username);
  Status end_session(const std::string& id_hash);
  /// All of a user's (after a change of password or role).
  Status end_sessions_of(const std::string& username);
  Status delete_expired_sessions(WallTime now);

  /// `subject`: "user:NAME" or "addr:ADDRESS".
  [[nodiscard]] Result<LoginFailures> login_failures(const std::string& subject);
  Status add_login_failure(const std::string& subject, WallTime now);
  Status clear_login_failures(const std::string& subject);

  /// `key`: user, route and the client's Idempotency-Key in one text.
  [[nodiscard]] Result<std::optional<StoredAnswer>> answer(const std::string& key);
  /// Forgets those older than a day: a client repeats within minutes.
  Status keep_answer(const std::string& key, const StoredAnswer& answer, WallTime now);

  /// Small values of the server itself (e.g. server id).
  [[nodiscard]] Result<std::optional<std::string>> setting(const std::string& name);
  Status set_setting(const std::string& name, const std::string& value);

 private:
  db::Connection& db_;
};

}  // namespace aiflow::store
