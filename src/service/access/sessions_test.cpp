// SPDX-License-Identifier: Apache-2.0
// The first start, sessions, and changes of a role.
#include <doctest/doctest.h>

#include "service/access/api_tokens.h"
#include "service/access/testing/account_bench.h"
#include "service/auth.h"

namespace aiflow::service {
namespace {

using namespace std::chrono_literals;

struct Bench : testing::AccountBench {
  Result<SignedIn> set_up(std::string_view token, const std::string& name = "root",
                          std::string_view password = "my own password") {
    return auth->set_up(token, {.username = name, .password = Secret(password), .address = "x"});
  }
  std::string offer() { return std::string(auth->offer_setup().value()->reveal()); }
};

TEST_CASE("a set-up link makes the first admin, once") {
  Bench bench;
  CHECK(bench.auth->needs_setup().value());
  const auto token = bench.offer();
  CHECK(bench.set_up("wrong").error().code == ErrorCode::denied);
  CHECK(bench.set_up(token, "a b").error().code == ErrorCode::invalid_argument);
  CHECK(bench.set_up(token, "root", "short").error().code == ErrorCode::invalid_argument);
  const auto in = bench.set_up(token);
  REQUIRE(in);
  CHECK(may(bench.auth->session(in->cookie.reveal()).value(), {"admin"}));
  CHECK(bench.login("root", "my own password"));
  CHECK_FALSE(bench.auth->needs_setup().value());
  CHECK(bench.set_up(token, "second").error().code == ErrorCode::conflict);
  CHECK_FALSE(bench.auth->offer_setup().value());
}

TEST_CASE("a set-up link holds over a restart, and ends with its time or with a first user") {
  Bench bench;
  const auto old = bench.offer();
  bench.clock.advance(std::chrono::hours(23));
  bench.auth =
      Auth::open(bench.clock, *bench.store, {.hash_memory_bytes = 8192, .hash_passes = 1}).value();
  const auto next = bench.offer();
  bench.clock.advance(std::chrono::hours(2));
  CHECK(bench.set_up(old).error().code == ErrorCode::denied);
  bench.add_user("ann", Role::viewer);
  CHECK(bench.set_up(next).error().code == ErrorCode::conflict);
}

TEST_CASE("a user sees the own sessions and ends one of them") {
  Bench bench;
  bench.add_user("ann", Role::user);
  bench.add_user("bob", Role::user);
  const auto here = bench.login("ann").value();
  const auto there = bench.login("ann").value();
  const auto bobs = bench.auth->session(bench.login("bob")->cookie.reveal()).value();
  const auto who = bench.auth->session(here.cookie.reveal()).value();
  const auto sessions = bench.auth->sessions(who).value();
  REQUIRE(sessions.size() == 2);
  CHECK(sessions[0].current != sessions[1].current);
  CHECK(sessions[0].address == "1.2.3.4");
  CHECK(sessions[0].agent == "Browser?1");
  const auto& other = sessions[0].current ? sessions[1] : sessions[0];
  CHECK(bench.auth->end_session(bobs, other.id).error().code == ErrorCode::not_found);
  REQUIRE(bench.auth->end_session(who, other.id));
  CHECK_FALSE(bench.auth->session(there.cookie.reveal()));
  CHECK(bench.auth->session(here.cookie.reveal()));
}

TEST_CASE("a log-in never goes on with a session that was there before") {
  Bench bench;
  bench.add_user("ann", Role::user);
  const auto first = bench.login("ann").value();
  const auto second = bench.login("ann").value();
  CHECK(first.cookie.reveal() != second.cookie.reveal());
  CHECK(first.session.csrf_token != second.session.csrf_token);
}

TEST_CASE("another role ends all sessions; the last admin keeps his") {
  Bench bench;
  bench.add_user("boss", Role::admin);
  bench.add_user("ann", Role::admin);
  const auto in = bench.login("ann").value();
  REQUIRE(bench.auth->set_role("ann", Role::admin));  // as it was: nothing ends
  CHECK(bench.auth->session(in.cookie.reveal()));
  CHECK(bench.auth->set_role("ann", Role::viewer)->role == Role::viewer);
  CHECK_FALSE(bench.auth->session(in.cookie.reveal()));
  CHECK(bench.login("ann")->session.role == Role::viewer);
  CHECK(bench.auth->set_role("boss", Role::operator_).error().code == ErrorCode::conflict);
  CHECK(bench.auth->set_role("nobody", Role::viewer).error().code == ErrorCode::not_found);
}

}  // namespace
}  // namespace aiflow::service
