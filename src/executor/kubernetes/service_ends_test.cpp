// SPDX-License-Identifier: Apache-2.0
// Service tasks in a cluster: their rate, and that nothing of them is left.
#include <atomic>

#include "executor/kubernetes/testing/service_job.h"

namespace aiflow::executor::testing {
namespace {

TEST_CASE("the rate of a service comes through the API, and its lack is said once") {
  const Job job = service_job("web", R"(,"metrics":"/metrics","requests":"http_requests_total")");
  const std::string page =
      "/api/v1/namespaces/default/services/http:" + name_of(job) + ":8080/proxy/metrics";
  std::atomic<int> looks = 0;
  Bench bench;
  bench.api.misbehave([&](const ApiRequest& request) -> std::optional<Misbehaviour> {
    if (request.path != page) return std::nullopt;
    const int look = ++looks;
    if (look < 3) return Misbehaviour{.status = 403, .body = R"({"message":"not by you"})"};
    return Misbehaviour{.status = 200,
                        .body = "http_requests_total{code=\"200\"} " + std::to_string(look * 10)};
  });
  bench.start();
  REQUIRE(bench.executor->submit(job));
  REQUIRE(await_object(bench, "services/" + name_of(job), true));
  add_pod(bench, job, "web-x1");
  bench.api.set_status("web-x1", status(true));
  REQUIRE(serves(bench, "serving"));
  const auto progress = bench.await<Progress>([](const Progress&) { return true; });
  REQUIRE(progress);
  CHECK(progress->report.attempt == attempt_of(job));
  CHECK(progress->report.unit == "requests");
  CHECK(progress->report.done >= 40);
  CHECK(progress->report.what.ends_with("/s"));
  CHECK(progress->report.what != "0.0/s");
  const std::string log = bench.log(job);
  const std::string trouble = "the rate is not known: GET /metrics: ";
  const auto at = log.find(trouble);
  REQUIRE(at != log.npos);
  CHECK(log.substr(at).contains("not by you"));
  CHECK_FALSE(log.substr(at + 1).contains(trouble));
}

TEST_CASE("a page of metrics leads nowhere else in the cluster's API") {
  const Job job = service_job("web", R"(,"metrics":"/../../../secrets","requests":"a")");
  CHECK(plan_service(job, {.owner = "o1"}).error().message.contains("metrics is a path"));
  const Job bad = service_job("web", R"(,"metrics":"/m","requests":"a","node_port":false)");
  auto made = plan_service(bad, {.owner = "o1"}).value().deployment;
  CHECK(read_service(made).value().terms.metrics == "/m");
  std::string text = json::write(made);
  const auto at = text.find("/m");
  text.replace(text.find(R"(\"/m\")"), 6, R"(\"/..\")");
  CHECK(at != text.npos);
  CHECK_FALSE(read_service(json::parse(text).value()));
}

TEST_CASE("a service that is ended while its pod is only about to be made leaves none") {
  Bench bench;
  bench.start();
  const Job job = service_job("web");
  const std::string name = name_of(job);
  REQUIRE(bench.executor->submit(job));
  REQUIRE(await_object(bench, "services/" + name, true));
  // In the foreground: the API takes the removal, and keeps the Deployment until its pods are gone.
  bench.api.misbehave([&](const ApiRequest& request) -> std::optional<Misbehaviour> {
    const bool is_removal = request.method == "DELETE" && request.path.contains("/deployments/");
    if (!is_removal) return std::nullopt;
    CHECK(request.body.contains("Foreground"));
    return Misbehaviour{.status = 200, .body = "{}"};
  });
  const auto is_look = [&](const ApiRequest& request) {
    return request.method == "GET" && request.path.ends_with("/deployments/" + name);
  };
  bench.executor->cancel({.attempt = attempt_of(job), .reason = "nobody needs it"});
  CHECK(bench.api.await([&] { return bench.api.count(is_look) >= 2; }));
  CHECK_FALSE(bench.has_finished(job));
  add_pod(bench, job, "web-x1");
  bench.api.remove("web-x1");
  bench.api.put("deployments/" + name, json::Value());
  CHECK(bench.finished(job).outcome == Outcome::killed);
}

}  // namespace
}  // namespace aiflow::executor::testing
