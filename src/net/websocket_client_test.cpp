// SPDX-License-Identifier: Apache-2.0
#include "net/websocket_client.h"

#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "net/forwarder.h"
#include "net/server.h"
#include "net/url.h"
#include "os/socket.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"

namespace aiflow::net {
namespace {

using namespace std::chrono_literals;

/// Sends every message back; what else it does is up to the test.
class EchoHandler final : public Handler {
 public:
  std::variant<BodyRule, Response> admit(Request&) override { return BodyRule{}; }
  void handle(Request request, Responder responder) override {
    if (status != 0) {
      return std::move(responder).send(
          {.status = status, .body = R"({"error":{"code":"denied","message":"go away"}})"});
    }
    if (!request.wants_websocket) return std::move(responder).send({.body = request.path});
    WebSocketOptions options{.queue_max = 1000, .end_when_full = true};
    options.message_bytes_max = 1U << 20;
    options.on_message = [this](std::string_view text) {
      const std::scoped_lock lock(mutex);
      ++count;
      if (echoes) (void)socket->send_text(std::string(text));
    };
    const std::scoped_lock lock(mutex);
    token = *request.header("authorization");
    socket = std::move(responder).open_websocket(options);
  }
  Response refuse(int code, std::string_view, std::string_view) override {
    return {.status = code};
  }

  int status = 0;
  bool echoes = true;
  std::mutex mutex;
  int count = 0;  ///< of messages that came
  std::string token;
  std::optional<WebSocket> socket;
};

/// What a client has heard.
class Ear {
 public:
  void hear(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    heard_.emplace_back(text);
    changed_.notify_all();
  }
  void end(const Error& reason) {
    const std::scoped_lock lock(mutex_);
    ends_.push_back(reason);
    changed_.notify_all();
  }
  bool wait_heard(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [&] { return heard_.size() >= count; });
  }
  std::optional<Error> wait_end() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 10s, [&] { return !ends_.empty(); });
    return ends_.empty() ? std::nullopt : std::optional(ends_.front());
  }
  std::vector<std::string> heard() {
    const std::scoped_lock lock(mutex_);
    return heard_;
  }
  std::size_t ends() {
    const std::scoped_lock lock(mutex_);
    return ends_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> heard_;
  std::vector<Error> ends_;
};

struct Bench {
  WebSocketClientOptions options() {
    WebSocketClientOptions out;
    out.endpoint.port = server->port();
    out.target = "/link";
    out.headers = {{"Authorization", "Bearer x"}};
    out.on_message = [this](std::string_view text) { ear.hear(text); };
    out.on_end = [this](const Error& reason) { ear.end(reason); };
    return out;
  }
  Ear ear;
  EchoHandler handler;
  std::unique_ptr<Server> server = Server::start({.port = 0}, handler).value();
};

TEST_CASE("a web socket client sends and hears messages in order, and shows its header") {
  Bench bench;
  WebSocketClient client(bench.options());
  for (int i = 0; i < 100; ++i) CHECK(client.send_text(std::to_string(i)));
  REQUIRE(bench.ear.wait_heard(100));
  for (int i = 0; i < 100; ++i) {
    CHECK(bench.ear.heard()[static_cast<std::size_t>(i)] == std::to_string(i));
  }
  CHECK(bench.handler.token == "Bearer x");
}

