// SPDX-License-Identifier: Apache-2.0
// The Kubernetes executor with an API in memory, for its tests.
#pragma once

#include <doctest/doctest.h>

#include <condition_variable>
#include <memory>
#include <mutex>

#include "executor/executor_conformance.h"
#include "executor/kubernetes/kubernetes_executor.h"
#include "executor/kubernetes/pod_plan.h"
#include "kubernetes/testing/fake_api.h"
#include "os/file.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"

namespace aiflow::executor::testing {

using namespace std::chrono_literals;
using kubernetes::testing::ApiRequest;
using kubernetes::testing::FakeApi;
using kubernetes::testing::Misbehaviour;

inline constexpr const char* kRunning = R"({"phase":"Running","containerStatuses":[
  {"name":"base","state":{"running":{"startedAt":"2026-01-01T00:00:00Z"}}}]})";

inline std::string ended(int code, const std::string& more = "") {
  return R"({"phase":")" + std::string(code == 0 ? "Succeeded" : "Failed") +
         R"(","containerStatuses":[{"name":"base","state":{"terminated":{"exitCode":)" +
         std::to_string(code) + R"(,"startedAt":"2026-01-01T00:00:00Z")" + more + "}}}]}";
}

inline Job pod_job(const std::string& task, const std::string& more = "", std::int64_t epoch = 1) {
  Job job = test_job(task, epoch);
  job.operator_ = "kubernetes_pod";
  job.executor = "kubernetes";
  job.payload = json::object({{"pod", json::parse(R"({"image":"i")" + more + "}").value()}});
  return job;
}

inline Result<DagFiles> files_of(const std::string& dag_file) {
  if (!std::filesystem::exists(dag_file)) return fail(ErrorCode::not_found, "no such file");
  return DagFiles{.name = "aiflow-dags-1",
                  .packed = std::make_shared<const std::string>("packed"),
                  .dag_file = std::filesystem::path(dag_file).filename()};
}

/// What the API is told to do wrong may use only what was declared before the bench: the API asks
/// it until the bench is gone.
class Bench {
 public:
  explicit Bench(const std::vector<Job>& running = {})
      : folder_(os::TempDir::create("kube").value()) {
    for (const Job& job : running) held_.push_back({attempt_of(job), "kubernetes"});
  }
  ~Bench() {
    if (executor) executor->stop();
  }

  /// Also again, as a server that starts anew on the same cluster.
  Bench& start() {
    prepare();
    run();
    return *this;
  }
  void prepare() {
    if (executor) executor->stop();
    KubernetesExecutorOptions options;
    options.cluster.server = api.url();
    options.cluster.space = "default";
    options.owner = "o1";
    options.heartbeat = 20ms;
    options.image_patience = 300ms;
    options.service_every = 20ms;
    options.pause_first = 10ms;
    options.pause_last = 100ms;
    options.log_patience = log_patience;
    options.follow_later = follow_later;
    options.wait_pause = 10ms;
    options.sdk_zip = "zip bytes";
    options.server_url = [] { return "http://server:1"; };
    options.dag_files = dag_files;
    options.log_file = [this](const Attempt& attempt) { return log_path(attempt); };
    executor = std::make_unique<KubernetesExecutor>(clock, std::move(options));
    executor->reconcile(held_);
  }
  void run() {
    REQUIRE(executor->start([this](Report report) {
      const std::scoped_lock lock(mutex_);
      reports_.push_back(std::move(report));
      came_.notify_all();
    }));
  }
  void hold(const Job& job, bool has_served = false) {
    held_.push_back(
        {.attempt = attempt_of(job), .executor = "kubernetes", .has_served = has_served});
  }

  std::filesystem::path log_path(const Attempt& attempt) {
    return folder_.path() / (attempt.key.task_id + ".log");
  }
  std::string log(const Job& job) {
    return os::read_file(log_path(attempt_of(job)), 1 << 20).value_or("");
  }

  template <class Kind>
  std::optional<Kind> await(const std::function<bool(const Kind&)>& wanted) {
    std::unique_lock lock(mutex_);
    std::optional<Kind> found;
    came_.wait_for(lock, 10s, [&] {
      for (auto one = reports_.begin(); one != reports_.end(); ++one) {
        const Kind* report = std::get_if<Kind>(&*one);
        if (report == nullptr || !wanted(*report)) continue;
        found = *report;
        reports_.erase(one);
        return true;
      }
      return false;
    });
    return found;
  }
  std::optional<Started> started(const Job& job) {
    return await<Started>(
        [&](const Started& one) { return one.report.attempt == attempt_of(job); });
  }
  wire::Finished finished(const Job& job) {
    const auto report =
        await<Finished>([&](const Finished& one) { return one.report.attempt == attempt_of(job); });
    REQUIRE(report);
    last = report->receipt;
    return report->report;
  }
  bool has_finished(const Job& job) {
    const std::scoped_lock lock(mutex_);
    return std::ranges::any_of(reports_, [&](const Report& one) {
      const auto* report = std::get_if<Finished>(&one);
      return report != nullptr && report->report.attempt == attempt_of(job);
    });
  }
  /// Submits, and waits for the pod.
  std::string make(const Job& job) {
    REQUIRE(executor->submit(job));
    const PodDefaults any{.owner = "o1", .sdk_config_map = "any", .dag_files = files_of};
    return api.await_pod(plan_pod(job, any)->pod.name);
  }
  void store() { executor->acknowledge(last, true, ""); }
  int creates() {
    return api.count([](const ApiRequest& r) { return r.method == "POST"; });
  }

  FakeApi api;
  os::SystemClock clock;
  std::unique_ptr<KubernetesExecutor> executor;
  Receipt last;
  Duration log_patience = 10s;
  Duration follow_later = 2s;
  std::function<Result<DagFiles>(const std::string& dag_file)> dag_files = files_of;

 private:
  os::TempDir folder_;
  std::vector<Held> held_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Report> reports_;
};

}  // namespace aiflow::executor::testing
