// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "http_api/detail/fake_server.h"
#include "http_api/detail/front/route_class.h"

namespace aiflow::http_api {
namespace {

bool holds(const std::string& text, const std::string& line) {
  return text.find(line + "\n") != std::string::npos;
}

TEST_CASE("who may look reads the metrics; nobody else does") {
  Bench bench;
  auto client = bench.tcp();
  const auto ask = [&](const net::Headers& headers) {
    return client.send({.target = "/metrics", .headers = headers}, soon()).value();
  };
  CHECK(ask({}).status == 401);
  CHECK(ask({{"authorization", "Bearer nonsense"}}).status == 401);
  CHECK(ask(bench.task_token()).status == 403);
  const auto text = ask(bench.session(Role::viewer));
  CHECK(text.status == 200);
  CHECK(holds(text.body, "aiflow_task_instances{state=\"queued\"} 1"));
  CHECK(holds(text.body, "aiflow_http_connections 3"));
  CHECK(holds(text.body, "aiflow_pool_slots{pool=\"default_pool\"} 128"));
}

TEST_CASE("requests are counted by class and status, refused ones too") {
  Bench bench;
  auto client = bench.tcp();
  const auto session = bench.session(Role::viewer);
  const auto status = [&](const std::string& path, const net::Headers& headers) {
    return client.send({.target = path, .headers = headers}, soon())->status;
  };
  CHECK(status("/api/v2/dags", session) == 200);
  CHECK(status("/api/v2/dags/nosuch", session) == 404);
  CHECK(status("/api/v2/dags", {}) == 401);
  CHECK(status("/api/v2/nothing", session) == 404);
  const auto text = client.send({.target = "/metrics", .headers = session}, soon())->body;
  const std::string total = "aiflow_http_requests_total{class=";
  CHECK(holds(text, total + "\"dags\",code=\"200\"} 1"));
  CHECK(holds(text, total + "\"dags\",code=\"404\"} 1"));
  CHECK(holds(text, total + "\"dags\",code=\"401\"} 1"));
  CHECK(holds(text, total + "\"unknown\",code=\"404\"} 1"));
  CHECK(holds(text, "aiflow_http_request_duration_seconds_count{class=\"dags\"} 3"));
}

TEST_CASE("routes have few classes") {
  using detail::route_class;
  CHECK(route_class("/metrics") == "metrics");
  CHECK(route_class("/auth/login") == "auth");
  CHECK(route_class("/v2") == "inference");
  CHECK(route_class("/v2/models/{model}/infer") == "inference");
  CHECK(route_class("/api/v2/dags") == "dags");
  CHECK(route_class("/api/v2/dags/{dag_id}") == "dags");
  CHECK(route_class("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}") == "dagRuns");
  CHECK(route_class("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/tries") ==
        "taskInstances");
}

TEST_CASE("how the server has been is for those who may look, as samples") {
  Bench bench;
  bench.history.add(service::read_figures(bench.sources));
  const auto ask = [&](net::Headers headers) {
    return bench.tcp()
        .send({.target = "/api/v2/monitor/system", .headers = std::move(headers)}, soon())
        .value();
  };
  CHECK(ask({}).status == 401);
  const auto answer = ask(bench.session(Role::viewer));
  CHECK(answer.status == 200);
  const auto history = wire::parse_system_history(json::parse(answer.body).value()).value();
  REQUIRE(history.seconds.size() == 1);
  CHECK(history.seconds[0].tasks.contains("running"));
  CHECK(history.minutes.empty());
}

}  // namespace
}  // namespace aiflow::http_api
