// SPDX-License-Identifier: Apache-2.0
// Service tasks in a cluster, against an API in memory; the test plays Deployments and nodes.
#include <functional>
#include <latch>
#include <set>
#include <thread>
#include <utility>

#include "executor/kubernetes/testing/service_job.h"

namespace aiflow::executor::testing {
namespace {

TEST_CASE("a service is a Deployment and a Service, and serves when its pod is ready") {
  Bench bench;
  bench.start();
  const Job job = service_job("web");
  const std::string name = name_of(job);
  REQUIRE(bench.executor->submit(job));
  REQUIRE(await_object(bench, "services/" + name, true));
  const std::string deployment = json::write(*bench.api.object("deployments/" + name));
  CHECK(deployment.contains(R"("command":["serve","8080"])"));
  CHECK(deployment.contains(R"("image":"web:1")"));
  CHECK(deployment.contains(R"("httpGet":{"path":"/ready","port":8080,"scheme":"HTTP"})"));
  CHECK(deployment.contains(R"("terminationGracePeriodSeconds":3)"));
  CHECK(deployment.contains(R"("restartPolicy":"Always")"));

  add_pod(bench, job, "web-x1");
  bench.api.set_status("web-x1", status(false));
  REQUIRE(bench.started(job));
  CHECK(serves(bench, "starting"));
  bench.api.set_log("web-x1", "2026-01-01T00:00:00Z hello\n", false);
  bench.api.set_status("web-x1", status(true));
  const auto up = serves(bench, "serving");
  REQUIRE(up);
  REQUIRE(up->value);
  CHECK(up->value->as_string() == "http://" + name + ".default.svc:8080");
  CHECK(bench.api.await([&] { return bench.log(job).contains("hello"); }));

  bench.api.set_status("web-x1", status(false, 1));
  CHECK(serves(bench, "degraded")->cause.contains("it is not ready (started 2 times)"));
  bench.api.set_status("web-x1", status(true, 1));
  CHECK(serves(bench, "serving"));

  // It is ended, by its Deployment and not by its pod.
  bench.executor->cancel({.attempt = attempt_of(job), .reason = "nobody needs it"});
  CHECK(await_object(bench, "deployments/" + name, false));
  CHECK(await_object(bench, "services/" + name, false));
  CHECK_FALSE(bench.has_finished(job));
  bench.api.remove("web-x1");
  const auto report = bench.finished(job);
  CHECK(report.outcome == Outcome::killed);
  CHECK(report.cause == "nobody needs it");
}

TEST_CASE("a service that is not ready in time has failed, and leaves nothing") {
  Bench bench;
  bench.start();
  const Job job = service_job("web", R"(,"ready_timeout":0.5)");
  REQUIRE(bench.executor->submit(job));
  REQUIRE(await_object(bench, "services/" + name_of(job), true));
  const auto report = bench.finished(job);
  CHECK(report.outcome == Outcome::failed);
  CHECK(report.cause.contains("has not served for"));
  CHECK(await_object(bench, "deployments/" + name_of(job), false));
}

TEST_CASE("a Deployment that somebody deletes is a failure of the service") {
  Bench bench;
  bench.start();
  const Job job = service_job("web");
  REQUIRE(bench.executor->submit(job));
  REQUIRE(await_object(bench, "services/" + name_of(job), true));
  bench.api.put("deployments/" + name_of(job), json::Value());
  CHECK(bench.finished(job).cause == "its Deployment was deleted from outside");
}

TEST_CASE("a server that starts again goes on with its services, and removes those of nobody") {
  Bench bench;
  bench.start();
  const Job held = service_job("held");
  const Job old = service_job("old");
  for (const Job& job : {held, old}) {
    REQUIRE(bench.executor->submit(job));
    REQUIRE(await_object(bench, "services/" + name_of(job), true));
  }
  add_pod(bench, held, "held-x1");
  bench.hold(held, true);
  bench.start();
  CHECK(await_object(bench, "deployments/" + name_of(old), false));
  bench.api.set_status("held-x1", status(false));
  CHECK(serves(bench, "degraded"));  // and not starting
  bench.api.set_status("held-x1", status(true));
  CHECK(serves(bench, "serving"));
  CHECK(bench.await<StillRunning>(
      [&](const StillRunning& one) { return one.attempts == std::vector{attempt_of(held)}; }));
  CHECK_FALSE(bench.has_finished(held));
  CHECK(bench.api.object("deployments/" + name_of(held)));
}

TEST_CASE("a service for users outside of the cluster has a port of its node as its address") {
  Bench bench;
  bench.start();
  const Job job = service_job("web", R"(,"node_port":true)");
  const std::string name = name_of(job);
  REQUIRE(bench.executor->submit(job));
  REQUIRE(await_object(bench, "services/" + name, true));
  json::Value service = *bench.api.object("services/" + name);
  CHECK(service.find("spec")->find("type")->as_string() == "NodePort");
  bench.api.put("services/" + name,
                json::parse(R"({"spec":{"ports":[{"port":8080,"nodePort":30123}]}})").value());
  add_pod(bench, job, "web-x1");
  bench.api.set_status("web-x1", status(true));
  const auto up = serves(bench, "serving");
  REQUIRE(up);
  CHECK(up->cause == "serving: http://10.9.8.7:30123");
  CHECK(up->value == json::Value("http://10.9.8.7:30123"));
}

TEST_CASE("a service that is ended before it has a pod is removed before it counts as ended") {
  // Its end comes while the API thinks about its pods.
  std::latch asked(1);
  std::latch ended(1);
  Bench bench;
  bench.api.misbehave(
      [&, is_first = true](const ApiRequest& request) mutable -> std::optional<Misbehaviour> {
        if (!request.is_list() || !request.has(kServiceLabel)) return std::nullopt;
        if (std::exchange(is_first, false)) {
          asked.count_down();
          ended.wait();
        }
        return std::nullopt;
      });
  bench.start();
  const Job job = service_job("web");
  REQUIRE(bench.executor->submit(job));
  asked.wait();
  bench.executor->cancel({.attempt = attempt_of(job), .reason = "enough"});
  ended.count_down();
  CHECK(bench.finished(job).outcome == Outcome::killed);
  CHECK_FALSE(bench.api.object("deployments/" + name_of(job)));
  CHECK_FALSE(bench.api.object("services/" + name_of(job)));
}

TEST_CASE("another pod and another start of the same count as starts of the service") {
  Bench bench;
  bench.start();
  const Job job = service_job("web");
  REQUIRE(bench.executor->submit(job));
  REQUIRE(await_object(bench, "services/" + name_of(job), true));
  add_pod(bench, job, "web-x1");
  bench.api.set_status("web-x1", status(true, 1));
  REQUIRE(serves(bench, "serving")->cause.ends_with("(started 2 times)"));
  bench.api.remove("web-x1");
  CHECK(serves(bench, "degraded")->cause.contains("it has no pod"));
  add_pod(bench, job, "web-x2");
  bench.api.set_status("web-x2", status(true));
  CHECK(serves(bench, "serving")->cause.ends_with("(started 3 times)"));
}

TEST_CASE("a service over its execution_timeout has failed") {
  Bench bench;
  bench.start();
  Job job = service_job("web");
  job.execution_timeout_ms = 500;
  REQUIRE(bench.executor->submit(job));
  REQUIRE(await_object(bench, "services/" + name_of(job), true));
  add_pod(bench, job, "web-x1");
  bench.api.set_status("web-x1", status(true));
  REQUIRE(serves(bench, "serving"));
  CHECK(await_object(bench, "deployments/" + name_of(job), false));
  bench.api.remove("web-x1");
  const auto report = bench.finished(job);
  CHECK(report.outcome == Outcome::failed);
  CHECK(report.cause == "timed out after 500ms");
}

TEST_CASE("a service that the cluster refuses has failed with its words") {
  Bench bench;
  // Nor may we see what is there.
  refuse(bench, [](const ApiRequest& request) {
    return request.method == "POST" || request.has(kServiceLabel);
  });
  bench.start();
  const Job job = service_job("web");
  REQUIRE(bench.executor->submit(job));
  const auto report = bench.finished(job);
  CHECK(report.outcome == Outcome::failed);
  CHECK(report.cause.contains("the cluster takes no such service"));
  CHECK(report.cause.contains("not by you"));
}

TEST_CASE("a Service that may not be removed leaves no Deployment, and is named in the cause") {
  Bench bench;
  bench.start();
  const Job job = service_job("web");
  REQUIRE(bench.executor->submit(job));
  REQUIRE(await_object(bench, "services/" + name_of(job), true));
  refuse(bench, [](const ApiRequest& request) {
    return request.method == "DELETE" && request.path.contains("/services/");
  });
  bench.executor->cancel({.attempt = attempt_of(job), .reason = "enough"});
  const auto report = bench.finished(job);
  CHECK(report.cause.starts_with("enough; its Service stays: "));
  CHECK(report.cause.contains("not by you"));
  CHECK_FALSE(bench.api.object("deployments/" + name_of(job)));
}

TEST_CASE("a list of Deployments that is refused for a moment loses no service") {
  Bench bench;
  bench.start();
  const Job held = service_job("held");
  REQUIRE(bench.executor->submit(held));
  REQUIRE(await_object(bench, "services/" + name_of(held), true));
  add_pod(bench, held, "held-x1");
  bench.hold(held, true);
  refuse(
      bench,
      [](const ApiRequest& request) {
        return request.method == "GET" && request.path.ends_with("/deployments");
      },
      401, 2);
  bench.start();
  bench.api.set_status("held-x1", status(true));
  CHECK(serves(bench, "serving"));
  CHECK_FALSE(bench.has_finished(held));
}

TEST_CASE("a Deployment whose ids nobody knows is removed, and writes no end into a log") {
  Bench bench;
  bench.start();
  const Job strange = service_job("strange");
  REQUIRE(bench.executor->submit(strange));
  REQUIRE(await_object(bench, "services/" + name_of(strange), true));
  bench.start();  // and the database has no such attempt
  CHECK(await_object(bench, "deployments/" + name_of(strange), false));
  CHECK(bench.finished(strange).outcome == Outcome::killed);
  CHECK_FALSE(bench.log(strange).contains("ended"));
}

TEST_CASE("a port of the node that nobody tells is a trouble of the service") {
  Bench bench;
  refuse(bench, [](const ApiRequest& request) {
    return request.method == "GET" && request.path.contains("/services/");
  });
  bench.start();
  const Job job = service_job("web", R"(,"node_port":true,"ready_timeout":0.5)");
  REQUIRE(bench.executor->submit(job));
  REQUIRE(await_object(bench, "services/" + name_of(job), true));
  add_pod(bench, job, "web-x1");
  bench.api.set_status("web-x1", status(true));
  CHECK(await_object(bench, "deployments/" + name_of(job), false));
  bench.api.remove("web-x1");
  CHECK(bench.finished(job).cause.contains("its node port is not known: "));
}

TEST_CASE("answers that are lost while a service is made are no trouble") {
  Bench bench;
  bench.api.misbehave([lost = std::set<std::string>()](
                          const ApiRequest& request) mutable -> std::optional<Misbehaviour> {
    if (request.method != "POST" || !lost.insert(request.path).second) return std::nullopt;
    return Misbehaviour{.status = 0, .after = true};
  });
  bench.start();
  const Job job = service_job("web");
  REQUIRE(bench.executor->submit(job));
  REQUIRE(await_object(bench, "services/" + name_of(job), true));
  add_pod(bench, job, "web-x1");
  bench.api.set_status("web-x1", status(true));
  CHECK(serves(bench, "serving"));
}

TEST_CASE("secrets of a service are masked in its log and its causes, after a restart too") {
  Job job = service_job("web");
  job.executor_config->set("env_vars", json::object({{"API_TOKEN", "hush hush"}}));
  const auto plan = plan_service(job, {.owner = "o1"});
  REQUIRE(plan);
  CHECK(plan->terms.masks == std::vector<std::string>{"hush hush"});
  CHECK(read_service(plan->deployment)->terms.masks == plan->terms.masks);
  Bench bench;
  bench.start();
  REQUIRE(bench.executor->submit(job));
  REQUIRE(await_object(bench, "deployments/" + plan->name.name, true));
  add_pod(bench, job, "web-pod");
  bench.api.set_log("web-pod", "2026-01-01T00:00:00Z it is hush hush\n", false);
  bench.api.set_status("web-pod", status(true));
  CHECK(bench.api.await([&] { return bench.log(job).contains("] it is ***\n"); }));
  bench.api.set_status("web-pod", R"({"phase":"Pending","containerStatuses":[{"name":"base",
      "state":{"waiting":{"reason":"CreateContainerError","message":"no hush hush"}}}]})");
  const auto down = serves(bench, "degraded");
  REQUIRE(down);
  CHECK(down->cause.contains("no ***"));
  bench.executor->cancel({.attempt = attempt_of(job), .reason = "hush hush"});
  CHECK(await_object(bench, "deployments/" + plan->name.name, false));
  bench.api.remove("web-pod");
  CHECK(bench.finished(job).cause == "***");
  CHECK_FALSE(bench.log(job).contains("hush"));
}

