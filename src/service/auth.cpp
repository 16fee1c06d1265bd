// SPDX-License-Identifier: Apache-2.0
#include "service/auth.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "digest/sha256.h"
#include "service/access/credentials.h"
#include "service/detail/last_admin.h"
#include "store/admin/project_store.h"
#include "store/admin/token_store.h"
#include "store/notice_store.h"
#include "store/run_store.h"
#include "store/user_store.h"

namespace aiflow::service {
namespace {

/// Of a session's hash, to name it by; nobody signs in with it.
constexpr std::size_t kSessionIdLength = 16;
constexpr std::size_t kAgentBytesMax = 200;
constexpr std::string_view kKeySetting = "attempt_token_key";
// A token is good while its attempt runs, and a service may run for months.
constexpr auto kTokenLife = std::chrono::hours(24 * 366);

/// By which failures of a name are counted: hashed, for people type passwords into the wrong field.
std::string account_of(const std::string& username) {
  return "user:" + digest::sha256_of(username);
}

/// What a browser calls itself, as printable ASCII.
std::string shortened(std::string agent) {
  if (agent.size() > kAgentBytesMax) agent.resize(kAgentBytesMax);
  std::ranges::replace_if(agent, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return agent;
}

std::unexpected<Error> unknown_user(const std::string& username) {
  return fail(ErrorCode::not_found, "user '" + username + "' does not exist");
}

std::unexpected<Error> has_no_password(const std::string& username) {
  return fail(
      ErrorCode::conflict,
      "user '" + username + "' has no password here and gets the role by the provider's groups");
}

wire::UserInfo info_of(const store::UserRow& row) {
  return {row.username, row.role, row.created_at, row.last_login_at, row.issuer};
}

store::TaskKey key_of(const wire::TaskKey& key) { return store::from_wire(key); }

}  // namespace

Result<std::unique_ptr<Auth>> Auth::open(const Clock& clock, store::Store& store,
                                         AuthOptions options) {
  AIFLOW_ASSERT(sodium_init() >= 0);
  auto text = store.transact([&](db::Connection& db) -> Result<std::string> {
    store::UserStore users(db);
    AIFLOW_TRY(users.delete_expired_sessions(clock.now()));
    AIFLOW_TRY(store::TokenStore(db).delete_expired(clock.now()));
    AIFLOW_ASSIGN(const auto known, users.setting(std::string(kKeySetting)));
    if (known) return *known;
    auto made = base64url(random_bytes(32));
    AIFLOW_TRY(users.set_setting(std::string(kKeySetting), made));
    return made;
  });
  if (!text) return fail(std::move(text).error());
  AIFLOW_ASSIGN(auto key, base64url_decode(*text));
  if (key.size() != 32) return fail(ErrorCode::corrupt, "the server's token key is damaged");
  return std::unique_ptr<Auth>(new Auth(clock, store, options, Secret(std::move(key))));
}

Auth::Auth(const Clock& clock, store::Store& store, AuthOptions options, Secret key)
    : clock_(clock), store_(store), options_(options), tokens_(std::move(key)) {}

Result<bool> Auth::needs_setup() {
  AIFLOW_ASSIGN(const auto known, users());
  return known.empty();
}

Result<std::optional<Secret>> Auth::offer_setup() {
  auto token = base64url(random_bytes(32));
  AIFLOW_ASSIGN(const bool is_open, store_.transact([&](db::Connection& db) -> Result<bool> {
    AIFLOW_ASSIGN(const auto known, store::UserStore(db).list());
    if (!known.empty()) return false;
    AIFLOW_TRY(store::TokenStore(db).add_setup(digest::sha256_of(token),
                                               clock_.now() + options_.setup_life));
    return true;
  }));
  if (!is_open) return std::optional<Secret>();
  return std::optional<Secret>(Secret(std::move(token)));
}

Result<SignedIn> Auth::set_up(std::string_view token, LoginAttempt admin) {
  const auto hash = digest::sha256_of(token);
  const auto check = [&](db::Connection& db) -> Status {
    AIFLOW_ASSIGN(const auto known, store::UserStore(db).list());
    if (!known.empty()) return fail(ErrorCode::conflict, "this server is set up already; log in");
    AIFLOW_ASSIGN(const bool is_good, store::TokenStore(db).is_setup(hash, clock_.now()));
    if (is_good) return {};
    return fail(ErrorCode::denied,
                "this set-up link is unknown or over; a restart of aiflow serve prints a new one");
  };
  // Before the costly hash, which else anybody could ask for.
  AIFLOW_TRY(store_.read(check));
  AIFLOW_TRY(check_username(admin.username));
  AIFLOW_TRY(check_new_password(admin.password.reveal()));
  const store::UserRow row{.username = admin.username,
                           .role = Role::admin,
                           .password_hash = hash_password(admin.password.reveal()),
                           .must_change_password = false,
                           .created_at = clock_.now(),
                           .last_login_at = clock_.now()};
  const Status made = store_.transact([&](db::Connection& db) -> Status {
    AIFLOW_TRY(check(db));
    AIFLOW_TRY(store::UserStore(db).add(row));
    return store::TokenStore(db).end_setup();
  });
  AIFLOW_TRY(made);
  return open_session(row.username, {admin.address, admin.agent});
}

Result<SignedIn> Auth::login(const LoginAttempt& attempt) {
  AIFLOW_TRY(check_wait(attempt));
  AIFLOW_ASSIGN(const auto user, store_.read([&](db::Connection& db) {
    return store::UserStore(db).find(attempt.username);
  }));
  // An unknown user costs a hash too, or the time would tell which names exist.
  const bool right =
      check_password(user ? user->password_hash : std::string(), attempt.password.reveal());
  if (!user || !right) {
    const auto stored = store_.transact([&](db::Connection& db) -> Status {
      store::UserStore users(db);
      AIFLOW_TRY(users.add_login_failure(account_of(attempt.username), clock_.now()));
      return users.add_login_failure("addr:" + attempt.address, clock_.now());
    });
    AIFLOW_TRY(stored);
    return fail(ErrorCode::denied, "user name or password is wrong");
  }
  const auto stored = store_.transact([&](db::Connection& db) -> Status {
    store::UserStore users(db);
    AIFLOW_TRY(users.clear_login_failures(account_of(attempt.username)));
    AIFLOW_TRY(users.clear_login_failures("addr:" + attempt.address));
    auto row = *user;
    row.last_login_at = clock_.now();
    return users.update(row);
  });
  AIFLOW_TRY(stored);
  return open_session(attempt.username, {attempt.address, attempt.agent});
}

Status Auth::check_wait(const LoginAttempt& attempt) {
  if (attempt.username.size() > 64 || attempt.password.reveal().size() > kPasswordBytesMax) {
    return fail(ErrorCode::denied, "user name or password is wrong");
  }
  for (const auto& subject : {account_of(attempt.username), "addr:" + attempt.address}) {
    AIFLOW_ASSIGN(const auto failures, store_.read([&](db::Connection& db) {
      return store::UserStore(db).login_failures(subject);
    }));
    const int beyond = failures.count - options_.failures_free;
    if (beyond < 0) continue;
    const auto grown = options_.wait_first * (1 << std::min(beyond, 16));
    const auto wait = std::min(options_.wait_max, grown);
    const auto left = failures.last_at + wait - clock_.now();
    if (left <= Duration{0}) continue;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
    return fail(ErrorCode::unavailable,
                "too many failed log-ins; try again in " + std::to_string(seconds) + " s");
  }
  return {};
}

Result<SignedIn> Auth::open_session(const std::string& username, Origin from) {
  auto cookie = base64url(random_bytes(32));
  const store::SessionRow row{.id_hash = digest::sha256_of(cookie),
                              .username = username,
                              .csrf_token = base64url(random_bytes(24)),
                              .created_at = clock_.now(),
                              .expires_at = clock_.now() + options_.session_life,
                              .address = std::move(from.address),
                              .agent = shortened(std::move(from.agent))};
  std::map<std::string, Role> projects;
  auto user = store_.transact([&](db::Connection& db) -> Result<store::UserRow> {
    store::UserStore users(db);
    AIFLOW_TRY(users.add_session(row));
    AIFLOW_ASSIGN(projects, store::ProjectStore(db).roles_of(username));
    AIFLOW_ASSIGN(auto found, users.find(username));
    if (!found) return fail(ErrorCode::denied, "user name or password is wrong");
    return *std::move(found);
  });
  if (!user) return fail(std::move(user).error());
  return SignedIn{.cookie = Secret(std::move(cookie)),
                  .session = {.username = username,
                              .role = user->role,
                              .csrf_token = row.csrf_token,
                              .must_change_password = user->must_change_password,
                              .issuer = user->issuer,
                              .sign_out_url = std::nullopt,
                              .projects = to_wire(projects)}};
}

Result<bool> Auth::is_user(const std::string& username) {
  return store_.read([&](db::Connection& db) -> Result<bool> {
    AIFLOW_ASSIGN(const auto user, store::UserStore(db).find(username));
    return user.has_value();
  });
}

Status Auth::logout(const Principal& who) {
  if (who.session_hash.empty()) return {};
  return store_.transact(
      [&](db::Connection& db) { return store::UserStore(db).end_session(who.session_hash); });
}

Result<Principal> Auth::session(std::string_view cookie) {
  const auto hash = digest::sha256_of(cookie);
  return store_.read([&](db::Connection& db) -> Result<Principal> {
    store::UserStore users(db);
    AIFLOW_ASSIGN(const auto row, users.session(hash, clock_.now()));
    if (!row) return fail(ErrorCode::denied, "the session is over; log in again");
    AIFLOW_ASSIGN(const auto user, users.find(row->username));
    if (!user) return fail(ErrorCode::denied, "the session is over; log in again");
    Principal who;
    who.kind = Principal::Kind::user;
    who.username = user->username;
    who.role = user->role;
    AIFLOW_ASSIGN(who.projects, store::ProjectStore(db).roles_of(user->username));
    who.must_change_password = user->must_change_password;
    who.session_hash = hash;
    who.session_ends_at = row->expires_at;
    who.csrf_token = row->csrf_token;
    who.issuer = user->issuer;
    return who;
  });
}

Result<bool> Auth::is_open(const std::string& session_hash) {
  return store_.read([&](db::Connection& db) -> Result<bool> {
    AIFLOW_ASSIGN(const auto row, store::UserStore(db).session(session_hash, clock_.now()));
    if (row) return true;
    AIFLOW_ASSIGN(const auto token, store::TokenStore(db).by_hash(session_hash, clock_.now()));
    return token.has_value();
  });
}

Result<std::vector<wire::SessionInfo>> Auth::sessions(const Principal& who) {
  AIFLOW_ASSIGN(const auto rows, store_.read([&](db::Connection& db) {
    return store::UserStore(db).sessions_of(who.username);
  }));
  std::vector<wire::SessionInfo> out;
  for (const auto& row : rows) {
    if (row.expires_at <= clock_.now()) continue;
    out.push_back({.id = row.id_hash.substr(0, kSessionIdLength),
                   .username = row.username,
                   .created_at = row.created_at,
                   .expires_at = row.expires_at,
                   .address = row.address,
                   .agent = row.agent,
                   .current = row.id_hash == who.session_hash});
  }
  return out;
}

Status Auth::end_session(const Principal& who, const std::string& id) {
  return store_.transact([&](db::Connection& db) -> Status {
    store::UserStore users(db);
    AIFLOW_ASSIGN(const auto rows, users.sessions_of(who.username));
    for (const auto& row : rows) {
      if (row.id_hash.substr(0, kSessionIdLength) == id) return users.end_session(row.id_hash);
    }
    return fail(ErrorCode::not_found, "there is no such session of yours");
  });
}

namespace {

/// A DAG's callback has a key of its own: see conductor/detail/jobs.h.
Result<bool> is_current(db::Connection& db, const wire::AttemptRef& attempt) {
  if (attempt.key.task_id.starts_with('@')) {
    const store::RunKey run{DagId{attempt.key.dag_id}, RunId{attempt.key.run_id}};
    AIFLOW_ASSIGN(const auto notice,
                  store::NoticeStore(db).find(run, attempt.key.task_id.substr(1)));
    return notice && notice->attempts == attempt.epoch &&
           (notice->state == "running" || notice->state == "waiting");
  }
  const auto row = store::RunStore(db).task(key_of(attempt.key));
  // The worker's "started" may be written a moment after the task has begun, hence queued.
  return row && row->epoch == attempt.epoch &&
         (row->state == TaskState::running || row->state == TaskState::queued);
}

}  // namespace

Result<Principal> Auth::task(std::string_view token) {
  AIFLOW_ASSIGN(const auto attempt, tokens_.verify(token, clock_.now()));
  Principal who;
  AIFLOW_ASSIGN(const bool current, store_.read([&](db::Connection& db) -> Result<bool> {
    const std::string& dag_id = attempt.key.dag_id;
    AIFLOW_ASSIGN(const auto projects, store::ProjectStore(db).of_dags({dag_id}));
    for (const auto& [dag, project] : projects) who.projects[project] = Role::viewer;
    return is_current(db, attempt);
  }));
  if (!current) return fail(ErrorCode::denied, "the task of this token does not run any more");
  who.kind = Principal::Kind::task;
  who.attempt = attempt;
  return who;
}

Principal Auth::local_admin() {
  Principal who;
  who.kind = Principal::Kind::local_admin;
  who.username = "local";
  who.role = Role::admin;
  return who;
}

Result<SignedIn> Auth::change_password(const Principal& who, PasswordChange change) {
  if (who.kind != Principal::Kind::user || who.is_token) {
    return fail(ErrorCode::invalid_argument, "only a user who has logged in has a password");
  }
  AIFLOW_TRY(check_wait({.username = who.username, .password = Secret(), .address = "password"}));
  AIFLOW_ASSIGN(const auto user, store_.read([&](db::Connection& db) {
    return store::UserStore(db).find(who.username);
  }));
  if (user && user->issuer) return has_no_password(who.username);
  if (!user || !check_password(user->password_hash, change.old_password.reveal())) {
    AIFLOW_TRY(store_.transact([&](db::Connection& db) {
      return store::UserStore(db).add_login_failure(account_of(who.username), clock_.now());
    }));
    return fail(ErrorCode::denied, "the old password is wrong");
  }
  AIFLOW_TRY(check_new_password(change.new_password.reveal()));
  if (change.new_password.reveal() == change.old_password.reveal()) {
    return fail(ErrorCode::invalid_argument, "the new password must differ from the old one");
  }
  auto row = *user;
  row.password_hash = hash_password(change.new_password.reveal());
  row.must_change_password = false;
  const auto stored = store_.transact([&](db::Connection& db) -> Status {
    store::UserStore users(db);
    AIFLOW_TRY(users.update(row));
    AIFLOW_TRY(store::TokenStore(db).revoke_all_of(row.username));
    return users.end_sessions_of(row.username);
  });
  AIFLOW_TRY(stored);
  return open_session(row.username, {change.address, change.agent});
}

Result<std::vector<wire::UserInfo>> Auth::users() {
  AIFLOW_ASSIGN(const auto rows,
                store_.read([](db::Connection& db) { return store::UserStore(db).list(); }));
  std::vector<wire::UserInfo> out;
  for (const auto& row : rows) out.push_back(info_of(row));
  return out;
}

Result<wire::UserCreated> Auth::create_user(const wire::UserCreate& request) {
  AIFLOW_TRY(check_username(request.username));
  if (request.password) AIFLOW_TRY(check_new_password(*request.password));
  wire::UserCreated created{request.username, request.role, std::nullopt};
  if (!request.password) created.one_time_password = std::string(make_one_time_password().reveal());
  const auto& password = request.password ? *request.password : *created.one_time_password;
  const store::UserRow row{.username = request.username,
                           .role = request.role,
                           .password_hash = hash_password(password),
                           .must_change_password = !request.password,
                           .created_at = clock_.now(),
                           .last_login_at = std::nullopt};
  AIFLOW_TRY(store_.transact([&](db::Connection& db) { return store::UserStore(db).add(row); }));
  return created;
}

Result<wire::UserCreated> Auth::reset_password(const std::string& username) {
  const auto password = make_one_time_password();
  const auto hash = hash_password(password.reveal());
  return store_.transact([&](db::Connection& db) -> Result<wire::UserCreated> {
    store::UserStore users(db);
    AIFLOW_ASSIGN(auto user, users.find(username));
    if (!user) return unknown_user(username);
    if (user->issuer) return has_no_password(username);
    user->password_hash = hash;
    user->must_change_password = true;
    AIFLOW_TRY(users.update(*user));
    AIFLOW_TRY(users.end_sessions_of(username));
    AIFLOW_TRY(store::TokenStore(db).revoke_all_of(username));
    AIFLOW_TRY(users.clear_login_failures(account_of(username)));
    return wire::UserCreated{username, user->role, std::string(password.reveal())};
  });
}

Status Auth::delete_user(const std::string& username, const Principal& who) {
  if (who.kind == Principal::Kind::user && who.username == username) {
    return fail(ErrorCode::conflict, "nobody can delete the account that is signed in");
  }
  return store_.transact([&](db::Connection& db) -> Status {
    store::UserStore users(db);
    AIFLOW_TRY(detail::check_not_last_admin(users, username));
    return users.remove(username);
  });
}

Result<wire::UserInfo> Auth::set_role(const std::string& username, std::optional<Role> role) {
  return store_.transact([&](db::Connection& db) -> Result<wire::UserInfo> {
    store::UserStore users(db);
    AIFLOW_ASSIGN(auto user, users.find(username));
    if (!user) return unknown_user(username);
    if (user->issuer) return has_no_password(username);
    if (user->role != role) {
      if (user->role == Role::admin) AIFLOW_TRY(detail::check_not_last_admin(users, username));
      user->role = role;
      AIFLOW_TRY(users.update(*user));
      AIFLOW_TRY(users.end_sessions_of(username));
    }
    return info_of(*user);
  });
}

std::string Auth::sign_attempt(const wire::AttemptRef& attempt) const {
  return tokens_.sign(attempt, clock_.now() + kTokenLife);
}

std::string Auth::hash_password(std::string_view password) {
  const std::scoped_lock lock(hash_mutex_);
  std::array<char, crypto_pwhash_STRBYTES> out{};
  const int failed = crypto_pwhash_str_alg(
      out.data(), password.data(), password.size(), options_.hash_passes,
      static_cast<std::size_t>(options_.hash_memory_bytes), crypto_pwhash_ALG_ARGON2ID13);
  AIFLOW_ASSERT(failed == 0);  // only for lack of memory
  return out.data();
}

bool Auth::check_password(const std::string& hash, std::string_view password) {
  const auto& checked = hash.empty() ? dummy_hash() : hash;
  const std::scoped_lock lock(hash_mutex_);
  const bool same =
      crypto_pwhash_str_verify(checked.c_str(), password.data(), password.size()) == 0;
  return same && !hash.empty();
}

const std::string& Auth::dummy_hash() {
  std::call_once(dummy_once_, [&] { dummy_hash_ = hash_password("nobody's password"); });
  return dummy_hash_;
}

}  // namespace aiflow::service
