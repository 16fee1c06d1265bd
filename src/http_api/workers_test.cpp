// SPDX-License-Identifier: Apache-2.0
// Workers elsewhere, from the join to the link with the executor, which the test plays.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <condition_variable>
#include <deque>
#include <mutex>

#include "digest/sha256.h"
#include "http_api/detail/fake_server.h"
#include "net/websocket_client.h"
#include "os/socket.h"

namespace aiflow::http_api {
namespace {

constexpr const char* kCredential = "aiflow-worker.secret";

/// A worker's end of the link.
class Far {
 public:
  Far(const Bench& bench, const std::string& credential)
      : client_({.endpoint = {.port = bench.http->port()},
                 .target = "/api/v2/workers/link",
                 .headers = {{"Authorization", "Bearer " + credential}},
                 .on_message = [this](std::string_view text) { put(std::string(text)); },
                 .on_end = [this](const Error& why) { put("ended: " + why.message); }}) {}
  void say(const std::string& frame) { client_.send_text(frame); }
  std::string hear() {
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, 10s, [&] { return !heard_.empty(); });
    if (heard_.empty()) return "";
    auto text = std::move(heard_.front());
    heard_.pop_front();
    return text;
  }

 private:
  void put(std::string text) {
    const std::scoped_lock lock(mutex_);
    heard_.push_back(std::move(text));
    came_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::string> heard_;
  net::WebSocketClient client_;
};

struct WorkersBench : Bench {
  os::Fd listener = os::listen_unix(folder.path() / "worker.sock").value();

  int post(net::Client client, const std::string& target, const std::string& body,
           std::string* answer = nullptr) {
    const auto got = client.send({.method = "POST",
                                  .target = target,
                                  .headers = {{"Content-Type", "application/json"}},
                                  .body = body},
                                 soon());
    REQUIRE(got);
    if (answer != nullptr) *answer = got->body;
    return got->status;
  }
  void join() {
    std::string made;
    REQUIRE(post(local(), "/api/v2/workers/joinTokens", "{}", &made) == 200);
    const auto token = wire::parse_join_token(json::parse(made).value()).value().token;
    const wire::WorkerJoin request{
        .token = token, .worker_id = "w1", .credential_sha256 = digest::sha256_of(kCredential)};
    REQUIRE(post(tcp(), "/api/v2/workers/join", json::write(wire::to_json(request))) == 200);
  }
  os::Fd executor_side() { return os::accept_unix(listener.get(), soon()).value(); }
};

const std::string kHello =
    R"({"type":"Hello","worker_id":"w1","slots":1,"pid":1,"version":"x","running":[]})";

TEST_CASE("a worker elsewhere joins over TCP, and its frames come to the executor and back") {
  WorkersBench bench;
  bench.join();
  Far far(bench, kCredential);
  far.say(kHello);
  const auto executor = bench.executor_side();
  const auto hello = os::recv_frame(executor.get(), 1 << 20, soon());
  REQUIRE(hello);
  CHECK(*hello == kHello);
  REQUIRE(os::send_frame(executor.get(), R"({"type":"HelloOk"})", soon()));
  CHECK(far.hear() == R"({"type":"HelloOk"})");
  SUBCASE("the executor's end is the worker's") {
    ::shutdown(executor.get(), SHUT_RDWR);
    CHECK(far.hear().starts_with("ended"));
  }
  SUBCASE("a revoked worker is cut off, and not let in again") {
    CHECK(bench.local()
              .send({.method = "DELETE", .target = "/api/v2/workers/credentials/w1"}, soon())
              ->status == 204);
    CHECK(far.hear().starts_with("ended"));
    Far again(bench, kCredential);
    CHECK(again.hear() == "ended: this worker's credential is unknown or revoked");
  }
}

TEST_CASE("a worker may say hello under its own name only, and must keep to the protocol") {
  WorkersBench bench;
  bench.join();
  Far far(bench, kCredential);
  std::string frame;
  SUBCASE("another name") {
    frame = kHello;
    frame.replace(frame.find("w1"), 2, "w2");
  }
  SUBCASE("no JSON") { frame = "hello?"; }
  SUBCASE("a bad frame for the depot") { frame = R"({"type":"LogPiece","offset":"x"})"; }
  far.say(frame);
  CHECK(far.hear().starts_with("ended"));
}

TEST_CASE("the link is for workers alone; who makes tokens and ends credentials is an admin") {
  WorkersBench bench;
  for (const Role role : {Role::viewer, Role::admin}) {
    auto headers = bench.session(role);
    const bool is_admin = role == Role::admin;
    CHECK(
        bench.tcp().send({.target = "/api/v2/workers/link", .headers = headers}, soon())->status ==
        403);
    headers.emplace_back("Content-Type", "application/json");
    CHECK(bench.tcp()
              .send({.method = "POST",
                     .target = "/api/v2/workers/joinTokens",
                     .headers = headers,
                     .body = "{}"},
                    soon())
              ->status == (is_admin ? 200 : 403));
    CHECK(bench.tcp()
              .send({.method = "DELETE",
                     .target = "/api/v2/workers/credentials/w1",
                     .headers = headers},
                    soon())
              ->status == (is_admin ? 404 : 403));
  }
  CHECK(bench.tcp().send({.target = "/api/v2/workers/link"}, soon())->status == 401);
  Far stranger(bench, "aiflow-worker.made-up");
  CHECK(stranger.hear() == "ended: this worker's credential is unknown or revoked");
  CHECK(bench.post(bench.tcp(), "/api/v2/workers/join",
                   R"({"token":"x","worker_id":"w","credential_sha256":")" + std::string(64, 'a') +
                       "\"}") == 403);
}

}  // namespace
}  // namespace aiflow::http_api