TEST_CASE("a namespace that the account does not see is refused, for services and for pods") {
  Bench bench;
  refuse(bench, [](const ApiRequest& request) {
    return request.path == "/api/v1/pods" || request.path == "/apis/apps/v1/deployments";
  });
  bench.start();
  REQUIRE(bench.api.await([&] {
    return bench.api.count([](const ApiRequest& one) {
      return one.path == "/api/v1/namespaces/default/pods";
    }) > 0;
  }));
  Job job = service_job("web");
  job.executor_config->set("namespace", "other");
  REQUIRE(bench.executor->submit(job));
  CHECK(bench.finished(job).cause.contains("sees namespace 'default' alone, not 'other'"));
  const Job pod = pod_job("pod", R"(,"namespace":"other")");
  REQUIRE(bench.executor->submit(pod));
  CHECK(bench.finished(pod).cause.contains("sees namespace 'default' alone, not 'other'"));
  CHECK(bench.api.count([](const ApiRequest& one) { return one.path.contains("/other/"); }) == 0);
}

TEST_CASE("why a service has no pod is in its log, and in its cause when it ends for that") {
  Bench bench;
  bench.start();
  const Job job = service_job("web", R"(,"ready_timeout":0.5)");
  const std::string name = name_of(job);
  REQUIRE(bench.executor->submit(job));
  REQUIRE(await_object(bench, "services/" + name, true));
  json::Value stuck = *bench.api.object("deployments/" + name);
  stuck.set("status", json::parse(R"({"conditions":[{"type":"Available","message":"no"},
      {"type":"ReplicaFailure","status":"True","message":"exceeded quota: small"}]})")
                          .value());
  bench.api.put("deployments/" + name, stuck);
  CHECK(bench.api.await([&] {
    return bench.log(job).contains("aiflow: waiting: it has no pod: exceeded quota: small");
  }));
  CHECK(bench.finished(job).cause.contains("exceeded quota: small"));
}

