// SPDX-License-Identifier: Apache-2.0
#include "service/access/projects.h"

#include <doctest/doctest.h>

#include "base/bounded_queue.h"
#include "service/access/testing/account_bench.h"
#include "service/event_hub.h"
#include "store/event_log.h"
#include "store/testing/project_things.h"

namespace aiflow::service {
namespace {

using namespace std::chrono_literals;

struct Bench : testing::AccountBench {
  Projects projects{clock, *store};

  void grant(const std::string& project, const std::string& user, Role role) {
    REQUIRE(projects.put_member({.username = user,
                                 .project = project,
                                 .role = role,
                                 .granted_at = {},
                                 .granted_by = "root"}));
  }
  Principal who(const std::string& user) {
    return auth->session(login(user)->cookie.reveal()).value();
  }
};

TEST_CASE("a role in a project is the stronger one of the site's and the membership's") {
  Bench bench;
  bench.add_user("mina", std::nullopt);
  bench.add_user("viewer", Role::viewer);
  REQUIRE(bench.projects.create({.name = "line1"}, Auth::local_admin()));
  CHECK(bench.who("mina").best_role() == std::nullopt);
  CHECK_FALSE(may(bench.who("mina"), {"view"}));
  CHECK(may(bench.who("mina"), {"any"}));
  bench.grant("line1", "mina", Role::operator_);
  bench.grant("line1", "viewer", Role::user);
  const auto mina = bench.who("mina");
  CHECK(mina.role_in("line1") == Role::operator_);
  CHECK(mina.role_in("default") == std::nullopt);
  CHECK(may(mina, {"operate"}));
  CHECK_FALSE(may(mina, {"admin"}));
  CHECK(bench.who("viewer").role_in("line1") == Role::user);
  CHECK(bench.who("viewer").role_in("default") == Role::viewer);
  const auto session = bench.login("mina")->session;
  REQUIRE(session.projects.size() == 1);
  CHECK(session.projects[0].project == "line1");
  CHECK(session.projects[0].role == Role::operator_);
}

TEST_CASE("a token does in a project no more than its scope and its user's membership") {
  Bench bench;
  bench.add_user("mina", std::nullopt);
  CHECK(bench.tokens.create("mina", {}).error().code == ErrorCode::invalid_argument);
  REQUIRE(bench.projects.create({.name = "line1"}, Auth::local_admin()));
  bench.grant("line1", "mina", Role::operator_);
  const auto full = bench.tokens.create("mina", {}).value();
  CHECK(full.role == Role::operator_);
  const auto low = bench.tokens.create("mina", {.role = Role::viewer}).value();
  CHECK(bench.tokens.create("mina", {.role = Role::admin}).error().code ==
        ErrorCode::invalid_argument);
  CHECK(bench.tokens.principal(full.token)->role_in("line1") == Role::operator_);
  CHECK(bench.tokens.principal(low.token)->role_in("line1") == Role::viewer);
  bench.grant("line1", "mina", Role::viewer);
  CHECK(bench.tokens.principal(full.token)->role_in("line1") == Role::viewer);
  CHECK(bench.tokens.principal(full.token)->role == std::nullopt);
}

TEST_CASE("projects have names that folders and addresses may have") {
  Bench bench;
  const auto make = [&](const std::string& name) {
    const auto made = bench.projects.create({.name = name}, Auth::local_admin());
    return made ? std::string("made") : std::string(to_string(made.error().code));
  };
  for (const char* name : {"a", "Line_1.north-2", "_x"}) CHECK(make(name) == "made");
  for (const char* name : {"", ".", "..", "-x", "a/b", "a b", "한국"}) {
    CHECK(make(name) == "invalid_argument");
  }
  CHECK(make(std::string(65, 'a')) == "invalid_argument");
  CHECK(make("a") == "conflict");
  CHECK(make("default") == "conflict");
}

TEST_CASE("a member has a role, is a user, and of a project that there is") {
  Bench bench;
  bench.add_user("mina", std::nullopt);
  const auto put = [&](const char* project, const char* user, Role role) {
    const auto made = bench.projects.put_member(
        {.username = user, .project = project, .role = role, .granted_at = {}, .granted_by = ""});
    return made ? std::string("made") : std::string(to_string(made.error().code));
  };
  CHECK(put("default", "mina", Role::viewer) == "made");
  CHECK(put("default", "nobody", Role::viewer) == "not_found");
  CHECK(put("nothing", "mina", Role::viewer) == "not_found");
  CHECK(bench.projects.members("default")->size() == 1);
  REQUIRE(bench.projects.remove_member("default", "mina"));
  CHECK(bench.projects.remove_member("default", "mina").error().code == ErrorCode::not_found);
}

TEST_CASE("the default project stays") {
  Bench bench;
  CHECK(bench.projects.remove("default").error().code == ErrorCode::conflict);
  CHECK(bench.projects.remove("nothing").error().code == ErrorCode::not_found);
  REQUIRE(bench.projects.create({.name = "line1"}, Auth::local_admin()));
  REQUIRE(bench.projects.remove("line1"));
  CHECK(bench.projects.list({}, Auth::local_admin())->size() == 1);
}

TEST_CASE("a follower gets what belongs to the projects in its sight, also of what it has missed") {
  Bench bench;
  REQUIRE(bench.store->transact([&](db::Connection& db) -> Status {
    for (const std::string name : {"alpha", "beta"}) {
      AIFLOW_TRY(store::ProjectStore(db).add({.name = name, .description = ""}));
      store::DagVersionRow version{.dag_id = DagId{name + "-dag"}, .version = 1};
      AIFLOW_TRY(store::DagStore(db).add_version(version));
      store::DagRow row{.dag_id = version.dag_id, .fileloc = "x", .version = 1};
      row.folder = name;
      AIFLOW_TRY(store::DagStore(db).put(row));
    }
    return {};
  }));
  EventHub hub(*bench.store, [](const EventHub::Events& events) {
    std::string text;
    for (const auto& event : events) text += event.kind + " ";
    return text;
  });
  REQUIRE(hub.start());
  const auto append = [&](std::string_view kind, json::Value data) {
    const auto made = bench.store->transact(
        [&](db::Connection& db) { return store::EventLog(db).append(kind, {}, data); });
    hub.publish({*made});
  };
  const auto of_dag = [](const char* dag) { return json::object({{"dag_id", dag}}); };
  const auto made_by = [&](const char* dag) { return json::object({{"lineage", of_dag(dag)}}); };
  const auto append_all = [&] {
    append("dag_run", of_dag("beta-dag"));
    append("dag_run", of_dag("alpha-dag"));
    append("camera", made_by("beta-dag"));
    append("camera", made_by("alpha-dag"));
    append("service", made_by(""));
    append("import_error", json::object({{"folder", "beta"}}));
    append("import_error", json::object({{"folder", "alpha"}}));
    append("import_error", json::object({{"filename", "x"}}));
    append("asset_event", json::object({{"source_dag_id", "beta-dag"}}));
    append("pack", made_by("alpha-dag"));
    append("worker", json::object({}));
    append("new_kind", of_dag("alpha-dag"));
    append("task_instance", of_dag("gone-dag"));
    append("task_instance", of_dag("alpha-dag"));
  };
  append_all();
  BoundedQueue<std::string> kinds{1'000, WhenFull::reject};
  BoundedQueue<std::string> all{1'000, WhenFull::reject};
  const auto into = [](auto& queue) {
    return [&queue](const EventHub::Batch& batch) {
      for (const auto& event : batch.events) {
        const auto* dag = event.data.find("dag_id");
        queue.push(event.kind + (dag == nullptr ? "" : ":" + dag->as_string()));
      }
      return true;
    };
  };
  hub.follow(0, into(kinds), std::vector<std::string>{"alpha"});
  hub.follow(0, into(all));
  append_all();
  const auto take = [](auto& queue, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += queue.pop_for(10s).value_or("nothing") + " ";
    return out;
  };
  const std::string once = "dag_run:alpha-dag camera import_error task_instance:alpha-dag ";
  CHECK(take(kinds, 8) == once + once);
  CHECK(take(all, 28).find("worker") != std::string::npos);
  CHECK(kinds.size() == 0);
  hub.stop();
}

}  // namespace
}  // namespace aiflow::service
