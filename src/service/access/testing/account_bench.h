// SPDX-License-Identifier: Apache-2.0
// What tests of users, sessions and tokens begin with. Hashes are cheap here.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>

#include "service/access/api_tokens.h"
#include "service/auth.h"
#include "store/testing/temp_store.h"

namespace aiflow::service::testing {

struct AccountBench {
  store::testing::TempStore store;
  ManualClock clock{::aiflow::store::testing::kNow};
  std::unique_ptr<Auth> auth =
      Auth::open(clock, *store, {.hash_memory_bytes = 8192, .hash_passes = 1}).value();
  ApiTokens tokens{clock, *store};

  Result<SignedIn> login(const std::string& user, std::string_view password = "long enough") {
    return auth->login({.username = user,
                        .password = Secret(password),
                        .address = "1.2.3.4",
                        .agent = "Browser\n1"});
  }
  void add_user(const std::string& name, std::optional<Role> role) {
    REQUIRE(auth->create_user({.username = name, .role = role, .password = "long enough"}));
  }
};

}  // namespace aiflow::service::testing
