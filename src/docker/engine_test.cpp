// SPDX-License-Identifier: Apache-2.0
#include "docker/engine.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "docker/detail/base64url.h"
#include "docker/detail/pull_answer.h"
#include "docker/testing/fake_daemon.h"
#include "os/system_clock.h"

namespace aiflow::docker {
namespace {

using namespace std::chrono_literals;

const os::SystemClock kClock;

Deadline soon() { return Deadline::after(kClock, 5s); }

TEST_CASE("what the daemon refuses comes with its words") {
  const struct {
    int status;
    ErrorCode code;
  } cases[] = {{400, ErrorCode::invalid_argument}, {403, ErrorCode::denied},
               {404, ErrorCode::not_found},        {409, ErrorCode::conflict},
               {429, ErrorCode::unavailable},      {500, ErrorCode::internal},
               {503, ErrorCode::unavailable}};
  for (const auto& one : cases) {
    FakeDaemon daemon({{"POST /v1.41/containers/create?name=n",
                        answer(one.status, R"({"message":"these words"})")}});
    Engine engine(kClock, daemon.socket());
    const auto made = engine.create("n", json::object({}));
    REQUIRE(!made);
    CHECK(made.error().code == one.code);
    CHECK(made.error().message == "these words");
  }
}

TEST_CASE("an answer that is no JSON, or no HTTP, is an error and not a crash") {
  FakeDaemon daemon({{"POST", answer(201, "nonsense")},
                     {"POST", answer(500, "nonsense\nof two lines")},
                     {"POST", "\0\1\2 what is this\r\n\r\n", true}});
  Engine engine(kClock, daemon.socket());
  CHECK(engine.create("n", json::object({})).error().code == ErrorCode::corrupt);
  CHECK(engine.create("n", json::object({})).error().message == "Internal Server Error");
  CHECK(!engine.create("n", json::object({})));
}

TEST_CASE("no daemon, and no permission on its socket, are told apart") {
  const auto folder = os::TempDir::create("docker").value();
  Engine nobody(kClock, folder.path() / "none.sock");
  const auto absent = nobody.ping(soon());
  CHECK(absent.error().code == ErrorCode::unavailable);
  CHECK(absent.error().message.find("the Docker daemon does not answer on") == 0);
}

TEST_CASE("a log that is cut off goes on where it was") {
  const std::string first = "2026-11-28T17:24:18.000000001Z a\n";
  const std::string second = "2026-11-28T17:24:18.000000002Z b\n";
  const auto framed = [](const std::string& text) {
    return std::string("\1\0\0\0\0\0\0", 7) + static_cast<char>(text.size()) + text;
  };
  FakeDaemon daemon({{"GET /v1.41/containers/c/logs?stdout=1&stderr=1&timestamps=1&follow=1 ",
                      "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + framed(first) +
                          framed(second).substr(0, 20),
                      true},
                     {"GET /v1.41/containers/c/logs?stdout=1&stderr=1&timestamps=1&follow=1&since="
                      "1795886658.000000001",
                      open_answer() + framed(first) + framed(second), true}});
  Engine engine(kClock, daemon.socket());
  LogPlace place;
  std::string text;
  const Engine::LogCall call{
      .id = "c", .follow = true, .place = &place, .on_output = [&](Stream, std::string_view one) {
        text += one;
      }};
  CHECK(engine.logs(call).error().code == ErrorCode::unavailable);
  CHECK(text == "a\n");
  CHECK(engine.logs(call));
  CHECK(text == "a\nb\n");
}

TEST_CASE("a log of hostile frames is an error") {
  FakeDaemon daemon({{"GET", open_answer() + "\7\7\7\7\7\7\7\7\7\7", true}});
  Engine engine(kClock, daemon.socket());
  LogPlace place;
  const auto read =
      engine.logs({.id = "c", .place = &place, .on_output = [](Stream, std::string_view) {}});
  CHECK(read.error().code == ErrorCode::corrupt);
}

TEST_CASE("a pull tells how far it is, and why it fails") {
  FakeDaemon daemon(
      {{"POST /v1.41/images/create?fromImage=reg.local%2Fa&tag=2 ",
        open_answer() +
            R"({"status":"Downloading","id":"l1","progressDetail":{"current":5,"total":10}})"
            "\r\n"
            R"({"status":"Downloading","id":"l2","progressDetail":{"current":1,"total":20}})"
            "\r\nno json\r\n"
            R"({"status":"Downloading","id":"l1","progressDetail":{"current":10,"total":10}})"
            "\r\n",
        true},
       {"POST", answer(200, R"({"errorDetail":{},"error":"manifest unknown"})"
                            "\r\n")},
       {"POST", answer(429, R"({"message":"toomanyrequests: slow down"})")}});
  Engine engine(kClock, daemon.socket());
  PullProgress last;
  const Engine::PullCall call{.image = "reg.local/a:2",
                              .auth = R"({"password":"pw"})",
                              .on_progress = [&](PullProgress one) { last = one; }};
  CHECK(engine.pull(call, soon()));
  CHECK(last.done_bytes == 11);
  CHECK(last.total_bytes == 30);
  CHECK(daemon.requests()[0].find("X-Registry-Auth: eyJwYXNzd29yZCI6InB3In0=") !=
        std::string::npos);
  CHECK(engine.pull(call, soon()).error().message ==
        "image 'reg.local/a:2' cannot be pulled: there is no such image or tag, registry "
        "reg.local: manifest unknown");
  CHECK(engine.pull(call, soon()).error().message.find("too many requests, try again later") !=
        std::string::npos);
}

TEST_CASE("a pull has its own time") {
  FakeDaemon daemon({{"POST", open_answer()}});
  Engine engine(kClock, daemon.socket());
  const auto pulled = engine.pull({.image = "a"}, Deadline::after(kClock, 50ms));
  CHECK(pulled.error().code == ErrorCode::timeout);
}

TEST_CASE("waiting for the end is ended by a stop") {
  FakeDaemon daemon({{"POST /v1.41/containers/c/wait", open_answer()}});
  Engine engine(kClock, daemon.socket());
  std::stop_source stop;
  const std::jthread stopper([&] {
    while (!daemon.was_asked("POST")) std::this_thread::yield();
    stop.request_stop();
  });
  CHECK(engine.wait("c", stop.get_token()).error().code == ErrorCode::cancelled);
}

TEST_CASE("what a container uses, with both versions of control groups") {
  constexpr const char* kNew = R"({"cpu_stats":{"cpu_usage":{"total_usage":3000000000,
    "usage_in_kernelmode":1000000000,"usage_in_usermode":2000000000}},
    "memory_stats":{"usage":5000,"stats":{"inactive_file":1000}}})";
  constexpr const char* kOld = R"({"cpu_stats":{"cpu_usage":{"total_usage":1000000,
    "usage_in_kernelmode":0}}, "memory_stats":{"usage":5000,"max_usage":9000,
    "stats":{"inactive_file":1,"total_inactive_file":2000}}})";
  constexpr const char* kEnded =
      R"({"cpu_stats":{"cpu_usage":{"total_usage":0}},"memory_stats":{}})";
  FakeDaemon daemon(
      {{"GET /v1.41/containers/c/stats?stream=false&one-shot=true", answer(200, kNew)},
       {"GET", answer(200, kOld)},
       {"GET", answer(200, kEnded)},
       {"GET", answer(200, R"({"cpu_stats":[]})")},
       {"GET", answer(404, R"({"message":"no such container"})")}});
  Engine engine(kClock, daemon.socket());
  const auto now = engine.use("c", soon()).value();
  CHECK(now.user == 2s);
  CHECK(now.system == 1s);
  CHECK(now.memory_bytes == 4000);
  CHECK(!now.memory_peak_bytes);
  const auto before = engine.use("c", soon()).value();
  CHECK(before.user == 1ms);
  CHECK(before.memory_bytes == 3000);
  CHECK(before.memory_peak_bytes == 9000);
  CHECK(engine.use("c", soon()).error().code == ErrorCode::not_found);
  CHECK(!engine.use("c", soon()));
  CHECK(engine.use("c", soon()).error().code == ErrorCode::not_found);
}

TEST_CASE("names of images are taken apart") {
  using detail::split_image;
  using Parts = std::pair<std::string, std::string>;
  CHECK(split_image("a") == Parts{"a", "latest"});
  CHECK(split_image("a/b:1") == Parts{"a/b", "1"});
  CHECK(split_image("localhost:5000/a") == Parts{"localhost:5000/a", "latest"});
  CHECK(split_image("localhost:5000/a:2") == Parts{"localhost:5000/a", "2"});
  CHECK(split_image("a@sha256:00") == Parts{"a", "sha256:00"});
}

TEST_CASE("base64url as in RFC 4648") {
  CHECK(detail::base64url("") == "");
  CHECK(detail::base64url("f") == "Zg==");
  CHECK(detail::base64url("fo") == "Zm8=");
  CHECK(detail::base64url("foo") == "Zm9v");
  CHECK(detail::base64url("\xFB\xFF") == "-_8=");
}

}  // namespace
}  // namespace aiflow::docker
