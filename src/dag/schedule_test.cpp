// SPDX-License-Identifier: Apache-2.0
#include "dag/schedule.h"

#include <doctest/doctest.h>

#include <string>

namespace aiflow::dag {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

WallTime at(std::string_view text) {
  const auto time = parse_time(text);
  REQUIRE(time);
  return *time;
}

std::string next_of(std::string_view cron, std::string_view from, const UtcOffset& offset = {}) {
  const auto parsed = Cron::parse(cron);
  REQUIRE(parsed);
  const auto next = parsed->next(at(from), offset);
  return next ? format_time(*next).substr(0, 16) : "none";
}

std::string previous_of(std::string_view cron, std::string_view from) {
  const auto previous = Cron::parse(cron)->previous(at(from), {});
  return previous ? format_time(*previous).substr(0, 16) : "none";
}

/// New York in 2026: EST (-5 h), EDT (-4 h) from 8 March 07:00 UTC to 1 November 06:00 UTC.
Duration new_york(WallTime utc) {
  const bool summer = utc >= at("2026-03-08T07:00:00Z") && utc < at("2026-11-01T06:00:00Z");
  return summer ? hours(-4) : hours(-5);
}

TEST_CASE("cron finds the next tick over hours, days, months and leap years") {
  CHECK(next_of("*/15 * * * *", "2026-01-01T00:07:30Z") == "2026-01-01T00:15");
  CHECK(next_of("0 9 * * MON-FRI", "2026-11-20T09:00:00Z") == "2026-11-23T09:00");
  CHECK(next_of("30 2 1 jan,jul *", "2026-02-01T00:00:00Z") == "2026-07-01T02:30");
  CHECK(next_of("0 0 29 2 *", "2026-03-01T00:00:00Z") == "2028-02-29T00:00");
  CHECK(next_of("0 0 31 4 *", "2026-03-01T00:00:00Z") == "none");
  CHECK(next_of("@daily", "2026-12-31T00:00:00Z") == "2027-01-01T00:00");
  CHECK(next_of("0 0 * * 7", "2026-11-23T00:00:00Z") == "2026-11-29T00:00");
  CHECK(next_of("5/20 * * * *", "2026-11-23T00:26:00Z") == "2026-11-23T00:45");
  CHECK(next_of("0 0 13 * 5", "2026-11-01T00:00:00Z") == "2026-11-06T00:00");
}

TEST_CASE("cron finds the tick before, exclusively") {
  CHECK(previous_of("*/15 * * * *", "2026-01-01T00:15:00Z") == "2026-01-01T00:00");
  CHECK(previous_of("*/15 * * * *", "2026-01-01T00:15:01Z") == "2026-01-01T00:15");
  CHECK(previous_of("@yearly", "2026-06-01T00:00:00Z") == "2026-01-01T00:00");
}

TEST_CASE("a bad cron text is refused") {
  for (const char* text : {"",
                           "* * * *",
                           "* * * * * 61",
                           "60 * * * *",
                           "* 24 * * *",
                           "* * 0 * *",
                           "* * * 13 *",
                           "* * * * 8",
                           "*/0 * * * *",
                           "a * * * *",
                           "1,,2 * * * *",
                           "@never",
                           "-1 * * * *",
                           "1- * * * *",
                           "* * 15W,3 * *",
                           "* * * * 5#6",
                           "* * * * 1,2#1",
                           "H * * * *",
                           "* * * * * 0 1969",
                           "? * * * *"}) {
    CHECK_MESSAGE(!Cron::parse(text), text);
  }
}

TEST_CASE("cron knows L, W, #, wrapping ranges, seconds and years") {
  CHECK(next_of("0 12 L 2 *", "2028-01-01T00:00:00Z") == "2028-02-29T12:00");
  CHECK(next_of("0 12 15W * *", "2026-08-01T00:00:00Z") == "2026-08-14T12:00");  // a Saturday
  CHECK(next_of("0 12 * * fri#3", "2026-11-01T00:00:00Z") == "2026-11-20T12:00");
  CHECK(next_of("0 12 * * L5", "2026-11-01T00:00:00Z") == "2026-11-27T12:00");
  CHECK(next_of("0 22-2 * * *", "2026-11-01T02:30:00Z") == "2026-11-01T22:00");
  CHECK(next_of("0 0 1 1 * 0 2030", "2026-11-01T02:30:00Z") == "2030-01-01T00:00");
  const auto seconds = Cron::parse("* * * * * */20");
  REQUIRE(seconds);
  CHECK(seconds->next(at("2026-01-01T00:00:05Z"), {}) == at("2026-01-01T00:00:20Z"));
  CHECK(seconds->previous(at("2026-01-01T00:00:20Z"), {}) == at("2026-01-01T00:00:00Z"));
}

TEST_CASE("a daily schedule keeps its local time over a clock change; a gap moves it an hour") {
  CHECK(next_of("0 9 * * *", "2026-03-07T14:00:00Z", new_york) == "2026-03-08T13:00");
  CHECK(next_of("30 2 * * *", "2026-03-07T08:00:00Z", new_york) == "2026-03-08T07:30");
  CHECK(next_of("30 1 * * *", "2026-10-31T06:00:00Z", new_york) == "2026-11-01T06:30");
}

TEST_CASE("an hourly schedule neither leaves out nor doubles an hour at a clock change") {
  auto time = at("2026-10-31T22:00:00Z");
  const auto cron = Cron::parse("0 * * * *");
  for (int i = 1; i <= 24; ++i) {
    const auto next = cron->next(time, new_york);
    REQUIRE(next);
    CHECK(*next - time == hours(1));
    time = *next;
  }
}

Dag dag_with(std::string cron, int compat, bool catchup) {
  Dag dag;
  dag.schedule = {ScheduleKind::cron, std::move(cron), {}, ""};
  dag.compat = compat;
  dag.catchup = catchup;
  dag.start_date = at("2026-01-01T00:00:00Z");
  return dag;
}

TEST_CASE("compat 3: the logical date is the tick; without catchup missed ticks are dropped") {
  const auto now = at("2026-01-10T12:00:00Z");
  const auto first = next_tick(dag_with("@daily", 3, false), std::nullopt, now);
  REQUIRE(first);
  CHECK(first->logical_date == at("2026-01-10T00:00:00Z"));
  CHECK(first->run_after == first->logical_date);
  const auto second = next_tick(dag_with("@daily", 3, false), first, now);
  CHECK(second->logical_date == at("2026-01-11T00:00:00Z"));
  CHECK(next_tick(dag_with("@daily", 3, true), std::nullopt, now)->logical_date ==
        at("2026-01-01T00:00:00Z"));
}

TEST_CASE("compat 2: a run covers [start, end) and starts at its end") {
  const auto now = at("2026-01-10T12:00:00Z");
  const auto first = next_tick(dag_with("@daily", 2, false), std::nullopt, now);
  REQUIRE(first);
  CHECK(first->logical_date == at("2026-01-09T00:00:00Z"));
  CHECK(first->run_after == at("2026-01-10T00:00:00Z"));
  CHECK(next_tick(dag_with("@daily", 2, false), first, now)->logical_date ==
        at("2026-01-10T00:00:00Z"));
  const auto all = next_tick(dag_with("@daily", 2, true), std::nullopt, now);
  CHECK(all->logical_date == at("2026-01-01T00:00:00Z"));
  CHECK(next_tick(dag_with("@daily", 2, true), all, now)->logical_date ==
        at("2026-01-02T00:00:00Z"));
}

TEST_CASE("intervals count from the start date; catchup makes every one") {
  Dag dag;
  dag.schedule = {ScheduleKind::interval, "", minutes(90), ""};
  dag.start_date = at("2026-01-01T00:10:00Z");
  dag.catchup = true;
  const auto first = next_tick(dag, std::nullopt, at("2026-01-01T03:00:00Z"));
  CHECK(first->logical_date == at("2026-01-01T00:10:00Z"));
  CHECK(next_tick(dag, first, at("2026-01-01T03:00:00Z"))->logical_date ==
        at("2026-01-01T01:40:00Z"));
}

TEST_CASE("once gives one run; none gives none; end_date ends the schedule") {
  Dag dag;
  const auto now = at("2026-01-10T12:00:00Z");
  CHECK(!next_tick(dag, std::nullopt, now));
  dag.schedule.kind = ScheduleKind::once;
  const auto tick = next_tick(dag, std::nullopt, now);
  CHECK(tick->logical_date == now);
  CHECK(!next_tick(dag, tick, now));
  auto ended = dag_with("@daily", 3, true);
  ended.end_date = at("2026-01-02T00:00:00Z");
  auto last = next_tick(ended, std::nullopt, now);
  last = next_tick(ended, last, now);
  CHECK(last->logical_date == at("2026-01-02T00:00:00Z"));
  CHECK(!next_tick(ended, last, now));
}

TEST_CASE("a run by hand takes the latest complete interval") {
  const auto now = at("2026-01-10T12:00:00Z");
  const auto tick = manual_tick(dag_with("@daily", 2, false), now);
  CHECK(tick.logical_date == now);
  CHECK(tick.interval_start == at("2026-01-09T00:00:00Z"));
  CHECK(tick.interval_end == at("2026-01-10T00:00:00Z"));
  CHECK(manual_tick(Dag{}, now).interval_start == now);
}

TEST_CASE("what runs each hour of a weekday begins that day at midnight after a clock change") {
  const auto cron = Cron::parse("0 * * * MON");
  const auto monday = cron->next(at("2026-03-03T04:00:00Z"), new_york);  // Monday 23:00
  CHECK(monday == at("2026-03-09T04:00:00Z"));  // Monday 00:00, one hour on
}

TEST_CASE("ticks rise, and the tick before the next one is not later than the time asked for") {
  for (const char* text : {"0 * * * *", "*/30 1-3 * * *", "30 2 * * *", "15,45 2 * * *",
                           "0 1,2,3 * * *", "*/20 * * * SUN", "0 0 1 * *", "7 */2 * * *"}) {
    const auto cron = Cron::parse(text);
    for (const char* day : {"2026-03-07T00:00:00Z", "2026-10-31T00:00:00Z"}) {
      for (WallTime time = at(day); time < at(day) + hours(60); time += minutes(7)) {
        const auto next = cron->next(time, new_york);
        const auto previous = cron->previous(time, new_york);
        REQUIRE((next && previous));
        CHECK_MESSAGE((*previous < time && time < *next), text);
        CHECK_MESSAGE(cron->next(*previous, new_york) >= time, text);
      }
    }
  }
}

TEST_CASE("a daily schedule runs once each local day over both clock changes") {
  for (const char* text : {"30 0 * * *", "30 1 * * *", "30 2 * * *", "30 3 * * *"}) {
    WallTime time = at("2026-01-01T00:00:00Z");
    for (int day = 0; day < 365; ++day) {
      const auto next = Cron::parse(text)->next(time, new_york);
      const Duration gap = *next - time;
      if (day > 0) CHECK_MESSAGE((gap >= hours(22) && gap <= hours(26)), text);
      time = *next;
    }
    CHECK(time < at("2027-01-02T00:00:00Z"));
  }
}

TEST_CASE("several crons: each of their times makes one run") {
  auto dag = dag_with("0 9 * * *", 3, true);
  dag.schedule.more_crons = {"0 17 * * *", "0 9 * * MON"};
  std::optional<Tick> last;
  for (const char* expected :
       {"2026-01-01T09:00:00Z", "2026-01-01T17:00:00Z", "2026-01-02T09:00:00Z"}) {
    last = next_tick(dag, last, at("2026-02-01T00:00:00Z"));
    REQUIRE(last);
    CHECK(last->logical_date == at(expected));
  }
  dag.catchup = false;
  CHECK(next_tick(dag, last, at("2026-02-01T12:00:00Z"))->run_after == at("2026-02-01T09:00:00Z"));
}

TEST_CASE("calendar months are counted in UTC; a day past the month's end is cut") {
  Dag dag;
  dag.schedule.kind = ScheduleKind::interval;
  dag.schedule.interval_months = 1;
  dag.catchup = true;
  dag.start_date = at("2026-01-31T06:00:00Z");
  auto tick = next_tick(dag, std::nullopt, at("2027-01-01T00:00:00Z"));
  CHECK(tick->logical_date == *dag.start_date);
  CHECK(next_tick(dag, tick, at("2027-01-01T00:00:00Z"))->logical_date ==
        at("2026-02-28T06:00:00Z"));
}

TEST_CASE("a trigger's data interval is the span before the tick") {
  auto dag = dag_with("@daily", 3, false);
  dag.schedule.span = hours(24);
  const auto tick = next_tick(dag, std::nullopt, at("2026-01-10T12:00:00Z"));
  CHECK(tick->run_after == at("2026-01-10T00:00:00Z"));
  CHECK(tick->interval_start == at("2026-01-09T00:00:00Z"));
  CHECK(tick->logical_date == tick->interval_start);
  const auto by_hand = manual_tick(dag, at("2026-01-10T12:00:00Z"));
  CHECK(by_hand.interval_start == at("2026-01-09T12:00:00Z"));
}

TEST_CASE("events make one run each; a run by hand may take the latest") {
  Dag dag;
  dag.schedule.kind = ScheduleKind::events;
  dag.schedule.events = {at("2026-01-05T00:00:00Z"), at("2026-03-01T00:00:00Z")};
  dag.schedule.restrict_to_events = true;
  const auto now = at("2026-02-01T00:00:00Z");
  CHECK(next_tick(dag, std::nullopt, now)->run_after == dag.schedule.events[1]);
  dag.catchup = true;
  const auto first = next_tick(dag, std::nullopt, now);
  CHECK(first->run_after == dag.schedule.events[0]);
  CHECK(!next_tick(dag, next_tick(dag, first, now), now));
  CHECK(manual_tick(dag, now).interval_start == dag.schedule.events[0]);
  CHECK(manual_tick(dag, at("2025-01-01T00:00:00Z")).interval_end == dag.schedule.events[0]);
}

TEST_CASE("continuous runs follow each other; two never have the same date") {
  Dag dag;
  dag.schedule.kind = ScheduleKind::continuous;
  const auto now = at("2026-02-01T00:00:00Z");
  const auto first = next_tick(dag, std::nullopt, now);
  CHECK(first->run_after == now);
  const auto at_once = next_tick(dag, first, now);
  CHECK(at_once->logical_date == now);
  CHECK(at_once->run_after == now + std::chrono::seconds(1));
  const auto later = next_tick(dag, first, now + hours(1));
  CHECK(later->interval_start == now);
  CHECK(later->interval_end == now + hours(1));
}

TEST_CASE("without a start date of the DAG the earliest of its tasks counts") {
  auto dag = dag_with("@daily", 3, true);
  dag.start_date.reset();
  dag.tasks.resize(2);
  dag.tasks[0].start_date = at("2026-01-05T00:00:00Z");
  dag.tasks[1].start_date = at("2026-01-03T12:00:00Z");
  dag.tasks[0].end_date = dag.tasks[1].end_date = at("2026-01-04T00:00:00Z");
  const auto tick = next_tick(dag, std::nullopt, at("2026-02-01T00:00:00Z"));
  CHECK(tick->logical_date == at("2026-01-04T00:00:00Z"));
  CHECK(!next_tick(dag, tick, at("2026-02-01T00:00:00Z")));
}

}  // namespace
}  // namespace aiflow::dag
