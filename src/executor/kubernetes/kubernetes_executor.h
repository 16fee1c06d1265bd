// SPDX-License-Identifier: Apache-2.0
// Runs each attempt as a pod of one cluster: its phase is the outcome, its log comes by the API. No
// worker is involved and no slot of one is held. Pods are named after their attempt and carry
// labels, so a server that starts again finds its own; the database decides what they are worth.
// One thread.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "executor/executor.h"
#include "executor/kubernetes/pod_plan.h"
#include "kubernetes/cluster.h"

namespace aiflow::executor {

struct KubernetesExecutorOptions {
  /// As jobs name it: "kubernetes" or "kubernetes:CLUSTER", the first of them as a worker's id too.
  std::vector<std::string> names{"kubernetes"};
  kubernetes::Cluster cluster;
  std::string owner;      ///< told apart from that of other servers' pods; the same after a restart
  std::string image{};    ///< for bash and Python tasks that name none
  std::string sdk_zip{};  ///< the Python package aiflow, for Python tasks; empty: none run
  /// The files of the folder that a DAG file is in; called in the executor's thread.
  std::function<Result<DagFiles>(const std::string& dag_file)> dag_files{};
  /// How a pod reaches this server; empty, or an empty answer: not at all.
  std::function<std::string()> server_url{};
  /// PEM that pods trust there, and nothing else; empty: the authorities of their image.
  std::string server_certificate{};
  std::int32_t pods_max = 1000;  ///< attempts at a time
  Duration heartbeat = std::chrono::seconds(3);
  Duration service_every = std::chrono::seconds(1);  ///< a service task is asked about
  Duration image_patience = std::chrono::seconds(20);
  Duration follow_later =
      std::chrono::seconds(2);  ///< of many logs, those of pods that run so long
  Duration log_patience = std::chrono::seconds(30);  ///< an end waits so long for its log
  Duration wait_pause = std::chrono::seconds(2);     ///< between two words of what a pod waits for
  Duration pause_first = std::chrono::milliseconds(500);  ///< when the API does not answer well
  Duration pause_last = std::chrono::seconds(30);
  /// Where the log of an attempt is written.
  std::function<std::filesystem::path(const Attempt& attempt)> log_file;
};

class KubernetesExecutor final : public Executor {
 public:
  KubernetesExecutor(const Clock& clock, KubernetesExecutorOptions options);
  ~KubernetesExecutor() override;

  void reconcile(const std::vector<Held>& running) override;
  [[nodiscard]] Status start(ReportSink sink) override;
  [[nodiscard]] Status submit(Job job) override;
  void cancel(const CancelRequest& request) override;
  void acknowledge(const Receipt& receipt, bool accepted, const std::string& reason) override;
  void answer(const WorkerId& worker, const wire::XComValue& value) override;
  [[nodiscard]] std::vector<wire::Worker> workers() const override;
  void stop() override;

  /// The first of its names.
  [[nodiscard]] std::string name() const;
  /// Why the cluster cannot be used now; empty when it can.
  [[nodiscard]] std::string trouble() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace aiflow::executor
