// SPDX-License-Identifier: Apache-2.0
#include "service/access/api_tokens.h"

#include <doctest/doctest.h>

#include "service/access/testing/account_bench.h"

namespace aiflow::service {
namespace {

using namespace std::chrono_literals;

struct Bench : testing::AccountBench {
  std::string make(const std::string& user, wire::TokenCreate wanted = {}) {
    const auto made = tokens.create(user, wanted);
    REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
    return made->token;
  }
};

TEST_CASE("a token acts for its user until its time, a new password or the user's end") {
  Bench bench;
  bench.add_user("robot", Role::user);
  auto token = bench.make("robot", {.days = 30});
  const auto who = bench.tokens.principal(token);
  REQUIRE(who);
  CHECK(who->username == "robot");
  CHECK(may(*who, {"run"}));
  CHECK_FALSE(may(*who, {"admin"}));
  CHECK_FALSE(bench.auth->session(token));  // no cookie
  CHECK_FALSE(bench.tokens.principal(bench.login("robot")->cookie.reveal()));
  CHECK_FALSE(bench.tokens.principal(token + "x"));
  bench.clock.advance(std::chrono::hours(24 * 31));
  CHECK_FALSE(bench.tokens.principal(token));
  token = bench.make("robot");
  CHECK(bench.auth->is_open(bench.tokens.principal(token)->session_hash).value());
  REQUIRE(bench.auth->reset_password("robot"));
  CHECK_FALSE(bench.tokens.principal(token));
  CHECK(bench.tokens.create("robot", {}).error().code == ErrorCode::conflict);
  REQUIRE(bench.auth->delete_user("robot", Auth::local_admin()));
  bench.add_user("robot", Role::user);
  token = bench.make("robot");
  REQUIRE(bench.auth->delete_user("robot", Auth::local_admin()));
  bench.add_user("robot", Role::user);
  CHECK_FALSE(bench.tokens.principal(token));
  CHECK(bench.tokens.create("nobody", {}).error().code == ErrorCode::not_found);
}

TEST_CASE("a token does no more than its scope, and never more than its user may now") {
  Bench bench;
  bench.add_user("boss", Role::admin);
  bench.add_user("ann", Role::admin);
  const auto low = bench.make("ann", {.role = Role::user});
  const auto full = bench.make("ann");
  CHECK(bench.tokens.principal(low)->role == Role::user);
  CHECK(bench.tokens.principal(full)->role == Role::admin);
  CHECK(bench.tokens.principal(bench.make("ann", {.read_only = true}))->read_only);
  REQUIRE(bench.auth->set_role("ann", Role::viewer));
  CHECK(bench.tokens.principal(low)->role == Role::viewer);
  CHECK(bench.tokens.principal(full)->role == Role::viewer);
  CHECK(bench.tokens.create("ann", {.role = Role::user}).error().code ==
        ErrorCode::invalid_argument);
}

TEST_CASE("a revoked token ends at once; nobody revokes another's as his own") {
  Bench bench;
  bench.add_user("ann", Role::user);
  bench.add_user("bob", Role::user);
  const auto made = bench.tokens.create("ann", {.name = "ci"}).value();
  CHECK(bench.tokens.revoke(made.id, "bob").error().code == ErrorCode::not_found);
  CHECK(bench.tokens.principal(made.token));
  REQUIRE(bench.tokens.revoke(made.id, "ann"));
  CHECK_FALSE(bench.tokens.principal(made.token));
  CHECK(bench.tokens.revoke(made.id, "").error().code == ErrorCode::not_found);
}

TEST_CASE("the list tells tokens apart, never shows one, and says when they were used") {
  Bench bench;
  bench.add_user("ann", Role::user);
  bench.add_user("bob", Role::user);
  const auto token = bench.make("ann", {.name = "ci"});
  (void)bench.make("bob");
  auto listed = bench.tokens.list("ann").value();
  REQUIRE(listed.size() == 1);
  CHECK(bench.tokens.list("").value().size() == 2);
  CHECK(listed[0].name == "ci");
  CHECK(token.starts_with(listed[0].prefix));
  CHECK(listed[0].prefix.size() + 30 < token.size());
  CHECK_FALSE(listed[0].last_used_at);
  REQUIRE(bench.tokens.principal(token));
  const auto first = bench.clock.now();
  bench.clock.advance(30s);
  REQUIRE(bench.tokens.principal(token));
  CHECK(bench.tokens.list("ann").value()[0].last_used_at == first);
  bench.clock.advance(31s);
  REQUIRE(bench.tokens.principal(token));
  CHECK(bench.tokens.list("ann").value()[0].last_used_at == bench.clock.now());
}

TEST_CASE("bad names and lives are refused") {
  Bench bench;
  bench.add_user("ann", Role::user);
  for (const auto& wanted : {wire::TokenCreate{.days = 0}, wire::TokenCreate{.days = 3651},
                             wire::TokenCreate{.name = ""}, wire::TokenCreate{.name = "a\nb"},
                             wire::TokenCreate{.name = std::string(101, 'x')}}) {
    CHECK(bench.tokens.create("ann", wanted).error().code == ErrorCode::invalid_argument);
  }
}

}  // namespace
}  // namespace aiflow::service
