// SPDX-License-Identifier: Apache-2.0
#include "run_answer.h"

#include <memory>
#include <string>
#include <utility>

#include "base/states.h"
#include "dag/validate.h"
#include "sched/step.h"

namespace aiflow::oracle {
namespace {

using json::Value;

const DagId kDag{"d"};
const RunId kRun{"r"};
constexpr WallTime kStart{std::chrono::hours(500'000)};

TaskId id_of(std::size_t position) { return TaskId{"t" + std::to_string(position)}; }

Result<std::shared_ptr<const dag::Dag>> dag_of(const Value& question) {
  auto made = std::make_shared<dag::Dag>();
  made->dag_id = kDag;
  AIFLOW_ASSIGN(const json::Array* tasks, json::get_array(question, "tasks"));
  for (const Value& one : *tasks) {
    dag::Task task;
    task.task_id = id_of(made->tasks.size());
    AIFLOW_ASSIGN(const json::Array* up, json::get_array(one, "up"));
    for (const Value& parent : *up) {
      task.upstream.push_back(id_of(static_cast<std::size_t>(parent.as_int())));
    }
    AIFLOW_ASSIGN(const std::string rule, json::get_string(one, "rule"));
    task.trigger_rule = parse_trigger_rule(rule).value_or(TriggerRule::all_success);
    AIFLOW_ASSIGN(task.is_setup, json::get_bool(one, "setup"));
    AIFLOW_ASSIGN(task.is_teardown, json::get_bool(one, "teardown"));
    made->tasks.push_back(std::move(task));
  }
  AIFLOW_TRY(dag::validate(*made));
  return std::shared_ptr<const dag::Dag>(std::move(made));
}

sched::Rows rows_of(const std::shared_ptr<const dag::Dag>& definition) {
  sched::Rows rows;
  rows.dags.push_back({.dag_id = kDag, .version = 1, .last_run_number = 1});
  rows.versions.push_back({1, definition});
  rows.pools.push_back({PoolName{"default_pool"}, 128});
  rows.runs.push_back({.key = {kDag, kRun},
                       .number = 1,
                       .dag_version = 1,
                       .state = RunState::running,
                       .logical_date = kStart,
                       .run_after = kStart,
                       .queued_at = kStart,
                       .started_at = kStart});
  return rows;
}

Result<Value> verdict_on(sched::Rows rows, std::size_t asked, const json::Array& states) {
  for (std::size_t i = 0; i < states.size(); ++i) {
    sched::TaskInstanceRow row;
    row.key = {kDag, kRun, id_of(i), -1};
    row.state = parse_task_state(states[i].as_string()).value_or(TaskState::no_status);
    row.try_number = 1;
    row.epoch = 1;
    row.started_at = kStart;
    row.worker = WorkerId{"w"};
    if (i == asked) {  // due again: its upstreams are looked at
      row.state = TaskState::up_for_retry;
      row.max_tries = 1;
      row.next_try_at = kStart;
    }
    rows.instances.push_back(std::move(row));
  }
  const sched::Now now{kStart, SteadyTime{}};
  AIFLOW_ASSIGN(sched::State state, sched::restore(rows, {}, now));
  (void)sched::step(state, {}, now);
  const auto after = state.instance_row({kDag, kRun, id_of(asked), -1});
  if (!after) return fail(ErrorCode::not_found, "the run is gone");
  switch (after->state) {
    case TaskState::no_status:
    case TaskState::up_for_retry: return Value(0);
    case TaskState::scheduled:
    case TaskState::queued: return Value(1);
    default: return Value(static_cast<int>(after->state) + 2);
  }
}

}  // namespace

Result<Value> in_run(const Value& question) {
  AIFLOW_ASSIGN(const auto definition, dag_of(question));
  AIFLOW_ASSIGN(const json::Array* asked, json::get_array(question, "ask_of"));
  AIFLOW_ASSIGN(const json::Array* states, json::get_array(question, "states"));
  const sched::Rows rows = rows_of(definition);
  json::Array verdicts;
  for (std::size_t i = 0; i < asked->size(); ++i) {
    const auto position = static_cast<std::size_t>((*asked)[i].as_int());
    AIFLOW_ASSIGN(Value verdict, verdict_on(rows, position, (*states)[i].as_array()));
    verdicts.push_back(std::move(verdict));
  }
  return Value(std::move(verdicts));
}

}  // namespace aiflow::oracle
