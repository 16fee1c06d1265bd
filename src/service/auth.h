// SPDX-License-Identifier: Apache-2.0
// Who may do what: users with Argon2id hashes, sessions in the database under hashed random ids,
// attempt tokens of tasks, and the table of permissions. Thread-safe. Passwords and cookies go in
// and out as Secret; nothing here logs them.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/states.h"
#include "service/attempt_token.h"
#include "store/store.h"
#include "wire/engine.h"

namespace aiflow::service {

/// Who makes a request.
struct Principal {
  enum class Kind { anonymous, user, local_admin, task, worker };
  Kind kind = Kind::anonymous;
  std::string username;  ///< user; "local" for a local admin; "" for a task
  Role role = Role::viewer;
  wire::AttemptRef attempt;  ///< task
  std::string worker_id;     ///< worker
  bool must_change_password = false;
  std::string session_hash;                 ///< user
  std::optional<WallTime> session_ends_at;  ///< user
  std::string csrf_token;                   ///< user; empty with an API token

  /// What things that it makes remember.
  [[nodiscard]] wire::Lineage lineage() const;
};

/// A route's permission as in api/engine.yaml.
struct Permission {
  std::string_view name;  ///< public any view run operate admin task worker
  bool task_token = false;
};
[[nodiscard]] bool is_known_permission(std::string_view name);
[[nodiscard]] bool may(const Principal& who, const Permission& permission);

struct AuthOptions {
  /// Cost of a password hash: OWASP's 19 MiB and 2 passes. Tests take less.
  std::uint64_t hash_memory_bytes = 19 << 20;
  std::uint64_t hash_passes = 2;
  Duration session_life = std::chrono::hours(24 * 7);
  /// Failed log-ins of an account or an address before waiting begins, and the first wait; it
  /// doubles with each further failure up to the maximum.
  int failures_free = 5;
  Duration wait_first = std::chrono::seconds(5);
  Duration wait_max = std::chrono::minutes(15);
};

struct NewAdmin {
  std::string username;
  Secret one_time_password;
};

struct SignedIn {
  Secret cookie;  ///< value of the session cookie
  wire::Session session;
};

struct LoginAttempt {
  std::string username;
  Secret password;
  std::string address;  ///< where it comes from
};

class Auth {
 public:
  /// Reads or makes the server's token key. Errors: those of the store.
  [[nodiscard]] static Result<std::unique_ptr<Auth>> open(const Clock& clock, store::Store& store,
                                                          AuthOptions options = {});

  /// Makes user "admin" when there is no user at all.
  [[nodiscard]] Result<std::optional<NewAdmin>> ensure_admin();

  /// Errors: denied (the same for an unknown user and a wrong password, in words and in time);
  /// unavailable with the seconds to wait when there were too many failures.
  [[nodiscard]] Result<SignedIn> login(const LoginAttempt& attempt);
  [[nodiscard]] Result<bool> is_user(const std::string& username);
  Status logout(const Principal& who);
  /// A token for programs, with the user's role; ends after `life` (1 day to 10 years), with the
  /// user, and with a new password. Errors: not_found, invalid_argument, conflict (a one-time
  /// password).
  [[nodiscard]] Result<wire::TokenCreated> create_token(const std::string& username,
                                                        std::chrono::days life);
  /// Whose API token it is. Errors: denied.
  [[nodiscard]] Result<Principal> api_token(std::string_view token);
  [[nodiscard]] static bool is_api_token(std::string_view token);
  /// The session of a cookie. Errors: denied.
  [[nodiscard]] Result<Principal> session(std::string_view cookie);
  /// Whether a session (Principal::session_hash) has not ended.
  [[nodiscard]] Result<bool> is_open(const std::string& session_hash);
  /// The attempt of a token, if it is the current one of a task that runs. Errors: denied.
  [[nodiscard]] Result<Principal> task(std::string_view token);
  [[nodiscard]] static Principal local_admin();

  struct PasswordChange {
    Secret old_password;
    Secret new_password;
  };
  /// Ends all sessions of the user and gives a new one. Errors: denied (old password),
  /// invalid_argument (new one too short or the same).
  [[nodiscard]] Result<SignedIn> change_password(const Principal& who, PasswordChange change);

  [[nodiscard]] Result<std::vector<wire::UserInfo>> users();
  [[nodiscard]] Result<wire::UserCreated> create_user(const wire::UserCreate& request);
  /// Gives a new one-time password and ends all sessions and tokens of the user. Errors: not_found.
  [[nodiscard]] Result<wire::UserCreated> reset_password(const std::string& username);
  /// Errors: conflict for the last admin and for oneself.
  Status delete_user(const std::string& username, const Principal& who);

  [[nodiscard]] std::string sign_attempt(const wire::AttemptRef& attempt) const;

 private:
  Auth(const Clock& clock, store::Store& store, AuthOptions options, Secret key);
  [[nodiscard]] std::string hash_password(std::string_view password);
  /// An empty hash is that of an unknown user: false, in the same time.
  [[nodiscard]] bool check_password(const std::string& hash, std::string_view password);
  [[nodiscard]] const std::string& dummy_hash();
  Status check_wait(const LoginAttempt& attempt);
  [[nodiscard]] Result<SignedIn> open_session(const std::string& username);
  [[nodiscard]] Result<Principal> principal_of(std::string_view secret);

  const Clock& clock_;
  store::Store& store_;
  const AuthOptions options_;
  const AttemptTokens tokens_;
  std::mutex hash_mutex_;  ///< one hash at a time: a flood of log-ins must not take the memory
  std::once_flag dummy_once_;
  std::string dummy_hash_;  ///< checked for unknown users
};

}  // namespace aiflow::service
