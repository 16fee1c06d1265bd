// SPDX-License-Identifier: Apache-2.0
#include "store/admin/project_store.h"

#include <doctest/doctest.h>

#include "store/data/lineage_store.h"
#include "store/run_store.h"
#include "store/testing/project_things.h"
#include "store/testing/temp_store.h"
#include "store/user_store.h"

namespace aiflow::store {
namespace {

using testing::kNow;
using testing::ProjectThings;
using testing::TempStore;
using Thing = ProjectStore::Thing;
using Names = std::vector<std::string>;

/// DAGs in the folders alpha and beta and in none; projects alpha and beta.
struct Bench : TempStore {
  Bench() {
    for (const char* project : {"alpha", "beta"}) {
      write([&](db::Connection& db) {
        return ProjectStore(db).add({.name = project, .description = "", .created_at = kNow});
      });
      add_dag(std::string(project) + "-dag", project);
    }
    add_dag("loose", "");
    alpha = write([](db::Connection& db) { return testing::add_things(db, "alpha", kNow); });
    beta = write([](db::Connection& db) { return testing::add_things(db, "beta", kNow); });
  }
  void add_dag(const std::string& dag_id, const std::string& folder) {
    write([&](db::Connection& db) -> Status {
      DagStore dags(db);
      DagVersionRow version{.dag_id = DagId{dag_id}, .version = 1, .created_at = kNow};
      version.spec.dag_id = dag_id;
      AIFLOW_TRY(dags.add_version(version));
      DagRow row{.dag_id = DagId{dag_id}, .fileloc = "/dags/x.py", .version = 1};
      row.created_at = kNow;
      row.folder = folder;
      AIFLOW_TRY(dags.put(row));
      return RunStore(db).insert_run({.key = {DagId{dag_id}, RunId{"r"}},
                                      .number = 1,
                                      .run_after = kNow,
                                      .queued_at = kNow,
                                      .conf = json::object({}),
                                      .dag_version = 1});
    });
  }
  Names owners(Thing thing, const std::string& id) {
    return read([&](db::Connection& db) { return ProjectStore(db).owners(thing, id); });
  }
  Names runs(const Sight& sight) {
    const auto listed = read([&](db::Connection& db) {
      return RunStore(db).list_runs({.dag_id = {}, .states = {}, .sight = sight});
    });
    Names out;
    for (const auto& run : listed.items) out.push_back(run.key.dag_id.value);
    CHECK(listed.total == std::ssize(out));
    std::ranges::sort(out);
    return out;
  }
  void add_user(const std::string& name, std::optional<Role> role) {
    write([&](db::Connection& db) {
      return UserStore(db).add({.username = name,
                                .role = role,
                                .password_hash = "x",
                                .created_at = kNow,
                                .last_login_at = {}});
    });
  }

