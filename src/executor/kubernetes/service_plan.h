// SPDX-License-Identifier: Apache-2.0
// What an attempt of a service task gets in a cluster: a Deployment of one pod, which the cluster
// starts again, and a Service, which gives it an address. Pure.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "executor/job.h"
#include "executor/kubernetes/pod_plan.h"

namespace aiflow::executor {

/// Tells the pods of a Deployment of ours; its value is the Deployment's name.
inline constexpr const char* kServiceLabel = "aiflow.dev/service";

/// What is needed to follow it to its end; it stands in the Deployment's annotation.
struct ServiceTerms {
  Attempt attempt;
  std::string base = "base";  ///< the container that serves
  std::string scheme = "http";
  std::int64_t port = 0;                             ///< 0: it listens nowhere
  bool has_node_port = false;                        ///< its users are outside of the cluster
  Duration ready_limit = std::chrono::seconds(120);  ///< it fails after not serving for so long
  Duration stop_grace = std::chrono::seconds(10);
  std::optional<Duration> time_limit{};
  std::vector<std::string> masks{};  ///< secrets that must not stand in its log
  std::string metrics{};             ///< the path of its page of metrics; empty: it has none
  std::string requests{};            ///< its counter there
};

struct ServicePlan {
  PodName name;  ///< of both
  json::Value deployment;
  json::Value service{};  ///< null: it listens nowhere
  ServiceTerms terms;
};

/// The job is that of a service task, with all its templates rendered.
[[nodiscard]] bool is_service(const Job& job);

/// Errors: invalid_argument, in words for the author of the DAG.
[[nodiscard]] Result<ServicePlan> plan_service(const Job& job, const PodDefaults& defaults);

struct ServiceThere {
  PodName name;
  ServiceTerms terms;
  WallTime made_at{};  ///< the epoch when the API does not say it
};
/// A Deployment that plan_service made, as the API gives it. Errors: invalid_argument.
[[nodiscard]] Result<ServiceThere> read_service(const json::Value& deployment);

}  // namespace aiflow::executor
