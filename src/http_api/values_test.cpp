// SPDX-License-Identifier: Apache-2.0
// Variables and connections: who may write them, and who gets what of them.
#include <doctest/doctest.h>

#include "http_api/testing/two_projects.h"

namespace aiflow::http_api {
namespace {

TEST_CASE("what is secret goes to a running task, and to nobody else") {
  Bench bench;
  const auto send = [&](const std::string& method, const std::string& path, net::Headers headers,
                        const std::string& body = "") {
    headers.emplace_back("Content-Type", "application/json");
    return bench.tcp()
        .send({.method = method, .target = "/api/v2/" + path, .headers = headers, .body = body},
              soon())
        .value();
  };
  const auto ann = bench.session(Role::operator_);
  CHECK(send("PUT", "variables/key", ann, R"({"value": "canary-1", "is_secret": true})").status ==
        200);
  CHECK(send("PUT", "connections/db", ann, R"({"text": "mysql://u:canary-2@h/s"})").status == 200);
  CHECK(send("PUT", "connections/db", bench.session(Role::user), "{}").status == 403);
  const auto admin = bench.session(Role::admin);
  for (const char* path : {"variables", "connections", "audit"}) {
    const auto answer = send("GET", path, admin);
    CHECK(answer.status == 200);
    CHECK(answer.body.find("canary") == std::string::npos);
  }
  for (const char* path : {"taskValues/variables/key", "taskValues/connections/db"}) {
    CHECK(send("GET", path, admin).status == 403);
    CHECK(bench.local().send({.target = std::string("/api/v2/") + path}, soon())->status == 403);
  }
  CHECK(send("POST", "openValues", admin).status == 403);
  const auto opened =
      bench.local().send({.method = "POST", .target = "/api/v2/openValues"}, soon());
  CHECK(opened->status == 200);
  CHECK(opened->body.find("canary-1") != std::string::npos);
  CHECK(opened->body.find("canary-2") != std::string::npos);
  const auto task = bench.task_token();
  CHECK(send("POST", "openValues", task).status == 403);
  CHECK(send("GET", "taskValues/variables/key", task).body ==
        R"({"text":"canary-1","is_secret":true})");
  CHECK(send("GET", "taskValues/connections/db", task).body.find("canary-2") != std::string::npos);
  CHECK(send("GET", "taskValues/variables/nope", task).status == 404);
  CHECK(send("PUT", "variables/key", task, R"({"value": "x"})").status == 403);
  CHECK(send("POST", "secretsKey", ann).status == 403);
  CHECK(send("POST", "secretsKey", admin).body.find("\"count\":2") != std::string::npos);
  CHECK(send("GET", "taskValues/variables/key", task).body.find("canary-1") != std::string::npos);
}

TEST_CASE("values belong to a project: its operators set them, and its tasks alone get them") {
  TwoProjects bench;
  const auto operator_of = [&](const std::string& project) {
    return bench.member(std::nullopt, {{project, Role::operator_}});
  };
  const auto alpha = operator_of("alpha");
  const auto body = [](const char* text) { return json::object({{"value", text}}); };
  const std::string of_alpha = "/api/v2/projects/alpha/variables/place";
  CHECK(bench.send("PUT", of_alpha, alpha, body("of-alpha")).status == 200);
  CHECK(bench.send("PUT", "/api/v2/projects/beta/variables/place", alpha, body("x")).status == 404);
  CHECK(bench.send("PUT", "/api/v2/variables/place", alpha, body("x")).status == 403);
  CHECK(bench
            .send("PUT", "/api/v2/projects/beta/variables/place", operator_of("beta"),
                  body("of-beta"))
            .status == 200);
  CHECK(
      bench.send("PUT", "/api/v2/variables/place", bench.session(Role::operator_), body("of-site"))
          .status == 200);
  CHECK(bench
            .send("PUT", "/api/v2/projects/none/variables/place", bench.session(Role::admin),
                  body("x"))
            .status == 404);
  const auto task = [&](const std::string& project, const std::string& path) {
    return bench.send("GET", "/api/v2/taskValues/" + path, bench.tasks.at(project));
  };
  CHECK(task("alpha", "variables/place").body == R"({"text":"of-alpha","is_secret":false})");
  CHECK(task("beta", "variables/place").body == R"({"text":"of-beta","is_secret":false})");
  const auto db = json::object({{"text", "mysql://u:canary@h/s"}});
  CHECK(bench.send("PUT", "/api/v2/projects/beta/connections/db", operator_of("beta"), db).status ==
        200);
  CHECK(task("beta", "connections/db").body.find("canary") != std::string::npos);
  CHECK(task("alpha", "connections/db").status == 404);
  const auto seen = bench.send("GET", "/api/v2/variables", alpha).body;
  CHECK(seen.find("of-alpha") != std::string::npos);
  CHECK(seen.find("of-beta") == std::string::npos);
  CHECK(seen.find("of-site") == std::string::npos);
  CHECK(bench.send("GET", "/api/v2/connections", alpha).body.find("\"db\"") == std::string::npos);
  const auto viewer = bench.member(std::nullopt, {{"alpha", Role::user}});
  CHECK(bench.send("GET", "/api/v2/variables", viewer).status == 403);
  CHECK(bench.send("DELETE", of_alpha, viewer).status == 403);
  const auto audit = bench.send("GET", "/api/v2/audit", bench.session(Role::admin)).body;
  CHECK(audit.find("alpha/place") != std::string::npos);
  CHECK(bench.send("DELETE", of_alpha, alpha).status == 204);
  CHECK(task("alpha", "variables/place").status == 404);
}

}  // namespace
}  // namespace aiflow::http_api
