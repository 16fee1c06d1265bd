// SPDX-License-Identifier: Apache-2.0
// Variables and connections: who may write them, and who gets what of them.
#include <doctest/doctest.h>

#include "http_api/detail/fake_server.h"

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

}  // namespace
}  // namespace aiflow::http_api
