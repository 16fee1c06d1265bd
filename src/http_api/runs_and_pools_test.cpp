// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "http_api/detail/fake_server.h"

namespace aiflow::http_api {
namespace {

struct Asked {
  int status = 0;
  json::Value body;
};

struct Api2 {
  Bench bench;
  net::Client client = bench.local();

  Asked call(const std::string& method, const std::string& path, const std::string& body = "",
             net::Headers headers = {}) {
    net::ClientRequest request{.method = method, .target = "/api/v2" + path, .body = body};
    request.headers = std::move(headers);
    const auto answer = client.send(request, soon());
    REQUIRE(answer);
    auto value = json::parse(answer->body);
    return {answer->status, value ? *std::move(value) : json::Value()};
  }
};

TEST_CASE("pools over the API, with Airflow's paths") {
  Api2 api;
  CHECK(api.call("GET", "/pools").body.find("total_entries")->as_int() == 1);
  CHECK(api.call("POST", "/pools", R"({"name": "gpu", "slots": 2})").status == 200);
  CHECK(api.call("POST", "/pools", R"({"name": "gpu", "slots": 2})").status == 409);
  CHECK(api.call("POST", "/pools", R"({"name": "big", "slots": 99999999999})").status == 400);
  const auto changed = api.call("PATCH", "/pools/gpu", R"({"include_deferred": true})");
  CHECK(changed.status == 200);
  CHECK(changed.body.find("slots")->as_int() == 2);
  CHECK(changed.body.find("include_deferred")->as_bool());
  CHECK(api.call("GET", "/pools/gpu").body.find("open_slots")->as_int() == 2);
  CHECK(api.call("PATCH", "/pools/nosuch", R"({"slots": 1})").status == 404);
  CHECK(api.call("DELETE", "/pools/default_pool").status == 400);
  CHECK(api.call("DELETE", "/pools/gpu").status == 204);
  CHECK(api.call("GET", "/pools/gpu").status == 404);
}

TEST_CASE("who may look may not change pools; who may run may change runs") {
  Api2 api;
  api.bench.start_task();
  net::Client tcp = api.bench.tcp();
  const auto as = [&](Role role, const std::string& method, const std::string& path,
                      const std::string& body) {
    auto headers = api.bench.session(role);
    headers.emplace_back("host", api.bench.host());
    net::ClientRequest request{.method = method, .target = "/api/v2" + path, .body = body};
    request.headers = headers;
    return tcp.send(request, soon())->status;
  };
  CHECK(as(Role::user, "POST", "/pools", R"({"name": "p", "slots": 1})") == 403);
  CHECK(as(Role::operator_, "POST", "/pools", R"({"name": "p", "slots": 1})") == 200);
  CHECK(as(Role::viewer, "GET", "/pools", "") == 200);
  CHECK(as(Role::viewer, "PATCH", "/dags/d/dagRuns/r1", R"({"note": "x"})") == 403);
  CHECK(as(Role::user, "PATCH", "/dags/d/dagRuns/r1", R"({"note": "x"})") == 200);
}

TEST_CASE("a run: note, preview of a mark, mark, clear, delete") {
  Api2 api;
  api.bench.start_task();
  const std::string run = "/dags/d/dagRuns/r1";
  CHECK(api.call("PATCH", run, R"({"note": "look here"})").body.find("note")->as_string() ==
        "look here");
  CHECK(api.call("PATCH", run, R"({"state": "running"})").status == 400);
  CHECK(api.call("DELETE", run).status == 409);
  const auto preview =
      api.call("PATCH", run + "/taskInstances/t/dry_run", R"({"new_state": "success"})");
  CHECK(preview.body.find("total_entries")->as_int() == 1);
  CHECK(api.call("GET", run + "/taskInstances/t").body.find("state")->as_string() == "queued");
  CHECK(api.call("PATCH", run + "/taskInstances/t", R"({"new_state": "success"})").status == 200);
  CHECK(api.call("GET", run).body.find("state")->as_string() == "success");
  const auto cleared = api.call("POST", run + "/clear", R"({"dry_run": true})");
  CHECK(cleared.body.find("items")->as_array().size() == 1);
  CHECK(api.call("POST", run + "/clear", R"({"only_failed": true})")
            .body.find("total_entries")
            ->as_int() == 0);
  CHECK(api.call("DELETE", run).status == 204);
  CHECK(api.call("GET", run).status == 404);
}

}  // namespace
}  // namespace aiflow::http_api
