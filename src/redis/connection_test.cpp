// SPDX-License-Identifier: Apache-2.0
// Against a server that plays dead; the live one is tested with tools/with_redis (src/executor).
#include "redis/connection.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "os/fd.h"
#include "os/system_clock.h"

namespace aiflow::redis {
namespace {

/// Takes connections on a port of its own.
struct Listener {
  os::Fd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t port = 0;

  Listener() {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&at), size) == 0);
    REQUIRE(::listen(fd.get(), 8) == 0);
    REQUIRE(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&at), &size) == 0);
    port = ntohs(at.sin_port);
  }
};

struct Party {
  os::SystemClock clock;
  std::unique_ptr<os::EventLoop> loop = os::EventLoop::create(clock).value();
  Address address;
  int ups = 0;
  std::vector<Error> downs;
  std::unique_ptr<Connection> connection;

  explicit Party(std::uint16_t port, const char* password = "") {
    address.host = "127.0.0.1";
    address.port = port;
    if (*password != '\0') {
      address.password = std::make_shared<const Secret>(std::string_view(password));
    }
    connection = std::make_unique<Connection>(
        clock, *loop, address,
        Connection::Events{.up = [this] { ++ups; },
                           .down = [this](const Error& why) { downs.push_back(why); }});
  }
  ~Party() { connection.reset(); }
  void run_until(const std::function<bool()>& done) {
    const auto end = clock.steady_now() + std::chrono::seconds(10);
    while (!done() && clock.steady_now() < end) loop->run_once(std::chrono::milliseconds(50));
    REQUIRE(done());
  }
};

TEST_CASE("a server that is not there is tried again") {
  std::uint16_t port = 0;
  {
    const Listener gone;
    port = gone.port;
  }
  Party party(port);
  party.run_until([&] { return party.downs.size() >= 2; });
  CHECK(party.ups == 0);
  CHECK_FALSE(party.connection->is_up());
}

TEST_CASE("a wrong password is told apart, and is in no error") {
  const Listener listener;
  Party party(listener.port, "canary");
  os::Fd peer;
  party.loop->watch(listener.fd.get(), {}, [&] {
    peer.reset(::accept(listener.fd.get(), nullptr, nullptr));
    const std::string_view answer = "-WRONGPASS no\r\n-NOAUTH no\r\n";
    CHECK(::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL) > 0);
  });
  party.run_until([&] { return !party.downs.empty(); });
  CHECK(party.downs.front().code == ErrorCode::denied);
  CHECK(party.downs.front().message.find("canary") == std::string::npos);
}

TEST_CASE("answers come in the order of the questions, and none after a loss") {
  const Listener listener;
  Party party(listener.port);
  os::Fd peer;
  party.loop->watch(listener.fd.get(), {}, [&] {
    peer.reset(::accept(listener.fd.get(), nullptr, nullptr));
    const std::string_view answer = "+PONG\r\n";
    CHECK(::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL) > 0);
  });
  party.run_until([&] { return party.ups == 1; });
  std::string seen;
  party.connection->call({"ONE"}, [&](const Reply& reply) { seen += reply.text; });
  party.connection->call({"TWO"}, [&](const Reply& reply) { seen += reply.text; });
  party.connection->call({"THREE"}, [&](const Reply&) { seen += "never"; });
  const std::string_view answers = "+a\r\n-b\r\n";
  REQUIRE(::send(peer.get(), answers.data(), answers.size(), MSG_NOSIGNAL) > 0);
  party.run_until([&] { return seen.size() >= 2; });
  peer.reset();
  party.run_until([&] { return !party.downs.empty(); });
  CHECK(seen == "ab");
  party.run_until([&] { return party.ups == 2; });
}

}  // namespace
}  // namespace aiflow::redis
