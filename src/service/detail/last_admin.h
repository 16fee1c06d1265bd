// SPDX-License-Identifier: Apache-2.0
// There is always somebody who may do everything. Private to src/service.
#pragma once

#include <algorithm>
#include <string>

#include "store/user_store.h"

namespace aiflow::service::detail {

/// Errors: conflict: the user is the only admin.
inline Status check_not_last_admin(store::UserStore& users, const std::string& username) {
  AIFLOW_ASSIGN(const auto all, users.list());
  const auto is_other_admin = [&](const store::UserRow& row) {
    return row.role == Role::admin && row.username != username;
  };
  const auto found = std::ranges::find(all, username, &store::UserRow::username);
  const bool is_admin = found != all.end() && found->role == Role::admin;
  if (!is_admin || std::ranges::any_of(all, is_other_admin)) return {};
  return fail(ErrorCode::conflict, "'" + username + "' is the last admin: make another one first");
}

}  // namespace aiflow::service::detail
