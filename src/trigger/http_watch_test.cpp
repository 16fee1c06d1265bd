// SPDX-License-Identifier: Apache-2.0
// Waits for URLs, against a real server on a port of its own.
#include <doctest/doctest.h>

#include <atomic>
#include <functional>

#include "net/server.h"
#include "trigger/testing/bench.h"

namespace aiflow::trigger {
namespace {

using namespace std::chrono_literals;
using testing::Bench;

class Site final : public net::Handler {
 public:
  explicit Site(std::function<net::Response(const net::Request&)> answer)
      : answer_(std::move(answer)), server_(net::Server::start({.port = 0}, *this).value()) {}
  ~Site() override { server_->stop(1s); }

  std::variant<net::BodyRule, net::Response> admit(net::Request&) override {
    return net::BodyRule{};
  }
  void handle(net::Request request, net::Responder responder) override {
    ++requests;
    std::move(responder).send(answer_(request));
  }
  net::Response refuse(int status, std::string_view, std::string_view) override {
    return {.status = status};
  }

  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + path;
  }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  std::atomic<int> requests = 0;

 private:
  std::function<net::Response(const net::Request&)> answer_;
  std::unique_ptr<net::Server> server_;
};

HttpTrigger get(const std::string& url) {
  return {.url = url, .poll = 10ms, .timeout = 5s, .not_yet = {404}};
}

TEST_CASE("a URL is asked again while the answer is not yet, and fires once it is there") {
  std::atomic<int> status = 404;
  Site site([&](const net::Request&) { return net::Response{.status = status}; });
  Bench bench;
  const WaitId id = bench.add(get(site.url("/file")));
  while (site.requests < 3) std::this_thread::yield();
  status = 200;
  const Fired fired = bench.next();
  CHECK(fired.id == id);
  CHECK(fired.error.empty());
  CHECK(fired.event.as_bool());
}

TEST_CASE("another status is an error of the trigger") {
  Site site([](const net::Request&) { return net::Response{.status = 500}; });
  Bench bench;
  bench.add(get(site.url("/file")));
  CHECK(bench.next().error == "the answer's status is 500");
}

TEST_CASE("a value in the body is waited for") {
  std::atomic<int> asked = 0;
  Site site([&](const net::Request&) {
    const bool done = ++asked > 2;
    return net::Response{.status = 200,
                         .body = done ? R"({"jobs":[{"a/b":"done"}]})" : R"({"jobs":[]})"};
  });
  Bench bench;
  HttpTrigger trigger = get(site.url("/job"));
  trigger.json_pointer = "/jobs/0/a~1b";
  trigger.json_equals = json::Value("done");
  bench.add(trigger);
  const Fired fired = bench.next();
  CHECK(fired.error.empty());
  CHECK(fired.event.find("status")->as_int() == 200);
  CHECK(fired.event.find("body")->find("jobs")->as_array().size() == 1);
  trigger.json_pointer = "";
  trigger.json_equals = json::parse(R"({"jobs":[{"a/b":"done"}]})").value();
  bench.add(trigger);
  CHECK(bench.next().error.empty());
}

TEST_CASE("method, headers and body are sent; a connection gives the place and the password") {
  std::string seen;
  Site site([&](const net::Request& request) {
    for (const auto& [name, value] : request.headers) {
      if (name == "authorization" || name == "x-a") seen += name + "=" + value + " ";
    }
    seen += request.method + " " + request.path + " " + request.body;
    return net::Response{.status = 200};
  });
  Bench bench;
  bench.set_variable("AIRFLOW_CONN_API",
                     "http://kim:pw@127.0.0.1:" + std::to_string(site.port()) + "/base");
  HttpTrigger trigger = get("job/1");
  trigger.conn_id = "api";
  trigger.method = "POST";
  trigger.headers = {{"X-A", "b"}};
  trigger.body = "{}";
  bench.add(trigger);
  const Fired fired = bench.next();
  CHECK(fired.error.empty());
  CHECK(seen.contains("authorization=Basic a2ltOnB3"));
  CHECK(seen.contains("x-a=b"));
  CHECK(seen.ends_with("POST /base/job/1 {}"));
}

TEST_CASE("what cannot be reached is tried three times; bodies are bounded; secrets stay secret") {
  Bench bench;
  std::uint16_t free_port = 0;
  {
    Site site([](const net::Request&) { return net::Response{}; });
    free_port = site.port();
  }
  bench.add(get("http://127.0.0.1:" + std::to_string(free_port) + "/"));
  CHECK(bench.next().error.starts_with("the request failed: "));
  Site large([](const net::Request&) {
    return net::Response{.status = 200, .body = std::string((1U << 20) + 1, 'x')};
  });
  bench.add(get(large.url("/")));
  CHECK(bench.next().error == "the answer is longer than 1 MiB");
  HttpTrigger unknown = get("/");
  unknown.conn_id = "nobody";
  bench.add(unknown);
  CHECK(bench.next().error.contains("set AIFLOW_CONN_NOBODY"));
  Site away([](const net::Request&) {
    return net::Response{.status = 302, .headers = {{"Location", "file:///etc/passwd"}}};
  });
  bench.add(get(away.url("/")));
  CHECK(bench.next().error.starts_with("the request failed: "));
}

TEST_CASE("a wait that is removed asks no more, also in the middle of a request") {
  std::atomic<bool> go_on = false;
  Site site([&](const net::Request&) {
    while (!go_on) std::this_thread::yield();
    return net::Response{.status = 200};
  });
  Bench bench;
  const WaitId id = bench.add(get(site.url("/")));
  while (site.requests < 1) std::this_thread::yield();
  bench.host().remove(id);
  CHECK(bench.is_silent());
  go_on = true;
  CHECK(bench.is_silent());
}

}  // namespace
}  // namespace aiflow::trigger
