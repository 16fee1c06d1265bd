// SPDX-License-Identifier: Apache-2.0
// How many requests a service in a cluster answers: its own counter, read through the cluster's
// API. Pure; the same rules as sdk/python/aiflow/operators/service_rate.py has for processes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "executor/kubernetes/pod_plan.h"

namespace aiflow::executor {

struct ServiceTerms;

/// A path below the service and nothing else: it becomes a part of a path of the cluster's API,
/// with the server's own rights. "/" and segments of letters, digits, '-', '_', '.' and '~', none
/// of them "." or "..".
[[nodiscard]] bool is_metrics_path(std::string_view path);

/// Where the API passes a request on to the service's page. Only for terms with a metrics path.
[[nodiscard]] std::string metrics_url(const PodName& name, const ServiceTerms& terms);

/// The sum of a metric over its labels, in Prometheus' text format (version 0.0.4).
/// Errors: not_found, invalid_argument (a value that is no number).
[[nodiscard]] Result<double> sum_of_metric(std::string_view text, std::string_view name);

/// Of a counter that is looked at again and again.
class ServiceRate {
 public:
  /// In requests a second, when it differs from what was said last: "12.5/s". A counter that is
  /// smaller than before counts from the start of its process, and says nothing.
  [[nodiscard]] std::optional<std::string> take(SteadyTime now, double requests);

 private:
  std::optional<double> requests_;
  SteadyTime at_{};
  std::string said_{};
};

}  // namespace aiflow::executor
