// SPDX-License-Identifier: Apache-2.0
// The first start, one's own account, and what tokens may do.
#include <doctest/doctest.h>

#include "http_api/detail/fake_server.h"

namespace aiflow::http_api {
namespace {

struct AccountBench : Bench {
  net::ClientResponse send(const std::string& method, const std::string& target,
                           const net::Headers& headers, const json::Value& body = {}) {
    net::ClientRequest request{.method = method, .target = target, .headers = headers};
    request.headers.emplace_back("Content-Type", "application/json");
    if (!body.is_null()) request.body = json::write(body);
    return tcp().send(request, soon()).value();
  }
  /// A token of a new admin.
  net::Headers token(const wire::TokenCreate& wanted) {
    const auto name = "robot" + std::to_string(++users);
    REQUIRE(auth->create_user({.username = name, .role = Role::admin, .password = "long enough"}));
    return {{"authorization", "Bearer " + tokens.create(name, wanted)->token}};
  }
};

TEST_CASE("the set-up link's page makes the first admin and signs in") {
  AccountBench bench;
  CHECK(bench.send("GET", "/auth/setup", {}).body == R"({"needed":true})");
  const auto offered = bench.auth->offer_setup().value();
  const auto body = [&](std::string_view token) {
    return json::object(
        {{"token", std::string(token)}, {"username", "root"}, {"password", "my own password"}});
  };
  CHECK(bench.send("POST", "/auth/setup", {}, body("wrong")).status == 403);
  const auto made = bench.send("POST", "/auth/setup", {}, body(offered->reveal()));
  REQUIRE_MESSAGE(made.status == 200, made.body);
  CHECK(net::find_header(made.headers, "set-cookie") != nullptr);
  CHECK(bench.send("POST", "/auth/setup", {}, body(offered->reveal())).status == 409);
  CHECK(bench.send("GET", "/auth/setup", {}).body == R"({"needed":false})");
  const auto log = bench.local().send({.target = "/api/v2/audit?action=complete_setup"}, soon());
  CHECK(log->body.find("\"user\":\"root\"") != std::string::npos);
  CHECK(log->body.find(offered->reveal()) == std::string::npos);
}

TEST_CASE("a token that only reads changes nothing, one of a lower role does less") {
  AccountBench bench;
  const auto reader = bench.token({.read_only = true});
  CHECK(bench.send("GET", "/api/v2/users", reader).status == 200);
  CHECK(bench.send("POST", "/api/v2/garbage", reader, json::object({})).status == 403);
  const auto viewer = bench.token({.role = Role::viewer});
  CHECK(bench.send("GET", "/api/v2/dags", viewer).status == 200);
  CHECK(bench.send("GET", "/api/v2/users", viewer).status == 403);
}

TEST_CASE("a token makes no tokens of its own, and knows no sessions and no password") {
  AccountBench bench;
  const auto token = bench.token({.role = Role::viewer});
  CHECK(bench.send("POST", "/auth/tokens", token, json::object({})).status == 403);
  CHECK(bench.send("GET", "/auth/tokens", token).status == 403);
  CHECK(bench.send("GET", "/auth/sessions", token).status == 403);
  CHECK(bench
            .send("POST", "/auth/password", token,
                  json::object({{"old_password", "long enough"}, {"new_password", "longer yet"}}))
            .status == 400);
}

TEST_CASE("a user makes, sees and revokes own tokens; an admin those of others") {
  AccountBench bench;
  const auto ann = bench.session(Role::user);
  const auto bob = bench.session(Role::user);
  const auto made = bench.send("POST", "/auth/tokens", ann, json::object({{"name", "ci"}}));
  REQUIRE_MESSAGE(made.status == 200, made.body);
  const auto token = wire::parse_token_created(json::parse(made.body).value()).value();
  const auto path = "/auth/tokens/" + std::to_string(token.id);
  CHECK(bench.send("GET", "/auth/tokens", ann).body.find("\"ci\"") != std::string::npos);
  CHECK(bench.send("GET", "/auth/tokens", bob).body.find("\"ci\"") == std::string::npos);
  CHECK(bench.send("DELETE", path, bob).status == 404);
  CHECK(bench.send("GET", "/api/v2/tokens", ann).status == 403);
  const auto admin = bench.session(Role::admin);
  const auto all = bench.send("GET", "/api/v2/tokens", admin);
  CHECK(all.body.find("\"ci\"") != std::string::npos);
  CHECK(all.body.find(token.token) == std::string::npos);
  CHECK(bench.send("DELETE", "/api/v2/tokens/" + std::to_string(token.id), admin).status == 204);
  CHECK(bench.send("DELETE", path, ann).status == 404);
}

TEST_CASE("one session is ended from another; a new role ends all of them") {
  AccountBench bench;
  const auto here = bench.session(Role::user);
  const auto again = bench.auth->login({"user1", Secret(std::string_view("long enough")), "x"});
  REQUIRE(again);
  const net::Headers there = {{"cookie", "aiflow_session=" + std::string(again->cookie.reveal())}};
  const auto listed = json::parse(bench.send("GET", "/auth/sessions", there).body).value();
  std::string other;
  for (const auto& item : *json::get_array(listed, "items").value()) {
    const auto session = wire::parse_session_info(item).value();
    if (session.current) other = session.id;
  }
  CHECK(bench.send("DELETE", "/auth/sessions/" + other, here).status == 204);
  CHECK(bench.send("GET", "/auth/me", there).status == 401);
  CHECK(bench.send("GET", "/auth/me", here).status == 200);
  const auto admin = bench.session(Role::admin);
  const auto role = json::object({{"role", "viewer"}});
  CHECK(bench.send("PATCH", "/api/v2/users/user1", admin, role).status == 200);
  CHECK(bench.send("GET", "/auth/me", here).status == 401);
  CHECK(bench.send("PATCH", "/api/v2/users/admin2", admin, role).status == 409);
}

}  // namespace
}  // namespace aiflow::http_api
