// SPDX-License-Identifier: Apache-2.0
#include "service/monitor/counters.h"

#include <chrono>
#include <optional>
#include <string>

#include "service/detail/event_values.h"

namespace aiflow::service {
namespace {

using detail::text_of;
using detail::time_of;

double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

std::string label(std::string_view name, std::string_view value) {
  return std::string(name) + "=\"" + std::string(value) + "\"";
}

/// Tasks wait for milliseconds or for hours.
std::vector<double> wait_buckets_s() {
  return {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200};
}

/// How many spans came to which end on their way to a collector: {"exported": 3}.
void spans_sent(log::Registry& registry, const json::Value& counts) {
  for (const auto& [outcome, count] : counts.as_object()) {
    registry.counter({"aiflow_trace_spans_total", label("outcome", outcome)}).add(count.as_int());
  }
}

}  // namespace

Counters::Counters() {
  registry_.describe("aiflow_scheduler_decision_seconds",
                     "How long the scheduler takes to decide a step that changes something.");
  registry_.describe("aiflow_database_commit_seconds",
                     "How long the transaction of a scheduler's step takes.");
  registry_.describe("aiflow_task_state_changes_total", "Task instances that came into a state.");
  registry_.describe("aiflow_dag_run_state_changes_total", "Runs that came into a state.");
  registry_.describe("aiflow_task_scheduled_seconds",
                     "Of tries that ended: from ready to run until there was a place for it.");
  registry_.describe("aiflow_task_queued_seconds",
                     "Of tries that ended: from given to the executor until a worker began it.");
  registry_.describe("aiflow_http_requests_total", "Answered requests.");
  registry_.describe("aiflow_http_request_duration_seconds",
                     "From a request's header to its answer.");
  registry_.describe("aiflow_trace_spans_total",
                     "Spans of ended runs and tries: what became of them on the way to the "
                     "collector.");
  spans_sent(registry_, json::object({{"exported", 0}, {"rejected", 0}, {"dropped", 0}}));
  // They are there from the start: a rate over what appears with its first event lacks that event.
  registry_.histogram({"aiflow_scheduler_decision_seconds", ""});
  registry_.histogram({"aiflow_database_commit_seconds", ""});
  registry_.histogram({"aiflow_task_scheduled_seconds", ""}, wait_buckets_s());
  registry_.histogram({"aiflow_task_queued_seconds", ""}, wait_buckets_s());
  for (const auto state : kAllTaskStates) {
    registry_.counter({"aiflow_task_state_changes_total", label("state", to_string(state))});
  }
  for (const auto state : kAllRunStates) {
    registry_.counter({"aiflow_dag_run_state_changes_total", label("state", to_string(state))});
  }
}

void Counters::step(const conductor::StepTimes& times) {
  registry_.histogram({"aiflow_scheduler_decision_seconds", ""}).observe(seconds(times.decide));
  registry_.histogram({"aiflow_database_commit_seconds", ""}).observe(seconds(times.commit));
}

void Counters::changes(const std::vector<wire::StreamEvent>& events) {
  for (const auto& event : events) {
    if (event.kind == "task_instance") task_changed(event.data);
    if (event.kind == "spans") spans_sent(registry_, event.data);
    if (event.kind != "dag_run") continue;
    if (const auto state = parse_run_state(text_of(event.data, "state"))) {
      registry_.counter({"aiflow_dag_run_state_changes_total", label("state", to_string(*state))})
          .add();
    }
  }
}

void Counters::task_changed(const json::Value& task) {
  const auto state = parse_task_state(text_of(task, "state"));
  if (!state) return;
  registry_.counter({"aiflow_task_state_changes_total", label("state", to_string(*state))}).add();
  const bool has_ended = *state == TaskState::success || *state == TaskState::failed ||
                         *state == TaskState::up_for_retry;
  const auto scheduled = time_of(task, "scheduled_when");
  const auto queued = time_of(task, "queued_when");
  const auto started = time_of(task, "start_date");
  if (!has_ended || !queued || !started || *started < *queued) return;
  registry_.histogram({"aiflow_task_queued_seconds", ""}).observe(seconds(*started - *queued));
  if (!scheduled || *queued < *scheduled) return;
  registry_.histogram({"aiflow_task_scheduled_seconds", ""}).observe(seconds(*queued - *scheduled));
}

void Counters::request(std::string_view route_class, int status, Duration took) {
  const auto name = label("class", route_class);
  registry_
      .counter({"aiflow_http_requests_total", name + "," + label("code", std::to_string(status))})
      .add();
  registry_.histogram({"aiflow_http_request_duration_seconds", name}).observe(seconds(took));
}

}  // namespace aiflow::service
