// SPDX-License-Identifier: Apache-2.0
#include "http_api/listeners/door.h"

#include <doctest/doctest.h>

#include "digest/sha256.h"
#include "http_api/detail/fake_server.h"
#include "net/websocket_client.h"

namespace aiflow::http_api {
namespace {

constexpr const char* kCredential = "aiflow-worker.secret";

/// A server with one listener for people and one for workers before one API.
struct TwoDoors : Bench {
  TwoDoors() {
    net::ServerOptions options;
    options.port = 0;
    options.unix_socket = folder.path() / "workers.sock";
    workers = net::Server::start(options, workers_door).value();
    options.unix_socket.clear();
    people = net::Server::start(options, people_door).value();
  }
  ~TwoDoors() {
    people->stop(1s);
    workers->stop(1s);
  }
  int ask(std::uint16_t port, const std::string& target, const net::Headers& headers = {},
          std::string* body = nullptr) {
    net::Client client(kClock, {.port = port});
    const auto got = client.send({.target = target, .headers = headers}, soon());
    REQUIRE(got);
    if (body != nullptr) *body = got->body;
    return got->status;
  }
  int join(std::uint16_t port) {
    const auto token = worker_access.make_token({}).value().token;
    const wire::WorkerJoin request{
        .token = token, .worker_id = "w1", .credential_sha256 = digest::sha256_of(kCredential)};
    net::Client client(kClock, {.port = port});
    const auto got = client.send({.method = "POST",
                                  .target = "/api/v2/workers/join",
                                  .headers = {{"Content-Type", "application/json"}},
                                  .body = json::write(wire::to_json(request))},
                                 soon());
    REQUIRE(got);
    return got->status;
  }

  Door workers_door{api, Door::Side::workers};
  Door people_door{api, Door::Side::people, "https://site.test:8081"};
  std::unique_ptr<net::Server> workers;
  std::unique_ptr<net::Server> people;
};

TEST_CASE("where workers have a listener, each lets in what belongs there and refuses the rest") {
  TwoDoors bench;
  const auto people = bench.people->port();
  const auto workers = bench.workers->port();
  const auto session = bench.session(Role::admin);
  const net::Headers script = {{"authorization", "Bearer " + bench.api_token("ci")}};
  const auto task = bench.task_token();
  const std::string dag = "/api/v2/dags/d";

  SUBCASE("browsers and scripts") {
    for (const auto& headers : {session, script}) {
      CHECK(bench.ask(people, dag, headers) == 200);
      CHECK(bench.ask(workers, dag, headers) == 421);
    }
    CHECK(bench.ask(people, "/") != 421);
    for (const char* path : {"/", "/auth/me", "/api/v2/openapi.json", "/metrics", "/nowhere"}) {
      CHECK(bench.ask(workers, path) == 421);
    }
  }
  SUBCASE("tasks, which are told where to go") {
    CHECK(bench.ask(workers, dag, task) == 200);
    std::string body;
    CHECK(bench.ask(people, dag, task, &body) == 421);
    CHECK(body.find("https://site.test:8081") != std::string::npos);
  }
  SUBCASE("workers, to join") {
    CHECK(bench.join(people) == 421);
    CHECK(bench.join(workers) == 200);
  }
  SUBCASE("workers, to connect") {
    REQUIRE(bench.join(workers) == 200);
    const net::Headers worker = {{"authorization", std::string("Bearer ") + kCredential}};
    CHECK(bench.ask(people, "/api/v2/workers/link", worker) == 421);
    // No web socket: but it came as far as the route.
    CHECK(bench.ask(workers, "/api/v2/workers/link", worker) == 400);
  }
  SUBCASE("who asks how the server is, and who is on its machine") {
    for (const auto port : {people, workers})
      CHECK(bench.ask(port, "/api/v2/monitor/health") == 200);
    net::Client local(kClock, {.unix_socket = bench.folder.path() / "workers.sock"});
    CHECK(local.send({.target = dag}, soon())->status == 200);
  }
}

}  // namespace
}  // namespace aiflow::http_api
