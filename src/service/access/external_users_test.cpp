// SPDX-License-Identifier: Apache-2.0
// Users whom a provider signs in: made at the first log-in, with its role at each.
#include <doctest/doctest.h>

#include "service/access/provider_login.h"
#include "service/access/testing/account_bench.h"
#include "store/admin/project_store.h"

namespace aiflow::service {
namespace {

constexpr const char* kIssuer = "https://id.local";

struct Bench : testing::AccountBench {
  std::expected<SignedIn, LoginRefusal> sign_in(std::optional<Role> role,
                                                const std::string& subject = "7",
                                                const std::string& name = "ann") {
    return auth->login_external({.issuer = kIssuer,
                                 .subject = subject,
                                 .username = name,
                                 .role = role ? std::optional(SiteRole{role}) : std::nullopt,
                                 .address = "1.2.3.4",
                                 .agent = "Browser"});
  }
  std::string refused(std::optional<Role> role, const std::string& subject = "7",
                      const std::string& name = "ann") {
    const auto in = sign_in(role, subject, name);
    REQUIRE_FALSE(in);
    return std::string(in.error().word);
  }
  bool is_open(const SignedIn& in) { return auth->session(in.cookie.reveal()).has_value(); }
};

TEST_CASE("a person of the provider becomes a user, known by the subject") {
  Bench bench;
  const auto in = bench.sign_in(Role::operator_);
  REQUIRE(in);
  CHECK(in->session.username == "ann");
  CHECK(in->session.issuer == kIssuer);
  const auto who = bench.auth->session(in->cookie.reveal()).value();
  CHECK(who.role == Role::operator_);
  CHECK(who.issuer == kIssuer);
  CHECK(may(who, {"operate"}));
  // The provider may give another name since: the user stays.
  const auto again = bench.sign_in(Role::operator_, "7", "ann2");
  REQUIRE(again);
  CHECK(again->session.username == "ann");
  CHECK(bench.is_open(*in));
  const auto users = bench.auth->users().value();
  REQUIRE(users.size() == 1);
  CHECK(users[0].issuer == kIssuer);
}

TEST_CASE("another person or a password's user is never taken over by a name") {
  Bench bench;
  bench.add_user("bob", Role::admin);
  REQUIRE(bench.sign_in(Role::user));
  CHECK(bench.refused(Role::admin, "8", "ann") == "name_taken");
  CHECK(bench.refused(Role::admin, "9", "bob") == "name_taken");
  CHECK(bench.login("bob"));
  CHECK(bench.auth->users().value().size() == 2);
  // The same subject of another provider is another person.
  const auto other = bench.auth->login_external({.issuer = "https://other.local",
                                                 .subject = "7",
                                                 .username = "ann",
                                                 .role = SiteRole{Role::user},
                                                 .address = "",
                                                 .agent = ""});
  REQUIRE_FALSE(other);
  CHECK(other.error().word == "name_taken");
}

TEST_CASE("without a role nobody comes in, and who had one is signed out everywhere") {
  Bench bench;
  CHECK(bench.refused(std::nullopt) == "no_role");
  CHECK(bench.auth->users().value().empty());
  const auto in = bench.sign_in(Role::user).value();
  const auto token = bench.tokens.create("ann", {.days = 1, .name = "ci"}).value().token;
  CHECK(bench.refused(std::nullopt) == "no_role");
  CHECK_FALSE(bench.is_open(in));
  CHECK_FALSE(bench.tokens.principal(token));
}

TEST_CASE("the role is the provider's at each log-in; another one ends the sessions of before") {
  Bench bench;
  bench.add_user("root", Role::admin);
  const auto first = bench.sign_in(Role::admin).value();
  const auto second = bench.sign_in(Role::viewer).value();
  CHECK(second.session.role == Role::viewer);
  CHECK_FALSE(bench.is_open(first));
  CHECK(bench.is_open(second));
  CHECK(bench.auth->set_role("ann", Role::admin).error().code == ErrorCode::conflict);
}

TEST_CASE("a group that stands for no role lets in, to the projects that one is a member of") {
  Bench bench;
  const auto sign_in = [&] {
    return bench.auth->login_external({.issuer = kIssuer,
                                       .subject = "7",
                                       .username = "ann",
                                       .role = SiteRole{},
                                       .address = "1.2.3.4",
                                       .agent = "Browser"});
  };
  const auto in = sign_in().value();
  CHECK_FALSE(in.session.role);
  CHECK_FALSE(may(bench.auth->session(in.cookie.reveal()).value(), {"view"}));
  REQUIRE(bench.store->transact([&](db::Connection& db) {
    return store::ProjectStore(db).put_member({.username = "ann",
                                               .project = "default",
                                               .role = Role::user,
                                               .granted_at = bench.clock.now(),
                                               .granted_by = "root"});
  }));
  CHECK(may(bench.auth->session(in.cookie.reveal()).value(), {"run"}));
  REQUIRE(bench.sign_in(Role::viewer));
  CHECK_FALSE(bench.is_open(in));
  // Back to none: what the role gave ends, what the membership gives stays.
  const auto again = sign_in().value();
  const auto who = bench.auth->session(again.cookie.reveal()).value();
  CHECK_FALSE(who.role);
  CHECK(who.role_in("default") == Role::user);
}

TEST_CASE("the last admin stays one") {
  Bench bench;
  REQUIRE(bench.sign_in(Role::admin));
  CHECK(bench.refused(Role::viewer) == "last_admin");
  CHECK(bench.auth->users().value()[0].role == Role::admin);
  bench.add_user("root", Role::admin);
  CHECK(bench.sign_in(Role::viewer));
}

TEST_CASE("such a user has no password, and can be given none") {
  Bench bench;
  const auto in = bench.sign_in(Role::user).value();
  CHECK_FALSE(bench.login("ann", ""));
  CHECK_FALSE(bench.login("ann", "long enough"));
  CHECK(bench.auth->reset_password("ann").error().code == ErrorCode::conflict);
  const auto who = bench.auth->session(in.cookie.reveal()).value();
  const auto changed = bench.auth->change_password(
      who, {.old_password = Secret(), .new_password = Secret(std::string_view("long enough"))});
  CHECK(changed.error().code == ErrorCode::conflict);
}

TEST_CASE("a name that cannot be a user's is refused") {
  Bench bench;
  for (const std::string& name : {std::string(), std::string("a b"), std::string("안나"),
                                  std::string(65, 'a'), std::string("a/b")}) {
    CHECK(bench.refused(Role::user, "7", name) == "name_unusable");
  }
}

TEST_CASE("one goes on only to a path of this server") {
  for (const auto* good : {"/", "/dags?x=1&y=%2F", "/dags/a//b", "/a:b@c"}) {
    CAPTURE(good);
    CHECK(is_local_path(good));
  }
  for (const auto* bad :
       {"", "dags", "//evil.example", "/\\evil.example", "\\\\evil", "https://evil",
        "/a\r\nSet-Cookie: x", "/ a", "/\t/evil", "javascript:x"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_local_path(bad));
  }
  CHECK_FALSE(is_local_path("/" + std::string(1024, 'x')));
}

}  // namespace
}  // namespace aiflow::service
