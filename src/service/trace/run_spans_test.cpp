// SPDX-License-Identifier: Apache-2.0
#include "service/trace/run_spans.h"

#include <doctest/doctest.h>

namespace aiflow::service {
namespace {

const store::RunKey kRun{DagId{"etl"}, RunId{"r1"}};

store::RunRow run_row() {
  store::RunRow run;
  run.key = kRun;
  run.dag_version = 3;
  run.queued_at = parse_time("2026-11-29T08:00:00Z").value();
  run.start_date = parse_time("2026-11-29T08:00:00.5Z").value();
  return run;
}

wire::StreamEvent task_event(const std::string& from, const std::string& to) {
  wire::TaskInstance task;
  task.dag_id = "etl";
  task.dag_run_id = "r1";
  task.task_id = "load";
  task.map_index = 2;
  task.try_number = 2;
  task.operator_name = "BashOperator";
  task.pool = "default_pool";
  task.hostname = "edge-7";
  task.cause = "exit code 1";
  task.scheduled_when = parse_time("2026-11-29T08:00:01Z").value();
  task.queued_when = parse_time("2026-11-29T08:00:03Z").value();
  task.start_date = parse_time("2026-11-29T08:00:04.5Z").value();
  task.end_date = parse_time("2026-11-29T08:00:09Z").value();
  auto data = wire::to_json(task);
  data.set("state", to);
  data.set("previous_state", from);
  return {.id = 7,
          .kind = "task_instance",
          .at = parse_time("2026-11-29T08:00:10Z").value(),
          .data = std::move(data)};
}

std::string attribute(const Span& span, std::string_view name) {
  for (const auto& [have, value] : span.attributes) {
    if (have != name) continue;
    const auto* number = std::get_if<std::int64_t>(&value);
    return number == nullptr ? std::get<std::string>(value) : std::to_string(*number);
  }
  return "-";
}

TEST_CASE("ids are of the names, and of the site") {
  const TraceIds ids("site");
  CHECK(ids.trace(kRun).size() == 32);
  CHECK(ids.trace(kRun) == TraceIds("site").trace(kRun));
  CHECK(ids.trace(kRun) != TraceIds("other").trace(kRun));
  CHECK(ids.root(kRun, run_row().start_date) != ids.root(kRun, run_row().queued_at));
  const store::TaskKey task{kRun.dag_id, kRun.run_id, TaskId{"load"}, 2};
  CHECK(ids.attempt(task, 1, "running") != ids.attempt(task, 2, "running"));
  wire::Job job;
  job.key = store::to_wire(task);
  job.try_number = 2;
  CHECK(ids.traceparent(job) ==
        "00-" + ids.trace(kRun) + "-" + ids.attempt(task, 2, "running") + "-01");
}

TEST_CASE("a try that failed is a span with its stages below it") {
  const TraceIds ids("site");
  const auto event = task_event("running", "up_for_retry");
  REQUIRE(is_traced_end(event));
  const auto spans = spans_of(ids, run_row(), event);
  REQUIRE(spans.size() == 4);
  CHECK(span_count(event) == 4);
  const auto& whole = spans[3];
  CHECK(whole.name == "load[2]");
  CHECK(whole.trace_id == ids.trace(kRun));
  CHECK(whole.parent_id == ids.root(kRun, run_row().start_date));
  CHECK(whole.outcome == Span::Outcome::error);
  CHECK(whole.cause == "exit code 1");
  CHECK(attribute(whole, "error.type") == "up_for_retry");
  CHECK(attribute(whole, "cicd.pipeline.name") == "etl");
  CHECK(attribute(whole, "cicd.pipeline.task.run.result") == "failure");
  CHECK(attribute(whole, "cicd.worker.id") == "edge-7");
  CHECK(attribute(whole, "aiflow.task.try_number") == "2");
  CHECK(spans[0].name == "scheduled");
  CHECK(spans[1].name == "queued");
  CHECK(spans[2].name == "running");
  for (int i = 0; i < 3; ++i) CHECK(spans[i].parent_id == whole.span_id);
  CHECK(spans[0].start == whole.start);
  CHECK(spans[1].end == spans[2].start);
  CHECK(spans[2].end == whole.end);
  CHECK(spans[2].end - spans[2].start == std::chrono::milliseconds(4500));
  CHECK(spans[2].outcome == Span::Outcome::error);
  CHECK(spans[1].outcome == Span::Outcome::unset);
}

TEST_CASE("what has not ended, and what never began, makes no span") {
  CHECK_FALSE(is_traced_end(task_event("queued", "running")));
  CHECK_FALSE(is_traced_end(task_event("running", "up_for_reschedule")));
  CHECK_FALSE(is_traced_end(task_event("running", "deferred")));
  CHECK_FALSE(is_traced_end(task_event("scheduled", "skipped")));
  CHECK_FALSE(is_traced_end(task_event("no_status", "upstream_failed")));
  CHECK(is_traced_end(task_event("running", "skipped")));
  auto deleted = task_event("running", "success");
  deleted.data.set("deleted", true);
  CHECK_FALSE(is_traced_end(deleted));
  auto pool = task_event("running", "success");
  pool.kind = "pool";
  CHECK_FALSE(is_traced_end(pool));
}

TEST_CASE("an attempt that no worker began has waited to its end") {
  auto event = task_event("queued", "failed");
  event.data.set("start_date", nullptr);
  event.data.set("scheduled_when", nullptr);
  const auto spans = spans_of(TraceIds("site"), run_row(), event);
  REQUIRE(spans.size() == 2);
  CHECK(spans[0].name == "queued");
  CHECK(spans[0].end == spans[1].end);
}

TEST_CASE("a run is the root; cleared and ended again it is another one") {
  const TraceIds ids("site");
  wire::DagRun run;
  run.dag_id = "etl";
  run.dag_run_id = "r1";
  run.state = RunState::failed;
  run.cause = "load failed";
  run.start_date = parse_time("2026-11-29T08:00:00.5Z").value();
  run.end_date = parse_time("2026-11-29T08:01:00Z").value();
  wire::StreamEvent event{.id = 8, .kind = "dag_run", .at = {}, .data = wire::to_json(run)};
  REQUIRE(is_traced_end(event));
  const auto spans = spans_of(ids, run_row(), event);
  REQUIRE(spans.size() == 1);
  CHECK(spans[0].name == "RUN etl");
  CHECK(spans[0].parent_id.empty());
  CHECK(spans[0].kind == Span::Kind::server);
  CHECK(spans[0].cause == "load failed");
  CHECK(attribute(spans[0], "cicd.pipeline.result") == "failure");
  CHECK(attribute(spans[0], "cicd.pipeline.run.id") == "r1");
  CHECK(spans[0].span_id == ids.root(kRun, run_row().start_date));
  run.start_date = parse_time("2026-11-29T08:30:00Z").value();
  event.data = wire::to_json(run);
  CHECK(spans_of(ids, run_row(), event)[0].span_id != spans[0].span_id);
  CHECK(spans_of(ids, run_row(), event)[0].trace_id == spans[0].trace_id);
}

TEST_CASE("a run that a task triggered links to the span of its try") {
  const TraceIds ids("site");
  wire::DagRun run;
  run.dag_id = "etl";
  run.dag_run_id = "r1";
  run.state = RunState::success;
  run.end_date = parse_time("2026-11-29T08:01:00Z").value();
  const wire::StreamEvent event{.id = 8, .kind = "dag_run", .at = {}, .data = wire::to_json(run)};
  auto row = run_row();
  row.triggered_by = "mina";
  CHECK(spans_of(ids, row, event)[0].links.empty());
  row.triggered_by = "task etl/load[2], try 2, of run r1";
  const auto spans = spans_of(ids, row, event);
  REQUIRE(spans[0].links.size() == 1);
  // That of the try itself, as it comes when the try has ended.
  const auto tries = spans_of(ids, run_row(), task_event("running", "success"));
  CHECK(spans[0].links[0].span_id == tries.back().span_id);
  CHECK(spans[0].links[0].trace_id == tries.back().trace_id);
  CHECK(spans[0].parent_id.empty());
}

TEST_CASE("the request is as the protocol's JSON mapping says") {
  Span span{.trace_id = std::string(32, 'a'),
            .span_id = std::string(16, 'b'),
            .parent_id = std::string(16, 'c'),
            .name = "load",
            .start = WallTime(std::chrono::microseconds(1'764'000'000'000'001)),
            .end = WallTime(std::chrono::microseconds(1'764'000'000'000'002)),
            .attributes = {{"aiflow.task.try_number", std::int64_t{2}}},
            .links = {{.trace_id = std::string(32, 'd'), .span_id = std::string(16, 'e')}},
            .outcome = Span::Outcome::error,
            .cause = "why"};
  CHECK(json::write(otlp_request({{"service.name", std::string("aiflow")}}, "1", {span})) ==
        R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":)"
        R"({"stringValue":"aiflow"}}]},"scopeSpans":[{"scope":{"name":"aiflow","version":"1"},)"
        R"("spans":[{"traceId":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","spanId":"bbbbbbbbbbbbbbbb",)"
        R"("name":"load","kind":1,"startTimeUnixNano":"1764000000000001000",)"
        R"("endTimeUnixNano":"1764000000000002000","attributes":[{"key":"aiflow.task.try_number",)"
        R"("value":{"intValue":"2"}}],"parentSpanId":"cccccccccccccccc","links":[{"traceId":)"
        R"("dddddddddddddddddddddddddddddddd","spanId":"eeeeeeeeeeeeeeee","attributes":[]}],)"
        R"("status":{"code":2,"message":"why"}}]}]}]})");
}

}  // namespace
}  // namespace aiflow::service
