// SPDX-License-Identifier: Apache-2.0
// What the audit log says of requests.
#include <doctest/doctest.h>

#include <algorithm>

#include "http_api/detail/fake_server.h"

namespace aiflow::http_api {
namespace {

struct AuditBench : Bench {
  net::ClientResponse send(const std::string& method, const std::string& target,
                           const std::string& body = "", net::Headers headers = {}) {
    headers.emplace_back("Content-Type", "application/json");
    return tcp()
        .send({.method = method, .target = target, .headers = std::move(headers), .body = body},
              soon())
        .value();
  }
  std::vector<wire::AuditEntry> entries(const std::string& query = "") {
    const auto answer = local().send({.target = "/api/v2/audit" + query}, soon());
    REQUIRE(answer);
    REQUIRE_MESSAGE(answer->status == 200, answer->body);
    return wire::parse_audit_page(json::parse(answer->body).value()).value().items;
  }
};

TEST_CASE("a change is kept with who, from where, what and how it ended") {
  AuditBench bench;
  bench.add_dag(Bench::one_task("d"));
  const auto ann = bench.session(Role::operator_);
  const auto run = bench.send("POST", "/api/v2/dags/d/dagRuns", R"({"dag_run_id": "r1"})", ann);
  REQUIRE_MESSAGE(run.status == 200, run.body);
  REQUIRE(bench.send("PATCH", "/api/v2/dags/d", R"({"is_paused": true})", ann).status == 200);
  REQUIRE(bench.send("PATCH", "/api/v2/dags/nope", R"({"is_paused": true})", ann).status == 404);
  const auto seen = bench.entries("?user=operator1");
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].outcome == "failed");
  CHECK(seen[0].status == 404);
  CHECK(seen[1].action == "patch_dag");
  CHECK(seen[1].object_kind == "dag");
  CHECK(seen[2].action == "trigger_dag_run");
  CHECK(seen[2].object_kind == "run");
  CHECK(seen[2].object_id == "d/r1");
  CHECK(seen[2].dag_id == "d");
  CHECK(seen[2].kind == "user");
  CHECK(seen[2].address == "127.0.0.1");
  CHECK(seen[2].outcome == "done");
  CHECK(seen[2].status == 200);
  CHECK(seen[2].request_id == *net::find_header(run.headers, "x-request-id"));
}

TEST_CASE("refused requests are kept, reads and questions are not") {
  AuditBench bench;
  const auto viewer = bench.session(Role::viewer);
  CHECK(bench.send("DELETE", "/api/v2/pools/p", "", viewer).status == 403);
  CHECK(bench.send("DELETE", "/api/v2/pools/p", "", {viewer[0]}).status == 403);
  CHECK(bench.send("DELETE", "/api/v2/pools/p").status == 401);
  CHECK(bench.send("DELETE", "/api/v2/pools/p", "", {{"authorization", "Bearer x.y"}}).status ==
        401);
  CHECK(bench.send("GET", "/api/v2/dags", "", viewer).status == 200);
  CHECK(bench.send("GET", "/api/v2/users", "", viewer).status == 403);
  CHECK(bench.send("POST", "/api/v2/backfills/dry_run", "{}", viewer).status == 403);
  const auto seen = bench.entries();
  REQUIRE(seen.size() == 4);
  CHECK(std::ranges::all_of(seen, [](const auto& entry) { return entry.outcome == "denied"; }));
  CHECK(std::ranges::all_of(seen, [](const auto& entry) { return entry.object_id == "p"; }));
  CHECK(seen[0].kind == "anonymous");
  CHECK(seen[3].user == "viewer1");
}

TEST_CASE("log-ins are kept under the user's name, and what is no user's name is not") {
  AuditBench bench;
  (void)bench.session(Role::user);
  const auto log_in = [&](const std::string& user, const std::string& password) {
    return bench
        .send("POST", "/auth/login",
              json::write(json::object({{"username", user}, {"password", password}})))
        .status;
  };
  CHECK(log_in("user1", "long enough") == 200);
  CHECK(log_in("user1", "wrong") == 401);
  CHECK(log_in("my-password-in-the-wrong-field", "x") == 401);
  const auto seen = bench.entries();
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].object_id.empty());
  CHECK(seen[1].object_id == "user1");
  CHECK(seen[1].outcome == "denied");
  CHECK(seen[1].user.empty());
  CHECK(seen[2].user == "user1");
  CHECK(seen[2].outcome == "done");
}

TEST_CASE("the Unix socket's requests are kept, a task's own data is not") {
  AuditBench bench;
  const auto token = bench.task_token();
  CHECK(bench.send("POST", "/api/v2/resultCache/lookup", R"({"key": "k"})", token).status < 500);
  CHECK(bench.send("POST", "/api/v2/blobs", "bytes", token).status == 200);
  CHECK(bench.send("POST", "/api/v2/dags/d/dagRuns", "{}", token).status == 200);
  CHECK(bench.local()
            .send({.method = "POST", .target = "/api/v2/garbage", .body = "{}"}, soon())
            ->status == 200);
  const auto seen = bench.entries();
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].kind == "local");
  CHECK(seen[0].address.starts_with("unix:"));
  CHECK(seen[1].kind == "task");
  CHECK(seen[1].user == "d/r1/t");
}

TEST_CASE("a name longer than the log takes is cut between characters") {
  AuditBench bench;
  const auto admin = bench.session(Role::admin);
  std::string name = "x";
  for (int i = 0; i < 500; ++i) name += "\xc3\xa9";
  const auto body = json::write(json::object({{"username", name}, {"role", "viewer"}}));
  CHECK(bench.send("POST", "/api/v2/users", body, admin).status == 400);
  const auto seen = bench.entries("?action=create_user");
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].object_id == name.substr(0, 799));
}

