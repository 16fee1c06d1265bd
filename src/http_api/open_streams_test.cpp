// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/open_streams.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <cstring>
#include <thread>

#include "http_api/detail/fake_server.h"
#include "http_api/testing/watcher.h"
#include "os/socket.h"
#include "store/camera_store.h"

namespace aiflow::http_api {
namespace {

net::ClientResponse send(Bench& bench, const char* method, const std::string& target,
                         net::Headers headers) {
  auto client = bench.tcp();
  return client.send({.method = method, .target = target, .headers = std::move(headers)}, soon())
      .value();
}

/// A TCP connection that has asked for this web socket and was let in.
os::Fd open_websocket(const Bench& bench, const std::string& path, const net::Headers& headers) {
  os::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(bench.http->port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  std::string request = "GET " + path +
                        " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  for (const auto& [name, value] : headers) request += name + ": " + value + "\r\n";
  REQUIRE(os::send_all(fd.get(), request + "\r\n", soon()));
  std::string head;
  while (!head.ends_with("\r\n\r\n")) head += os::recv_exact(fd.get(), 1, soon()).value();
  REQUIRE(head.starts_with("HTTP/1.1 101 "));
  return fd;
}

TEST_CASE("log-out cuts the streams of that session and of no other") {
  Bench bench;
  const auto leaving = bench.session(Role::viewer);
  Watcher one(bench, leaving);
  Watcher same(bench, leaving);
  Watcher other(bench, bench.session(Role::viewer));
  REQUIRE(send(bench, "POST", "/auth/logout", leaving).status == 204);
  CHECK(one.is_cut());
  CHECK(same.is_cut());
  (void)bench.start_task();
  CHECK(other.gets_events());
}

TEST_CASE("a new password cuts the streams of all sessions of that user") {
  Bench bench;
  const auto first = bench.session(Role::viewer);
  const auto again =
      bench.auth->login({"viewer1", Secret(std::string_view("long enough")), "test"}).value();
  Watcher one(bench, first);
  Watcher two(bench, {{"cookie", "aiflow_session=" + std::string(again.cookie.reveal())}});
  auto headers = first;
  headers.emplace_back("Content-Type", "application/json");
  auto client = bench.tcp();
  const auto changed =
      client.send({.method = "POST",
                   .target = "/auth/password",
                   .headers = headers,
                   .body = R"({"old_password":"long enough","new_password":"another long one"})"},
                  soon());
  REQUIRE(changed->status == 200);
  CHECK(one.is_cut());
  CHECK(two.is_cut());
}

TEST_CASE("a removed user's streams are cut") {
  Bench bench;
  const auto admin = bench.session(Role::admin);
  Watcher viewer(bench, bench.session(Role::viewer));
  REQUIRE(send(bench, "DELETE", "/api/v2/users/viewer2", admin).status == 204);
  CHECK(viewer.is_cut());
}

void add_camera(Bench& bench) {
  REQUIRE(bench.store->transact([](db::Connection& db) {
    store::CameraRow camera;
    camera.camera_id = CameraId{"c"};
    camera.state = "ended";
    return store::CameraStore(db).put(camera);
  }));
}

TEST_CASE("who looks at a camera and sends too much is told so (RFC 6455, 7.4.1: 1009)") {
  Bench bench;
  add_camera(bench);
  const auto web = open_websocket(bench, "/api/v2/cameras/c/live", bench.session(Role::viewer));
  // A text frame that announces one byte more than 64 KiB, under a mask of zeros.
  constexpr std::string_view kHead("\x81\xff\0\0\0\0\0\x01\0\x01\0\0\0\0", 14);
  REQUIRE(os::send_all(web.get(), kHead, soon()));
  CHECK(os::recv_exact(web.get(), 4, soon()).value() == "\x88\x02\x03\xf1");
}

TEST_CASE("a log stream and a camera's web socket end with the session too") {
  Bench bench;
  (void)bench.start_task();
  add_camera(bench);
  auto headers = bench.session(Role::admin);
  const auto before = bench.http->connections();
  auto log = std::jthread([&, client = bench.tcp()](const std::stop_token& stop) mutable {
    const auto ended = client.stream_events(
        {.request = {.target = "/api/v2/dags/d/dagRuns/r1/taskInstances/t/logs/1/stream",
                     .headers = headers},
         .on_event = [](const net::SseMessage&) { return true; },
         .stop = stop},
        soon());
    CHECK(ended);
  });
  const auto web = open_websocket(bench, "/api/v2/cameras/c/live", headers);
  while (bench.http->connections() < before + 2) os::sleep_for(1ms);
  REQUIRE(send(bench, "POST", "/auth/logout", headers).status == 204);
  // The first byte of a close frame.
  CHECK(os::recv_exact(web.get(), 1, soon()).value() == "\x88");
  log.join();
}

TEST_CASE(
    "a stream that is opened while its session ends is cut, and one that ended is forgotten") {
  Bench bench;
  const auto headers = bench.session(Role::viewer);
  auto who = bench.auth->session(headers[0].second.substr(std::strlen("aiflow_session="))).value();
  detail::OpenStreams streams(*bench.auth);
  int cuts = 0;
  const auto forget = streams.add(who, [&] { ++cuts; });
  streams.review();
  CHECK(cuts == 0);
  forget();
  REQUIRE(bench.auth->logout(who));
  streams.review();
  CHECK(cuts == 0);
  (void)streams.add(who, [&] { ++cuts; });
  CHECK(cuts == 1);
  (void)streams.add(service::Auth::local_admin(), [&] { ++cuts; });
  streams.review();
  CHECK(cuts == 1);
}

/// What one is told who may not open another stream; empty when one may.
std::string refused(detail::OpenStreams& streams, const service::Principal& who,
                    std::vector<std::shared_ptr<void>>& places, const net::Peer& peer = {}) {
  auto place = streams.take(who, peer);
  if (place) {
    places.push_back(*std::move(place));
    return "";
  }
  CHECK(net::find_header(place.error().headers, "Retry-After") != nullptr);
  return std::to_string(place.error().status);
}

TEST_CASE("a user has so many streams and all users together so many, until some end") {
  Bench bench;
  detail::OpenStreams streams(*bench.auth, {.of_user = 2, .total = 3});
  service::Principal ann;
  ann.kind = service::Principal::Kind::user;
  ann.username = "ann";
  service::Principal bob = ann;
  bob.username = "bob";
  service::Principal task;
  task.kind = service::Principal::Kind::task;
  std::vector<std::shared_ptr<void>> of_ann;
  std::vector<std::shared_ptr<void>> of_bob;
  CHECK(refused(streams, ann, of_ann).empty());
  CHECK(refused(streams, ann, of_ann).empty());
  CHECK(refused(streams, ann, of_ann) == "429");
  CHECK(refused(streams, bob, of_bob).empty());
  CHECK(refused(streams, bob, of_bob) == "503");
  of_ann.pop_back();
  CHECK(refused(streams, bob, of_bob).empty());
  CHECK(refused(streams, bob, of_bob) == "429");
  // Who is of this machine, or runs a task, is never kept out by browsers.
  std::vector<std::shared_ptr<void>> others;
  CHECK(refused(streams, ann, others, {.unix_socket = true}).empty());
  CHECK(refused(streams, task, others).empty());
}

TEST_CASE("a stream takes one of the places of its user, and gives it back at its end") {
  Bench bench;
  const auto headers = bench.session(Role::viewer);
  {
    std::vector<std::unique_ptr<Watcher>> open;
    for (int i = 0; i < 64; ++i) open.push_back(std::make_unique<Watcher>(bench, headers));
    const auto refused = send(bench, "GET", "/api/v2/stream", headers);
    CHECK(refused.status == 429);
    CHECK(*net::find_header(refused.headers, "retry-after") == "10");
    CHECK(refused.body.find("close a page") != std::string::npos);
    // Others have their own, and what is no stream is answered.
    Watcher other(bench, bench.session(Role::viewer));
    CHECK(send(bench, "GET", "/api/v2/dags", headers).status == 200);
  }
  int asked = 0;
  while (send(bench, "GET", "/api/v2/cameras/none/live", headers).status == 429) {
    REQUIRE(++asked < 5000);
    os::sleep_for(1ms);
  }
}

}  // namespace
}  // namespace aiflow::http_api
