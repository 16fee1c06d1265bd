// SPDX-License-Identifier: Apache-2.0
// Who may do what: users with Argon2id hashes, sessions in the database under hashed random ids,
// attempt tokens of tasks, and the table of permissions. Thread-safe. Passwords and cookies go in
// and out as Secret; nothing here logs them.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
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
#include "service/access/login_refusal.h"
#include "service/attempt_token.h"
#include "store/store.h"
#include "wire/access.h"
#include "wire/engine.h"

namespace aiflow::service {

/// Who makes a request.
struct Principal {
  enum class Kind { anonymous, user, local_admin, task, worker };
  Kind kind = Kind::anonymous;
  std::string username;      ///< user; "local" for a local admin; "" for a task
  std::optional<Role> role;  ///< for the whole site
  /// user: roles by membership; an API token's scope has cut them. task: the one of its DAG, where
  /// the routes say what it may do, not the role.
  std::map<std::string, Role> projects;
  wire::AttemptRef attempt;  ///< task
  std::string worker_id;     ///< worker
  bool must_change_password = false;
  std::string session_hash;                 ///< user
  std::optional<WallTime> session_ends_at;  ///< user
  std::string csrf_token;                   ///< user; empty with an API token
  bool is_token = false;                    ///< user: a program with an API token
  bool read_only = false;                   ///< user: the token changes nothing
  std::optional<std::string> issuer{};      ///< user: of the OpenID provider that signed in

  /// What things that it makes remember.
  [[nodiscard]] wire::Lineage lineage() const;
  /// The stronger one of the site's and the membership's.
  [[nodiscard]] std::optional<Role> role_in(const std::string& project) const;
  /// The strongest one that it has anywhere.
  [[nodiscard]] std::optional<Role> best_role() const;
};

/// As a session names them.
[[nodiscard]] std::vector<wire::ProjectRole> to_wire(const std::map<std::string, Role>& projects);

/// A route's permission as in api/engine.yaml.
struct Permission {
  std::string_view name;  ///< public any view run operate admin task worker
  bool task_token = false;
};
[[nodiscard]] bool is_known_permission(std::string_view name);
/// The role that a permission needs; nullopt: no role gives it (public, any, task, worker).
[[nodiscard]] std::optional<Role> role_for(std::string_view permission);
/// Whether it has the permission anywhere: for the whole site, or in a project.
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
  Duration setup_life = std::chrono::hours(24);
};

struct SignedIn {
  Secret cookie;  ///< value of the session cookie
  wire::Session session;
};

struct LoginAttempt {
  std::string username;
  Secret password;
  std::string address;  ///< where it comes from
  std::string agent{};  ///< what the browser calls itself
};

/// Somebody whom an OpenID provider vouches for.
struct ExternalLogin {
  std::string issuer;
  std::string subject;       ///< the provider's own name of the person, by which one is known here
  std::string username;      ///< of a new user
  std::optional<Role> role;  ///< nullopt: none by the provider's groups
  std::string address;       ///< where it comes from
  std::string agent;         ///< what the browser calls itself
};

class Auth {
 public:
  /// Reads or makes the server's token key. Errors: those of the store.
  [[nodiscard]] static Result<std::unique_ptr<Auth>> open(const Clock& clock, store::Store& store,
                                                          AuthOptions options = {});

  /// A token for a set-up link while there is no user; it is good once, also after a restart.
  /// nullopt: there are users.
  [[nodiscard]] Result<std::optional<Secret>> offer_setup();
  [[nodiscard]] Result<bool> needs_setup();
  /// Makes the first user, an admin, and signs in. Errors: denied (the token is wrong or over),
  /// conflict (there are users), invalid_argument.
  [[nodiscard]] Result<SignedIn> set_up(std::string_view token, LoginAttempt admin);

  /// Errors: denied (the same for an unknown user and a wrong password, in words and in time);
  /// unavailable with the seconds to wait when there were too many failures.
  [[nodiscard]] Result<SignedIn> login(const LoginAttempt& attempt);
  /// Makes the user at the first time; then the role is the provider's, and a change of it ends the
  /// user's other sessions. Who has no role any more is refused, and signed out everywhere.
  [[nodiscard]] std::expected<SignedIn, LoginRefusal> login_external(const ExternalLogin& login);
  [[nodiscard]] Result<bool> is_user(const std::string& username);
  Status logout(const Principal& who);
  /// The session of a cookie. Errors: denied.
  [[nodiscard]] Result<Principal> session(std::string_view cookie);
  /// Whether a session or an API token (Principal::session_hash) has not ended.
  [[nodiscard]] Result<bool> is_open(const std::string& session_hash);
  /// Whether a user's memberships are still of the projects that they were. Others': true.
  [[nodiscard]] Result<bool> has_same_part(const Principal& who);
  /// The attempt of a token, if it is the current one of a task that runs. Errors: denied.
  [[nodiscard]] Result<Principal> task(std::string_view token);
  [[nodiscard]] static Principal local_admin();

  struct PasswordChange {
    Secret old_password;
    Secret new_password;
    std::string address{};
    std::string agent{};
  };
  /// Ends all sessions and tokens of the user and gives a new session. Errors: denied (old
  /// password), invalid_argument (new one too short or the same; an API token), conflict (a
  /// provider signs the user in).
  [[nodiscard]] Result<SignedIn> change_password(const Principal& who, PasswordChange change);

  /// Of a user, newest first.
  [[nodiscard]] Result<std::vector<wire::SessionInfo>> sessions(const Principal& who);
  /// One of the user's own, by its SessionInfo::id. Errors: not_found.
  Status end_session(const Principal& who, const std::string& id);

  [[nodiscard]] Result<std::vector<wire::UserInfo>> users();
  [[nodiscard]] Result<wire::UserCreated> create_user(const wire::UserCreate& request);
  /// Gives a new one-time password and ends all sessions and tokens of the user. Errors: not_found,
  /// conflict (a provider signs the user in).
  [[nodiscard]] Result<wire::UserCreated> reset_password(const std::string& username);
  /// Ends all sessions of the user, so that no page shows what it may no more; tokens never do more
  /// than their user. Errors: not_found, conflict (the last admin; a provider gives the role).
  [[nodiscard]] Result<wire::UserInfo> set_role(const std::string& username,
                                                std::optional<Role> role);
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
  struct Origin {
    std::string address;
    std::string agent;
  };
  [[nodiscard]] Result<SignedIn> open_session(const std::string& username, Origin from);

  const Clock& clock_;
  store::Store& store_;
  const AuthOptions options_;
  const AttemptTokens tokens_;
  std::mutex hash_mutex_;  ///< one hash at a time: a flood of log-ins must not take the memory
  std::once_flag dummy_once_;
  std::string dummy_hash_;  ///< checked for unknown users
};

}  // namespace aiflow::service
