// SPDX-License-Identifier: Apache-2.0
#include "http_api/openapi.h"

#include <doctest/doctest.h>

#include "http_api/detail/fake_server.h"
#include "wire/queries.h"

namespace aiflow::http_api {
namespace {

std::string lower_case(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return out;
}

TEST_CASE("the description of the API names every route and the permission it needs") {
  const auto document = json::parse(embedded_openapi());
  REQUIRE(document);
  CHECK(document->find("openapi")->as_string() == "3.1.0");
  for (const auto& route : wire::all_routes()) {
    CAPTURE(route.name);
    const auto* path = document->find("paths")->find(route.path);
    REQUIRE(path != nullptr);
    const auto* operation = path->find(lower_case(route.method));
    REQUIRE(operation != nullptr);
    CHECK(operation->find("operationId")->as_string() == route.name);
    CHECK(operation->find("x-permission")->as_string() == route.permission);
  }
}

TEST_CASE("anybody may read the description; nobody may change it") {
  Bench bench;
  auto client = bench.tcp();
  for (const char* path : {"/api/v2/openapi.json", "/openapi.json"}) {
    const auto got = client.send({.target = path}, soon());
    REQUIRE(got);
    CHECK(got->status == 200);
    CHECK(got->body == embedded_openapi());
  }
  const auto put = client.send({.method = "PUT", .target = "/api/v2/openapi.json"}, soon());
  REQUIRE(put);
  CHECK(put->status == 405);
}

TEST_CASE("a query parameter outside of what is declared is refused by its name") {
  Bench bench;
  bench.start_task();
  auto client = bench.local();
  const auto ask = [&](const std::string& query) {
    const auto answer = client.send({.target = "/api/v2/dags/~/dagRuns?" + query}, soon());
    REQUIRE(answer);
    return std::pair(answer->status, answer->body);
  };
  CHECK(ask("limit=1&offset=0").first == 200);
  CHECK(ask("limit=&state=").first == 200);
  for (const std::string bad :
       {"limit=0", "limit=1001", "limit=1x", "offset=-1", "state=nonsense",
        "logical_date_gte=yesterday", "limit=1&limit=2", "unknown=1", "unknown="}) {
    CAPTURE(bad);
    const auto [status, body] = ask(bad);
    CHECK(status == 400);
    CHECK(body.find(bad.substr(0, bad.find('='))) != std::string::npos);
  }
  // A list of states: each may be given.
  const auto runs = [&](const std::string& query) {
    return json::parse(ask(query).second)->find("total_entries")->as_int();
  };
  CHECK(runs("state=failed") == 0);
  CHECK(runs("state=failed&state=success") == 0);
  CHECK(runs("state=failed&state=running&state=queued") == 1);
}

TEST_CASE("each type of a query parameter: absent, given, out of its limits") {
  CHECK(wire::parse_grid_query({})->limit == 25);
  CHECK(wire::parse_grid_query({{"limit", "365"}})->limit == 365);
  CHECK_FALSE(wire::parse_grid_query({{"limit", "366"}}));
  CHECK_FALSE(wire::parse_lineage_from({}));  // node must be given
  CHECK(wire::parse_lineage_from({{"node", "task:a/b/c"}})->direction == "up");
  CHECK_FALSE(wire::parse_lineage_from({{"node", "x"}, {"direction", "sideways"}}));
  CHECK_FALSE(wire::parse_artifact_filter({})->map_index);
  CHECK(wire::parse_artifact_filter({{"map_index", "-1"}})->map_index == -1);
  CHECK(wire::parse_page(wire::Route::list_dags, {})->limit == 1000);
  CHECK(wire::parse_page(wire::Route::list_backfills, {})->limit == 100);
}

}  // namespace
}  // namespace aiflow::http_api
