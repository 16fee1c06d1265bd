// SPDX-License-Identifier: Apache-2.0
// What pod an attempt gets. In: the job, with what its operator or executor_config wishes in
// Airflow's words (docs/guide/kubernetes.md); out: a manifest. Pure.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "executor/job.h"
#include "kubernetes/pod.h"

namespace aiflow::executor {

/// Labels and the annotation that our pods have.
inline constexpr const char* kOwnerLabel = "aiflow.dev/owner";  ///< which AIflow made it
inline constexpr const char* kDoneLabel = "aiflow.dev/done";    ///< "true": stored, only kept
inline constexpr const char* kAttemptAnnotation = "aiflow.dev/attempt";
/// Tells the file of the XCom when the base container has ended.
inline constexpr const char* kXComContainer = "aiflow-xcom";
/// The SDK in its config map.
inline constexpr const char* kSdkFile = "sdk.zip";
/// The DAG's files in theirs.
inline constexpr const char* kDagFilesKey = "files";

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
  /// Its XCom is read and told by a container of ours beside it (kXComContainer).
  bool has_xcom_reader = false;
  /// The pod's own time from SIGTERM to SIGKILL, where it says one.
  std::optional<Duration> grace{};
  std::vector<std::string> masks{};  ///< secrets that must not stand in its log
  KeepPods keep = KeepPods::none;
  std::vector<std::int64_t> skip_codes{};  ///< exit codes that mean skipped
  bool operator==(const PodTerms&) const = default;
};

struct PodName {
  std::string space;
  std::string name;
  auto operator<=>(const PodName&) const = default;
};

/// The files of a DAG folder, packed for aiflow.pod_task (docs/decisions/0022).
struct DagFiles {
  std::string name;                           ///< of the config map: the same for the same files
  std::shared_ptr<const std::string> packed;  ///< at most kDagFilesBytesMax
  std::string dag_file;                       ///< the job's, as seen from the folder
};
/// What fits into a config map, with its name and owners.
inline constexpr std::size_t kDagFilesBytesMax = 1'000'000;

struct PodPlan {
  PodName pod;
  json::Value manifest;
  PodTerms terms;
  /// What a Python task alone needs to run, name to text; null: nothing. It becomes a secret of the
  /// pod's name that goes with the pod.
  json::Value files{};
  std::optional<DagFiles> dag_files{};  ///< what it shares with others
};

/// What a cluster gives to pods that do not say otherwise.
struct PodDefaults {
  std::string owner;  ///< of kOwnerLabel
  std::string space = "default";
  /// For bash and Python tasks, and for kXComContainer; empty: they have to name one.
  std::string image{};
  /// For Python tasks: the config map with the SDK, how pods reach the server (empty: they cannot),
  /// and the files of the folder that a DAG file is in.
  std::string sdk_config_map{};
  std::function<std::string()> server_url{};
  /// PEM of the server's certificate, when it has signed it itself; empty: the image's authorities.
  std::string server_certificate{};
  std::function<Result<DagFiles>(const std::string& dag_file)> dag_files{};
};

/// Appends the texts of a list. Errors: invalid_argument that names it.
Status read_texts(std::vector<std::string>& texts, const json::Value& from, const char* what);

/// Errors: invalid_argument, in words for the author of the DAG.
[[nodiscard]] Result<PodPlan> plan_pod(const Job& job, const PodDefaults& defaults);

struct PodOwnerNote {
  Attempt attempt;
  PodTerms terms;
};
/// What plan_pod wrote into the annotation. Errors: invalid_argument, also when there is none.
[[nodiscard]] Result<PodOwnerNote> read_note(const kubernetes::Pod& pod);

}  // namespace aiflow::executor
