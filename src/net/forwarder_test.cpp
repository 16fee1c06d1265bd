// SPDX-License-Identifier: Apache-2.0
#include "net/forwarder.h"

#include <doctest/doctest.h>

#include <atomic>
#include <string>

#include "net/client.h"
#include "net/server.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"

namespace aiflow::net {
namespace {

using namespace std::chrono_literals;
const os::SystemClock kClock;
Deadline soon() { return Deadline::after(kClock, 10s); }

class Echo final : public Handler {
 public:
  std::variant<BodyRule, Response> admit(Request&) override { return BodyRule{}; }
  void handle(Request, Responder responder) override {
    std::move(responder).send({.body = "here"});
  }
  Response refuse(int status, std::string_view, std::string_view) override {
    return {.status = status};
  }
};

/// A server that may be away, and a forwarder that leads to it.
struct Bench {
  os::TempDir folder = os::TempDir::create("forwarder-test").value();
  Echo handler;
  std::unique_ptr<Server> server = Server::start({.port = 0}, handler).value();
  Endpoint address{.port = server->port()};
  std::atomic<int> refused = 0;
  std::atomic<int> reached = 0;
  std::unique_ptr<Forwarder> forwarder =
      Forwarder::start({.socket = folder.path() / "s",
                        .server = address,
                        .connections_max = 2,
                        .refuse =
                            [this](const Error& why) {
                              ++refused;
                              return Response{.status = 503,
                                              .content_type = "text/plain",
                                              .body = "away: " + why.message};
                            },
                        .reached = [this] { ++reached; }})
          .value();

  Result<ClientResponse> ask(const std::string& body = "") const {
    Client client(kClock, {.unix_socket = folder.path() / "s"});
    return client.send({.method = "POST", .target = "/", .body = body}, soon());
  }
  void leave() {
    server->stop(1s);
    server.reset();
  }
};

TEST_CASE("while the server cannot be reached, callers are told why, however much they send") {
  Bench bench;
  CHECK(bench.ask()->body == "here");
  bench.leave();
  const std::string much(3'000'000, 'x');
  for (int i = 0; i < 5; ++i) {  // more than connections at a time: each is given back
    const auto answer = bench.ask(i % 2 == 0 ? "" : much);
    REQUIRE_MESSAGE(answer, answer.error().message);
    CHECK(answer->status == 503);
    CHECK(answer->body.starts_with("away: cannot connect to 127.0.0.1:"));
  }
  CHECK(bench.reached == 1);
  CHECK(bench.refused == 5);
  bench.server = Server::start({.port = bench.address.port}, bench.handler).value();
  CHECK(bench.ask()->body == "here");
}

TEST_CASE("a look says whether the server is there, without a caller") {
  Bench bench;
  const auto limit = soon();
  bench.forwarder->look();
  while (bench.reached == 0) REQUIRE_FALSE(limit.passed(kClock.steady_now()));
  bench.leave();
  bench.forwarder->look();
  while (bench.refused == 0) REQUIRE_FALSE(limit.passed(kClock.steady_now()));
}

TEST_CASE("one that is shut says why, until it leads somewhere") {
  Bench bench;
  bench.forwarder->shut({ErrorCode::denied, "not by this door"});
  CHECK(bench.ask()->body == "away: not by this door");
  bench.forwarder->lead_to(bench.address);
  CHECK(bench.ask()->body == "here");
}

}  // namespace
}  // namespace aiflow::net
