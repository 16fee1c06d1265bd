// SPDX-License-Identifier: Apache-2.0
#include "store/user_store.h"

#include "store/detail/rows.h"

namespace aiflow::store {
namespace {

constexpr std::string_view kSelectUser =
    "SELECT username, role, password_hash, must_change_password, created_at, last_login_at,"
    " issuer, subject FROM users";

constexpr auto kAnswersKept = std::chrono::hours(24);

/// Who has no role for the whole site.
constexpr std::string_view kNoRole = "none";

std::optional<Role> read_role(db::Row& row) {
  const std::string text = row.text();
  const auto role = parse_role(text);
  AIFLOW_ASSERT(role.has_value() || text == kNoRole);
  return role;
}

std::string_view role_text(const UserRow& user) {
  return user.role ? to_string(*user.role) : kNoRole;
}

UserRow read_user(db::Row& row) {
  return {.username = row.text(),
          .role = read_role(row),
          .password_hash = row.text(),
          .must_change_password = row.boolean(),
          .created_at = row.time(),
          .last_login_at = row.optional_time(),
          .issuer = row.optional_text(),
          .subject = row.optional_text()};
}

constexpr std::string_view kSelectSession =
    "SELECT id_hash, username, csrf_token, created_at, expires_at, address, agent FROM sessions";

SessionRow read_session(db::Row& row) {
  return {.id_hash = row.text(),
          .username = row.text(),
          .csrf_token = row.text(),
          .created_at = row.time(),
          .expires_at = row.time(),
          .address = row.text(),
          .agent = row.text()};
}

Status missing_user(const std::string& username) {
  return fail(ErrorCode::not_found, "user '" + username + "' does not exist");
}

}  // namespace

Status UserStore::add(const UserRow& user) {
  Status done =
      db_.run(R"(
    INSERT INTO users (username, role, password_hash, must_change_password, created_at,
      last_login_at, issuer, subject)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?))",
              {user.username, role_text(user), user.password_hash, user.must_change_password,
               user.created_at, user.last_login_at, user.issuer, user.subject});
  if (done || done.error().code != ErrorCode::conflict) return done;
  return fail(ErrorCode::conflict, "user '" + user.username + "' already exists");
}

Status UserStore::update(const UserRow& user) {
  AIFLOW_TRY(db_.run(R"(
    UPDATE users SET role = ?, password_hash = ?, must_change_password = ?, created_at = ?,
      last_login_at = ? WHERE username = ?)",
                     {role_text(user), user.password_hash, user.must_change_password,
                      user.created_at, user.last_login_at, user.username}));
  return db_.changes() > 0 ? Status{} : missing_user(user.username);
}

Status UserStore::remove(const std::string& username) {
  AIFLOW_TRY(end_sessions_of(username));
  AIFLOW_TRY(db_.run("DELETE FROM api_tokens WHERE username = ?", {username}));
  AIFLOW_TRY(db_.run("DELETE FROM memberships WHERE username = ?", {username}));
  AIFLOW_TRY(db_.run("DELETE FROM users WHERE username = ?", {username}));
  return db_.changes() > 0 ? Status{} : missing_user(username);
}

Result<std::optional<UserRow>> UserStore::find(const std::string& username) {
  static const std::string sql = std::string(kSelectUser) + " WHERE username = ?";
  return db_.first(sql, {username}, read_user);
}

Result<std::optional<UserRow>> UserStore::find_external(const std::string& issuer,
                                                        const std::string& subject) {
  static const std::string sql = std::string(kSelectUser) + " WHERE issuer = ? AND subject = ?";
  return db_.first(sql, {issuer, subject}, read_user);
}

Result<std::vector<UserRow>> UserStore::list() {
  static const std::string sql = std::string(kSelectUser) + " ORDER BY username";
  return db_.all(sql, {}, read_user);
}

Status UserStore::add_session(const SessionRow& session) {
  return db_.run(R"(
    INSERT INTO sessions (id_hash, username, csrf_token, created_at, expires_at, address, agent)
    VALUES (?, ?, ?, ?, ?, ?, ?))",
                 {session.id_hash, session.username, session.csrf_token, session.created_at,
                  session.expires_at, session.address, session.agent});
}

Result<std::optional<SessionRow>> UserStore::session(const std::string& id_hash, WallTime now) {
  static const std::string sql =
      std::string(kSelectSession) + " WHERE id_hash = ? AND expires_at > ?";
  return db_.first(sql, {id_hash, now}, read_session);
}

Result<std::vector<SessionRow>> UserStore::sessions_of(const std::string& username) {
  static const std::string sql =
      std::string(kSelectSession) + " WHERE username = ? ORDER BY created_at DESC, id_hash";
  return db_.all(sql, {username}, read_session);
}

Status UserStore::end_session(const std::string& id_hash) {
  return db_.run("DELETE FROM sessions WHERE id_hash = ?", {id_hash});
}

Status UserStore::end_sessions_of(const std::string& username) {
  return db_.run("DELETE FROM sessions WHERE username = ?", {username});
}

Status UserStore::delete_expired_sessions(WallTime now) {
  return db_.run("DELETE FROM sessions WHERE expires_at <= ?", {now});
}

Result<LoginFailures> UserStore::login_failures(const std::string& subject) {
  AIFLOW_ASSIGN(const auto found,
                db_.first("SELECT count, last_at FROM login_failures WHERE subject = ?", {subject},
                          [](db::Row& row) {
                            return LoginFailures{.count = row.small(), .last_at = row.time()};
                          }));
  return found.value_or(LoginFailures{});
}

Status UserStore::add_login_failure(const std::string& subject, WallTime now) {
  AIFLOW_ASSIGN(const LoginFailures before, login_failures(subject));
  return db_.run("REPLACE INTO login_failures (subject, count, last_at) VALUES (?, ?, ?)",
                 {subject, before.count + 1, now});
}

Status UserStore::clear_login_failures(const std::string& subject) {
  return db_.run("DELETE FROM login_failures WHERE subject = ?", {subject});
}

Result<std::optional<StoredAnswer>> UserStore::answer(const std::string& key) {
  return db_.first("SELECT request_sha256, status, body FROM kept_answers WHERE \"key\" = ?", {key},
                   [](db::Row& row) {
                     return StoredAnswer{
                         .request_sha256 = row.text(), .status = row.small(), .body = row.text()};
                   });
}

Status UserStore::keep_answer(const std::string& key, const StoredAnswer& answer, WallTime now) {
  AIFLOW_TRY(db_.run("DELETE FROM kept_answers WHERE created_at < ?", {now - kAnswersKept}));
  return db_.run(
      "REPLACE INTO kept_answers (\"key\", request_sha256, status, body, created_at) "
      "VALUES (?, ?, ?, ?, ?)",
      {key, answer.request_sha256, answer.status, answer.body, now});
}

Result<std::optional<std::string>> UserStore::setting(const std::string& name) {
  return db_.first("SELECT value FROM settings WHERE name = ?", {name},
                   [](db::Row& row) { return row.text(); });
}

Status UserStore::set_setting(const std::string& name, const std::string& value) {
  return db_.run("REPLACE INTO settings (name, value) VALUES (?, ?)", {name, value});
}

}  // namespace aiflow::store
