// SPDX-License-Identifier: Apache-2.0
// Several executors as one: a job goes to the one it names ("local", "redis", "kubernetes:site-2"),
// and everything about an attempt or a worker to the executor it was heard from.
// "docker" is the local executor's: its workers say whether they have a daemon.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "executor/executor.h"

namespace aiflow::executor {

class ExecutorSet final : public Executor {
 public:
  /// Before start. A name may be given once (asserted).
  void add(std::string name, std::unique_ptr<Executor> executor);

  /// Another name of one that was added (asserted).
  void add_name(std::string name, const std::string& of);

  /// Called with each job before it goes to its executor. Before start.
  void on_submit(std::function<void(Job&)> prepare) { prepare_ = std::move(prepare); }

  void reconcile(const std::vector<Held>& running) override;
  /// Errors: of the first that does not start; those before it are stopped again.
  [[nodiscard]] Status start(ReportSink sink) override;
  /// Errors: unavailable, also when no executor has the job's name.
  [[nodiscard]] Status submit(Job job) override;
  void cancel(const CancelRequest& request) override;
  void acknowledge(const Receipt& receipt, bool accepted, const std::string& reason) override;
  void show(const std::string& island, const wire::Picture& picture) override;
  void answer(const WorkerId& worker, const wire::XComValue& value) override;
  [[nodiscard]] std::vector<wire::Worker> workers() const override;
  /// Errors: not_found too when no executor knows the worker.
  [[nodiscard]] Status order(const WorkerId& worker, WorkerOrder order) override;
  [[nodiscard]] wire::LeftBehind wind_down() override;
  void leave_behind(const wire::LeftBehind& left) override;
  void stop() override;

 private:
  struct Id {
    std::string dag_id, run_id, task_id;
    std::int64_t map_index = 0;
    std::int64_t epoch = 0;
    auto operator<=>(const Id&) const = default;
  };
  static Id id_of(const Attempt& attempt);
  [[nodiscard]] Executor* find(const std::string& name) const;
  [[nodiscard]] Executor* owner_of(const WorkerId& worker) const;
  void learn(Executor& from, const Report& report);

  std::map<std::string, std::unique_ptr<Executor>> executors_;
  std::map<std::string, std::string> other_names_;
  std::function<void(Job&)> prepare_;
  mutable std::mutex mutex_;
  std::map<Id, Executor*> attempts_;       ///< guarded by mutex_; from submit to the last word
  std::map<WorkerId, Executor*> workers_;  ///< guarded by mutex_
  std::map<std::pair<WorkerId, std::int64_t>, Id> finished_;  ///< guarded by mutex_; by receipt
};

}  // namespace aiflow::executor
