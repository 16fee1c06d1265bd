// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/front/repeats.h"

#include <doctest/doctest.h>

#include <array>
#include <latch>
#include <thread>
#include <vector>

#include "http_api/detail/fake_server.h"

namespace aiflow::http_api {
namespace {

TEST_CASE("requests with the same key at the same time are done once and answered the same") {
  Bench bench;
  (void)bench.start_task();
  std::array<net::ClientResponse, 4> answers;
  std::latch start(answers.size());
  {
    std::vector<std::jthread> clients;
    for (auto& answer : answers) {
      clients.emplace_back([&] {
        auto client = bench.local();
        start.arrive_and_wait();
        answer = client
                     .send({.method = "POST",
                            .target = "/api/v2/dags/d/dagRuns",
                            .headers = {{"Idempotency-Key", "k"}},
                            .body = "{}"},
                           soon())
                     .value_or(net::ClientResponse{});
      });
    }
  }
  for (const auto& answer : answers) {
    CHECK(answer.status == 200);
    CHECK(answer.body == answers[0].body);
  }
  const auto runs = bench.local().send({.target = "/api/v2/dags/~/dagRuns"}, soon());
  CHECK(runs->body.find("\"total_entries\":2") != std::string::npos);
}

TEST_CASE("a key that is being answered is refused at the deadline, other keys are free") {
  detail::Repeats repeats(kClock);
  const auto now = Deadline::at(kClock.steady_now());
  auto first = repeats.take("a", now);
  REQUIRE(first);
  CHECK(repeats.take("a", now).error().code == ErrorCode::conflict);
  CHECK(repeats.take("b", now));
  first->reset();
  CHECK(repeats.take("a", now));
}

}  // namespace
}  // namespace aiflow::http_api
