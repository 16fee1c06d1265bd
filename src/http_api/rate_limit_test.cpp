// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/front/rate_limit.h"

#include <doctest/doctest.h>

#include "http_api/detail/fake_server.h"

namespace aiflow::http_api {
namespace {

class HandClock final : public Clock {
 public:
  WallTime now() const override { return {}; }
  SteadyTime steady_now() const override { return at; }
  SteadyTime at{std::chrono::hours(1)};
};

TEST_CASE("a bucket gives its burst at once, then its rate") {
  HandClock clock;
  detail::RateLimiter limiter(clock, {.per_second = 2, .burst = 3});
  for (const int left : {2, 1, 0}) {
    const auto one = limiter.take("ann");
    CHECK(one.is_granted);
    CHECK(one.limit == 3);
    CHECK(one.remaining == left);
  }
  const auto refused = limiter.take("ann");
  CHECK_FALSE(refused.is_granted);
  CHECK(refused.reset_s == 1);
  CHECK(limiter.take("bob").is_granted);
  clock.at += std::chrono::milliseconds(500);
  CHECK(limiter.take("ann").is_granted);
  CHECK_FALSE(limiter.take("ann").is_granted);
  clock.at += std::chrono::hours(1);
  CHECK(limiter.take("ann").remaining == 2);
}

TEST_CASE("however many ask, the buckets are bounded") {
  HandClock clock;
  detail::RateLimiter limiter(clock, {.per_second = 1, .burst = 2});
  for (std::size_t i = 0; i < 3 * detail::RateLimiter::kBucketsMax; ++i) {
    CHECK(limiter.take(std::to_string(i)).is_granted);
  }
  CHECK(limiter.size() <= detail::RateLimiter::kBucketsMax);
}

TEST_CASE("too many requests of one user are 429 with the time to wait; others go on") {
  Bench bench({.per_second = 0.01, .burst = 3});
  auto client = bench.tcp();
  const auto ann = bench.session(Role::viewer);
  const auto ask = [&](const net::Headers& headers) {
    return client.send({.target = "/api/v2/pools", .headers = headers}, soon()).value();
  };
  const auto first = ask(ann);
  CHECK(first.status == 200);
  CHECK(*net::find_header(first.headers, "ratelimit-limit") == "3");
  CHECK(*net::find_header(first.headers, "ratelimit-remaining") == "2");
  CHECK(ask(ann).status == 200);
  CHECK(ask(ann).status == 200);
  const auto refused = ask(ann);
  CHECK(refused.status == 429);
  CHECK(std::stoi(*net::find_header(refused.headers, "retry-after")) > 50);
  CHECK(ask(bench.session(Role::viewer)).status == 200);
  // A token has its own: a script that runs wild leaves its user's browser alone.
  const net::Headers script = {{"authorization", "Bearer " + bench.api_token("ann")}};
  for (int i = 0; i < 3; ++i) CHECK(ask(script).status == 200);
  CHECK(ask(script).status == 429);
  // Of who has not signed in, each address has one; tasks and the Unix socket have none.
  for (int i = 0; i < 3; ++i) CHECK(ask({{"authorization", "Bearer x.y"}}).status == 401);
  CHECK(ask({{"authorization", "Bearer x.y"}}).status == 429);
  const auto token = bench.task_token();
  auto local = bench.local();
  for (int i = 0; i < 10; ++i) {
    CHECK(client.send({.target = "/api/v2/assets", .headers = token}, soon())->status == 200);
    CHECK(local.send({.target = "/api/v2/pools"}, soon())->status == 200);
  }
}

TEST_CASE("requests of tasks and probes have a lane of their own") {
  Bench bench;
  const auto lane = [&](const std::string& path, net::Headers headers) {
    net::Request request;
    request.path = path;
    request.headers = std::move(headers);
    return bench.api.lane(request);
  };
  using Lane = net::Handler::Lane;
  CHECK(lane("/api/v2/dags", {}) == Lane::people);
  CHECK(lane("/api/v2/dags", bench.session(Role::admin)) == Lane::people);
  CHECK(lane("/api/v2/dags", {{"authorization", "Basic eA=="}}) == Lane::people);
  CHECK(lane("/api/v2/dags", bench.task_token()) == Lane::machines);
  CHECK(lane("/api/v2/monitor/health", {}) == Lane::machines);
  CHECK(lane("/metrics", {}) == Lane::machines);
  const auto token = bench.api_token("zoe");
  CHECK(lane("/api/v2/dags", {{"authorization", "Bearer " + token}}) == Lane::people);
}

}  // namespace
}  // namespace aiflow::http_api