TEST_CASE("the export has the filtered entries; no cell is a formula") {
  AuditBench bench;
  bench.add_dag(Bench::one_task("d"));
  const auto admin = bench.session(Role::admin);
  REQUIRE(bench.send("POST", "/api/v2/users", R"({"username": "=1+1", "role": "user"})", admin)
              .status == 400);
  REQUIRE(bench.send("PATCH", "/api/v2/dags/d", R"({"is_paused": true})", admin).status == 200);
  const auto csv = bench.send("GET", "/api/v2/audit/export?action=patch_dag", "", admin);
  CHECK(csv.status == 200);
  CHECK(csv.body.starts_with("id,at,kind,user,"));
  CHECK(std::ranges::count(csv.body, '\n') == 2);
  CHECK(csv.body.find("\"dag\",\"d\",\"d\",\"done\",200,") != std::string::npos);
  const auto users = bench.send("GET", "/api/v2/audit/export?action=create_user", "", admin);
  CHECK(users.body.find("\"'=1+1\"") != std::string::npos);
  const auto lines = bench.send("GET", "/api/v2/audit/export?format=ndjson&limit=1", "", admin);
  REQUIRE(std::ranges::count(lines.body, '\n') == 1);
  const auto entry = wire::parse_audit_entry(json::parse(lines.body).value());
  REQUIRE(entry);
  CHECK(entry->action == "patch_dag");
  CHECK(*net::find_header(lines.headers, "x-next-cursor") == std::to_string(entry->id));
  CHECK(bench.send("GET", "/api/v2/audit/export?format=xml", "", admin).status == 400);
}

TEST_CASE("a preview is no change, and a change that is refused for a misspelt word is told") {
  AuditBench bench;
  bench.add_dag(Bench::one_task("d"));
  const auto admin = bench.session(Role::admin);
  REQUIRE(bench.send("POST", "/api/v2/dags/d/dagRuns", R"({"dag_run_id": "r"})", admin).status ==
          200);
  const std::string clear = "/api/v2/dags/d/clearTaskInstances";
  const auto body = [](const char* more) {
    return R"({"dag_run_id": "r", "task_ids": ["t"])" + std::string(more) + "}";
  };
  const auto cleared = [&] {
    const auto answer =
        bench.send("GET", "/api/v2/audit?action=clear_task_instances", "", admin).body;
    return wire::parse_audit_page(json::parse(answer).value())->items.size();
  };
  REQUIRE(bench.send("POST", clear, body(R"(, "dry_run": true)"), admin).status == 200);
  CHECK(cleared() == 0);
  REQUIRE(bench.send("POST", clear, body(R"(, "dry_run": false)"), admin).status == 200);
  CHECK(cleared() == 1);
  REQUIRE(bench.send("POST", clear + "?x=1", body(""), admin).status == 400);
  CHECK(cleared() == 2);
}

TEST_CASE("an operator sees what was done to a DAG, without addresses") {
  AuditBench bench;
  bench.add_dag(Bench::one_task("d"));
  const auto ann = bench.session(Role::operator_);
  REQUIRE(bench.send("PATCH", "/api/v2/dags/d", R"({"is_paused": true})", ann).status == 200);
  REQUIRE(bench.send("POST", "/api/v2/pools", R"({"name": "p", "slots": 1})", ann).status == 200);
  const auto answer = bench.send("GET", "/api/v2/dags/d/audit", "", ann);
  const auto page = wire::parse_audit_page(json::parse(answer.body).value());
  REQUIRE(page);
  REQUIRE(page->items.size() == 1);
  CHECK(page->items[0].action == "patch_dag");
  CHECK(page->items[0].address.empty());
}

TEST_CASE("what was done to a run, or to one of its tasks, is asked for by name") {
  AuditBench bench;
  bench.add_dag(Bench::one_task("d"));
  const auto ann = bench.session(Role::operator_);
  for (const char* run : {"r1", "r2"}) {
    const std::string body = R"({"dag_run_id": ")" + std::string(run) + "\"}";
    REQUIRE(bench.send("POST", "/api/v2/dags/d/dagRuns", body, ann).status == 200);
    const std::string task = "/api/v2/dags/d/dagRuns/" + std::string(run) + "/taskInstances/t";
    REQUIRE(bench.send("PATCH", task, R"({"new_state": "success"})", ann).status == 200);
  }
  const auto actions = [&](const std::string& query) {
    const auto answer = bench.send("GET", "/api/v2/dags/d/audit" + query, "", ann);
    REQUIRE_MESSAGE(answer.status == 200, answer.body);
    const auto page = wire::parse_audit_page(json::parse(answer.body).value()).value();
    std::vector<std::string> found;
    for (const auto& one : page.items) found.push_back(one.action + " " + one.object_id);
    return found;
  };
  using Found = std::vector<std::string>;
  CHECK(actions("?dag_run_id=r1") == Found{"trigger_dag_run d/r1"});
  CHECK(actions("?dag_run_id=r1&task_id=t") ==
        Found{"mark_task_instance d/r1/t", "trigger_dag_run d/r1"});
  CHECK(actions("?dag_run_id=r1&task_id=other") == Found{"trigger_dag_run d/r1"});
  CHECK(actions("").size() == 4);
  CHECK(bench.send("GET", "/api/v2/dags/d/audit?task_id=t", "", ann).status == 400);
}

}  // namespace
}  // namespace aiflow::http_api
