// SPDX-License-Identifier: Apache-2.0
// What pod an attempt gets. In: the job, with what its operator or executor_config wishes in
// Airflow's words (docs/guide/kubernetes.md); out: a manifest. Pure.
#pragma once

#include <string>
#include <vector>

#include "executor/job.h"
#include "kubernetes/pod.h"

namespace aiflow::executor {

/// Labels and the annotation that our pods have.
inline constexpr const char* kOwnerLabel = "aiflow.dev/owner";  ///< which AIflow made it
inline constexpr const char* kDoneLabel = "aiflow.dev/done";    ///< "true": stored, only kept
inline constexpr const char* kAttemptAnnotation = "aiflow.dev/attempt";

/// Which finished pods stay in the cluster.
enum class KeepPods { none, failed, all };

/// What is needed to follow a pod to its end; it stands in the pod's annotation, so that a server
/// that starts again has it too.
struct PodTerms {
  std::string base = "base";                           ///< the container whose end is the attempt's
  Duration startup_limit = std::chrono::seconds(120);  ///< until the base container runs
  std::optional<Duration> time_limit{};                ///< from then on
  bool wants_xcom = false;         ///< its termination message is the return value
  bool xcom_of_log = false;        ///< the last line of its log is
  bool is_told_to_worker = false;  ///< the task goes on in Python with the pod's end: callbacks
  KeepPods keep = KeepPods::none;
  std::vector<std::int64_t> skip_codes{};  ///< exit codes that mean skipped
  bool operator==(const PodTerms&) const = default;
};

struct PodName {
  std::string space;
  std::string name;
  auto operator<=>(const PodName&) const = default;
};

struct PodPlan {
  PodName pod;
  json::Value manifest;
  PodTerms terms;
};

/// What a cluster gives to pods that do not say otherwise.
struct PodDefaults {
  std::string owner;  ///< of kOwnerLabel
  std::string space = "default";
  std::string image{};  ///< for bash tasks; empty: they have to name one
};

/// Errors: invalid_argument, in words for the author of the DAG.
[[nodiscard]] Result<PodPlan> plan_pod(const Job& job, const PodDefaults& defaults);

struct PodOwnerNote {
  Attempt attempt;
  PodTerms terms;
};
/// What plan_pod wrote into the annotation. Errors: invalid_argument, also when there is none.
[[nodiscard]] Result<PodOwnerNote> read_note(const kubernetes::Pod& pod);

}  // namespace aiflow::executor