TEST_CASE("an API that wants to be left alone is") {
  Bench bench;
  const auto is_make = [](const ApiRequest& request) {
    return request.method == "POST" && request.path.ends_with("/deployments");
  };
  bench.api.misbehave([=](const ApiRequest& request) -> std::optional<Misbehaviour> {
    if (!is_make(request)) return std::nullopt;
    return Misbehaviour{.status = 429, .headers = "Retry-After: 60\r\n"};
  });
  bench.start();
  REQUIRE(bench.executor->submit(service_job("web")));
  REQUIRE(bench.api.await([&] { return bench.api.count(is_make) > 0; }));
  std::this_thread::sleep_for(200ms);  // ten looks
  CHECK(bench.api.count(is_make) == 1);
}

TEST_CASE("a Service that somebody deletes ends its task; an address of IPv6 has brackets") {
  Bench bench;
  bench.start();
  const Job job = service_job("web", R"(,"node_port":true)");
  const std::string name = name_of(job);
  REQUIRE(bench.executor->submit(job));
  REQUIRE(await_object(bench, "services/" + name, true));
  json::Value service = *bench.api.object("services/" + name);
  service.set("spec", json::parse(R"({"ports":[{"port":8080,"nodePort":30080}]})").value());
  bench.api.put("services/" + name, service);
  add_pod(bench, job, "web-x1");
  std::string there = status(true);
  there.replace(there.find("10.9.8.7"), 8, "fd00::7");
  bench.api.set_status("web-x1", there);
  const auto up = serves(bench, "serving");
  REQUIRE(up);
  CHECK(up->cause.contains("http://[fd00::7]:30080"));
  bench.api.put("services/" + name, json::Value());
  CHECK(await_object(bench, "deployments/" + name, false));
  bench.api.remove("web-x1");
  CHECK(bench.finished(job).cause.contains("its Service was deleted from outside"));
}

