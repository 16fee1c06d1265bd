// SPDX-License-Identifier: Apache-2.0
// A conductor on a temporary database with a fake executor and a clock that is moved by hand.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conductor/conductor.h"
#include "executor/fake_executor.h"
#include "os/temp_dir.h"
#include "store/testing/test_database.h"
#include "trigger/fake_host.h"

namespace aiflow::conductor::testing {

[[nodiscard]] wire::TaskSpec bash_task(const std::string& id,
                                       std::vector<std::string> upstream = {});

/// A DAG that runs by hand only.
[[nodiscard]] wire::DagSpec dag_spec(const std::string& id, std::vector<wire::TaskSpec> tasks);

class Bench {
 public:
  Bench();
  ~Bench();

  /// Ends the conductor, the executor and the store as a crash would, and opens them again.
  /// Jobs that the executor had are gone.
  void restart();

  executor::FakeExecutor& executor() { return *executor_; }
  trigger::FakeHost& triggers() { return *triggers_; }
  Conductor& conductor() { return *conductor_; }
  store::Store& store() { return *store_; }
  const store::testing::TestDatabase& database() { return database_; }
  ManualClock& clock() { return clock_; }
  [[nodiscard]] std::filesystem::path data_dir() const { return folder_.path(); }

  /// Lets the conductor do all that is due.
  void settle();
  void advance(Duration time);
  /// A file with one DAG, named after it.
  void put_dag(const std::string& id, std::vector<wire::TaskSpec> tasks);
  /// The same from a spec, made by dag_spec() and changed.
  void put_spec(const wire::DagSpec& spec);
  /// The file of put_dag is gone.
  void remove_dag(const std::string& id);
  Result<store::RunRow> try_trigger(TriggerRun request);
  store::RunRow trigger(const std::string& dag_id);
  Result<std::vector<store::TaskRow>> clear(ClearTasks request);
  Result<std::vector<store::TaskRow>> mark(MarkTask request);
  Result<store::RunRow> mark_run(MarkRun request);
  Status delete_run(DeleteRun request);
  Result<wire::Pool> put_pool(PutPool request);
  Status remove_pool(RemovePool request);
  std::vector<wire::Pool> pools();
  sched::Waits waits();
  Result<store::DagRow> pause(PauseDag request);

  /// Reports an end and settles.
  void finish(const wire::Finished& finished);
  void finish(const executor::Attempt& attempt, Outcome outcome = Outcome::success);
  /// Starts and ends with success whatever is waiting or running, until nothing is.
  void run_all();

  // What the database has.
  TaskState state(const std::string& dag_id, const store::RunRow& run, const std::string& task);
  RunState run_state(const std::string& dag_id, const store::RunRow& run);
  std::vector<store::TaskRow> tasks(const std::string& dag_id, const store::RunRow& run);
  std::vector<store::TryRow> tries(const std::string& dag_id, const store::RunRow& run,
                                   const std::string& task);
  std::optional<store::XComRow> xcom(const std::string& dag_id, const store::RunRow& run,
                                     const std::string& task);
  store::DagRow dag(const std::string& dag_id);
  std::vector<wire::ImportError> import_errors();
  std::vector<wire::StreamEvent> event_log();
  std::vector<store::OutboxRow> outbox();
  /// What the listener got since the last restart.
  [[nodiscard]] const std::vector<wire::StreamEvent>& heard() const { return heard_; }

 private:
  void open();
  template <class T, class Call>
  Result<T> ask(Call call);
  template <class Work>
  auto read(Work work);

  os::TempDir folder_;
  store::testing::TestDatabase database_;
  ManualClock clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<executor::FakeExecutor> executor_;
  std::unique_ptr<trigger::FakeHost> triggers_;
  std::unique_ptr<Conductor> conductor_;
  std::vector<wire::StreamEvent> heard_;
};

}  // namespace aiflow::conductor::testing
