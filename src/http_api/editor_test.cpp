// SPDX-License-Identifier: Apache-2.0
// YAML DAGs through the API: who may save them, what is never overwritten, and what is kept.
#include <doctest/doctest.h>

#include <filesystem>

#include "http_api/detail/fake_server.h"

namespace aiflow::http_api {
namespace {

namespace fs = std::filesystem;

struct Editing {
  Editing() { REQUIRE(os::make_dirs(bench.dags())); }

  net::ClientResponse ask(const std::string& method, const std::string& path,
                          net::Headers headers = {}, const std::string& content = "") {
    const bool has_body = method == "PUT" || method == "POST";
    return bench.local()
        .send({.method = method,
               .target = "/api/v2/" + path,
               .headers = std::move(headers),
               .body = has_body ? json::write(json::object({{"content", content}})) : ""},
              soon())
        .value();
  }
  std::string tag(const std::string& dag = "etl") {
    const auto answer = ask("GET", "dagFiles/" + dag);
    REQUIRE(answer.status == 200);
    return *net::find_header(answer.headers, "etag");
  }
  void write(const std::string& name, const std::string& text) {
    REQUIRE(os::write_atomic(bench.dags() / name, text));
  }
  std::string file(const std::string& name) {
    return os::read_file(bench.dags() / name, 1U << 20).value_or("(none)");
  }
  Bench bench;
};

constexpr const char* kText = "aiflow_dag: 1\ndag_id: etl\n";
const std::string kOther = std::string(kText) + "# changed\n";

TEST_CASE("a new DAG is saved as a file and runs at once") {
  Editing api;
  CHECK(api.ask("GET", "dagFiles/etl").status == 404);
  const auto saved = api.ask("PUT", "dagFiles/etl", {}, kText);
  CHECK(saved.status == 200);
  CHECK(saved.body.find("\"version\":1") != std::string::npos);
  CHECK(api.file("etl.yaml") == kText);
  CHECK(api.ask("GET", "dags/etl").status == 200);
  const auto run = api.bench.local().send(
      {.method = "POST", .target = "/api/v2/dags/etl/dagRuns", .body = "{}"}, soon());
  CHECK(run->status == 200);
  CHECK(fs::is_empty(api.bench.folder.path() / "texts"));
  // Without having seen it nobody replaces it.
  CHECK(api.ask("PUT", "dagFiles/etl", {}, kOther).status == 409);
  CHECK(api.file("etl.yaml") == kText);
}

TEST_CASE("of two that change what both have seen, the second is told so") {
  Editing api;
  CHECK(api.ask("PUT", "dagFiles/etl", {}, kText).status == 200);
  const auto tag = api.tag();
  CHECK(api.ask("PUT", "dagFiles/etl", {{"if-match", tag}}, kOther).status == 200);
  CHECK(api.ask("PUT", "dagFiles/etl", {{"if-match", tag}}, kText).status == 412);
  CHECK(api.ask("DELETE", "dagFiles/etl", {{"if-match", tag}}).status == 412);
  CHECK(api.file("etl.yaml") == kOther);
  // A change by other means counts as well.
  const auto now = api.tag();
  api.write("etl.yaml", std::string(kText) + "# by hand\n");
  CHECK(api.ask("PUT", "dagFiles/etl", {{"if-match", now}}, kText).status == 412);
  CHECK(api.ask("GET", "dagFiles/etl").body.find("\"version\":0") != std::string::npos);
}

TEST_CASE("every text is kept with who saved it, those of other means too") {
  Editing api;
  CHECK(api.ask("PUT", "dagFiles/etl", {}, kText).status == 200);
  api.write("etl.yaml", std::string(kText) + "# by hand\n");
  CHECK(api.ask("PUT", "dagFiles/etl", {{"if-match", api.tag()}}, kOther).status == 200);
  CHECK(api.ask("PUT", "dagFiles/etl", {{"if-match", api.tag()}}, kOther).status == 200);
  CHECK(api.ask("DELETE", "dagFiles/etl", {{"if-match", api.tag()}}).status == 204);
  CHECK(api.file("etl.yaml") == "(none)");
  const auto list = json::parse(api.ask("GET", "dagFiles/etl/versions").body).value();
  std::string causes;
  for (const auto& one : list.find("items")->as_array()) {
    causes += one.find("cause")->as_string() + " ";
  }
  CHECK(causes == "deleted saved outside saved ");
  CHECK(api.ask("GET", "dagFiles/etl/versions/2").body.find("# by hand") != std::string::npos);
  CHECK(api.ask("GET", "dagFiles/etl/versions/9").status == 404);
  CHECK(api.ask("GET", "dagFiles/etl/versions/x").status == 400);
}

TEST_CASE("what is there and is no YAML DAG is left alone") {
  Editing api;
  api.bench.add_dag(Bench::one_task("coded"));  // of /dags/coded.py
  const auto coded = api.ask("PUT", "dagFiles/coded", {}, "aiflow_dag: 1\ndag_id: coded\n");
  CHECK(coded.status == 409);
  CHECK(coded.body.find("coded.py") != std::string::npos);
  CHECK(api.ask("GET", "dagFiles/coded").status == 409);

  api.write("conf.yaml", "password: hunter2\n");
  const auto data = api.ask("GET", "dagFiles/conf");
  CHECK(data.status == 409);
  CHECK(data.body.find("hunter2") == std::string::npos);
  CHECK(api.ask("PUT", "dagFiles/conf", {}, "aiflow_dag: 1\ndag_id: conf\n").status == 409);
  CHECK(api.ask("DELETE", "dagFiles/conf").status == 409);
  CHECK(api.file("conf.yaml") == "password: hunter2\n");

  const auto outside = api.bench.folder.path() / "outside.yaml";
  REQUIRE(os::write_atomic(outside, kText));
  fs::create_symlink(outside, api.bench.dags() / "etl.yaml");
  CHECK(api.ask("GET", "dagFiles/etl").status == 409);
  CHECK(api.ask("PUT", "dagFiles/etl", {{"if-match", "*"}}, kOther).status == 409);
  CHECK(os::read_file(outside, 1000).value() == kText);
}

TEST_CASE("a DAG that is away comes back into its folder, where it is of its project") {
  Editing api;
  api.bench.add_dag(Bench::one_task("etl"), "line1/");
  REQUIRE(conductor::wait_for<std::vector<DagId>>(
      [&](auto answer) { api.bench.conductor.file_removed("/dags/line1/etl.py", answer); }));
  CHECK(api.ask("PUT", "dagFiles/etl", {}, kText).status == 200);
  CHECK(api.file("line1/etl.yaml") == kText);
  CHECK(api.file("etl.yaml") == "(none)");
}

TEST_CASE("a new DAG goes into the folder of its project, whose operators may make it") {
  Editing api;
  const auto ask = [&](const std::string& method, const std::string& path, json::Value body) {
    return api.bench.local()
        .send({.method = method, .target = "/api/v2/" + path, .body = json::write(body)}, soon())
        ->status;
  };
  REQUIRE(ask("POST", "projects", json::object({{"name", "line1"}})) == 200);
  auto kim = api.bench.session_of("kim", std::nullopt);
  kim.emplace_back("Content-Type", "application/json");
  REQUIRE(ask("PUT", "projects/line1/members/kim", json::object({{"role", "operator"}})) == 200);
  const auto make = [&](const std::string& project) {
    return api.bench.tcp()
        .send({.method = "POST",
               .target = "/api/v2/projects/" + project + "/dagFiles",
               .headers = kim,
               .body = json::write(json::object({{"content", kText}}))},
              soon())
        .value();
  };
  CHECK(make("default").status == 404);
  CHECK(make("line1").status == 200);
  CHECK(api.file("line1/etl.yaml") == kText);
  CHECK(make("line1").status == 409);
  CHECK(api.ask("POST", "projects/default/dagFiles", {}, kText).status == 409);
  // Who wanted which DAG is in the audit log, also when the name was taken.
  const auto refusals = api.ask("GET", "audit?dag_id=etl&outcome=failed").body;
  CHECK(refusals.find(R"("action":"make_dag_file","object_kind":"dag","object_id":"etl")") !=
        std::string::npos);
  CHECK(api.ask("POST", "projects/none/dagFiles", {}, kText).status == 404);
  CHECK(api.ask("POST", "projects/%2E%2E/dagFiles", {}, kText).status == 400);
}

TEST_CASE("a DAG that is away is not taken along into another project") {
  Editing api;
  REQUIRE(api.bench.local()
              .send({.method = "POST",
                     .target = "/api/v2/projects",
                     .body = json::write(json::object({{"name", "line1"}}))},
                    soon())
              ->status == 200);
  api.bench.add_dag(Bench::one_task("etl"), "line1/");
  REQUIRE(conductor::wait_for<std::vector<DagId>>(
      [&](auto answer) { api.bench.conductor.file_removed("/dags/line1/etl.py", answer); }));
  const auto elsewhere = api.ask("POST", "projects/default/dagFiles", {}, kText);
  CHECK(elsewhere.status == 409);
  CHECK(elsewhere.body.find("line1") == std::string::npos);
  CHECK(api.file("etl.yaml") == "(none)");
  CHECK(api.ask("POST", "projects/line1/dagFiles", {}, kText).status == 200);
  CHECK(api.file("line1/etl.yaml") == kText);
}

TEST_CASE("a DAG that is away from a folder of no project is made anew where it was") {
  Editing api;
  api.bench.add_dag(Bench::one_task("etl"), "tools/");
  REQUIRE(conductor::wait_for<std::vector<DagId>>(
      [&](auto answer) { api.bench.conductor.file_removed("/dags/tools/etl.py", answer); }));
  CHECK(api.ask("POST", "projects/default/dagFiles", {}, kText).status == 200);
  CHECK(api.file("tools/etl.yaml") == kText);
}

TEST_CASE("names that could lead elsewhere are refused") {
  Editing api;
  for (const char* name : {".hidden", "a%2Fb", "a%20b", "%2E%2E", "a%5Cb", "a%3Bb"}) {
    CAPTURE(name);
    const auto answer = api.ask("PUT", std::string("dagFiles/") + name, {}, kText);
    CHECK(answer.status >= 400);
    CHECK(answer.status < 500);
  }
  CHECK(fs::is_empty(api.bench.dags()));
  CHECK(api.ask("PUT", "dagFiles/other", {}, kText).body.find("dag_id is 'etl'") !=
        std::string::npos);
}

TEST_CASE("a text with mistakes is not saved; the check says where they are") {
  Editing api;
  const std::string broken = std::string(kText) + "broken\n";
  const auto refused = api.ask("PUT", "dagFiles/etl", {}, broken);
  CHECK(refused.status == 422);
  CHECK(refused.body.find("line 2: a mistake") != std::string::npos);
  CHECK(fs::is_empty(api.bench.dags()));
  const auto checked = api.ask("POST", "dagFiles", {}, broken);
  CHECK(checked.status == 200);
  CHECK(checked.body.find(R"("line":2,"column":3)") != std::string::npos);
  CHECK(api.ask("POST", "dagFiles", {}, "x: 1").body.find("aiflow_dag") != std::string::npos);
  CHECK(api.ask("POST", "dagFiles", {}, kText).body.find(R"("steps":[{"tasks":["t"]}])") !=
        std::string::npos);
  CHECK(api.ask("POST", "dagFiles", {}, std::string((1U << 20) + 1, '#')).status == 400);
}

TEST_CASE("the check tells that a name is taken, by a DAG that one may see") {
  Editing api;
  const auto is_taken = [&](const std::string& text) {
    const auto checked = api.ask("POST", "dagFiles", {}, text);
    return wire::parse_dag_check(json::parse(checked.body).value())->is_taken;
  };
  CHECK_FALSE(is_taken(kText));
  api.bench.add_dag(Bench::one_task("etl"), "line1/");
  CHECK(is_taken(kText));
  CHECK_FALSE(is_taken("aiflow_dag: 1\ndag_id: other\n"));
  // A member of nothing else than another project hears nothing of it.
  auto kim = api.bench.session_of("kim", std::nullopt);
  kim.emplace_back("Content-Type", "application/json");
  for (const char* project : {"line1", "line2"}) {
    const auto made = json::write(json::object({{"name", project}}));
    REQUIRE(api.bench.local()
                .send({.method = "POST", .target = "/api/v2/projects", .body = made}, soon())
                ->status == 200);
  }
  REQUIRE(api.bench.local()
              .send({.method = "PUT",
                     .target = "/api/v2/projects/line2/members/kim",
                     .body = R"({"role":"operator"})"},
                    soon())
              ->status == 200);
  const auto seen = api.bench.tcp().send({.method = "POST",
                                          .target = "/api/v2/dagFiles",
                                          .headers = kim,
                                          .body = json::write(json::object({{"content", kText}}))},
                                         soon());
  CHECK(seen->status == 200);
  CHECK(seen->body.find(R"("is_taken":false)") != std::string::npos);
}

TEST_CASE("viewers read and check, operators save, and the audit log says who did") {
  Editing api;
  const auto send = [&](const std::string& method, const std::string& path, Role role) {
    auto headers = api.bench.session(role);
    headers.emplace_back("Content-Type", "application/json");
    return api.bench.tcp()
        .send({.method = method,
               .target = "/api/v2/" + path,
               .headers = headers,
               .body = method == "GET" ? "" : json::write(json::object({{"content", kText}}))},
              soon())
        .value();
  };
  CHECK(send("POST", "dagFiles", Role::viewer).status == 200);
  CHECK(send("GET", "operators", Role::viewer).status == 200);
  CHECK(send("PUT", "dagFiles/etl", Role::user).status == 403);
  CHECK(send("PUT", "dagFiles/etl", Role::operator_).status == 200);
  CHECK(send("GET", "dagFiles/etl", Role::viewer).status == 200);
  CHECK(send("DELETE", "dagFiles/etl", Role::user).status == 403);
  const auto entries = api.ask("GET", "audit?dag_id=etl").body;
  CHECK(entries.find(R"("action":"put_dag_file","object_kind":"dag","object_id":"etl")") !=
        std::string::npos);
  CHECK(entries.find("check_dag_text") == std::string::npos);
}

}  // namespace
}  // namespace aiflow::http_api
