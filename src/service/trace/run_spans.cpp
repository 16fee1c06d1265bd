// SPDX-License-Identifier: Apache-2.0
#include "service/trace/run_spans.h"

#include <algorithm>

#include "digest/sha256.h"
#include "service/detail/attempt_name.h"
#include "service/detail/event_values.h"

namespace aiflow::service {
namespace {

using detail::text_of;
using detail::time_of;

constexpr std::size_t kTraceDigits = 32;
constexpr std::size_t kSpanDigits = 16;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

/// Names of the conventions for CI/CD, whose pipelines are what a DAG is; ours where they have
/// none.
std::string result_of(std::string_view state) {
  if (state == "success") return "success";
  if (state == "skipped") return "skip";
  return is_one_of(state, {"failed", "up_for_retry", "upstream_failed"}) ? "failure"
                                                                         : "cancellation";
}

void set_outcome(Span& span, std::string_view state, const std::string& cause) {
  const auto result = result_of(state);
  if (result == "success" || result == "skip") {
    span.outcome = Span::Outcome::ok;
    return;
  }
  span.outcome = Span::Outcome::error;
  span.cause = cause;
  span.attributes.emplace_back("error.type", std::string(state));
}

struct Stage {
  std::string_view name;
  WallTime begin;
  WallTime end;
};

/// What a try went through, in order; a stage without its times is left out.
std::vector<Stage> stages_of(const json::Value& task, WallTime at) {
  const auto scheduled = time_of(task, "scheduled_when");
  const auto queued = time_of(task, "queued_when");
  const auto started = time_of(task, "start_date");
  const auto end = time_of(task, "end_date").value_or(at);
  std::vector<Stage> out;
  if (scheduled && queued && *scheduled < *queued)
    out.push_back({"scheduled", *scheduled, *queued});
  // One that is to be tried again at once has the next try's times by now.
  if (queued && *queued < started.value_or(end)) {
    out.push_back({"queued", *queued, started.value_or(end)});
  }
  if (started && *started <= end) out.push_back({"running", *started, end});
  return out;
}

/// To the try of a task that has triggered the run.
SpanLink link_to(const TraceIds& ids, const wire::AttemptRef& attempt) {
  const auto key = store::from_wire(attempt.key);
  return {.trace_id = ids.trace(key.run()),
          .span_id = ids.attempt(key, attempt.try_number, "try"),
          .attributes = {{"cicd.pipeline.name", key.dag_id.value},
                         {"cicd.pipeline.run.id", key.run_id.value},
                         {"cicd.pipeline.task.name", key.task_id.value},
                         {"aiflow.task.try_number", attempt.try_number},
                         {"aiflow.task.map_index", attempt.key.map_index}}};
}

Span run_span(const TraceIds& ids, const store::RunRow& run, const wire::StreamEvent& event) {
  const auto& data = event.data;
  const auto end = time_of(data, "end_date").value_or(event.at);
  const auto started = time_of(data, "start_date");
  Span span{.trace_id = ids.trace(run.key),
            .span_id = ids.root(run.key, started),
            .parent_id = "",
            .name = "RUN " + run.key.dag_id.value,
            .kind = Span::Kind::server,
            .start = std::min(started.value_or(run.queued_at), end),
            .end = end};
  const auto state = text_of(data, "state");
  span.attributes = {{"cicd.pipeline.name", run.key.dag_id.value},
                     {"cicd.pipeline.action.name", std::string("RUN")},
                     {"cicd.pipeline.run.id", run.key.run_id.value},
                     {"cicd.pipeline.result", result_of(state)},
                     {"aiflow.run.type", text_of(data, "run_type")},
                     {"aiflow.dag.version", static_cast<std::int64_t>(run.dag_version)}};
  if (const auto due = text_of(data, "logical_date"); !due.empty()) {
    span.attributes.emplace_back("aiflow.run.logical_date", due);
  }
  if (!run.triggered_by.empty()) {
    span.attributes.emplace_back("aiflow.run.triggered_by", run.triggered_by);
    if (const auto attempt = detail::attempt_named(run.triggered_by)) {
      span.links.push_back(link_to(ids, *attempt));
    }
  }
  set_outcome(span, state, text_of(data, "cause"));
  return span;
}

std::vector<Span> try_spans(const TraceIds& ids, const store::RunRow& run,
                            const wire::StreamEvent& event, const wire::TaskInstance& task) {
  const store::TaskKey key{run.key.dag_id, run.key.run_id, TaskId{task.task_id},
                           static_cast<int>(task.map_index)};
  const auto stages = stages_of(event.data, event.at);
  const auto state = text_of(event.data, "state");
  Span whole{.trace_id = ids.trace(run.key),
             .span_id = ids.attempt(key, task.try_number, "try"),
             .parent_id = ids.root(run.key, run.start_date),
             .name = task.task_id,
             .start = stages.empty() ? event.at : stages.front().begin,
             .end = stages.empty() ? event.at : stages.back().end};
  if (task.map_index >= 0) whole.name += "[" + std::to_string(task.map_index) + "]";
  whole.attributes = {{"cicd.pipeline.name", run.key.dag_id.value},
                      {"cicd.pipeline.run.id", run.key.run_id.value},
                      {"cicd.pipeline.task.name", task.task_id},
                      {"cicd.pipeline.task.run.id", whole.span_id},
                      {"cicd.pipeline.task.run.result", result_of(state)},
                      {"aiflow.task.operator", task.operator_name},
                      {"aiflow.task.try_number", task.try_number},
                      {"aiflow.task.map_index", task.map_index},
                      {"aiflow.task.state", state},
                      {"aiflow.task.pool", task.pool}};
  if (!task.hostname.empty()) whole.attributes.emplace_back("cicd.worker.id", task.hostname);
  set_outcome(whole, state, text_of(event.data, "cause"));
  std::vector<Span> out;
  for (const auto& stage : stages) {
    Span part{.trace_id = whole.trace_id,
              .span_id = ids.attempt(key, task.try_number, stage.name),
              .parent_id = whole.span_id,
              .name = std::string(stage.name),
              .start = stage.begin,
              .end = stage.end};
    if (stage.name == "running") {
      part.outcome = whole.outcome;
      part.cause = whole.cause;
    }
    out.push_back(std::move(part));
  }
  out.push_back(std::move(whole));
  return out;
}

}  // namespace

std::string TraceIds::hash(std::string_view kind, const std::vector<std::string>& names,
                           std::size_t digits) const {
  std::string text(kind);
  // Names hold no line breaks (dag::validate, run ids of the API).
  text.append("\n").append(site_);
  for (const auto& name : names) text.append("\n").append(name);
  return digest::sha256_of(text).substr(0, digits);
}

std::string TraceIds::trace(const store::RunKey& run) const {
  return hash("trace", {run.dag_id.value, run.run_id.value}, kTraceDigits);
}

std::string TraceIds::root(const store::RunKey& run, std::optional<WallTime> started) const {
  const auto begin = started ? format_time(*started) : std::string();
  return hash("run", {run.dag_id.value, run.run_id.value, begin}, kSpanDigits);
}

std::string TraceIds::attempt(const store::TaskKey& task, std::int64_t try_number,
                              std::string_view part) const {
  return hash(part,
              {task.dag_id.value, task.run_id.value, task.task_id.value,
               std::to_string(task.map_index), std::to_string(try_number)},
              kSpanDigits);
}

std::string TraceIds::traceparent(const wire::Job& job) const {
  const auto key = store::from_wire(job.key);
  return "00-" + trace(key.run()) + "-" + attempt(key, job.try_number, "running") + "-01";
}

bool is_traced_end(const wire::StreamEvent& event) {
  const auto state = text_of(event.data, "state");
  if (event.data.find("deleted") != nullptr) return false;
  if (event.kind == "dag_run") return is_one_of(state, {"success", "failed"});
  if (event.kind != "task_instance") return false;
  const bool was_active = is_one_of(text_of(event.data, "previous_state"),
                                    {"queued", "running", "restarting", "deferred"});
  const bool goes_on = is_one_of(
      state, {"queued", "running", "scheduled", "restarting", "deferred", "up_for_reschedule"});
  return was_active && !goes_on;
}

std::int64_t span_count(const wire::StreamEvent& event) {
  if (event.kind == "dag_run") return 1;
  return 1 + static_cast<std::int64_t>(stages_of(event.data, event.at).size());
}

std::vector<Span> spans_of(const TraceIds& ids, const store::RunRow& run,
                           const wire::StreamEvent& event) {
  if (event.kind == "dag_run") return {run_span(ids, run, event)};
  const auto task = wire::parse_task_instance(event.data);
  if (!task) return {};
  return try_spans(ids, run, event, *task);
}

}  // namespace aiflow::service
