// SPDX-License-Identifier: Apache-2.0
#include "http_api/router.h"

#include <doctest/doctest.h>

#include "http_api/assets.h"

namespace aiflow::http_api {
namespace {

TEST_CASE("a path gives its route and the decoded parameters") {
  const Router router;
  const auto match = router.match(
      "GET", "/api/v2/dags/my%20dag/dagRuns/manual__2026-01-01T00%3A00%3A00%2B00%3A00");
  REQUIRE(match);
  CHECK(match->route->route == wire::Route::get_dag_run);
  CHECK(match->parameters.at("dag_id") == "my dag");
  CHECK(match->parameters.at("dag_run_id") == "manual__2026-01-01T00:00:00+00:00");
}

TEST_CASE("every route of the table is found by its own path") {
  const Router router;
  for (const auto& info : wire::all_routes()) {
    std::string path(info.path);
    for (auto open = path.find('{'); open != std::string::npos; open = path.find('{')) {
      path.replace(open, path.find('}') - open + 1, "x1");
    }
    const auto match = router.match(info.method, path);
    REQUIRE(match);
    CHECK(match->route->route == info.route);
  }
}

TEST_CASE("names that could leave a folder are refused") {
  const Router router;
  for (const char* name : {"..", "%2e%2e", "a%2Fb", "%00", "a%5cb", "%0a", "%C0%AF", "%"}) {
    const auto match = router.match("GET", "/api/v2/dags/" + std::string(name));
    REQUIRE_FALSE(match);
    CHECK(match.error().status == 400);
  }
  CHECK(router.match("GET", "/api/v2/dags/" + std::string(251, 'a')).error().status == 400);
}

TEST_CASE("an unknown path is 404, a known one with another method 405") {
  const Router router;
  CHECK(router.match("GET", "/api/v2/nothing").error().status == 404);
  CHECK(router.match("GET", "/api/v2/dags/").error().status == 404);
  CHECK(router.match("GET", "/api/v2/dags//dagRuns").error().status == 404);
  const auto refusal = router.match("PUT", "/api/v2/services").error();
  CHECK(refusal.status == 405);
  CHECK(refusal.allow == "GET, POST");
}

TEST_CASE("pages get the dashboard, files themselves, a build without it the next step") {
  const Asset assets[] = {{"/assets/a-1.js", "text/javascript", "\"1\"", "gz-a"},
                          {"/index.html", "text/html", "\"2\"", "gz-i"}};
  const auto get = [&](const char* path) {
    net::Request request;
    request.method = "GET";
    request.path = path;
    request.headers = {{"accept-encoding", "gzip"}};
    return serve_asset(assets, request);
  };
  CHECK(get("/").static_body == "gz-i");
  CHECK(get("/dags/a.b").static_body == "gz-i");
  CHECK(get("/assets/a-1.js").static_body == "gz-a");
  CHECK(net::find_header(get("/assets/a-1.js").headers, "cache-control")->find("immutable") !=
        std::string::npos);
  CHECK(get("/assets/gone-2.js").status == 404);
  net::Request request;
  request.method = "GET";
  request.path = "/";
  CHECK(serve_asset({}, request).status == 503);
  request.headers = {{"if-none-match", "\"2\""}};
  CHECK(serve_asset(assets, request).status == 304);
}

TEST_CASE("a file of the dashboard is compressed for clients that say so, and for no others") {
  // "hi\n" as gzip writes it.
  static constexpr unsigned char kPacked[] = {0x1f, 0x8b, 8,    0,    0,    0, 0, 0,
                                              2,    3,    0xcb, 0xc8, 0xe4, 2, 0, 0x7a,
                                              0x7a, 0x6f, 0xed, 3,    0,    0, 0};
  const std::string_view packed(reinterpret_cast<const char*>(kPacked), sizeof kPacked);
  const Asset assets[] = {{"/index.html", "text/html", "\"2\"", packed}};
  const auto get = [&](const char* accepts) {
    net::Request request;
    request.method = "GET";
    request.path = "/";
    if (accepts != nullptr) request.headers = {{"accept-encoding", accepts}};
    return serve_asset(assets, request);
  };
  for (const char* accepts : {"gzip", "deflate, GZIP;q=0.5", "*"}) {
    const net::Response response = get(accepts);
    CHECK(response.static_body == packed);
    CHECK(*net::find_header(response.headers, "content-encoding") == "gzip");
  }
  for (const char* accepts :
       {static_cast<const char*>(nullptr), "", "br", "gzip;q=0", "gzip;q=0.0"}) {
    const net::Response response = get(accepts);
    CHECK(response.body == "hi\n");
    CHECK(net::find_header(response.headers, "content-encoding") == nullptr);
    CHECK(*net::find_header(response.headers, "vary") == "Accept-Encoding");
  }
}

}  // namespace
}  // namespace aiflow::http_api
