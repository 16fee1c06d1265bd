// SPDX-License-Identifier: Apache-2.0
// A service task and what a cluster makes of it, for the tests.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "executor/kubernetes/service_plan.h"
#include "executor/kubernetes/testing/bench.h"

namespace aiflow::executor::testing {

inline Job service_job(const std::string& task, const std::string& more = "") {
  Job job = test_job(task);
  job.operator_ = "python";
  job.executor = "kubernetes";
  job.executor_config = json::object({{"image", "web:1"}});
  const std::string service =
      R"({"command":["serve","8080"],"port":8080,"health":"/ready","stop_grace":3)" + more + "}";
  job.payload = json::object({{"service", json::parse(service).value()}});
  return job;
}

inline std::string name_of(const Job& job) {
  return plan_service(job, {.owner = "o1"}).value().name.name;
}

/// The Deployment makes its pod.
inline void add_pod(Bench& bench, const Job& job, const std::string& pod) {
  bench.api.add(R"({"metadata":{"name":")" + pod + R"(","namespace":"default","labels":{")" +
                std::string(kServiceLabel) + R"(":")" + name_of(job) +
                R"("}},"spec":{"containers":[{"name":"base"}]},"status":{"phase":"Pending"}})");
}

inline std::string status(bool ready, int restarts = 0) {
  return R"({"phase":"Running","hostIP":"10.9.8.7","conditions":[{"type":"Ready","status":")" +
         std::string(ready ? "True" : "False") +
         R"("}],"containerStatuses":[{"name":"base","restartCount":)" + std::to_string(restarts) +
         R"(,"state":{"running":{"startedAt":"2026-01-01T00:00:00Z"}}}]})";
}

inline std::optional<Serves> serves(Bench& bench, const std::string& state) {
  return bench.await<Serves>([&](const Serves& one) { return one.state == state; });
}

inline bool await_object(Bench& bench, const std::string& name, bool there) {
  return bench.api.await([&] { return bench.api.object(name).has_value() == there; });
}

/// The API answers `which` requests with that status, in its own words, `times` times.
inline void refuse(Bench& bench, std::function<bool(const ApiRequest&)> which, int status = 403,
                   int times = 1000) {
  bench.api.misbehave([which = std::move(which), status,
                       times](const ApiRequest& request) mutable -> std::optional<Misbehaviour> {
    if (!which(request) || times-- <= 0) return std::nullopt;
    return Misbehaviour{.status = status, .body = R"({"kind":"Status","message":"not by you"})"};
  });
}

}  // namespace aiflow::executor::testing