TEST_CASE("a long list of Deployments comes in pages, and no service is lost between them") {
  Bench bench;
  bench.start();
  const Job held = service_job("held");
  REQUIRE(bench.executor->submit(held));
  REQUIRE(await_object(bench, "services/" + name_of(held), true));
  add_pod(bench, held, "held-x1");
  bench.hold(held, true);
  bench.api.misbehave([](const ApiRequest& request) -> std::optional<Misbehaviour> {
    const bool is_first = request.method == "GET" && request.path.ends_with("/deployments") &&
                          !request.has("continue=next%20page");
    if (!is_first) return std::nullopt;
    return Misbehaviour{.status = request.has("limit=") ? 200 : 500,
                        .body = R"({"metadata":{"continue":"next page"},"items":[]})"};
  });
  bench.start();
  bench.api.set_status("held-x1", status(true));
  CHECK(serves(bench, "serving"));
  CHECK_FALSE(bench.has_finished(held));
}

TEST_CASE("the log of a service is read on after an outage of any length") {
  Bench bench;
  bench.api.misbehave(
      [left = 40](const ApiRequest& request) mutable -> std::optional<Misbehaviour> {
        if (!request.path.ends_with("/log") || left-- <= 0) return std::nullopt;
        return Misbehaviour{.status = 503, .headers = "Retry-After: 0\r\n"};
      });
  bench.start();
  const Job job = service_job("web");
  REQUIRE(bench.executor->submit(job));
  REQUIRE(await_object(bench, "services/" + name_of(job), true));
  add_pod(bench, job, "web-x1");
  bench.api.set_log("web-x1", "2026-01-01T00:00:00Z here again\n", false);
  bench.api.set_status("web-x1", status(true));
  CHECK(bench.api.await([&] { return bench.log(job).contains("] here again\n"); }));
}

TEST_CASE("the pods of a service have the annotations that its task names") {
  Job job = service_job("web");
  job.executor_config->set("annotations", json::object({{"team", "vision"}}));
  const auto plan = plan_service(job, {.owner = "o1"});
  REQUIRE(plan);
  const std::string pods = json::write(*plan->deployment.find("spec")->find("template"));
  CHECK(pods.contains(R"("team":"vision")"));
  CHECK_FALSE(pods.contains(kAttemptAnnotation));
}

}  // namespace
}  // namespace aiflow::executor::testing
