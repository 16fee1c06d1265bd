// SPDX-License-Identifier: Apache-2.0
// What somebody sees who has a part in one of two projects: lists, events, and the projects.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "http_api/testing/two_projects.h"
#include "http_api/testing/watcher.h"
#include "wire/routes.h"

namespace aiflow::http_api {
namespace {

using wire::Owner;

/// What a route needs beside its address.
std::string query_of(std::string_view route, const TwoProjects::Things& of) {
  if (route == "get_lineage") return "?node=camera:" + of.name("camera");
  return "";
}

std::string path_of(const wire::RouteInfo& info) {
  std::string path(info.path);
  if (const auto at = path.find("{dag_id}"); at != std::string::npos) path.replace(at, 8, "~");
  return path;
}

json::Value parsed(const net::ClientResponse& answer) {
  REQUIRE_MESSAGE(answer.status == 200, answer.body);
  return json::parse(answer.body).value();
}

TEST_CASE("no list says anything of a project in which one has no part") {
  TwoProjects bench;
  const auto role = Role::operator_;  // of whom no list wants more
  const std::map<std::string, net::Headers> viewers = {
      {"alpha", bench.member(std::nullopt, {{"alpha", role}})},
      {"beta", bench.member(std::nullopt, {{"beta", role}})}};
  const auto all = bench.session(role);
  const auto none = bench.member(std::nullopt, {{"default", role}});
  int lists = 0;
  for (const auto& info : wire::all_routes()) {
    const bool is_list = info.owner == Owner::list || info.owner == Owner::dags;
    if (!is_list || info.method != "GET" || info.name == "stream") continue;
    CAPTURE(info.name);
    ++lists;
    for (const auto& [mine, headers] : viewers) {
      CAPTURE(mine);
      const std::string other = mine == "alpha" ? "beta" : "alpha";
      const auto target = path_of(info) + query_of(info.name, bench.things.at(mine));
      const auto answer = bench.send("GET", target, headers);
      CHECK(answer.status == 200);
      CHECK(answer.body.find(mine) != std::string::npos);
      CHECK(answer.body.find(other) == std::string::npos);
      const auto body = parsed(answer);
      if (const auto* total = body.find("total_entries")) {
        CHECK(total->as_int() == std::ssize(body.find("items")->as_array()));
      }
      CHECK(bench.send("GET", target, bench.tasks.at(mine)).body.find(other) == std::string::npos);
      const auto refused = bench.send("GET", target, none);
      // Who asks for a thing by its name is told that name again.
      const auto nothing = refused.status == 200 ? refused.body : std::string();
      CHECK(nothing.find(mine) == std::string::npos);
      CHECK(nothing.find(other) == std::string::npos);
    }
    if (!query_of(info.name, bench.things.at("alpha")).empty()) continue;
    const auto answer = bench.send("GET", path_of(info), all).body;
    CHECK(answer.find("alpha") != std::string::npos);
    CHECK(answer.find("beta") != std::string::npos);
  }
  CHECK(lists >= 15);
}

TEST_CASE("pages by cursor go through one's own runs alone") {
  TwoProjects bench;
  const auto viewer = bench.member(std::nullopt, {{"alpha", Role::viewer}});
  for (int i = 0; i < 5; ++i) {
    for (const char* dag : {"alpha-dag", "beta-dag"}) {
      REQUIRE(
          bench.local()
              .send({.method = "POST",
                     .target = "/api/v2/dags/" + std::string(dag) + "/dagRuns",
                     .body = R"({"dag_run_id":")" + std::string(dag) + std::to_string(i) + "\"}"},
                    soon())
              ->status == 200);
    }
  }
  std::set<std::string> seen;
  std::string cursor;
  for (int page = 0; page < 9; ++page) {
    const auto body = parsed(bench.send(
        "GET", "/api/v2/dags/~/dagRuns?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor),
        viewer));
    CHECK(body.find("total_entries")->as_int() == 6);
    for (const auto& run : body.find("items")->as_array()) {
      CHECK(run.find("dag_id")->as_string() == "alpha-dag");
      seen.insert(run.find("dag_run_id")->as_string());
    }
    const auto* next = body.find("next_cursor");
    if (!next->is_string()) break;
    cursor = next->as_string();
  }
  CHECK(seen.size() == 6);
  CHECK(parsed(bench.send("GET", "/api/v2/backfills?dag_id=beta-dag", viewer))
            .find("total_entries")
            ->as_int() == 0);
}

TEST_CASE("a page of reports or kept results goes on with one's own alone, and ends with them") {
  TwoProjects bench;
  const auto viewer = bench.member(std::nullopt, {{"alpha", Role::viewer}});
  const auto site = bench.session(Role::viewer);
  for (const std::string path : {"/api/v2/reports", "/api/v2/resultCache"}) {
    CAPTURE(path);
    const auto of_all = parsed(bench.send("GET", path + "?limit=1", site));
    CHECK(of_all.find("total_entries")->as_int() == 2);
    const auto own = parsed(bench.send("GET", path + "?limit=1", viewer));
    CHECK(own.find("total_entries")->as_int() == 1);
    // Not even that there would be more.
    CHECK(own.find("next_cursor")->is_null());
    // A cursor that somebody else was given opens nothing.
    const auto after = "&cursor=" + of_all.find("next_cursor")->as_string();
    CHECK(parsed(bench.send("GET", path + "?limit=1" + after, site))
              .find("items")
              ->as_array()
              .size() == 1);
    CHECK(bench.send("GET", path + "?limit=9" + after, viewer).body.find("beta") ==
          std::string::npos);
  }
}

TEST_CASE("who may see nothing of a project cannot clear its kept results") {
  TwoProjects bench;
  const auto user = bench.member(std::nullopt, {{"alpha", Role::user}});
  const auto answer = bench.send("DELETE", "/api/v2/resultCache", user);
  CHECK(answer.body == R"({"count":1})");
  const auto left = parsed(bench.send("GET", "/api/v2/resultCache", bench.session(Role::viewer)));
  CHECK(left.find("items")->as_array().at(0).find("dag_id")->as_string() == "beta-dag");
}

TEST_CASE("an answer's tag is of what one sees") {
  TwoProjects bench;
  const auto viewer = bench.member(std::nullopt, {{"alpha", Role::viewer}});
  const auto tag_of = [&](const net::Headers& headers) {
    const auto answer = bench.send("GET", "/api/v2/dags", headers);
    return *net::find_header(answer.headers, "etag");
  };
  const auto site = bench.session(Role::viewer);
  CHECK(tag_of(viewer) != tag_of(site));
  auto with_other = viewer;
  with_other.emplace_back("if-none-match", tag_of(site));
  CHECK(bench.send("GET", "/api/v2/dags", with_other).status == 200);
  with_other.back().second = tag_of(viewer);
  CHECK(bench.send("GET", "/api/v2/dags", with_other).status == 304);
}

void pause(Bench& bench, const std::string& dag, bool paused) {
  REQUIRE(bench.local()
              .send({.method = "PATCH",
                     .target = "/api/v2/dags/" + dag,
                     .body = paused ? R"({"is_paused":true})" : R"({"is_paused":false})"},
                    soon())
              ->status == 200);
}

TEST_CASE("the event stream brings what belongs to one's projects, and ends with a membership") {
  TwoProjects bench;
  const auto headers = bench.session_of("mina", std::nullopt);
  bench.grant("alpha", "mina", Role::viewer);
  Watcher watcher(bench, headers);
  pause(bench, "beta-dag", true);
  pause(bench, "alpha-dag", true);
  const auto first = watcher.next();
  CHECK(first.find("alpha-dag") != std::string::npos);
  CHECK(first.find("beta-dag") == std::string::npos);
  for (const char* dag : {"beta-dag", "alpha-dag"}) {  // of what their tasks use
    bench.events.publish({{.kind = "usage", .data = json::object({{"dag_id", dag}})}});
  }
  const auto used = watcher.next();
  CHECK(used.find("usage") != std::string::npos);
  CHECK(used.find("alpha-dag") != std::string::npos);
  const auto gone =
      bench.send("DELETE", "/api/v2/projects/alpha/members/mina", bench.session(Role::admin));
  CHECK(gone.status == 204);
  CHECK(watcher.is_cut());
  CHECK(bench.send("GET", "/api/v2/stream", headers).status == 403);
}

TEST_CASE("an asset that DAGs of two projects make is made by the one in one's own") {
  TwoProjects bench;
  for (const std::string project : {"alpha", "beta"}) {
    auto spec = bench.one_task(project + "-maker");
    spec.assets = {
        {{.name = "shared", .uri = "shared", .group = "asset", .extra = json::object({})}}};
    spec.tasks[0].outlets = {{"shared"}};
    bench.add_dag(spec, project + "/");
  }
  const auto make = [&](const net::Headers& who) {
    return bench.send("POST", "/api/v2/assets/materialize", who,
                      json::object({{"name", "shared"}}));
  };
  const auto own = make(bench.member(std::nullopt, {{"alpha", Role::user}}));
  CHECK(own.status == 200);
  CHECK(own.body.contains("alpha-maker"));
  CHECK(make(bench.session(Role::user)).status == 409);
}

TEST_CASE("an admin of a project gives roles in it and in no other") {
  TwoProjects bench;
  const auto admin = bench.member(std::nullopt, {{"alpha", Role::admin}});
  bench.session_of("mina", std::nullopt);
  const auto role = json::object({{"role", "operator"}});
  const auto made = bench.send("PUT", "/api/v2/projects/alpha/members/mina", admin, role);
  CHECK(made.body.find("\"operator\"") != std::string::npos);
  CHECK(bench.send("PUT", "/api/v2/projects/beta/members/mina", admin, role).status == 404);
  CHECK(bench.send("PUT", "/api/v2/projects/alpha/members/nobody", admin, role).status == 404);
  CHECK(bench.send("POST", "/api/v2/projects", admin, json::object({{"name", "x"}})).status == 403);
  CHECK(bench.send("DELETE", "/api/v2/projects/alpha", admin).status == 403);
  const auto mine = parsed(bench.send("GET", "/api/v2/projects", admin));
  CHECK(mine.find("total_entries")->as_int() == 1);
  const auto& alpha = mine.find("items")->as_array().at(0);
  CHECK(alpha.find("role")->as_string() == "admin");
  CHECK(alpha.find("dag_count")->as_int() == 1);
  const auto log = bench.local().send({.target = "/api/v2/audit?action=put_member"}, soon())->body;
  CHECK(log.find("alpha/mina") != std::string::npos);
  CHECK(log.find("\"denied\"") != std::string::npos);
}

TEST_CASE("a project goes when it has no DAGs any more, and its members with it") {
  TwoProjects bench;
  const auto admin = bench.session(Role::admin);
  CHECK(bench.send("DELETE", "/api/v2/projects/alpha", admin).status == 409);
  CHECK(bench.send("DELETE", "/api/v2/projects/default", admin).status == 409);
  REQUIRE(bench.send("POST", "/api/v2/projects", admin, json::object({{"name", "empty"}})).status ==
          200);
  const auto patched = bench.send("PATCH", "/api/v2/projects/empty", admin,
                                  json::object({{"description", "nothing yet"}}));
  CHECK(patched.body.find("nothing yet") != std::string::npos);
  CHECK(bench.send("DELETE", "/api/v2/projects/empty", admin).status == 204);
  CHECK(bench.send("DELETE", "/api/v2/projects/empty", admin).status == 404);
}

TEST_CASE("a service or camera of another project is not taken over by its name") {
  TwoProjects bench;
  const auto body = json::object({{"camera_id", "beta-camera"},
                                  {"source", "x"},
                                  {"service", "alpha-model"},
                                  {"rules", json::object({})}});
  CHECK(bench.send("POST", "/api/v2/cameras", bench.tasks.at("alpha"), body).status == 404);
  const auto beta = bench.local().send({.target = "/api/v2/cameras/beta-camera"}, soon())->body;
  CHECK(beta.find("\"beta-dag\"") != std::string::npos);
}

}  // namespace
}  // namespace aiflow::http_api
