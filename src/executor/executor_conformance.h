// SPDX-License-Identifier: Apache-2.0
// What every executor must do, as a suite that each one's test runs. A Rig is one executor with
// workers under the test's control.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "executor/executor.h"

namespace aiflow::executor {

class Rig {
 public:
  virtual ~Rig() = default;
  virtual Executor& executor() = 0;
  /// A worker with two slots appears, running nothing.
  virtual void connect_worker() = 0;
  /// The worker has received this job's start; false when it does not come.
  virtual bool await_start(const Attempt& attempt) = 0;
  /// How many starts of the attempt came in all.
  virtual int start_count(const Attempt& attempt) = 0;
  /// The worker says so. Answers the report's number.
  virtual std::int64_t say_started(const Attempt& attempt) = 0;
  virtual std::int64_t say_finished(const Attempt& attempt) = 0;
  /// The worker was told to end the attempt.
  virtual bool await_cancel(const Attempt& attempt) = 0;
  /// The report with that number was acknowledged with that verdict.
  virtual bool await_ack(std::int64_t seq, bool accepted) = 0;
  /// Takes the next report that `wanted` accepts; false when it does not come.
  virtual bool await_report(const std::function<bool(const Report&)>& wanted) = 0;
};

using MakeRig = std::function<std::unique_ptr<Rig>(std::vector<Attempt> running)>;

/// Runs all cases (doctest checks).
void check_conformance(const MakeRig& make_rig);

/// Attempts that ran on the named executor before a restart.
[[nodiscard]] std::vector<Held> held(const std::vector<Attempt>& running,
                                     const std::string& executor = "local");

/// A job for tests, of the local executor.
[[nodiscard]] Job test_job(const std::string& task_id, std::int64_t epoch = 1);

}  // namespace aiflow::executor
