// SPDX-License-Identifier: Apache-2.0
#include "dag/backfill.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace aiflow::dag {
namespace {

WallTime at(const std::string& text) { return parse_time(text).value(); }

Dag hourly() {
  Dag dag;
  dag.dag_id = {"d"};
  dag.schedule = {ScheduleKind::cron, "0 * * * *", {}, ""};
  dag.tasks.push_back({.task_id = {"a"}});
  return dag;
}

BackfillRange days(const std::string& from, const std::string& to) {
  return {.from = at(from), .to = at(to), .asked_at = at("2026-03-01T00:00:00Z")};
}

std::vector<WallTime> all(BackfillDates dates) {
  std::vector<WallTime> made;
  for (std::int32_t i = 1; i <= dates.total(); ++i) made.push_back(dates.at(i).logical_date);
  return made;
}

TEST_CASE("a backfill has every date of the schedule between its dates, both included") {
  const auto range = days("2026-01-01T00:30:00Z", "2026-01-01T04:00:00Z");
  CHECK(all(BackfillDates(hourly(), range, {})) ==
        std::vector{at("2026-01-01T01:00:00Z"), at("2026-01-01T02:00:00Z"),
                    at("2026-01-01T03:00:00Z"), at("2026-01-01T04:00:00Z")});
}

TEST_CASE("the DAG's own dates and catchup do not bound a backfill, nor do its tasks'") {
  Dag dag = hourly();
  dag.start_date = at("2026-02-01T00:00:00Z");
  dag.end_date = at("2026-02-02T00:00:00Z");
  dag.tasks[0].end_date = at("2020-01-01T00:00:00Z");
  const auto range = days("2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z");
  CHECK(BackfillDates(dag, range, {}).total() == 2);
}

TEST_CASE("with data intervals a run counts when its interval was over") {
  Dag dag = hourly();
  dag.compat = 2;
  auto range = days("2026-01-01T00:00:00Z", "2026-01-01T09:00:00Z");
  range.asked_at = at("2026-01-01T03:00:00Z");  // the interval from 2 to 3 ends just then
  BackfillDates dates(dag, range, {});
  CHECK(dates.total() == 2);
  CHECK(dates.at(2).interval_end == at("2026-01-01T02:00:00Z"));
}

TEST_CASE("newest first gives the same dates in the other order, over many blocks") {
  auto range = days("2025-11-01T00:00:00Z", "2026-02-11T17:00:00Z");
  auto forwards = all(BackfillDates(hourly(), range, {}));
  CHECK(forwards.size() == 102 * 24 + 18);
  range.newest_first = true;
  auto backwards = all(BackfillDates(hourly(), range, {}));
  std::ranges::reverse(backwards);
  CHECK(forwards == backwards);
}

TEST_CASE("any date of a backfill can be asked for, as after a restart") {
  BackfillDates dates(hourly(), days("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"), {});
  CHECK(dates.at(700).logical_date == at("2026-01-30T03:00:00Z"));
  CHECK(dates.at(1).logical_date == at("2026-01-01T00:00:00Z"));
}

TEST_CASE("counting stops above the limit") {
  Dag dag = hourly();
  dag.schedule.cron = "* * * * *";
  BackfillDates dates(dag, days("2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z"), {});
  CHECK(dates.total() == kBackfillDatesMax + 1);
}

TEST_CASE("what no backfill can be is refused in words") {
  const auto good = days("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
  CHECK(check_backfill(hourly(), good));
  const auto says = [](const Dag& dag, const BackfillRange& range, const char* text) {
    const Status status = check_backfill(dag, range);
    REQUIRE_FALSE(status);
    CHECK(status.error().code == ErrorCode::invalid_argument);
    CHECK(status.error().message.contains(text));
  };
  Dag unscheduled = hourly();
  unscheduled.schedule = {};
  says(unscheduled, good, "no schedule");
  auto range = good;
  range.to = at("2025-12-31T00:00:00Z");
  says(hourly(), range, "from_date is after to_date");
  says(hourly(), days("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"), "of the past");
  range = good;
  range.max_active_runs = 0;
  says(hourly(), range, "max_active_runs");
  Dag past = hourly();
  past.tasks[0].depends_on_past = true;
  says(past, good, "reprocess_behavior");
  range = good;
  range.reprocess = Reprocess::failed;
  CHECK(check_backfill(past, range));
  range.newest_first = true;
  says(past, range, "backwards");
}

TEST_CASE("which finished runs a backfill runs again") {
  CHECK(why_left_alone(RunState::running, Reprocess::completed) == "in flight");
  CHECK(why_left_alone(RunState::failed, Reprocess::none) == "already exists");
  CHECK(why_left_alone(RunState::success, Reprocess::failed) == "already exists");
  CHECK(why_left_alone(RunState::failed, Reprocess::failed).empty());
  CHECK(why_left_alone(RunState::success, Reprocess::completed).empty());
}

TEST_CASE("reprocess behaviours by name") {
  CHECK(parse_reprocess("completed") == Reprocess::completed);
  CHECK(to_string(Reprocess::failed) == "failed");
  CHECK_FALSE(parse_reprocess("all"));
}

}  // namespace
}  // namespace aiflow::dag
