// SPDX-License-Identifier: Apache-2.0
#include "conductor/testing/bench.h"

#include <doctest/doctest.h>

#include <utility>

#include "store/event_log.h"

namespace aiflow::conductor::testing {

wire::TaskSpec bash_task(const std::string& id, std::vector<std::string> upstream) {
  wire::TaskSpec task;
  task.task_id = id;
  task.label = id;
  task.operator_ = "bash";
  task.operator_name = "BashOperator";
  task.upstream = std::move(upstream);
  task.payload = json::object({{"bash_command", "true"}});
  task.pool = "default_pool";
  task.pool_slots = 1;
  task.priority_weight = 1;
  task.weight_rule = "downstream";
  task.ignore_downstream_trigger_rules = true;
  return task;
}

Bench::Bench()
    : folder_(os::TempDir::create("conductor").value()),
      clock_(WallTime{std::chrono::seconds(1'763'920'000)}) {
  open();
}

Bench::~Bench() = default;

void Bench::open() {
  store_ = store::Store::open(database_.address(), clock_.now()).value();
  executor_ = std::make_unique<executor::FakeExecutor>(clock_);
  triggers_ = std::make_unique<trigger::FakeHost>();
  conductor_ = std::make_unique<Conductor>(
      clock_, *store_, *executor_,
      Options{.data_dir = folder_.path(),
              .sign_token =
                  [](const wire::Job& job) {
                    return "token-of-" + job.key.task_id + "-" + std::to_string(job.epoch);
                  },
              .zone = {},
              .on_changes =
                  [this](const std::vector<wire::StreamEvent>& events) {
                    heard_.insert(heard_.end(), events.begin(), events.end());
                  },
              .left_before = left_before(*store_).value(),
              .triggers = triggers_.get()});
  REQUIRE(conductor_->open().has_value());
  executor_->set_slots(4);
  settle();
}

void Bench::restart() {
  conductor_.reset();
  executor_.reset();
  store_.reset();
  heard_.clear();
  open();
}

void Bench::settle() {
  for (int i = 0; i < 100 && conductor_->run_pending(); ++i) {
  }
}

void Bench::advance(Duration time) {
  clock_.advance(time);
  settle();
}

template <class T, class Call>
Result<T> Bench::ask(Call call) {
  std::optional<Result<T>> answer;
  call([&](Result<T> result) { answer.emplace(std::move(result)); });
  settle();
  REQUIRE(answer.has_value());
  return *std::move(answer);
}

wire::DagSpec dag_spec(const std::string& id, std::vector<wire::TaskSpec> tasks) {
  wire::DagSpec spec;
  spec.dag_id = id;
  spec.owner = "tester";
  spec.schedule = {.kind = "none", .cron = {}, .interval_ms = {}, .text = "none"};
  spec.timezone = "UTC";
  spec.max_active_tasks = 16;
  spec.max_active_runs = 16;
  spec.compat = 3;
  spec.params = json::object({});
  spec.tasks = std::move(tasks);
  return spec;
}

void Bench::put_dag(const std::string& id, std::vector<wire::TaskSpec> tasks) {
  put_spec(dag_spec(id, std::move(tasks)));
}

void Bench::put_spec(const wire::DagSpec& spec) {
  wire::DagFile file;
  file.file = "/dags/" + spec.dag_id + ".py";
  file.dags = {spec};
  REQUIRE(ask<std::vector<DagId>>([&](auto answer) {
            conductor_->parsed({.file = file, .source = "# source"}, answer);
          }).has_value());
}

Result<store::RunRow> Bench::try_trigger(TriggerRun request) {
  return ask<store::RunRow>([&](auto answer) { conductor_->trigger(request, answer); });
}

store::RunRow Bench::trigger(const std::string& dag_id) {
  clock_.advance(std::chrono::milliseconds(1));
  TriggerRun request;
  request.dag_id = DagId{dag_id};
  auto run = try_trigger(request);
  REQUIRE(run.has_value());
  return *std::move(run);
}

void Bench::remove_dag(const std::string& id) {
  REQUIRE(ask<std::vector<DagId>>(
      [&](auto answer) { conductor_->file_removed("/dags/" + id + ".py", answer); }));
}

Result<std::vector<store::TaskRow>> Bench::clear(ClearTasks request) {
  return ask<std::vector<store::TaskRow>>([&](auto answer) { conductor_->clear(request, answer); });
}

Result<std::vector<store::TaskRow>> Bench::mark(MarkTask request) {
  return ask<std::vector<store::TaskRow>>([&](auto answer) { conductor_->mark(request, answer); });
}

Result<store::RunRow> Bench::mark_run(MarkRun request) {
  return ask<store::RunRow>([&](auto answer) { conductor_->mark_run(request, answer); });
}

Status Bench::delete_run(DeleteRun request) {
  AIFLOW_TRY(ask<bool>([&](auto answer) { conductor_->delete_run(request, answer); }));
  return {};
}

Result<wire::Pool> Bench::put_pool(PutPool request) {
  return ask<wire::Pool>([&](auto answer) { conductor_->put_pool(request, answer); });
}

Status Bench::remove_pool(RemovePool request) {
  AIFLOW_TRY(ask<bool>([&](auto answer) { conductor_->remove_pool(request, answer); }));
  return {};
}

std::vector<wire::Pool> Bench::pools() {
  return ask<std::vector<wire::Pool>>([&](auto answer) { conductor_->pools(answer); }).value();
}

sched::Waits Bench::waits() {
  return ask<sched::Waits>([&](auto answer) { conductor_->waits(answer); }).value();
}

Result<store::DagRow> Bench::pause(PauseDag request) {
  return ask<store::DagRow>([&](auto answer) { conductor_->pause(request, answer); });
}

void Bench::finish(const wire::Finished& finished) {
  executor_->finish_job(finished);
  settle();
}

void Bench::finish(const executor::Attempt& attempt, Outcome outcome) {
  wire::Finished finished;
  finished.attempt = attempt;
  finished.outcome = outcome;
  finish(finished);
}

void Bench::run_all() {
  for (int i = 0; i < 1000; ++i) {
    if (const auto waiting = executor_->waiting(); !waiting.empty()) {
      executor_->start_job(executor::attempt_of(waiting.front()));
      settle();
    } else if (const auto running = executor_->running(); !running.empty()) {
      finish(running.front());
    } else {
      return;
    }
  }
}

template <class Work>
auto Bench::read(Work work) {
  auto result = store_->read(work);
  REQUIRE(result.has_value());
  return *std::move(result);
}

TaskState Bench::state(const std::string& dag_id, const store::RunRow& run,
                       const std::string& task) {
  return read([&](db::Connection& db) {
           return store::RunStore(db).task({DagId{dag_id}, run.key.run_id, TaskId{task}});
         })
      .state;
}

RunState Bench::run_state(const std::string& dag_id, const store::RunRow& run) {
  return read([&](db::Connection& db) {
           return store::RunStore(db).run({DagId{dag_id}, run.key.run_id});
         })
      .state;
}

std::vector<store::TaskRow> Bench::tasks(const std::string& dag_id, const store::RunRow& run) {
  return read([&](db::Connection& db) {
    return store::RunStore(db).tasks({DagId{dag_id}, run.key.run_id});
  });
}

std::vector<store::TryRow> Bench::tries(const std::string& dag_id, const store::RunRow& run,
                                        const std::string& task) {
  return read([&](db::Connection& db) {
    return store::RunStore(db).tries({DagId{dag_id}, run.key.run_id, TaskId{task}});
  });
}

std::optional<store::XComRow> Bench::xcom(const std::string& dag_id, const store::RunRow& run,
                                          const std::string& task) {
  return read([&](db::Connection& db) {
    return store::RunStore(db).xcom({DagId{dag_id}, run.key.run_id, TaskId{task}}, "return_value");
  });
}

store::DagRow Bench::dag(const std::string& dag_id) {
  return read([&](db::Connection& db) { return store::DagStore(db).get(DagId{dag_id}); });
}

std::vector<wire::ImportError> Bench::import_errors() {
  return read([&](db::Connection& db) { return store::DagStore(db).import_errors(); });
}

std::vector<wire::StreamEvent> Bench::event_log() {
  return read([&](db::Connection& db) { return store::EventLog(db).after(0, 100'000); });
}

std::vector<store::OutboxRow> Bench::outbox() {
  return read([&](db::Connection& db) { return store::RunStore(db).outbox(); });
}

}  // namespace aiflow::conductor::testing
