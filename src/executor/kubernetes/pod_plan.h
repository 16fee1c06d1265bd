// SPDX-License-Identifier: Apache-2.0
// What pod an attempt gets. In: the job, with what its operator or executor_config wishes in
// Airflow's words (docs/guide/kubernetes.md); out: a manifest. Pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "executor/job.h"
#include "kubernetes/pod.h"

namespace aiflow::executor {

/// Labels and the annotation that our pods have.
inline constexpr const char* kOwnerLabel = "aiflow.dev/owner";  ///< which AIflow made it
inline constexpr const char* kDoneLabel = "aiflow.dev/done";    ///< "true": stored, only kept
inline constexpr const char* kAttemptAnnotation = "aiflow.dev/attempt";
/// The SDK in its config map.
inline constexpr const char* kSdkFile = "sdk.zip";

/// Which finished pods stay in the cluster.
enum class KeepPods { none, failed, all };

/// What is needed to follow a pod to its end; it stands in the pod's annotation, so that a server
/// that starts again has it too.
struct PodTerms {
  std::string base = "base";                           ///< the container whose end is the attempt's
  Duration startup_limit = std::chrono::seconds(120);  ///< until the base container runs
  std::optional<Duration> time_limit{};                ///< from then on
  bool wants_xcom = false;   ///< its termination message is the return value
  bool xcom_of_log = false;  ///< the last line of its log is
  bool speaks = false;       ///< its log has the task's own words of its end (aiflow.pod_task)
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
  /// What a Python task needs to run, name to text; null: nothing. It becomes a secret of the pod's
  /// name that goes with the pod.
  json::Value files{};
};

/// What a cluster gives to pods that do not say otherwise.
struct PodDefaults {
  std::string owner;  ///< of kOwnerLabel
  std::string space = "default";
  std::string image{};  ///< for bash and Python tasks; empty: they have to name one
  /// For Python tasks: the config map with the SDK, how pods reach the server (empty: they cannot),
  /// and how a DAG file is read.
  std::string sdk_config_map{};
  std::function<std::string()> server_url{};
  std::function<Result<std::string>(const std::string& path)> read_dag_file{};
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
