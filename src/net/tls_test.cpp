// SPDX-License-Identifier: Apache-2.0
#include "net/tls.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <condition_variable>
#include <fstream>
#include <future>
#include <mutex>
#include <optional>
#include <thread>

#include "net/client.h"
#include "net/forwarder.h"
#include "net/server.h"
#include "net/url.h"
#include "net/websocket_client.h"
#include "os/file.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"

namespace aiflow::net {
namespace {

using namespace std::chrono_literals;
const os::SystemClock kClock;
Deadline soon() { return Deadline::after(kClock, 10s); }

/// Answers with the path, the body's size, or as many bytes as the path says; echoes web sockets.
class TestHandler final : public Handler {
 public:
  std::variant<BodyRule, Response> admit(Request&) override {
    return BodyRule{.bytes_max = 64 << 20};
  }
  void handle(Request request, Responder responder) override {
    if (request.wants_websocket) {
      const auto socket = std::make_shared<std::optional<WebSocket>>();
      WebSocketOptions options{.queue_max = 1000, .end_when_full = true};
      options.on_message = [socket](std::string_view text) {
        if (*socket) (void)(*socket)->send_text(std::string(text));
      };
      *socket = std::move(responder).open_websocket(options);
      return;
    }
    std::string body = request.peer.tls ? "tls " : "plain ";
    if (request.path == "/large") body.assign(20'000'000, 'x');
    if (request.method == "POST") body = std::to_string(request.body.size());
    std::move(responder).send({.body = std::move(body)});
  }
  Response refuse(int status, std::string_view, std::string_view) override {
    return {.status = status};
  }
};

struct Bench {
  os::TempDir folder = os::TempDir::create("tls-test").value();
  TlsFiles files = own_certificate(folder.path(), {"localhost", "127.0.0.1"}).value();
  TestHandler handler;
  std::unique_ptr<Server> server = start();

  std::unique_ptr<Server> start() {
    return Server::start({.port = 0, .tls = files, .unix_socket = folder.path() / "s"}, handler)
        .value();
  }
  Endpoint endpoint(std::string pin) const {
    return {.port = server->port(), .tls = true, .pin = std::move(pin)};
  }
  std::string pin() const { return pin_of(files.certificate).value(); }
};

TEST_CASE("a client that knows the server's key talks to it, much and often") {
  Bench bench;
  Client client(kClock, bench.endpoint(bench.pin()));
  for (int i = 0; i < 3; ++i) CHECK(client.send({.target = "/"}, soon())->body == "tls ");
  CHECK(client.send({.target = "/large"}, soon())->body.size() == 20'000'000);
  const std::string body(5'000'000, 'y');
  CHECK(client.send({.method = "POST", .target = "/", .body = body}, soon())->body == "5000000");
  Client local(kClock, {.unix_socket = bench.folder.path() / "s"});
  CHECK(local.send({.target = "/"}, soon())->body == "plain ");  // no TLS there
}

TEST_CASE("another key is refused, and so is a server that no authority vouches for") {
  Bench bench;
  Client other(kClock, bench.endpoint(std::string(64, '0')));
  const auto wrong = other.send({.target = "/"}, soon());
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == ErrorCode::corrupt);
  CHECK(wrong.error().message.find("another key") != std::string::npos);
  Client unknowing(kClock, bench.endpoint(""));
  const auto unknown = unknowing.send({.target = "/"}, soon());
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message.find("not one that this machine trusts") != std::string::npos);
  CHECK(unknown.error().message.find("self-signed") != std::string::npos);
}

TEST_CASE("where an authority's word will do as well, the key or that is enough") {
  Bench bench;
  auto endpoint = bench.endpoint(bench.pin());
  endpoint.pin_or_authority = true;
  Client knowing(kClock, endpoint);
  CHECK(knowing.send({.target = "/"}, soon()));
  endpoint.pin = std::string(64, '0');
  Client other(kClock, endpoint);
  const auto neither = other.send({.target = "/"}, soon());
  REQUIRE_FALSE(neither);
  CHECK(neither.error().code == ErrorCode::corrupt);
  CHECK(neither.error().message.find("another key") != std::string::npos);
  CHECK(neither.error().message.find("self-signed") != std::string::npos);
  // OpenSSL reads the variable when a context is made.
  REQUIRE(::setenv("SSL_CERT_FILE", bench.files.certificate.c_str(), 1) == 0);
  Client trusting(kClock, endpoint);
  const auto vouched_for = trusting.send({.target = "/"}, soon());
  const auto elsewhere =
      Server::start({.host = "127.0.0.2", .port = 0, .tls = bench.files}, bench.handler).value();
  endpoint.host = "127.0.0.2";
  endpoint.port = elsewhere->port();
  Client misled(kClock, endpoint);
  const auto misnamed = misled.send({.target = "/"}, soon());
  REQUIRE(::unsetenv("SSL_CERT_FILE") == 0);
  CHECK(vouched_for);
  REQUIRE_FALSE(misnamed);
  CHECK(misnamed.error().message.ends_with("it is for other names"));
}

