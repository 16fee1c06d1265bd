// SPDX-License-Identifier: Apache-2.0
#include "dag/validate.h"

#include <doctest/doctest.h>

namespace aiflow::dag {
namespace {

Task task(std::string id, std::vector<TaskId> upstream = {}) {
  Task result;
  result.task_id = {std::move(id)};
  result.upstream = std::move(upstream);
  return result;
}

Dag dag_of(std::vector<Task> tasks) {
  Dag dag;
  dag.dag_id = {"d"};
  dag.tasks = std::move(tasks);
  return dag;
}

std::string error_of(const Dag& dag) {
  const auto status = validate(dag);
  return status ? "" : status.error().message;
}

TEST_CASE("a plain DAG, an empty DAG and Korean ids are valid") {
  CHECK(error_of(dag_of({})) == "");
  CHECK(error_of(dag_of({task("a"), task("그룹.작업", {{"a"}})})) == "");
}

TEST_CASE("a cycle is named by its path, read downstream") {
  const auto dag = dag_of({task("start"), task("a", {{"start"}, {"c"}}), task("b", {{"a"}}),
                           task("c", {{"b"}}), task("end", {{"c"}})});
  const std::string error = error_of(dag);
  const bool named = error == "dag 'd': cycle of 3 tasks: a -> b -> c -> a" ||
                     error == "dag 'd': cycle of 3 tasks: b -> c -> a -> b" ||
                     error == "dag 'd': cycle of 3 tasks: c -> a -> b -> c";
  CHECK_MESSAGE(named, error);
}

TEST_CASE("edges to itself, to nowhere, and duplicate ids are refused") {
  CHECK(error_of(dag_of({task("a", {{"a"}})})) ==
        "dag 'd': task 'a': the task is its own upstream");
  CHECK(error_of(dag_of({task("a", {{"x"}})})) == "dag 'd': task 'a': upstream 'x' does not exist");
  CHECK(error_of(dag_of({task("a"), task("a")})) == "dag 'd': task 'a' is defined twice");
}

TEST_CASE("numbers out of range are refused with their name") {
  auto dag = dag_of({task("a")});
  dag.tasks[0].pool_slots = 0;
  CHECK(error_of(dag) == "dag 'd': task 'a': pool_slots is 0, but must be at least 1");
  dag.tasks[0].pool_slots = 1;
  dag.tasks[0].retries = -1;
  CHECK(error_of(dag) == "dag 'd': task 'a': retries is -1, but must be at least 0");
  dag.tasks[0].retries = 0;
  dag.max_active_tasks = 0;
  CHECK(error_of(dag) == "dag 'd': max_active_tasks is 0, but must be at least 1");
}

TEST_CASE("ids with other characters, empty or too long are refused") {
  CHECK(
      error_of(dag_of({task("a b")})).ends_with("may hold only letters, digits, '_', '.' and '-'"));
  CHECK(error_of(dag_of({task("")})) == "dag 'd': task '': task_id is empty");
  CHECK(error_of(dag_of({task(std::string(251, 'x'))})).contains("at most 250"));
  // Three bytes each: with the ending of its log it would be no name of a file.
  std::string hangul;
  for (int i = 0; i < 84; ++i) hangul += "\xED\x95\x9C";
  CHECK(error_of(dag_of({task(hangul)})).contains("at most 250"));
}

TEST_CASE("a group must exist and may not contain itself") {
  auto dag = dag_of({task("a")});
  dag.tasks[0].group = "g";
  CHECK(error_of(dag) == "dag 'd': task 'a': group 'g' does not exist");
  dag.task_groups = {{"g", "", "h", ""}, {"h", "", "g", ""}};
  CHECK(error_of(dag) == "dag 'd': task group 'g' contains itself");
}

TEST_CASE("a bad cron text is refused with its field") {
  auto dag = dag_of({});
  dag.schedule = {ScheduleKind::cron, "61 * * * *", {}, ""};
  CHECK(error_of(dag).starts_with("dag 'd': schedule: cron field 'minute': '61' is not valid: "));
  dag.schedule.cron = "0 0 * * *";
  dag.schedule.more_crons = {"0 0 * * 9"};
  CHECK(error_of(dag).starts_with("dag 'd': schedule: cron field 'day of week': '9' is not valid"));
}

TEST_CASE("a schedule that can never run is refused") {
  auto dag = dag_of({});
  dag.schedule = {ScheduleKind::cron, "0 0 31 4 *", {}, ""};
  CHECK(error_of(dag) == "dag 'd': schedule: cron '0 0 31 4 *' names a date that never comes");
  dag.schedule = {ScheduleKind::interval, "", {}, ""};
  CHECK(error_of(dag).contains("schedule interval"));
  dag.schedule.interval_months = 1;
  CHECK(error_of(dag) == "");
}

TEST_CASE("a continuous schedule allows one run at a time") {
  auto dag = dag_of({});
  dag.schedule = {ScheduleKind::continuous, "", {}, ""};
  CHECK(error_of(dag) == "dag 'd': schedule '@continuous' needs max_active_runs=1");
  dag.max_active_runs = 1;
  CHECK(error_of(dag) == "");
}

TEST_CASE("a chain of 10,000 tasks is valid, and its cycle is found without recursion") {
  std::vector<Task> tasks = {task("t0")};
  for (int i = 1; i < 10'000; ++i) {
    tasks.push_back(task("t" + std::to_string(i), {{"t" + std::to_string(i - 1)}}));
  }
  auto dag = dag_of(std::move(tasks));
  CHECK(error_of(dag) == "");
  dag.tasks[0].upstream = {{"t9999"}};
  CHECK(error_of(dag).starts_with("dag 'd': cycle of 10000 tasks: t"));
}

}  // namespace
}  // namespace aiflow::dag
