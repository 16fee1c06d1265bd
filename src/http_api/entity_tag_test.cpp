// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/front/entity_tag.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "http_api/detail/fake_server.h"

namespace aiflow::http_api {
namespace {

struct Tagged {
  Bench bench;
  net::Client client = bench.local();
  std::string path = "/api/v2/pools/default_pool";

  net::ClientResponse ask(const std::string& method, net::Headers headers,
                          const std::string& body = "") {
    return client
        .send({.method = method, .target = path, .headers = std::move(headers), .body = body},
              soon())
        .value();
  }
  std::string tag() {
    const auto answer = ask("GET", {});
    const auto* tag = net::find_header(answer.headers, "etag");
    REQUIRE(tag != nullptr);
    return *tag;
  }
};

TEST_CASE("lists of tags: one of many, any, weak ones where that is enough") {
  using detail::holds_tag;
  CHECK(holds_tag(R"("a")", R"("a")", false));
  CHECK(holds_tag(R"("b", "a")", R"("a")", false));
  CHECK(holds_tag(" * ", R"("a")", false));
  CHECK(holds_tag(R"(W/"a")", R"("a")", true));
  CHECK_FALSE(holds_tag(R"(W/"a")", R"("a")", false));
  CHECK_FALSE(holds_tag(R"("ab")", R"("a")", true));
  CHECK_FALSE(holds_tag("", R"("a")", true));
  CHECK_FALSE(holds_tag(",,,", R"("a")", true));
}

TEST_CASE("what a client has already is not sent again, until it changes") {
  Tagged api;
  const auto tag = api.tag();
  const auto same = api.ask("GET", {{"if-none-match", tag}});
  CHECK(same.status == 304);
  CHECK(same.body.empty());
  REQUIRE(net::find_header(same.headers, "etag") != nullptr);
  CHECK(api.ask("PATCH", {}, R"({"slots": 7})").status == 200);
  const auto changed = api.ask("GET", {{"if-none-match", tag}});
  CHECK(changed.status == 200);
  CHECK(changed.body.find("\"slots\":7") != std::string::npos);
}

TEST_CASE("of two that change what both have seen, the second is told so") {
  Tagged api;
  const auto tag = api.tag();
  CHECK(api.ask("PATCH", {{"if-match", tag}}, R"({"slots": 7})").status == 200);
  const auto second = api.ask("PATCH", {{"if-match", tag}}, R"({"slots": 9})");
  CHECK(second.status == 412);
  CHECK(second.body.find("read it again") != std::string::npos);
  CHECK(api.ask("GET", {}).body.find("\"slots\":7") != std::string::npos);
  CHECK(api.ask("PATCH", {{"if-match", api.tag()}}, R"({"slots": 9})").status == 200);
  CHECK(api.ask("PATCH", {{"if-match", "*"}}, R"({"slots": 10})").status == 200);
}

TEST_CASE("of four that change what all have seen at once, one does") {
  Tagged api;
  const auto tag = api.tag();
  std::atomic<int> done = 0;
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 1; i <= 4; ++i) {
      threads.emplace_back([&, i] {
        auto client = api.bench.local();
        const auto answer = client.send({.method = "PATCH",
                                         .target = api.path,
                                         .headers = {{"if-match", tag}},
                                         .body = R"({"slots": )" + std::to_string(i) + "}"},
                                        soon());
        if (answer && answer->status == 200) ++done;
        if (answer && answer->status == 412) ++refused;
      });
    }
  }
  CHECK(done == 1);
  CHECK(refused == 3);
}

TEST_CASE("If-Match where there is nothing to compare with is refused, not ignored") {
  Tagged api;
  api.path = "/api/v2/users/nobody";
  CHECK(api.ask("DELETE", {{"if-match", "\"x\""}}).status == 400);
}

TEST_CASE("XComs and logs are tagged, and never kept by a browser") {
  Bench bench;
  const auto token = bench.task_token();
  auto client = bench.tcp();
  const auto xcoms = client.send(
      {.target = "/api/v2/dags/d/dagRuns/r1/taskInstances/t/xcomEntries", .headers = token},
      soon());
  REQUIRE(xcoms);
  CHECK(xcoms->status == 200);
  CHECK(net::find_header(xcoms->headers, "etag") != nullptr);
  CHECK(*net::find_header(xcoms->headers, "cache-control") == "no-store");
  const auto dag = client.send({.target = "/api/v2/dags/d", .headers = token}, soon());
  CHECK(*net::find_header(dag->headers, "cache-control") == "private, no-cache");
}

TEST_CASE("what holds secrets is never kept by a browser") {
  Bench bench;
  auto client = bench.tcp();
  const auto me = client.send({.target = "/auth/me", .headers = bench.session(Role::user)}, soon());
  REQUIRE(me);
  CHECK(me->status == 200);
  CHECK(net::find_header(me->headers, "etag") == nullptr);
  CHECK(*net::find_header(me->headers, "cache-control") == "no-store");
}

}  // namespace
}  // namespace aiflow::http_api
