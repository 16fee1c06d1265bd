// SPDX-License-Identifier: Apache-2.0
// API tokens, and the tokens of set-up links. Hashes come in: nothing here can be used to sign in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "db/connection.h"
#include "wire/access.h"

namespace aiflow::store {

class TokenStore {
 public:
  explicit TokenStore(db::Connection& db) : db_(db) {}

  /// Its id; that of `token` is not looked at.
  [[nodiscard]] Result<std::int64_t> add(const wire::ApiToken& token,
                                         const std::string& token_hash);
  /// nullopt when unknown or over.
  [[nodiscard]] Result<std::optional<wire::ApiToken>> by_hash(const std::string& token_hash,
                                                              WallTime now);
  /// Of one user, or of all when the name is empty; newest first, those that are over too.
  [[nodiscard]] Result<std::vector<wire::ApiToken>> list(const std::string& username);
  Status used(std::int64_t id, WallTime now);
  /// Only one of that user, when a name is given. Errors: not_found.
  Status revoke(std::int64_t id, const std::string& username);
  Status revoke_all_of(const std::string& username);
  Status delete_expired(WallTime now);

  Status add_setup(const std::string& token_hash, WallTime expires_at);
  [[nodiscard]] Result<bool> is_setup(const std::string& token_hash, WallTime now);
  /// The set-up is done.
  Status end_setup();

 private:
  db::Connection& db_;
};

}  // namespace aiflow::store
