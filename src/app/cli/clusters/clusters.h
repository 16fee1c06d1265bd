// SPDX-License-Identifier: Apache-2.0
// The Kubernetes clusters of `aiflow serve`: those that the command line names, or the one that the
// server itself runs in; each becomes an executor.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "executor/executor_set.h"
#include "executor/kubernetes/kubernetes_executor.h"
#include "store/store.h"

namespace aiflow::app {

struct ClusterOption {
  std::string name{};              ///< empty: just "kubernetes"
  std::filesystem::path config{};  ///< empty: the cluster that this process runs in
  std::string context{};           ///< empty: the file's current one
};

/// Reads "[NAME=]FILE[#CONTEXT]". Errors: invalid_argument.
[[nodiscard]] Result<ClusterOption> parse_cluster_option(const std::string& text);
/// The options of these texts; of none, the cluster that this process runs in, if any.
/// Errors: invalid_argument, also when a name is given twice.
[[nodiscard]] Result<std::vector<ClusterOption>> cluster_options(
    const std::vector<std::string>& texts);

struct ClusterParts {
  const Clock& clock;
  store::Store& store;
  std::filesystem::path logs;
  std::string image;                      ///< for tasks that name none
  std::string python;                     ///< packs the SDK for Python tasks
  std::filesystem::path sdk;              ///< its folder
  std::filesystem::path scratch;          ///< a folder for that
  std::function<std::string()> own_url;   ///< how pods reach this server
  std::filesystem::path own_certificate;  ///< PEM, when the server has signed it itself; or empty
  std::vector<std::filesystem::path> dag_folders;
};

/// Adds an executor for each; the first one is "kubernetes" as well. Returns them, in that order.
/// Errors: of a kubeconfig that cannot be read.
[[nodiscard]] Result<std::vector<const executor::KubernetesExecutor*>> add_clusters(
    executor::ExecutorSet& executors, const std::vector<ClusterOption>& clusters,
    const ClusterParts& parts);

}  // namespace aiflow::app
