// SPDX-License-Identifier: Apache-2.0
// The server side of the worker protocol (api/worker.yaml) on a Unix socket: several workers,
// each with slots; jobs wait here until a slot is free. One thread with an event loop.
// A worker whose connection is lost keeps its attempts until the lease ends; then they are lost.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/clock.h"
#include "executor/executor.h"

namespace aiflow::executor {

struct LocalExecutorOptions {
  std::filesystem::path socket_path;  ///< data/run/worker.sock
  std::string server_id;
  WorkerId own_worker{};  ///< the one that worker_wanted starts; empty: any worker will do
  Duration heartbeat = std::chrono::seconds(3);
  Duration lease = std::chrono::seconds(15);
  Duration island_lease = std::chrono::hours(24);  ///< of workers with the label kIslandLabel
  /// Workers of before a restart: jobs that were queued then wait until these have said hello (they
  /// may have them), or until the lease has passed.
  std::vector<WorkerId> workers_before;
  std::set<WorkerId> cordoned;                       ///< of before
  wire::LeftBehind left_before{};                    ///< by a server that stopped by plan
  std::map<std::string, WorkerId> islands_before{};  ///< of before a restart: IslandGiven
  /// Called from the executor's thread while no worker is connected, about once a second: the
  /// server starts one. May be empty.
  std::function<void()> worker_wanted;
};

class LocalExecutor final : public Executor {
 public:
  LocalExecutor(const Clock& clock, LocalExecutorOptions options);
  ~LocalExecutor() override;

  void reconcile(const std::vector<Held>& running) override;
  [[nodiscard]] Status start(ReportSink sink) override;
  [[nodiscard]] Status submit(Job job) override;
  void cancel(const CancelRequest& request) override;
  void acknowledge(const Receipt& receipt, bool accepted, const std::string& reason) override;
  void show(const std::string& island, const wire::Picture& picture) override;
  void answer(const WorkerId& worker, const wire::XComValue& value) override;
  [[nodiscard]] std::vector<wire::Worker> workers() const override;
  [[nodiscard]] Status order(const WorkerId& worker, WorkerOrder order) override;
  [[nodiscard]] wire::LeftBehind wind_down() override;
  void stop() override;

  /// True when at least one worker is connected.
  [[nodiscard]] bool has_worker() const;
  /// Tells every worker to take no new jobs and to end after the last one.
  void drain();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace aiflow::executor
