// SPDX-License-Identifier: Apache-2.0
#include "conductor/dag_from_spec.h"

#include <doctest/doctest.h>

#include "conductor/detail/jobs.h"
#include "conductor/testing/bench.h"

namespace aiflow::conductor {
namespace {

using testing::bash_task;

wire::DagSpec spec_of(std::vector<wire::TaskSpec> tasks) {
  wire::DagSpec spec;
  spec.dag_id = "etl";
  spec.schedule.kind = "none";
  spec.timezone = "UTC";
  spec.max_active_tasks = spec.max_active_runs = 16;
  spec.compat = 3;
  spec.params = json::object({});
  spec.tasks = std::move(tasks);
  return spec;
}

std::string refusal(const wire::DagSpec& spec) {
  const auto made = dag_from_spec(spec);
  return made ? "" : made.error().message;
}

TEST_CASE("numbers and texts arrive with their units") {
  wire::TaskSpec task = bash_task("a");
  task.retry_delay_ms = 1500;
  task.execution_timeout_ms = 2000;
  wire::DagSpec spec = spec_of({task, bash_task("b", {"a"})});
  spec.schedule = {.kind = "cron", .cron = "0 6 * * *", .interval_ms = {}, .text = "0 6 * * *"};
  const auto made = dag_from_spec(spec);
  REQUIRE(made.has_value());
  CHECK(made->tasks[0].retry_delay == std::chrono::milliseconds(1500));
  CHECK(made->tasks[0].execution_timeout == std::chrono::seconds(2));
  CHECK(made->tasks[1].upstream == std::vector<TaskId>{TaskId{"a"}});
  CHECK(made->schedule.kind == dag::ScheduleKind::cron);
}

TEST_CASE("a process of another user needs a worker that lets it, a container or a pod does not") {
  const auto labels = [](const char* executor, const char* operator_name) {
    wire::TaskSpec task = bash_task("a");
    task.operator_ = operator_name;
    task.executor = executor;
    task.run_as_user = "etl";
    task.placement = Labels{{"site", "seoul"}};
    return dag_from_spec(spec_of({task})).value().tasks[0].placement.labels;
  };
  const Labels needed{{"site", "seoul"}, {"run_as:etl", "true"}};
  CHECK(labels("local", "bash") == needed);
  CHECK(labels("redis", "python") == needed);
  CHECK(labels("docker", "bash").size() == 1);
  CHECK(labels("local", "docker").size() == 1);
  CHECK(labels("kubernetes", "bash").size() == 1);
}

TEST_CASE("a schedule's timetable is kept; one stored before timetables were is read") {
  auto spec = spec_of({bash_task("a")});
  spec.schedule.kind = "cron";
  spec.schedule.cron = "0 9 * * *";
  spec.schedule.more_crons = {"0 17 * * *"};
  spec.schedule.timezone = "+09:00";
  spec.schedule.span_ms = 1000;
  spec.schedule.run_immediately_ms = -1;
  const auto made = dag_from_spec(spec);
  REQUIRE(made);
  CHECK(made->schedule.more_crons == std::vector<std::string>{"0 17 * * *"});
  CHECK(dag::schedule_zone(*made) == "+09:00");
  CHECK(made->schedule.span == std::chrono::seconds(1));
  CHECK(made->schedule.run_immediately == Duration::max());
  const auto old = wire::parse_schedule_spec(
      json::parse(R"({"kind":"cron","cron":"0 9 * * *","interval_ms":null,"text":""})").value());
  REQUIRE(old);
  CHECK_FALSE(old->more_crons);
}

TEST_CASE("what can't be is refused with dag and task") {
  CHECK(refusal(spec_of({bash_task("a", {"a"})})).find("etl") != std::string::npos);
  wire::TaskSpec negative = bash_task("a");
  negative.retry_delay_ms = -1;
  CHECK(refusal(spec_of({negative})).find("task 'a': retry_delay") != std::string::npos);
  wire::TaskSpec huge = bash_task("a");
  huge.retries = std::int64_t{1} << 40;
  CHECK(refusal(spec_of({huge})).find("retries") != std::string::npos);
  wire::DagSpec unknown = spec_of({bash_task("a")});
  unknown.schedule.kind = "sometimes";
  CHECK(refusal(unknown).find("sometimes") != std::string::npos);
}

}  // namespace
}  // namespace aiflow::conductor
