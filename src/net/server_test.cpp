// SPDX-License-Identifier: Apache-2.0
#include "net/server.h"

#include <unistd.h>

#include <thread>

#include "net/detail/server_fixture.h"

namespace aiflow::net {
namespace {

TEST_CASE("a request is answered on TCP and on the Unix socket, over one kept connection") {
  Fixture fixture;
  for (auto client : {0, 1}) {
    auto c = client == 0 ? fixture.client() : fixture.tcp_client();
    for (int i = 0; i < 3; ++i) {
      const auto answer =
          c.send({.method = "POST", .target = "/a?b=1", .headers = {}, .body = "hi"}, soon());
      REQUIRE(answer);
      CHECK(answer->status == 200);
      CHECK(answer->body == "POST /a?b=1 hi");
    }
  }
  CHECK(fixture.server->connections() <= 2);
}

TEST_CASE("the peer of the Unix socket is known by its uid") {
  Fixture fixture;
  fixture.handler.on_handle = [](Request request, Responder responder) {
    const auto uid = request.peer.uid ? std::to_string(*request.peer.uid) : "none";
    std::move(responder).send({.headers = {}, .body = uid});
  };
  CHECK(fixture.client().send({}, soon())->body == std::to_string(::getuid()));
  CHECK(fixture.tcp_client().send({}, soon())->body == "none");
}

TEST_CASE("malformed requests get 400 and the connection ends") {
  Fixture fixture;
  for (const char* bytes :
       {"nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nbad header\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"}) {
    CAPTURE(bytes);
    CHECK(talk(fixture, bytes).starts_with("HTTP/1.1 400 "));
  }
}

TEST_CASE("a header beyond the limit gets 431") {
  Fixture fixture;
  const auto answer =
      talk(fixture, "GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
  CHECK(answer.starts_with("HTTP/1.1 431 "));
}

TEST_CASE("a body beyond the rule gets 413, announced or chunked") {
  Fixture fixture;
  fixture.handler.rule.bytes_max = 10;
  auto client = fixture.client();
  const std::string big(500'000, 'x');
  CHECK(client.send({.method = "POST", .headers = {}, .body = big}, soon())->status == 413);
  CHECK(talk(fixture, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n" +
                          std::string(32, 'x') + "\r\n0\r\n\r\n")
            .starts_with("HTTP/1.1 413 "));
  CHECK(client.send({.method = "POST", .body = "0123456789"}, soon())->status == 200);
}

TEST_CASE("who sends all of a body that is far too large before reading learns why") {
  Fixture fixture;
  fixture.handler.rule.bytes_max = 10;
  const auto body = std::string(16U << 20, 'x');
  const auto answer = talk(
      fixture,
      "POST / HTTP/1.1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  CHECK(answer.starts_with("HTTP/1.1 413 "));
}

TEST_CASE("a refused request's body is never read into memory") {
  Fixture fixture;
  fixture.handler.on_admit = [](Request&) -> std::variant<BodyRule, Response> {
    return Response{.status = 403, .content_type = {}, .headers = {}, .body = "no"};
  };
  auto client = fixture.client();
  const auto answer =
      client.send({.method = "POST", .headers = {}, .body = std::string(3 << 20, 'x')}, soon());
  REQUIRE(answer);
  CHECK(answer->status == 403);
}

TEST_CASE("a body can go to a file, which is gone after the answer") {
  Fixture fixture;
  fixture.handler.rule = {.bytes_max = 8 << 20, .to_folder = fixture.folder.path()};
  std::filesystem::path seen;
  fixture.handler.on_handle = [&](Request request, Responder responder) {
    seen = request.body_file;
    const auto text = os::read_file(request.body_file, 8 << 20);
    std::move(responder).send({.headers = {}, .body = std::to_string(text->size())});
  };
  const auto source = fixture.folder.path() / "source";
  REQUIRE(os::write_atomic(source, std::string(5 << 20, 'y')));
  auto client = fixture.client();
  const auto answer = client.send({.method = "POST", .headers = {}, .body_file = source}, soon());
  CHECK(answer->body == std::to_string(5 << 20));
  CHECK_FALSE(seen.empty());
  CHECK_FALSE(std::filesystem::exists(seen));
}

TEST_CASE("a file is sent in pieces and downloaded whole") {
  Fixture fixture;
  const auto source = fixture.folder.path() / "source";
  std::string bytes;
  for (int i = 0; i < 300'000; ++i) bytes += static_cast<char>(i % 251);
  REQUIRE(os::write_atomic(source, bytes));
  fixture.handler.on_handle = [&](Request, Responder responder) {
    std::move(responder).send({.headers = {}, .body_file = source});
  };
  const auto target = fixture.folder.path() / "target";
  auto client = fixture.client();
  REQUIRE(client.download({}, target, soon()));
  CHECK(os::read_file(target, 1 << 20).value() == bytes);
  CHECK(client.send({.method = "HEAD", .headers = {}}, soon()).has_value() == true);
}

TEST_CASE("a client that sends its header byte by byte is cut off") {
  Fixture fixture({.header_timeout = 50ms});
  const auto fd = fixture.raw();
  REQUIRE(os::send_all(fd.get(), "GET / HT", soon()));
  CHECK(read_all(fd).starts_with("HTTP/1.1 408 "));
}

TEST_CASE("a client that stops in the middle of its body is cut off") {
  Fixture fixture({.transfer_timeout = 50ms});
  const auto fd = fixture.raw();
  REQUIRE(os::send_all(fd.get(), "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc", soon()));
  CHECK(read_all(fd).starts_with("HTTP/1.1 408 "));
}

TEST_CASE("an idle connection is closed") {
  Fixture fixture({.idle_timeout = 50ms});
  CHECK(read_all(fixture.raw()).empty());
}

TEST_CASE("clients that do not read their answers do not block others") {
  Fixture fixture;
  fixture.handler.on_handle = [](Request request, Responder responder) {
    // More than a socket takes; not so much that a slow machine is busy with filling memory.
    const auto size = request.path == "/big" ? 2U << 20 : 2U;
    std::move(responder).send({.headers = {}, .body = std::string(size, 'x')});
  };
  std::vector<os::Fd> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(fixture.raw());
    REQUIRE(os::send_all(slow.back().get(), "GET /big HTTP/1.1\r\n\r\n", soon()));
  }
  auto client = fixture.client();
  for (int i = 0; i < 20; ++i) CHECK(client.send({}, soon())->body == "xx");
}

TEST_CASE("a handler that forgets to answer gives 500") {
  Fixture fixture;
  fixture.handler.on_handle = [](Request, Responder) {};
  auto client = fixture.client();
  CHECK(client.send({}, soon())->status == 500);
}

TEST_CASE("a header value cannot split the answer") {
  Fixture fixture;
  fixture.handler.on_handle = [](Request, Responder responder) {
    std::move(responder).send({.headers = {{"X", "a\r\nSet-Cookie: evil"}}, .body = ""});
  };
  auto client = fixture.client();
  const auto answer = client.send({}, soon());
  CHECK(find_header(answer->headers, "set-cookie") == nullptr);
}

TEST_CASE("events reach the client in order, with heartbeats between") {
  Fixture fixture({.heartbeat = 5ms});
  fixture.handler.on_handle = [](Request, Responder responder) {
    const auto stream = std::move(responder).open_event_stream();
    for (int i = 1; i <= 100; ++i) {
      stream.send({.id = std::to_string(i), .event = "n", .data = std::to_string(i * i)});
    }
    stream.close();
  };
  std::vector<std::string> got;
  auto client = fixture.client();
  const auto head = client.stream_events({.request = {},
                                          .on_event =
                                              [&](const SseMessage& m) {
                                                got.push_back(m.data);
                                                return true;
                                              },
                                          .stop = {}},
                                         soon());
  REQUIRE(head);
  CHECK(head->status == 200);
  REQUIRE(got.size() == 100);
  CHECK(got.back() == "10000");
}

/// A stream whose client reads nothing, in the middle of a write that does not end.
struct StuckStream {
  StuckStream() {
    fixture.handler.on_handle = [&](Request, Responder responder) {
      stream = std::move(responder).open_event_stream();
      stream->on_close([&] { closed.set(); });
      opened.set();
    };
    REQUIRE(os::send_all(fd.get(), "GET / HTTP/1.1\r\n\r\n", soon()));
    REQUIRE(opened.wait());
    // More than the sockets hold: taken by the loop, it does not fit.
    REQUIRE(stream->send({.data = std::string(4 << 20, 'x')}));
    const Deadline deadline = soon();
    while (stream->waiting() > 0 && !deadline.passed(kClock.steady_now())) {
      std::this_thread::yield();
    }
    REQUIRE(stream->waiting() == 0);
  }

  Signal closed;
  Signal opened;
  std::optional<EventStream> stream;
  Fixture fixture;
  os::Fd fd = fixture.raw();
};

TEST_CASE("a client that does not read its events is dropped, and the sender learns it") {
  StuckStream stuck;
  bool dropped = false;
  for (int i = 0; i < 5000 && !dropped; ++i) {
    dropped = !stuck.stream->send({.data = std::string(10'000, 'x')});
  }
  CHECK(dropped);
  CHECK(stuck.closed.wait());
  CHECK_FALSE(stuck.stream->is_open());
}

TEST_CASE("a cut stream ends at once, in the middle of a write and without what waits") {
  StuckStream stuck;
  REQUIRE(stuck.stream->send({.data = "for members only"}));
  stuck.stream->cut();
  CHECK(stuck.closed.wait());
  CHECK_FALSE(stuck.stream->send({.data = "more"}));
  CHECK(read_all(stuck.fd).find("members") == std::string::npos);
}

TEST_CASE("a client that goes away closes its stream; a stop token ends the client's call") {
  Signal closed;
  Fixture fixture;
  fixture.handler.on_handle = [&](Request, Responder responder) {
    const auto stream = std::move(responder).open_event_stream();
    stream.on_close([&] { closed.set(); });
    stream.send({.data = "hello"});
  };
  std::stop_source stop;
  auto client = fixture.client();
  const auto head =
      client.stream_events({.request = {},
                            .on_event =
                                [&](const SseMessage&) {
                                  std::thread([stop]() mutable { stop.request_stop(); }).detach();
                                  return true;
                                },
                            .stop = stop.get_token()},
                           Deadline::never());
  CHECK(head);
  CHECK(closed.wait());
}

TEST_CASE("a web socket carries messages both ways and drops the oldest when slow") {
  Signal heard;
  Signal opened;
  std::optional<WebSocket> socket;
  Fixture fixture;
  fixture.handler.on_handle = [&](Request request, Responder responder) {
    REQUIRE(request.wants_websocket);
    socket = std::move(responder).open_websocket({.queue_max = 2,
                                                  .on_message =
                                                      [&](std::string_view text) {
                                                        if (text == "ping") heard.set();
                                                      },
                                                  .on_close = {}});
    opened.set();
  };
  const auto fd = fixture.raw();
  REQUIRE(os::send_all(fd.get(),
                       "GET /live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                       soon()));
  REQUIRE(opened.wait());
  std::string head;
  while (!head.ends_with("\r\n\r\n")) head += os::recv_exact(fd.get(), 1, soon()).value();
  CHECK(head.starts_with("HTTP/1.1 101 "));
  CHECK(head.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos);
  CHECK(socket->send_text("hi"));
  CHECK(os::recv_exact(fd.get(), 4, soon()).value() == "\x81\x02hi");
  // Masked "ping" with mask 0.
  const std::string_view ping("\x81\x84\0\0\0\0ping", 10);
  REQUIRE(os::send_all(fd.get(), ping, soon()));
  CHECK(heard.wait());
  for (int i = 0; i < 200; ++i) socket->send_binary(std::string(200'000, 'x'));
  CHECK(socket->dropped() > 0);
  CHECK(socket->waiting() <= 2);
}

TEST_CASE("a stop lets a running handler answer and then closes everything") {
  Signal started;
  Signal go;
  Fixture fixture;
  fixture.handler.on_handle = [&](Request, Responder responder) {
    started.set();
    go.wait();
    std::move(responder).send({.headers = {}, .body = "last"});
  };
  const auto fd = fixture.raw();
  REQUIRE(os::send_all(fd.get(), "GET / HTTP/1.1\r\n\r\n", soon()));
  REQUIRE(started.wait());
  std::thread stopper([&] { fixture.server->stop(5s); });
  go.set();
  CHECK(read_all(fd).ends_with("last"));
  stopper.join();
  CHECK_FALSE(fixture.client().send({}, soon()));
}

TEST_CASE(
    "responders that outlive the server take their connections down, each on its own thread") {
  std::mutex mutex;
  std::vector<Responder> kept;
  Fixture fixture;
  fixture.handler.on_handle = [&](Request, Responder responder) {
    const std::scoped_lock lock(mutex);
    kept.push_back(std::move(responder));
  };
  constexpr std::size_t kClients = 8;
  std::vector<os::Fd> clients;
  for (std::size_t i = 0; i < kClients; ++i) {
    clients.push_back(fixture.raw());
    REQUIRE(os::send_all(clients.back().get(), "GET / HTTP/1.1\r\n\r\n", soon()));
  }
  for (std::size_t n = 0; n < kClients; std::this_thread::sleep_for(1ms)) {
    const std::scoped_lock lock(mutex);
    n = kept.size();
  }
  std::vector<std::thread> threads;
  for (auto& responder : kept) {
    threads.emplace_back([owned = std::make_unique<Responder>(std::move(responder))]() mutable {
      std::move(*owned).send({.headers = {}, .body = "too late?"});
      owned = nullptr;
    });
  }
  fixture.server->stop(0ms);
  for (auto& thread : threads) thread.join();
  CHECK(fixture.server->connections() == 0);
}

TEST_CASE("a taken port is one clear error") {
  Fixture fixture;
  TestHandler handler;
  const auto second = Server::start({.port = fixture.server->port()}, handler);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::conflict);
  CHECK(second.error().message.find(std::to_string(fixture.server->port())) != std::string::npos);
}

TEST_CASE("the client says what is wrong when nobody answers") {
  Client nobody(kClock, {.unix_socket = "/nonexistent/api.sock"});
  CHECK_FALSE(nobody.send({}, soon()));
  Fixture fixture;
  fixture.handler.on_handle = [](Request, Responder responder) {
    std::thread([r = std::move(responder)]() mutable {
      std::this_thread::sleep_for(200ms);
    }).detach();
  };
  auto client = fixture.client();
  const auto late = client.send({}, Deadline::after(kClock, 20ms));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::timeout);
}

}  // namespace
}  // namespace aiflow::net
