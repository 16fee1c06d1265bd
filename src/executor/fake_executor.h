// SPDX-License-Identifier: Apache-2.0
// An executor in memory for tests: it holds the jobs, and the test says what becomes of them.
// Thread-safe; reports go to the sink from the thread that calls start_job, finish_job and so on.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "base/placement.h"
#include "executor/executor.h"

namespace aiflow::executor {

class FakeExecutor final : public Executor {
 public:
  explicit FakeExecutor(const Clock& clock) : clock_(clock) {}

  void reconcile(const std::vector<Held>& running) override;
  [[nodiscard]] Status start(ReportSink sink) override;
  [[nodiscard]] Status submit(Job job) override;
  void cancel(const CancelRequest& request) override;
  void acknowledge(const Receipt& receipt, bool accepted, const std::string& reason) override;
  void show(const std::string& island, const wire::Picture& picture) override;
  void answer(const WorkerId& worker, const wire::XComValue& value) override;
  [[nodiscard]] std::vector<wire::Worker> workers() const override;
  void stop() override;

  /// What a test may look at.
  struct Acknowledged {
    std::int64_t seq = 0;
    bool accepted = false;
    std::string reason;
  };
  [[nodiscard]] std::vector<Job> waiting() const;      ///< submitted, not started; oldest first
  [[nodiscard]] std::vector<Attempt> running() const;  ///< started, not finished
  [[nodiscard]] std::vector<Attempt> cancelled() const;
  [[nodiscard]] std::vector<Duration> graces() const;  ///< of the cancelled ones
  [[nodiscard]] std::vector<Acknowledged> acknowledged() const;
  [[nodiscard]] std::vector<wire::XComValue> answers() const;
  [[nodiscard]] std::vector<wire::Picture> shown() const;
  [[nodiscard]] int submit_count() const;  ///< with duplicates

  /// Starts a waiting job. False when there is none of that attempt. Returns through the sink.
  bool start_job(const Attempt& attempt);
  /// Ends an attempt, known or not, with this outcome; the other fields as given in `finished`.
  /// `seq` 0 is replaced by the next number. Returns the number.
  std::int64_t finish_job(wire::Finished finished);
  void lose(const Attempt& attempt);
  /// A heartbeat that names all attempts, as workers do: also those that have not told their start.
  void beat();
  /// A worker says hello with so many slots (0: it went) and labels.
  void set_slots(int slots, const Labels& labels = {});
  void run_ahead(const wire::Finished& report);
  void ask(const wire::XComGet& question);
  void report_progress(const wire::Progress& progress);
  void report_wait(const Attempt& attempt, const std::string& cause);
  void report_use(const wire::Usage& usage);
  /// A second Started, as a worker tells the fields of a task that runs.
  void report_rendered(const Attempt& attempt, const json::Value& fields);
  /// From now on submit fails (true) or works again (false).
  void set_refusing(bool refusing);

 private:
  void send(Report report);
  const Clock& clock_;
  mutable std::mutex mutex_;
  ReportSink sink_;
  bool refusing_ = false;
  int submit_count_ = 0;
  std::int64_t next_seq_ = 1;
  std::vector<Job> waiting_;
  std::vector<Attempt> running_;
  std::vector<Attempt> cancelled_;
  std::vector<Duration> graces_;
  std::vector<Acknowledged> acknowledged_;
  std::vector<wire::XComValue> answers_;
  std::vector<wire::Picture> shown_;
};

}  // namespace aiflow::executor
