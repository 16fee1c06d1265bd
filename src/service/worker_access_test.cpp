// SPDX-License-Identifier: Apache-2.0
#include "service/worker_access.h"

#include <doctest/doctest.h>

#include "digest/sha256.h"
#include "os/temp_dir.h"

namespace aiflow::service {
namespace {

using namespace std::chrono_literals;

struct Bench {
  os::TempDir folder = os::TempDir::create("worker-access-test").value();
  ManualClock clock{WallTime(1'800'000'000s)};
  std::unique_ptr<store::Store> store =
      store::Store::open((folder.path() / "a.db").string(), clock.now()).value();
  WorkerAccess access{{clock, *store, folder.path() / "logs"}};

  std::string token(std::optional<std::int64_t> minutes = {},
                    std::optional<std::int64_t> uses = {}) {
    return access.make_token({.minutes = minutes, .uses = uses}).value().token;
  }
  ErrorCode join(const std::string& token, const std::string& worker,
                 const std::string& credential = "aiflow-worker.a") {
    const auto joined = access.join(
        {.token = token, .worker_id = worker, .credential_sha256 = digest::sha256_of(credential)},
        "10.0.0.7");
    return joined ? ErrorCode{} : joined.error().code;
  }
  bool is_joined(const std::string& token, const std::string& worker,
                 const std::string& credential) {
    const auto joined = access.join(
        {.token = token, .worker_id = worker, .credential_sha256 = digest::sha256_of(credential)},
        "10.0.0.7");
    return joined.has_value();
  }
};

TEST_CASE("a worker joins by a token and is known by the credential that it made") {
  Bench bench;
  CHECK(bench.is_joined(bench.token(), "w1", "aiflow-worker.a"));
  const auto who = bench.access.worker("aiflow-worker.a").value();
  CHECK(who.kind == Principal::Kind::worker);
  CHECK(who.worker_id == "w1");
  CHECK_FALSE(bench.access.worker("aiflow-worker.b"));
  const auto listed = bench.access.list().value();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].joined_from == "10.0.0.7");
  CHECK_FALSE(listed[0].last_seen_at);
  CHECK(bench.access.seen("w1"));
  CHECK(bench.access.list().value()[0].last_seen_at == bench.clock.now());
}

TEST_CASE("nobody takes the name of the server's own worker") {
  Bench bench;
  const std::string token = bench.token();
  CHECK(bench.is_joined(bench.token(), "gate", "aiflow-worker.old"));
  WorkerAccess of_gate{{bench.clock, *bench.store, bench.folder.path(), "", "gate"}};
  const auto joined = of_gate.join(
      {.token = token, .worker_id = "gate", .credential_sha256 = std::string(64, 'a')}, "10.0.0.7");
  REQUIRE_FALSE(joined);
  CHECK(joined.error().code == ErrorCode::conflict);
  CHECK(joined.error().message.find("--id") != std::string::npos);
  CHECK(of_gate.worker("aiflow-worker.old").error().code == ErrorCode::denied);
  CHECK(bench.is_joined(token, "gate-2", "aiflow-worker.b"));  // the token was not used up
}

TEST_CASE("a worker may do nothing but a worker's own") {
  Principal worker;
  worker.kind = Principal::Kind::worker;
  CHECK(may(worker, {"worker"}));
  CHECK(may(worker, {"public"}));
  for (const char* other : {"any", "view", "run", "operate", "admin", "task"}) {
    CHECK_FALSE(may(worker, {other}));
    CHECK_FALSE(may(worker, {other, true}));
  }
  CHECK_FALSE(may(Auth::local_admin(), {"worker"}));
  Principal admin;
  admin.kind = Principal::Kind::user;
  admin.role = Role::admin;
  CHECK_FALSE(may(admin, {"worker"}));
}

TEST_CASE("a token ends with its time and its uses") {
  Bench bench;
  const auto token = bench.token(10, 2);
  CHECK(bench.is_joined(token, "w1", "aiflow-worker.1"));
  CHECK(bench.is_joined(token, "w2", "aiflow-worker.2"));
  CHECK(bench.join(token, "w3", "aiflow-worker.3") == ErrorCode::denied);
  const auto late = bench.token(10);
  bench.clock.advance(10min);
  CHECK(bench.join(late, "w3", "aiflow-worker.3") == ErrorCode::denied);
  CHECK(bench.join("aiflow-join.made-up", "w3", "aiflow-worker.3") == ErrorCode::denied);
}

TEST_CASE("asking again with the same credential joins once; a taken name uses no token up") {
  Bench bench;
  const auto token = bench.token(10, 2);
  CHECK(bench.is_joined(token, "w1", "aiflow-worker.1"));
  CHECK(bench.is_joined(token, "w1", "aiflow-worker.1"));
  CHECK(bench.join(token, "w1", "aiflow-worker.other") == ErrorCode::conflict);
  CHECK(bench.is_joined(token, "w2", "aiflow-worker.2"));
}

TEST_CASE("a revoked worker is nobody, and may join again by a new token") {
  Bench bench;
  CHECK(bench.is_joined(bench.token(), "w1", "aiflow-worker.1"));
  CHECK(bench.access.is_joined("w1"));
  CHECK(bench.access.revoke("w1"));
  CHECK_FALSE(bench.access.is_joined("w1"));
  CHECK_FALSE(bench.access.worker("aiflow-worker.1"));
  CHECK(bench.access.revoke("w1").error().code == ErrorCode::not_found);
  CHECK(bench.is_joined(bench.token(), "w1", "aiflow-worker.2"));
}

TEST_CASE("tokens and names that make no sense are refused") {
  Bench bench;
  CHECK_FALSE(bench.access.make_token({.minutes = 0, .uses = {}}));
  CHECK_FALSE(bench.access.make_token({.minutes = 100'000, .uses = {}}));
  CHECK_FALSE(bench.access.make_token({.minutes = {}, .uses = 0}));
  CHECK_FALSE(bench.access.make_token({.minutes = {}, .uses = 1001}));
  for (const char* name : {"", "a b", "a/b", "é", "<x>"}) {
    CHECK(bench.join(bench.token(), name) == ErrorCode::invalid_argument);
  }
  CHECK(
      bench.access.join({.token = bench.token(), .worker_id = "w", .credential_sha256 = "abc"}, "")
          .error()
          .code == ErrorCode::invalid_argument);
}

TEST_CASE("a log that the database does not know is nobody's") {
  Bench bench;
  const wire::AttemptRef attempt{{"d", "r", "t", -1}, 1, 1};
  CHECK(bench.access.log_of("w1", attempt).error().code == ErrorCode::denied);
  CHECK(bench.access.log_of("w1", {{"d", "r", "@failure.0", -1}, 1, 1}).error().code ==
        ErrorCode::denied);
}

}  // namespace
}  // namespace aiflow::service
