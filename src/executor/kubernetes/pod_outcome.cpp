// SPDX-License-Identifier: Apache-2.0
#include "executor/kubernetes/pod_outcome.h"

#include <algorithm>

namespace aiflow::executor {
namespace {

using kubernetes::ContainerStatus;
using kubernetes::Pod;
using State = ContainerStatus::State;

constexpr int kKilled = 128 + 9;  ///< by SIGKILL

std::string joined(const std::string& first, const std::string& more) {
  return more.empty() ? first : first + ": " + more;
}

/// Why the cluster ends or has ended the pod as a whole; empty when it does not.
std::string cluster_reason(const Pod& pod) {
  if (pod.reason == "Evicted") return joined("the pod was evicted", pod.message);
  if (pod.reason == "NodeLost") return joined("node '" + pod.node + "' was lost", pod.message);
  if (pod.reason == "DeadlineExceeded") {
    return joined("the pod's active_deadline_seconds have passed", pod.message);
  }
  if (pod.reason == "NodeShutdown" || pod.reason == "Terminated" || pod.reason == "Shutdown") {
    return joined("node '" + pod.node + "' was shut down", pod.message);
  }
  const kubernetes::PodCondition* disruption = pod.condition("DisruptionTarget");
  if (disruption == nullptr || disruption->status != "True") return {};
  const std::string& reason = disruption->reason;
  if (reason == "DeletionByTaintManager" || reason == "DeletionByPodGC") {
    return joined("node '" + pod.node + "' was lost", disruption->message);
  }
  if (reason == "PreemptionByScheduler") {
    return joined("the pod made room for one of higher priority", disruption->message);
  }
  return joined("the pod was evicted", disruption->message);
}

/// Nothing comes from the node any more, which alone could say that the pod has ended.
bool is_node_lost(const Pod& pod) {
  if (pod.phase == "Unknown" || pod.reason == "NodeLost") return true;
  const kubernetes::PodCondition* disruption = pod.condition("DisruptionTarget");
  return pod.is_deleting && disruption != nullptr && disruption->reason == "DeletionByTaintManager";
}

std::string end_of(const ContainerStatus& one) {
  if (one.reason == "OOMKilled") return "out of memory (the container's limit)";
  const std::string code = "exit code " + std::to_string(one.exit_code);
  // containerd 1.6 loses the word of one in sixty with control groups v1 on a busy node.
  const bool is_killed = one.exit_code == kKilled && one.reason == "Error";
  if (is_killed) return code + ": killed, out of memory or from outside (the node does not say)";
  const bool is_plain = one.reason.empty() || one.reason == "Error" || one.reason == "Completed";
  if (is_plain) return code;
  // Else the message is the container's own word.
  const bool is_nodes_word = one.reason == "StartError" || one.reason == "ContainerCannotRun";
  return joined(code + " (" + one.reason + ")", is_nodes_word ? one.message : "");
}

PodVerdict of_container(const Pod& pod, const ContainerStatus& base, const PodTerms& terms) {
  PodVerdict verdict{.outcome = Outcome::success,
                     .exit_code = base.exit_code,
                     .started_at = base.started_at,
                     .ended_at = base.finished_at,
                     .message = base.message};
  if (base.exit_code == 0 && base.reason != "OOMKilled") return verdict;
  verdict.outcome = Outcome::failed;
  verdict.cause = end_of(base);
  if (std::ranges::find(terms.skip_codes, base.exit_code) != terms.skip_codes.end()) {
    verdict.outcome = Outcome::skipped;
    verdict.cause += " means skipped";
    return verdict;
  }
  const std::string why = cluster_reason(pod);
  if (!why.empty()) {
    verdict.cause = why + " (" + end_of(base) + ")";
  } else if (pod.is_deleting) {
    verdict.cause = "the pod was deleted from outside (" + end_of(base) + ")";
  }
  return verdict;
}

/// The pod has failed before its base container did anything.
std::string of_init_containers(const Pod& pod) {
  const ContainerStatus* one = failed_init_container(pod);
  return one == nullptr ? "" : "init container '" + one->name + "' ended with " + end_of(*one);
}

StartTrouble of_waiting(const ContainerStatus& one) {
  using Kind = StartTrouble::Kind;
  if (one.state != State::waiting || one.reason.empty()) return {};
  StartTrouble trouble{.kind = Kind::waits, .words = joined(one.reason, one.message)};
  if (one.reason == "InvalidImageName" || one.reason == "ErrImageNeverPull") {
    trouble.kind = Kind::hopeless;
  }
  // Secrets and volumes that a container needs may come a moment later than it.
  if (one.reason == "ErrImagePull" || one.reason == "ImagePullBackOff" ||
      one.reason == "RegistryUnavailable" || one.reason == "CreateContainerConfigError" ||
      one.reason == "CreateContainerError" || one.reason == "RunContainerError") {
    trouble.kind = Kind::pulling;
  }
  if (one.reason == "ContainerCreating" || one.reason == "PodInitializing") trouble.words.clear();
  return trouble;
}

}  // namespace

bool has_begun(const Pod& pod, const PodTerms& terms) {
  const ContainerStatus* base = pod.container(terms.base);
  return base != nullptr && (base->state == State::running ||
                             (base->state == State::terminated && base->started_at.has_value()));
}

const ContainerStatus* failed_init_container(const Pod& pod) {
  const auto found = std::ranges::find_if(pod.init_containers, [](const ContainerStatus& one) {
    return one.state == State::terminated && one.exit_code != 0;
  });
  return found == pod.init_containers.end() ? nullptr : &*found;
}

std::optional<PodVerdict> judge(const Pod& pod, const PodTerms& terms) {
  const ContainerStatus* base = pod.container(terms.base);
  if (base != nullptr && base->state == State::terminated) return of_container(pod, *base, terms);
  if (pod.phase == "Succeeded") return PodVerdict{.outcome = Outcome::success, .exit_code = 0};
  if (pod.phase != "Failed" && !is_node_lost(pod)) return std::nullopt;
  std::string cause = cluster_reason(pod);
  if (cause.empty()) cause = of_init_containers(pod);
  if (cause.empty() && is_node_lost(pod)) cause = "node '" + pod.node + "' was lost";
  if (cause.empty()) {
    cause = joined("the pod has failed", joined(pod.reason, pod.message));
  }
  return PodVerdict{.outcome = Outcome::failed, .cause = std::move(cause)};
}

PodVerdict judge_gone(const Pod& last, const PodTerms& terms) {
  if (auto verdict = judge(last, terms)) return *std::move(verdict);
  std::string cause = cluster_reason(last);
  if (cause.empty()) cause = "the pod was deleted from outside";
  return {.outcome = Outcome::failed, .cause = std::move(cause)};
}

StartTrouble start_trouble(const Pod& pod) {
  for (const auto* list : {&pod.init_containers, &pod.containers}) {
    for (const ContainerStatus& one : *list) {
      if (StartTrouble trouble = of_waiting(one); !trouble.words.empty()) return trouble;
    }
  }
  const kubernetes::PodCondition* scheduled = pod.condition("PodScheduled");
  if (scheduled != nullptr && scheduled->status == "False") {
    return {.words = joined(scheduled->reason, scheduled->message)};
  }
  return {};
}

std::string seconds_of(Duration d) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
  if (ms % 1000 == 0) return std::to_string(ms / 1000) + "s";
  return std::to_string(ms) + "ms";
}

}  // namespace aiflow::executor
