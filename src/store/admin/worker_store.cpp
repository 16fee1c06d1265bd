// SPDX-License-Identifier: Apache-2.0
#include "store/admin/worker_store.h"

namespace aiflow::store {
namespace {

constexpr std::string_view kSelect =
    "SELECT worker_id, joined_at, last_seen_at, joined_from, credential_hash"
    " FROM worker_credentials";

WorkerCredentialRow read_row(db::Row& row) {
  return {.worker = {.worker_id = row.text(),
                     .joined_at = row.time(),
                     .last_seen_at = row.optional_time(),
                     .joined_from = row.text()},
          .credential_hash = row.text()};
}

}  // namespace

Status WorkerStore::add_token(const JoinTokenRow& token) {
  AIFLOW_TRY(db_.run("DELETE FROM join_tokens WHERE expires_at <= ?", {token.created_at}));
  return db_.run(R"(
    INSERT INTO join_tokens (token_hash, created_at, expires_at, uses_left) VALUES (?, ?, ?, ?))",
                 {token.token_hash, token.created_at, token.expires_at, token.uses_left});
}

Result<bool> WorkerStore::use_token(const std::string& token_hash, WallTime now) {
  AIFLOW_TRY(db_.run(R"(
    UPDATE join_tokens SET uses_left = uses_left - 1
    WHERE token_hash = ? AND uses_left > 0 AND expires_at > ?)",
                     {token_hash, now}));
  return db_.changes() > 0;
}

Status WorkerStore::add(const WorkerCredentialRow& row) {
  return db_.run(R"(
    INSERT INTO worker_credentials (worker_id, credential_hash, joined_at, last_seen_at,
      joined_from)
    VALUES (?, ?, ?, ?, ?))",
                 {row.worker.worker_id, row.credential_hash, row.worker.joined_at,
                  row.worker.last_seen_at, row.worker.joined_from});
}

Result<std::optional<WorkerCredentialRow>> WorkerStore::find(const std::string& worker_id) {
  static const std::string sql = std::string(kSelect) + " WHERE worker_id = ?";
  return db_.first(sql, {worker_id}, read_row);
}

Result<std::optional<WorkerCredentialRow>> WorkerStore::by_credential(
    const std::string& credential_hash) {
  static const std::string sql = std::string(kSelect) + " WHERE credential_hash = ?";
  return db_.first(sql, {credential_hash}, read_row);
}

Result<std::vector<wire::WorkerCredential>> WorkerStore::list() {
  static const std::string sql = std::string(kSelect) + " ORDER BY worker_id";
  return db_.all(sql, {}, [](db::Row& row) { return read_row(row).worker; });
}

Status WorkerStore::seen(const std::string& worker_id, WallTime now) {
  return db_.run("UPDATE worker_credentials SET last_seen_at = ? WHERE worker_id = ?",
                 {now, worker_id});
}

Status WorkerStore::remove(const std::string& worker_id) {
  AIFLOW_TRY(db_.run("DELETE FROM worker_credentials WHERE worker_id = ?", {worker_id}));
  if (db_.changes() > 0) return {};
  return fail(ErrorCode::not_found, "no worker '" + worker_id + "' has joined");
}

}  // namespace aiflow::store
