// SPDX-License-Identifier: Apache-2.0
// Tokens by which programs act for a user: each with a name, the most that it may do, and an end.
// The database has their hashes alone. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "service/auth.h"
#include "store/store.h"
#include "wire/access.h"

namespace aiflow::service {

class ApiTokens {
 public:
  ApiTokens(const Clock& clock, store::Store& store) : clock_(clock), store_(store) {}

  /// Ends with the user and with a new password, and when it is told. Errors: not_found,
  /// invalid_argument, conflict (a one-time password, too many).
  [[nodiscard]] Result<wire::TokenCreated> create(const std::string& username,
                                                  const wire::TokenCreate& wanted);
  /// Of one user, or of all when the name is empty; newest first.
  [[nodiscard]] Result<std::vector<wire::ApiToken>> list(const std::string& username);
  /// Only one of that user, when a name is given. Errors: not_found.
  Status revoke(std::int64_t id, const std::string& username);

  [[nodiscard]] static bool is_token(std::string_view token);
  /// Whose it is, with what it may do: no more than the user may now. Errors: denied.
  [[nodiscard]] Result<Principal> principal(std::string_view token);

 private:
  const Clock& clock_;
  store::Store& store_;
};

}  // namespace aiflow::service
