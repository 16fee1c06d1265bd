// SPDX-License-Identifier: Apache-2.0
// How a service task in a cluster ends: what is removed in which order, and when nothing is left.
#include <algorithm>
#include <utility>

#include "executor/kubernetes/detail/service_paths.h"
#include "executor/kubernetes/detail/service_tasks.h"
#include "executor/kubernetes/log_mask.h"

namespace aiflow::executor::detail {
namespace {

/// Beyond the grace, for a node that says nothing.
constexpr auto kRemovalPatience = std::chrono::seconds(30);
}  // namespace

/// Repeated until the API has neither. The Deployment goes last: by it another server would find
/// what is left of both.
void ServiceTasks::remove(Service& service) {
  const auto gone = [](const kubernetes::Response& response) {
    return response.ok() || response.status == kNotFound;
  };
  const auto remove_deployment = [this, gone](Service& one) {
    ask(one,
        {.method = "DELETE",
         .path = deployments(one.name) + "/" + one.name.name,
         .body = R"({"propagationPolicy":"Foreground"})"},
        [this, gone](Service& same, const kubernetes::Response& response) {
          if (!gone(response)) return refused_removal(same, response);
          same.is_removed = true;
          same.removed_at = parts_.clock.steady_now();
          check_gone(same);
        });
  };
  if (service.terms.port == 0) return remove_deployment(service);
  ask(service, {.method = "DELETE", .path = services(service.name) + "/" + service.name.name},
      [this, gone, remove_deployment](Service& one, const kubernetes::Response& response) {
        if (response.is_passing()) return;  // asked again at the next tick
        // One that may not be removed keeps no Deployment running.
        if (!gone(response)) keep_in_mind(one, "its Service stays: " + response.trouble);
        remove_deployment(one);
      });
}

/// One that may not be removed does not keep its run for ever.
void ServiceTasks::refused_removal(Service& service, const kubernetes::Response& response) {
  const bool is_late = parts_.clock.steady_now() - service.ending_at >= kRemovalPatience;
  if (response.is_passing() || !is_late) return;
  keep_in_mind(service, "the cluster does not remove it: " + response.trouble);
  finish(service);
}

/// In the cause of its end, once.
void ServiceTasks::keep_in_mind(Service& service, const std::string& trouble) {
  const LogMask mask(service.terms.masks);
  const std::string words = mask.masked(trouble);  // before it is cut, inside of a secret perhaps
  if (service.ending.contains(words)) return;
  service.ending = mask.masked(service.ending) + "; " + words;
  cut(service.ending);
}

/// Longer than its pod may take to end.
bool ServiceTasks::is_late(const Service& service) const {
  return service.phase == Phase::ending && service.is_removed &&
         parts_.clock.steady_now() - service.removed_at >=
             std::max(service.grace, service.terms.stop_grace) + kRemovalPatience;
}

/// Removed in the foreground, the Deployment stays until its pods are gone, those too that were
/// only about to be made when it was asked for.
void ServiceTasks::check_gone(Service& service) {
  ask(service, {.path = deployments(service.name) + "/" + service.name.name},
      [this](Service& one, const kubernetes::Response& response) {
        if (one.phase != Phase::ending) return;
        const bool may_be_there = response.ok() || response.is_passing();
        if (!may_be_there || is_late(one)) ask_pods(one);
      });
}

void ServiceTasks::finish(Service& service) {
  service.ending = LogMask(service.terms.masks).masked(service.ending);
  if (!service.pod.empty()) parts_.logs.stop({service.name.space, service.pod});
  service.phase = Phase::ended;
  service.seq = ++next_seq_;
  if (service.is_ours) {
    parts_.logs.note({service.name.space, service.name.name}, service.terms.attempt,
                     "ended: " + service.ending);
  }
  wire::Finished report;
  report.seq = service.seq;
  report.attempt = service.terms.attempt;
  report.outcome = service.outcome;
  report.cause = service.ending;
  report.ended_at = parts_.clock.now();
  report.started_at = service.is_begun ? service.begun_at : report.ended_at;
  parts_.report(Finished{.receipt = {.worker = parts_.worker, .seq = service.seq},
                         .report = std::move(report)});
}

}  // namespace aiflow::executor::detail