TEST_CASE("the key stays over a restart, so does what workers know") {
  Bench bench;
  const auto before = bench.pin();
  CHECK(before.size() == 64);
  const auto again = own_certificate(bench.folder.path(), {"elsewhere"}).value();
  CHECK(pin_of(again.certificate).value() == before);
  struct stat info{};
  REQUIRE(::stat(again.key.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
}

TEST_CASE("a plain client gets nothing from a server with TLS, nor the other way round") {
  Bench bench;
  Client plain(kClock, {.port = bench.server->port()});
  CHECK_FALSE(plain.send({.target = "/"}, soon()));
  const auto open = Server::start({.port = 0}, bench.handler).value();
  Client tls(kClock, {.port = open->port(), .tls = true, .pin = bench.pin()});
  CHECK_FALSE(tls.send({.target = "/"}, soon()));
  // And it still answers those who do it right.
  Client good(kClock, bench.endpoint(bench.pin()));
  CHECK(good.send({.target = "/"}, soon()));
}

TEST_CASE("a kept connection whose server has gone is opened again") {
  Bench bench;
  const auto endpoint = bench.endpoint(bench.pin());
  Client client(kClock, endpoint);
  REQUIRE(client.send({.target = "/"}, soon()));
  bench.server->stop(1s);
  bench.server = Server::start({.port = endpoint.port, .tls = bench.files}, bench.handler).value();
  CHECK(client.send({.target = "/"}, soon()));
}

TEST_CASE("web sockets and forwarded calls go through TLS") {
  Bench bench;
  std::mutex mutex;
  std::condition_variable came;
  std::string heard;
  WebSocketClientOptions options;
  options.endpoint = bench.endpoint(bench.pin());
  options.on_message = [&](std::string_view text) {
    const std::scoped_lock lock(mutex);
    heard = text;
    came.notify_all();
  };
  WebSocketClient socket(options);
  socket.send_text("first");  // the echo may not be there yet
  const std::string large(3'000'0, 'z');
  std::unique_lock lock(mutex);
  const bool is_back = came.wait_for(lock, 10s, [&] {
    socket.send_text(large);
    return heard == large;
  });
  CHECK(is_back);
  lock.unlock();
  const auto path = bench.folder.path() / "api.sock";
  const auto forwarder = Forwarder::start({.socket = path, .server = options.endpoint}).value();
  Client task(kClock, {.unix_socket = path});
  CHECK(task.send({.target = "/"}, soon())->body == "tls ");
  CHECK(task.send({.target = "/large"}, soon())->body.size() == 20'000'000);
}

TEST_CASE("a web socket through TLS holds up no stop") {
  Bench bench;
  WebSocketClientOptions options;
  options.endpoint = bench.endpoint(bench.pin());
  std::promise<void> open, ended;
  options.on_open = [&] { open.set_value(); };
  options.on_end = [&](const Error&) { ended.set_value(); };
  std::optional<WebSocketClient> socket(options);
  REQUIRE(open.get_future().wait_for(10s) == std::future_status::ready);
  const auto limit = Deadline::after(kClock, 2s);
  std::thread peer([&] {
    ended.get_future().wait();
    socket.reset();
  });
  bench.server->stop(60s);
  CHECK_FALSE(limit.passed(kClock.steady_now()));
  peer.join();
}

TEST_CASE("a peer that never shakes hands is closed, and holds up no stop") {
  Bench bench;
  bench.server =
      Server::start({.port = 0, .tls = bench.files, .header_timeout = 100ms}, bench.handler)
          .value();
  const auto limit = Deadline::after(kClock, 5s);
  Client silent(kClock, {.port = bench.server->port()});
  // Plain HTTP is no handshake; what comes back is no HTTP.
  CHECK_FALSE(silent.send({.target = "/"}, limit));
  CHECK_FALSE(limit.passed(kClock.steady_now()));
  bench.server->stop(10s);
  CHECK_FALSE(limit.passed(kClock.steady_now()));
}

TEST_CASE("files that are no certificate, or no key of it, end the start with their name") {
  Bench bench;
  std::ofstream(bench.folder.path() / "no.pem") << "nothing";
  const auto start = [&](const TlsFiles& files) {
    return Server::start({.port = 0, .tls = files}, bench.handler);
  };
  const auto missing = start({.certificate = "/nonexistent.crt", .key = bench.files.key});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message.find("/nonexistent.crt") != std::string::npos);
  CHECK_FALSE(
      start({.certificate = bench.files.certificate, .key = bench.folder.path() / "no.pem"}));
  const auto other = os::TempDir::create("tls-test").value();
  const auto strange = own_certificate(other.path(), {"x"}).value();
  CHECK_FALSE(start({.certificate = bench.files.certificate, .key = strange.key}));
  CHECK_FALSE(pin_of(bench.folder.path() / "no.pem"));
}

TEST_CASE("an address with https:// means TLS") {
  const auto secure = parse_server_url("https://flow.local").value();
  CHECK(secure.tls);
  CHECK(secure.port == 443);
  CHECK_FALSE(parse_server_url("http://flow.local").value().tls);
}

}  // namespace
}  // namespace aiflow::net
