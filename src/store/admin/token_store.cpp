// SPDX-License-Identifier: Apache-2.0
#include "store/admin/token_store.h"

#include "store/detail/rows.h"

namespace aiflow::store {
namespace {

constexpr std::string_view kSelect =
    "SELECT id, username, name, prefix, role, read_only, created_at, last_used_at, expires_at"
    " FROM api_tokens";

wire::ApiToken read_token(db::Row& row) {
  return {.id = row.integer(),
          .username = row.text(),
          .name = row.text(),
          .prefix = row.text(),
          .role = detail::read_enum(row, parse_role),
          .read_only = row.boolean(),
          .created_at = row.time(),
          .last_used_at = row.optional_time(),
          .expires_at = row.time()};
}

}  // namespace

Result<std::int64_t> TokenStore::add(const wire::ApiToken& token, const std::string& token_hash) {
  AIFLOW_TRY(db_.run(R"(
    INSERT INTO api_tokens (token_hash, username, name, prefix, role, read_only, created_at,
      expires_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?))",
                     {token_hash, token.username, token.name, token.prefix, to_string(token.role),
                      token.read_only, token.created_at, token.expires_at}));
  return db_.last_insert_id();
}

Result<std::optional<wire::ApiToken>> TokenStore::by_hash(const std::string& token_hash,
                                                          WallTime now) {
  static const std::string sql = std::string(kSelect) + " WHERE token_hash = ? AND expires_at > ?";
  return db_.first(sql, {token_hash, now}, read_token);
}

Result<std::vector<wire::ApiToken>> TokenStore::list(const std::string& username) {
  static const std::string all = std::string(kSelect) + " ORDER BY id DESC";
  static const std::string of_user = std::string(kSelect) + " WHERE username = ? ORDER BY id DESC";
  if (username.empty()) return db_.all(all, {}, read_token);
  return db_.all(of_user, {username}, read_token);
}

Status TokenStore::used(std::int64_t id, WallTime now) {
  return db_.run("UPDATE api_tokens SET last_used_at = ? WHERE id = ?", {now, id});
}

Status TokenStore::revoke(std::int64_t id, const std::string& username) {
  AIFLOW_TRY(db_.run("DELETE FROM api_tokens WHERE id = ? AND (? = '' OR username = ?)",
                     {id, username, username}));
  if (db_.changes() > 0) return {};
  return fail(ErrorCode::not_found, "there is no token " + std::to_string(id));
}

Status TokenStore::revoke_all_of(const std::string& username) {
  return db_.run("DELETE FROM api_tokens WHERE username = ?", {username});
}

Status TokenStore::delete_expired(WallTime now) {
  AIFLOW_TRY(db_.run("DELETE FROM setup_tokens WHERE expires_at <= ?", {now}));
  return db_.run("DELETE FROM api_tokens WHERE expires_at <= ?", {now});
}

Status TokenStore::add_setup(const std::string& token_hash, WallTime expires_at) {
  return db_.run("INSERT INTO setup_tokens (token_hash, expires_at) VALUES (?, ?)",
                 {token_hash, expires_at});
}

Result<bool> TokenStore::is_setup(const std::string& token_hash, WallTime now) {
  AIFLOW_ASSIGN(const auto found,
                db_.first("SELECT 1 FROM setup_tokens WHERE token_hash = ? AND expires_at > ?",
                          {token_hash, now}, [](db::Row& row) { return row.integer(); }));
  return found.has_value();
}

Status TokenStore::end_setup() { return db_.run("DELETE FROM setup_tokens"); }

}  // namespace aiflow::store
