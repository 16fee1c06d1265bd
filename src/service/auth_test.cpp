// SPDX-License-Identifier: Apache-2.0
#include "service/auth.h"

#include <doctest/doctest.h>

#include "os/temp_dir.h"
#include "store/dag_store.h"
#include "store/run_store.h"

namespace aiflow::service {
namespace {

using namespace std::chrono_literals;

/// The cheapest hash libsodium allows.
constexpr AuthOptions kCheap{.hash_memory_bytes = 8192, .hash_passes = 1};

struct Bench {
  os::TempDir folder = os::TempDir::create("auth-test").value();
  ManualClock clock{WallTime(1'800'000'000s)};
  std::unique_ptr<store::Store> store =
      store::Store::open((folder.path() / "a.db").string(), clock.now()).value();
  std::unique_ptr<Auth> auth = Auth::open(clock, *store, kCheap).value();

  Result<SignedIn> login(const std::string& user, std::string_view password,
                         const std::string& address = "1.2.3.4") {
    return auth->login({user, Secret(password), address});
  }
  void add_user(const std::string& name, Role role) {
    REQUIRE(auth->create_user({.username = name, .role = role, .password = "long enough"}));
  }
};

TEST_CASE("a one-time password must be changed, once, and only then may its user do more") {
  Bench bench;
  const auto made = bench.auth->create_user({.username = "admin", .role = Role::admin}).value();
  REQUIRE(made.one_time_password);
  const auto first = bench.login("admin", *made.one_time_password);
  REQUIRE(first);
  CHECK(first->session.must_change_password);
  const auto who = bench.auth->session(first->cookie.reveal()).value();
  CHECK(may(who, {"any"}));
  CHECK_FALSE(may(who, {"view"}));
  const auto changed = bench.auth->change_password(
      who, {.old_password = Secret(std::string_view(*made.one_time_password)),
            .new_password = Secret(std::string_view("my own password"))});
  REQUIRE(changed);
  CHECK_FALSE(bench.auth->session(first->cookie.reveal()));  // old sessions end
  CHECK(may(bench.auth->session(changed->cookie.reveal()).value(), {"admin"}));
  CHECK_FALSE(bench.login("admin", *made.one_time_password));
  CHECK(bench.login("admin", "my own password"));
}

TEST_CASE("an unknown user and a wrong password give the same answer") {
  Bench bench;
  bench.add_user("ann", Role::user);
  const auto wrong = bench.login("ann", "not this one");
  const auto unknown = bench.login("bob", "not this one");
  REQUIRE_FALSE(wrong);
  REQUIRE_FALSE(unknown);
  CHECK(wrong.error().code == unknown.error().code);
  CHECK(wrong.error().message == unknown.error().message);
}

TEST_CASE("after too many failures even the right password waits, then works again") {
  Bench bench;
  bench.add_user("ann", Role::user);
  for (int i = 0; i < 5; ++i) {
    CHECK(bench.login("ann", "guess", "10.0.0." + std::to_string(i)).error().code ==
          ErrorCode::denied);
  }
  const auto limited = bench.login("ann", "long enough", "10.0.0.9");
  REQUIRE_FALSE(limited);
  CHECK(limited.error().code == ErrorCode::unavailable);
  CHECK(limited.error().message.find("5 s") != std::string::npos);
  bench.clock.advance(6s);
  CHECK(bench.login("ann", "long enough", "10.0.0.9"));
}

TEST_CASE("one address cannot try many accounts") {
  Bench bench;
  for (int i = 0; i < 5; ++i) (void)bench.login("user" + std::to_string(i), "guess");
  CHECK(bench.login("another", "guess").error().code == ErrorCode::unavailable);
  CHECK(bench.login("another", "guess", "5.6.7.8").error().code == ErrorCode::denied);
}

TEST_CASE("a session ends by log-out, by time and with its user") {
  Bench bench;
  bench.add_user("ann", Role::user);
  const auto login = [&] { return bench.login("ann", "long enough").value(); };
  auto session = login();
  const auto who = bench.auth->session(session.cookie.reveal()).value();
  REQUIRE(bench.auth->logout(who));
  CHECK_FALSE(bench.auth->session(session.cookie.reveal()));
  session = login();
  bench.clock.advance(std::chrono::hours(24 * 8));
  CHECK_FALSE(bench.auth->session(session.cookie.reveal()));
  session = login();
  REQUIRE(bench.auth->delete_user("ann", Auth::local_admin()));
  CHECK_FALSE(bench.auth->session(session.cookie.reveal()));
}

TEST_CASE("neither the last admin nor oneself can be deleted") {
  Bench bench;
  bench.add_user("root", Role::admin);
  CHECK(bench.auth->delete_user("root", Auth::local_admin()).error().code == ErrorCode::conflict);
  bench.add_user("second", Role::admin);
  const auto session = bench.login("root", "long enough").value();
  const auto who = bench.auth->session(session.cookie.reveal()).value();
  CHECK(bench.auth->delete_user("root", who).error().code == ErrorCode::conflict);
  CHECK(bench.auth->delete_user("second", who));
}

TEST_CASE("each role holds the rights of the weaker ones") {
  const std::vector<std::string_view> permissions = {"any", "view", "run", "operate", "admin"};
  for (const auto role : kAllRoles) {
    Principal who;
    who.kind = Principal::Kind::user;
    who.role = role;
    const std::size_t granted = static_cast<std::size_t>(role) + 2;
    for (std::size_t i = 0; i < permissions.size(); ++i) {
      CHECK(may(who, {permissions[i]}) == (i < granted));
    }
    CHECK(may(who, {"public"}));
    CHECK_FALSE(may(who, {"task"}));
  }
  CHECK_FALSE(may(Principal{}, {"any"}));
}

TEST_CASE("a token is refused when one byte, the key or the time differs") {
  const AttemptTokens tokens{Secret(std::string(32, 'k'))};
  const AttemptTokens others{Secret(std::string(32, 'o'))};
  const wire::AttemptRef attempt{
      .key = {.dag_id = "d", .run_id = "r", .task_id = "t", .map_index = -1},
      .try_number = 2,
      .epoch = 7};
  const WallTime now(1000s);
  const auto token = tokens.sign(attempt, now + 10s);
  CHECK(tokens.verify(token, now).value() == attempt);
  CHECK_FALSE(tokens.verify(token, now + 10s));
  CHECK_FALSE(others.verify(token, now));
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(tokens.verify(changed, now));
  }
  CHECK_FALSE(tokens.verify("", now));
  CHECK_FALSE(tokens.verify(".", now));
}

TEST_CASE("a token counts only while its attempt is the current one") {
  Bench bench;
  const store::TaskKey key{DagId{"d"}, RunId{"r"}, TaskId{"t"}, -1};
  const auto put = [&](TaskState state, std::int64_t epoch) {
    store::TaskRow row;
    row.key = key;
    row.state = state;
    row.epoch = epoch;
    row.try_number = 1;
    row.pool = "default_pool";
    REQUIRE(bench.store->transact(
        [&](db::Connection& db) { return store::RunStore(db).upsert_task(row); }));
  };
  const auto stored = bench.store->transact([&](db::Connection& db) -> Status {
    store::DagStore dags(db);
    wire::DagSpec spec;
    spec.dag_id = "d";
    AIFLOW_TRY(dags.add_version({DagId{"d"}, 1, spec, "", bench.clock.now()}));
    store::DagRow dag;
    dag.dag_id = DagId{"d"};
    dag.version = 1;
    dag.created_at = bench.clock.now();
    AIFLOW_TRY(dags.put(dag));
    store::RunRow run;
    run.key = key.run();
    run.number = 1;
    run.conf = json::object({});
    run.dag_version = 1;
    run.run_after = run.queued_at = bench.clock.now();
    return store::RunStore(db).insert_run(run);
  });
  REQUIRE_MESSAGE(stored, (stored ? "" : stored.error().message));
  const auto token = bench.auth->sign_attempt({store::to_wire(key), 1, 5});
  put(TaskState::running, 5);
  const auto who = bench.auth->task(token);
  REQUIRE(who);
  CHECK(who->lineage().task_id == "t");
  CHECK(may(*who, {"run", true}));
  CHECK_FALSE(may(*who, {"run", false}));
  put(TaskState::success, 5);
  CHECK_FALSE(bench.auth->task(token));
  put(TaskState::running, 6);
  CHECK_FALSE(bench.auth->task(token));
}

TEST_CASE("a user name cannot hold what has a meaning elsewhere") {
  Bench bench;
  for (const char* name : {"", "a b", "a/b", "a\n", "<script>", "\xff"}) {
    CHECK_FALSE(bench.auth->create_user({.username = name, .role = Role::viewer}));
  }
  CHECK_FALSE(
      bench.auth->create_user({.username = "ok", .role = Role::viewer, .password = "short"}));
  const auto made = bench.auth->create_user({.username = "ok", .role = Role::viewer});
  REQUIRE(made);
  CHECK(made->one_time_password);
}

}  // namespace
}  // namespace aiflow::service
