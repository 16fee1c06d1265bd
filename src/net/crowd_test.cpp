// SPDX-License-Identifier: Apache-2.0
// Many at once: who is answered, who waits and who is turned away.
#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <atomic>

#include "net/detail/server_fixture.h"

namespace aiflow::net {
namespace {

os::Fd over_tcp(const Fixture& fixture) {
  os::Fd made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(fixture.server->port());
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(made.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  return made;
}

/// Streams that stay open. Handlers of several threads bring theirs.
class KeptStreams {
 public:
  void keep(EventStream one) {
    const std::scoped_lock lock(mutex_);
    streams_.push_back(std::move(one));
  }

 private:
  std::mutex mutex_;
  std::vector<EventStream> streams_;
};

/// What somebody is answered who may be closed before the request is sent: then nothing.
std::string answer_to(const os::Fd& peer, std::string_view request) {
  (void)os::send_all(peer.get(), request, soon());
  return read_all(peer);
}

TEST_CASE("beyond the pool's queue requests get 503 at once") {
  Signal started;
  Signal go;
  Fixture fixture({.handler_threads_max = 1, .handler_queue_max = 1});
  fixture.handler.on_handle = [&](Request, Responder responder) {
    started.set();
    go.wait();
    std::move(responder).send({.headers = {}, .body = "late"});
  };
  const auto running = fixture.raw();
  REQUIRE(os::send_all(running.get(), "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", soon()));
  REQUIRE(started.wait());
  // The first of these waits in the queue, the rest finds it full.
  std::vector<os::Fd> more;
  for (int i = 0; i < 3; ++i) {
    more.push_back(fixture.raw());
    REQUIRE(os::send_all(more.back().get(), "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", soon()));
  }
  CHECK(read_all(more.back()).starts_with("HTTP/1.1 503 "));
  go.set();
  CHECK(read_all(running).ends_with("late"));
}

TEST_CASE("connections beyond the limit are closed") {
  KeptStreams streams;
  Fixture fixture({.connections_max = 2});
  fixture.handler.on_handle = [&](Request, Responder responder) {
    streams.keep(std::move(responder).open_event_stream());
  };
  std::vector<os::Fd> followers;
  for (int i = 0; i < 2; ++i) {
    followers.push_back(fixture.raw());
    REQUIRE(os::send_all(followers.back().get(), "GET / HTTP/1.1\r\n\r\n", soon()));
    std::array<char, 8> begin{};
    REQUIRE(::recv(followers.back().get(), begin.data(), begin.size(), 0) > 0);
  }
  CHECK(answer_to(fixture.raw(), "GET / HTTP/1.1\r\n\r\n").empty());
}

TEST_CASE("who comes over TCP uses up no connection of the Unix socket, and the other way round") {
  KeptStreams streams;
  Fixture fixture({.connections_max = 2});
  fixture.handler.on_handle = [&](Request request, Responder responder) {
    if (request.path == "/") return std::move(responder).send({.body = "here"});
    streams.keep(std::move(responder).open_event_stream());
  };
  bool over_tcp_first = false;
  SUBCASE("TCP first") { over_tcp_first = true; }
  SUBCASE("the socket first") {}
  const auto connect = [&](bool tcp) { return tcp ? over_tcp(fixture) : fixture.raw(); };
  std::vector<os::Fd> followers;
  for (int i = 0; i < 2; ++i) {
    followers.push_back(connect(over_tcp_first));
    REQUIRE(os::send_all(followers.back().get(), "GET /stream HTTP/1.1\r\n\r\n", soon()));
    std::array<char, 8> begin{};
    REQUIRE(::recv(followers.back().get(), begin.data(), begin.size(), 0) > 0);
  }
  constexpr std::string_view kAsk = "GET / HTTP/1.1\r\nConnection: close\r\n\r\n";
  CHECK(answer_to(connect(over_tcp_first), kAsk).empty());
  const auto other = connect(!over_tcp_first);
  REQUIRE(os::send_all(other.get(), kAsk, soon()));
  CHECK(read_all(other).ends_with("here"));
}

TEST_CASE("who sends nothing, or a request byte by byte, makes room for who comes") {
  Fixture fixture({.connections_max = 8, .header_timeout = 20s, .idle_timeout = 20s});
  std::vector<os::Fd> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(fixture.raw());
    const auto* begin = i % 3 == 0   ? ""
                        : i % 3 == 1 ? "GET / HTTP/1.1\r\nX-Slow: "
                                     : "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n1";
    REQUIRE(os::send_all(slow.back().get(), begin, soon()));
    CHECK(talk(fixture, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n").starts_with("HTTP/1.1 200"));
  }
  CHECK(fixture.server->connections() <= 8);
}

TEST_CASE("requests of one lane wait for none of the other") {
  Signal go;
  std::atomic<std::size_t> started = 0;
  Fixture fixture({.handler_threads_max = 4, .handler_queue_max = 2});
  fixture.handler.on_handle = [&](Request request, Responder responder) {
    ++started;
    if (request.path == "/slow") go.wait();
    std::move(responder).send({.body = "done"});
  };
  // Two have a thread, two wait: the lane is full.
  std::vector<os::Fd> people;
  for (std::size_t i = 1; i <= 4; ++i) {
    people.push_back(fixture.raw());
    REQUIRE(os::send_all(people.back().get(), "GET /slow HTTP/1.1\r\n\r\n", soon()));
    while (fixture.server->busy(Handler::Lane::people) < i ||
           started < std::min<std::size_t>(i, 2)) {
      os::sleep_for(1ms);
    }
  }
  CHECK(talk(fixture, "GET /machine HTTP/1.1\r\nConnection: close\r\n\r\n").ends_with("done"));
  CHECK(talk(fixture, "GET /person HTTP/1.1\r\nConnection: close\r\n\r\n")
            .starts_with("HTTP/1.1 503"));
  go.set();
}

}  // namespace
}  // namespace aiflow::net