TEST_CASE("a client that finishes sends what waits before it ends") {
  Bench bench;
  bench.handler.echoes = false;
  std::optional<WebSocketClient> client(bench.options());
  for (int i = 0; i < 200; ++i) client->send_text(std::to_string(i) + std::string(10'000, ' '));
  while (true) {  // it is open
    const std::scoped_lock lock(bench.handler.mutex);
    if (bench.handler.socket) break;
  }
  client->finish(10s);
  REQUIRE(bench.ear.wait_end());
  CHECK(bench.ear.wait_end()->code == ErrorCode::cancelled);
  CHECK_FALSE(client->send_text("late"));
  client.reset();
  bench.server->stop(1s);
  const std::scoped_lock lock(bench.handler.mutex);
  CHECK(bench.handler.count == 200);
}

TEST_CASE("a refusal says the server's words, and that another try is of no use") {
  Bench bench;
  bench.handler.status = 401;
  const WebSocketClient client(bench.options());
  const auto end = bench.ear.wait_end();
  REQUIRE(end);
  CHECK(end->code == ErrorCode::denied);
  CHECK(end->message == "go away");
}

TEST_CASE("a server that has another address for it says so") {
  Bench bench;
  bench.handler.status = 421;
  const WebSocketClient client(bench.options());
  const auto end = bench.ear.wait_end();
  REQUIRE(end);
  CHECK(end->code == ErrorCode::not_found);
  CHECK(end->message == "go away");
}

TEST_CASE("a server that is not there, and one that goes, are unavailable") {
  Bench bench;
  auto options = bench.options();
  SUBCASE("not there") {
    bench.server.reset();
    const WebSocketClient client(options);
    REQUIRE(bench.ear.wait_end());
    CHECK(bench.ear.wait_end()->code == ErrorCode::unavailable);
  }
  SUBCASE("it goes") {
    WebSocketClient client(options);
    client.send_text("a");
    REQUIRE(bench.ear.wait_heard(1));
    bench.server->stop(0ms);
    REQUIRE(bench.ear.wait_end());
    CHECK(bench.ear.wait_end()->code == ErrorCode::unavailable);
    CHECK_FALSE(client.send_text("b"));
  }
  SUBCASE("it is silent") {
    const auto listener = os::TempDir::create("net-test").value();
    const auto silent = os::listen_unix(listener.path() / "s").value();
    options.endpoint = {.unix_socket = listener.path() / "s"};
    options.connect_timeout = 100ms;
    const WebSocketClient client(options);
    REQUIRE(bench.ear.wait_end());
    CHECK(bench.ear.wait_end()->code == ErrorCode::timeout);
  }
}

TEST_CASE("a client whose server does not read ends instead of losing a message") {
  Bench bench;
  auto options = bench.options();
  options.endpoint.host = "192.0.2.1";  // never answers
  options.unsent_bytes_max = 1000;
  WebSocketClient client(options);
  CHECK(client.send_text(std::string(900, 'x')));
  CHECK_FALSE(client.send_text(std::string(900, 'x')));
  REQUIRE(bench.ear.wait_end());
  CHECK_FALSE(client.send_text("x"));
  CHECK(bench.ear.ends() == 1);
}

TEST_CASE("a server's socket that ends when full is cut, not thinned out") {
  Bench bench;
  bench.handler.echoes = false;
  WebSocketClient client(bench.options());
  client.send_text("a");
  while (true) {
    const std::scoped_lock lock(bench.handler.mutex);
    if (bench.handler.socket) break;
  }
  bool sent = true;
  for (int i = 0; i < 2000 && sent; ++i) {
    sent = bench.handler.socket->send_text(std::string(100'000, 'x'));
  }
  CHECK_FALSE(sent);
  CHECK(bench.handler.socket->dropped() == 0);
  CHECK(bench.ear.wait_end());
}

TEST_CASE("a forwarder carries the API's bytes both ways, and closes where nobody answers") {
  Bench bench;
  const os::SystemClock clock;
  const auto folder = os::TempDir::create("net-test").value();
  const auto path = folder.path() / "api.sock";
  const auto forwarder =
      Forwarder::start({.socket = path, .server = {.port = bench.server->port()}}).value();
  Client client(clock, {.unix_socket = path});
  const auto deadline = Deadline::after(clock, 10s);
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.send({.target = "/a/b"}, deadline);
    REQUIRE(answer);
    CHECK(answer->body == "/a/b");
  }
  // Another one leads: what is connected stays, new connections go there.
  Bench other;
  other.handler.status = 409;
  forwarder->lead_to({.port = other.server->port()});
  Client next(clock, {.unix_socket = path});
  CHECK(next.send({.target = "/"}, deadline)->status == 409);
  CHECK(client.send({.target = "/"}, deadline)->status == 200);
  other.server.reset();
  bench.server.reset();
  Client late(clock, {.unix_socket = path});
  const auto lost = late.send({.target = "/"}, deadline);
  REQUIRE_FALSE(lost);
  CHECK(lost.error().code == ErrorCode::unavailable);
}

TEST_CASE("a server's address is a scheme, a host and perhaps a port") {
  const auto plain = parse_server_url("http://flow.local:8080").value();
  CHECK(plain.host == "flow.local");
  CHECK(plain.port == 8080);
  CHECK(parse_server_url("http://[::1]:9/").value().host == "::1");
  CHECK(parse_server_url("http://flow").value().port == 80);
  for (const char* bad :
       {"", "flow:80", "ftp://flow", "http://", "http://a:b", "http://a:0", "http://a:70000",
        "http://u@a", "http://a/b", "http://[::1", "http://:1", "http://[::1]x1"}) {
    CHECK_MESSAGE(!parse_server_url(bad), bad);
  }
}

}  // namespace
}  // namespace aiflow::net
