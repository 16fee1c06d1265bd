// SPDX-License-Identifier: Apache-2.0
// From a wish in Airflow's words to a pod manifest. Pure; private to pod_plan.cpp.
#pragma once

#include "executor/kubernetes/pod_plan.h"

namespace aiflow::executor {

/// The kind of KubernetesPodOperator.
inline constexpr const char* kPodOperator = "kubernetes_pod";

namespace detail {

inline constexpr const char* kXComPath = "/airflow/xcom/return.json";

/// The operator's arguments: as the DAG file has them, or as a worker has rendered them for this
/// attempt.
[[nodiscard]] const json::Value& arguments_of(const Job& job);
/// A wish for a whole pod, null when the job is a task of its own kind that a pod is to run.
[[nodiscard]] const json::Value* pod_wish_of(const Job& job);

/// A bash task whose command is known.
[[nodiscard]] bool is_bash(const Job& job);
/// A service task whose command is known: the object that says how it serves; null: none.
[[nodiscard]] const json::Value* service_of(const Job& job);
/// Adds what makes the container run it. Errors: invalid_argument.
[[nodiscard]] Status add_service(json::Value& wish, const json::Value& service);
/// Adds what makes the container run it. Errors: invalid_argument.
[[nodiscard]] Status add_bash(json::Value& wish, const Job& job);
/// The same of any other task, by the SDK. Errors: unavailable, when there is none.
[[nodiscard]] Status add_python(json::Value& wish, const PodDefaults& defaults);
/// Job and token of a Python task, name to text; its DAG file as seen from its folder.
[[nodiscard]] json::Value files_of(const Job& job, const std::string& dag_file);

/// Template, whole spec and single arguments over each other; the container `base` is in it.
/// Errors: invalid_argument.
[[nodiscard]] Result<json::Value> manifest_of(const json::Value& wish, const std::string& base);

/// Works on what manifest_of made.
class Manifest {
 public:
  Manifest(json::Value& manifest, const std::string& base) : manifest_(manifest), base_(base) {}

  [[nodiscard]] std::string space(const std::string& otherwise) const;
  /// Limits, node labels and user of the task, where the pod does not say its own.
  void add_place(const Job& job);
  /// Only what is about the run; the worker's paths mean nothing in a pod.
  [[nodiscard]] Status add_environment(const std::map<std::string, std::string>& all);
  void set_message_path(const std::string& path);
  /// A container that ends after the base one and tells the file of the XCom in its log.
  void add_xcom_reader(const std::string& image);
  void mount_files(const std::string& secret, const std::string& sdk_config_map,
                   const std::string& dag_config_map);
  void finish(const PodName& pod, const json::Value& labels, const json::Value& annotations);

 private:
  json::Value& manifest_;
  const std::string& base_;
};

}  // namespace detail
}  // namespace aiflow::executor
