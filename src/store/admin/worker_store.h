// SPDX-License-Identifier: Apache-2.0
// Join tokens of workers elsewhere, and the credentials of those that have joined. Both come in as
// hashes (SHA-256, hex): nothing here can be used to sign in.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "db/connection.h"
#include "wire/engine.h"

namespace aiflow::store {

struct JoinTokenRow {
  std::string token_hash;
  WallTime created_at;
  WallTime expires_at;
  std::int64_t uses_left = 0;
};

struct WorkerCredentialRow {
  wire::WorkerCredential worker;
  std::string credential_hash;
};

class WorkerStore {
 public:
  explicit WorkerStore(db::Connection& db) : db_(db) {}

  /// Forgets those that are over.
  Status add_token(const JoinTokenRow& token);
  /// Takes one use of it: false when it is unknown, used up or over.
  [[nodiscard]] Result<bool> use_token(const std::string& token_hash, WallTime now);

  /// Errors: conflict when the worker or the credential is there already.
  Status add(const WorkerCredentialRow& row);
  [[nodiscard]] Result<std::optional<WorkerCredentialRow>> find(const std::string& worker_id);
  [[nodiscard]] Result<std::optional<WorkerCredentialRow>> by_credential(
      const std::string& credential_hash);
  /// By name.
  [[nodiscard]] Result<std::vector<wire::WorkerCredential>> list();
  Status seen(const std::string& worker_id, WallTime now);
  /// Errors: not_found.
  Status remove(const std::string& worker_id);

 private:
  db::Connection& db_;
};

}  // namespace aiflow::store
