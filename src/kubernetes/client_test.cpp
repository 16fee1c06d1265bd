// SPDX-License-Identifier: Apache-2.0
#include "kubernetes/client.h"

#include <doctest/doctest.h>

#include "kubernetes/testing/fake_api.h"
#include "os/file.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"

namespace aiflow::kubernetes {
namespace {

using namespace std::chrono_literals;
using testing::ApiRequest;
using testing::FakeApi;
using testing::Misbehaviour;

class Bench {
 public:
  explicit Bench(const std::string& url, std::filesystem::path token_file = {})
      : loop(os::EventLoop::create(clock).value()) {
    Cluster cluster;
    cluster.server = url;
    cluster.token_file = std::move(token_file);
    cluster.token = Secret(std::string("t0"));
    client = std::make_unique<Client>(clock, *loop, std::move(cluster));
  }
  Response ask(Request request) {
    std::optional<Response> got;
    client->send(std::move(request), [&](Response response) { got = std::move(response); });
    until([&] { return got.has_value(); });
    return got.value_or(Response{});
  }
  void until(const std::function<bool()>& holds) {
    const auto end = clock.steady_now() + 10s;
    while (!holds() && clock.steady_now() < end) loop->run_once(100ms);
    CHECK(holds());
  }

  os::SystemClock clock;
  std::unique_ptr<os::EventLoop> loop;
  std::unique_ptr<Client> client;
};

TEST_CASE("an answer comes with its body, and the token went along") {
  FakeApi api;
  Bench bench(api.url());
  const Response response = bench.ask({.path = "/api/v1/pods"});
  CHECK(response.ok());
  CHECK(response.body.contains("PodList"));
  CHECK(api.requests().at(0).headers.at("authorization") == "Bearer t0");
}

TEST_CASE("a token file is used instead, without its line end") {
  FakeApi api;
  const auto folder = os::TempDir::create("token").value();
  REQUIRE(os::write_atomic(folder.path() / "token", "from-file\n"));
  Bench bench(api.url(), folder.path() / "token");
  bench.ask({.path = "/api/v1/pods"});
  CHECK(api.requests().at(0).headers.at("authorization") == "Bearer from-file");
}

TEST_CASE("a refusal has the API's words, and Retry-After is read") {
  FakeApi api;
  api.misbehave([](const ApiRequest&) {
    return Misbehaviour{.status = 429,
                        .headers = "Retry-After: 7\r\n",
                        .body = R"({"message":"too many requests"})"};
  });
  Bench bench(api.url());
  const Response response = bench.ask({.path = "/api/v1/pods"});
  CHECK(response.status == 429);
  CHECK(response.is_passing());
  CHECK(response.trouble == "too many requests");
  CHECK(response.retry_after == Duration(7s));
}

TEST_CASE("no server, and no answer in time, are no answers") {
  FakeApi api;
  Bench nowhere("http://127.0.0.1:1");
  CHECK(nowhere.ask({.path = "/"}).status == 0);
  CHECK_FALSE(nowhere.ask({.path = "/"}).trouble.empty());
  api.set_log("p", "", false);
  Bench bench(api.url());
  const Response slow =
      bench.ask({.path = "/api/v1/namespaces/n/pods/p/log?follow=true", .timeout = 50ms});
  CHECK(slow.status == 0);
  CHECK(slow.is_passing());
}

TEST_CASE("a stream comes in pieces; a request may begin inside a piece, and cancel it") {
  FakeApi api;
  api.set_log("p", "one", false);
  Bench bench(api.url());
  std::string text;
  bool asked = false;
  Client::Id id = 0;
  id = bench.client->stream(
      {.path = "/api/v1/namespaces/n/pods/p/log?follow=true"},
      [&](std::string_view bytes) {
        text += bytes;
        if (text != "onetwo") return;
        bench.client->cancel(id);
        bench.client->send({.path = "/api/v1/pods"}, [&](Response r) { asked = r.ok(); });
      },
      [&](Response) { FAIL("it was cancelled"); });
  bench.until([&] { return text == "one"; });
  api.set_log("p", "onetwo", false);
  bench.until([&] { return asked; });
}

TEST_CASE("a request beside a stream that goes on is answered") {
  FakeApi api;
  api.set_log("p", "", false);
  Bench bench(api.url());
  bench.client->stream(
      {.path = "/api/v1/namespaces/n/pods/p/log?follow=true"}, [](std::string_view) {},
      [](Response) {});
  CHECK(bench.ask({.path = "/api/v1/pods"}).ok());
}

TEST_CASE("a stream that is refused ends with the reason, and brings nothing") {
  FakeApi api;
  api.misbehave([](const ApiRequest&) { return Misbehaviour{.status = 403, .body = "{}"}; });
  Bench bench(api.url());
  std::optional<Response> end;
  bench.client->stream(
      {.path = "/x"}, [](std::string_view) { FAIL("no piece"); },
      [&](Response r) { end = std::move(r); });
  bench.until([&] { return end.has_value(); });
  CHECK(end->status == 403);
  CHECK_FALSE(end->is_passing());
}

}  // namespace
}  // namespace aiflow::kubernetes