  ProjectThings alpha;
  ProjectThings beta;
};

TEST_CASE("a thing belongs to the project of the DAG that made it") {
  Bench bench;
  const auto& things = bench.alpha;
  const Names alpha = {"alpha"};
  CHECK(bench.owners(Thing::project, "alpha") == alpha);
  CHECK(bench.owners(Thing::dag, "alpha-dag") == alpha);
  CHECK(bench.owners(Thing::backfill, std::to_string(things.backfill_id)) == alpha);
  CHECK(bench.owners(Thing::artifact, std::to_string(things.artifact_id)) == alpha);
  CHECK(bench.owners(Thing::model, "alpha-model") == alpha);
  CHECK(bench.owners(Thing::variant, std::to_string(things.variant_id)) == alpha);
  CHECK(bench.owners(Thing::report, std::to_string(things.report_id)) == alpha);
  CHECK(bench.owners(Thing::service, "alpha-model") == alpha);
  CHECK(bench.owners(Thing::camera, "alpha-camera") == alpha);
  CHECK(bench.owners(Thing::event, "alpha-event") == alpha);
  CHECK(bench.owners(Thing::service, "beta-model") == Names{"beta"});
  CHECK(bench.owners(Thing::dag, "loose") == Names{"default"});
  for (const auto thing : {Thing::project, Thing::dag, Thing::camera, Thing::artifact}) {
    CHECK(bench.owners(thing, "nothing").empty());
  }
  CHECK(bench.owners(Thing::artifact, "99999999999999999999").empty());
}

TEST_CASE("DAGs of a folder come to a project when it is made, and are the default's without") {
  Bench bench;
  bench.write([](db::Connection& db) { return ProjectStore(db).remove("alpha"); });
  CHECK(bench.owners(Thing::dag, "alpha-dag") == Names{"default"});
  CHECK(bench.owners(Thing::camera, "alpha-camera") == Names{"default"});
  bench.write([](db::Connection& db) {
    return ProjectStore(db).add({.name = "alpha", .description = "", .created_at = kNow});
  });
  CHECK(bench.owners(Thing::dag, "alpha-dag") == Names{"alpha"});
}

TEST_CASE("a folder is found anew from where the file lies") {
  Bench bench;
  bench.write([](db::Connection& db) -> Status {
    AIFLOW_TRY(DagStore(db).set_import_error({.filename = "/dags/y.py", .timestamp = kNow}));
    return DagStore(db).place([](const std::string& file) {
      return file == "/dags/x.py" ? std::string("beta") : std::string("alpha");
    });
  });
  CHECK(bench.owners(Thing::dag, "loose") == Names{"beta"});
  const auto errors = [&](const Sight& sight) {
    return bench.read([&](db::Connection& db) { return DagStore(db).import_errors(sight); }).size();
  };
  CHECK(errors({}) == 1);
  CHECK(errors(Names{"alpha", "beta"}) == 1);
  CHECK(errors(Names{"beta", "default"}) == 0);
  CHECK(errors(Names{}) == 0);
}

TEST_CASE("lists show what is in sight, and count that alone") {
  Bench bench;
  CHECK(bench.runs({}) == Names{"alpha-dag", "beta-dag", "loose"});
  CHECK(bench.runs(Names{"alpha"}) == Names{"alpha-dag"});
  CHECK(bench.runs(Names{"default", "beta"}) == Names{"beta-dag", "loose"});
  CHECK(bench.runs(Names{}).empty());
  const Sight sight = Names{"beta"};
  bench.read([&](db::Connection& db) -> Result<bool> {
    AIFLOW_ASSIGN(const auto artifacts, ArtifactStore(db).list({.sight = sight}));
    CHECK(artifacts.total == 1);
    CHECK(artifacts.items.at(0).name == "beta-artifact");
    AIFLOW_ASSIGN(const auto events, EventStore(db).list({.page = {}, .sight = sight}));
    CHECK(events.total == 1);
    AIFLOW_ASSIGN(const auto results, CacheStore(db).list({.sight = sight}));
    CHECK(results.total == 1);
    AIFLOW_ASSIGN(const auto backfills, BackfillStore(db).list({.sight = sight}, {}));
    CHECK(backfills.total == 1);
    AIFLOW_ASSIGN(const auto dags, DagStore(db).list(sight));
    CHECK(dags.size() == 1);
    return true;
  });
  CHECK(bench.write([&](db::Connection& db) { return CacheStore(db).clear({.sight = sight}); }) ==
        1);
}

TEST_CASE("lineage ends where somebody has no part") {
  Bench bench;
  const auto nodes = [&](const std::string& node, const Sight& sight) {
    const auto graph = bench->read(
        [&](db::Connection& db) { return LineageStore(db).graph({.node = node, .sight = sight}); });
    return graph ? std::ssize(graph->nodes) : -1;
  };
  // service, variant, pack, and the task that made them.
  CHECK(nodes("service:alpha-model", {}) > nodes("service:alpha-model", Names{"alpha"}));
  CHECK(nodes("service:alpha-model", Names{"alpha"}) >= 3);
  CHECK(nodes("service:alpha-model", Names{"beta"}) == -1);
  CHECK(nodes("task:alpha-dag/alpha-run/t", Names{"beta"}) == -1);
  CHECK(nodes("pack:sha256:1", Names{"alpha"}) == -1);
}

TEST_CASE("memberships end with the user and with the project") {
  Bench bench;
  bench.add_user("mina", std::nullopt);
  const auto grant = [&](const char* project, Role role) {
    bench.write([&](db::Connection& db) {
      return ProjectStore(db).put_member({.username = "mina",
                                          .project = project,
                                          .role = role,
                                          .granted_at = kNow,
                                          .granted_by = "root"});
    });
  };
  const auto roles = [&] {
    return bench.read([](db::Connection& db) { return ProjectStore(db).roles_of("mina"); });
  };
  grant("alpha", Role::viewer);
  grant("alpha", Role::operator_);
  grant("beta", Role::user);
  CHECK(roles() == std::map<std::string, Role>{{"alpha", Role::operator_}, {"beta", Role::user}});
  bench.write([](db::Connection& db) { return ProjectStore(db).remove("beta"); });
  CHECK(roles().size() == 1);
  CHECK(bench.read([](db::Connection& db) { return ProjectStore(db).members("alpha"); }).size() ==
        1);
  bench.write([](db::Connection& db) { return UserStore(db).remove("mina"); });
  CHECK(roles().empty());
}

TEST_CASE("a project counts its active DAGs and its members") {
  Bench bench;
  const auto all = bench.read([](db::Connection& db) { return ProjectStore(db).list({}); });
  REQUIRE(all.size() == 3);
  CHECK(all[0].name == "alpha");
  CHECK(all[0].dag_count == 1);
  CHECK(all[2].name == "default");
  CHECK(all[2].dag_count == 1);
  CHECK_FALSE(all[2].created_at);
  CHECK(
      bench.read([](db::Connection& db) { return ProjectStore(db).list(Names{"beta"}); }).size() ==
      1);
  const auto again = bench->transact([](db::Connection& db) {
    return ProjectStore(db).add({.name = "alpha", .description = ""});
  });
  CHECK(again.error().code == ErrorCode::conflict);
}

}  // namespace
}  // namespace aiflow::store
