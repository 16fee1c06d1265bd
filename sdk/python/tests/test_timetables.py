# SPDX-License-Identifier: Apache-2.0
"""What `schedule=` becomes: kinds, zones, words, refusals."""

import datetime as dt
import zoneinfo

import pytest

from aiflow.dag import DAG, collect_dags
from aiflow.exceptions import AirflowException
from aiflow.parse import dag_spec
from aiflow.timetables.words import cron_words
from aiflow.wire_gen import FIELDS
from airflow.timetables.base import Timetable
from airflow.timetables.events import EventsTimetable
from airflow.timetables.interval import CronDataIntervalTimetable, DeltaDataIntervalTimetable
from airflow.timetables.simple import ContinuousTimetable, NullTimetable, OnceTimetable
from airflow.timetables.trigger import (CronTriggerTimetable, DeltaTriggerTimetable,
                                        MultipleCronTriggerTimetable)

SEOUL = zoneinfo.ZoneInfo("Asia/Seoul")
HOUR = dt.timedelta(hours=1)


class relativedelta:  # noqa: N801 - dateutil's, which need not be installed
    """The attributes of dateutil's class."""

    def __init__(self, years=0, months=0, days=0, day=None):
        self.years, self.months, self.days, self.day = years, months, days, day
        self.hours = self.minutes = self.seconds = self.microseconds = self.leapdays = 0
        self.year = self.month = self.weekday = self.hour = None
        self.minute = self.second = self.microsecond = None


def spec_of(schedule, **arguments) -> dict:
    with collect_dags():
        return dag_spec(DAG("d", schedule=schedule, **arguments), "")


def schedule_of(schedule, **arguments) -> dict:
    spec = spec_of(schedule, **arguments)["schedule"]
    assert set(spec) <= set(FIELDS["ScheduleSpec"])
    return spec


@pytest.mark.parametrize("timetable, expected", [
    (CronTriggerTimetable("@daily", timezone="Asia/Seoul", interval=HOUR),
     {"kind": "cron", "cron": "0 0 * * *", "timezone": "Asia/Seoul", "data_interval": False,
      "span_ms": 3600000, "text": "every day at 00:00 (Asia/Seoul)"}),
    (CronTriggerTimetable("0 9 * * *", timezone=SEOUL, run_immediately=True),
     {"run_immediately_ms": -1, "timezone": "Asia/Seoul"}),
    (CronTriggerTimetable("0 9 * * *", timezone="UTC", run_immediately=HOUR),
     {"run_immediately_ms": 3600000}),
    (MultipleCronTriggerTimetable("0 9 * * *", "0 17 * * 1-5", timezone="+05:30"),
     {"cron": "0 9 * * *", "more_crons": ["0 17 * * 1-5"], "timezone": "+05:30",
      "text": "every day at 09:00; every Monday to Friday at 17:00 (+05:30)"}),
    (CronDataIntervalTimetable("@hourly", "UTC"), {"kind": "cron", "data_interval": True}),
    (DeltaDataIntervalTimetable(HOUR),
     {"kind": "interval", "interval_ms": 3600000, "data_interval": True, "text": "every hour"}),
    (DeltaTriggerTimetable(2 * HOUR, interval=HOUR),
     {"kind": "interval", "data_interval": False, "span_ms": 3600000, "text": "every 2 hours"}),
    (DeltaTriggerTimetable(relativedelta(months=1, days=2)),
     {"interval_months": 1, "interval_ms": 2 * 86400000, "text": "every 1 month and 2 days"}),
    (relativedelta(years=1), {"interval_months": 12, "interval_ms": 0, "text": "every year"}),
    (EventsTimetable([dt.datetime(2026, 3, 1, 9, tzinfo=SEOUL), dt.datetime(2026, 1, 1)], True),
     {"kind": "events", "restrict_to_events": True, "text": "at 2 given dates",
      "events": ["2026-01-01T00:00:00.000000Z", "2026-03-01T00:00:00.000000Z"]}),
    (ContinuousTimetable(), {"kind": "continuous"}), ("@continuous", {"kind": "continuous"}),
    (OnceTimetable(), {"kind": "once"}), (NullTimetable(), {"kind": "none"}),
    (dt.timedelta(days=1, hours=1), {"kind": "interval", "text": "every 1 day and 1 hour"}),
])
def test_a_timetable_becomes_data(timetable, expected):
    spec = schedule_of(timetable)
    assert {key: spec.get(key) for key in expected} == expected


@pytest.mark.parametrize("tzinfo, zone", [
    (None, "UTC"), (dt.timezone.utc, "UTC"), (SEOUL, "Asia/Seoul"),
    (dt.timezone(9 * HOUR), "+09:00"), (dt.timezone(-3.5 * HOUR), "-03:30"),
])
def test_the_zone_of_the_start_date_is_the_dags(tzinfo, zone):
    spec = spec_of("0 9 * * *", start_date=dt.datetime(2026, 1, 1, tzinfo=tzinfo))
    assert spec["timezone"] == zone
    assert spec["schedule"]["text"] == f"every day at 09:00 ({zone})"


def test_a_zone_without_a_name_counts_as_the_offset_of_the_start_date():
    class Summer(dt.tzinfo):
        def utcoffset(self, when):
            return 2 * HOUR if when and when.month == 7 else HOUR

        def dst(self, when):
            return HOUR

        def tzname(self, when):
            return "X"

    assert spec_of("@daily", start_date=dt.datetime(2026, 7, 1, tzinfo=Summer()))["timezone"] == \
        "+02:00"


@pytest.mark.parametrize("schedule, words", [
    (CronTriggerTimetable("@daily", timezone="Asia/Soul"), "time zone 'Asia/Soul' is not known"),
    (dt.timedelta(0), "the schedule interval must be positive"),
    (DeltaTriggerTimetable(relativedelta(months=-1)), "the schedule interval must be positive"),
    (relativedelta(day=1), "use a cron text"),
    (CronTriggerTimetable("@daily", timezone="UTC", interval=relativedelta(months=1)),
     "interval is a timedelta"),
    (EventsTimetable(["2026-01-01"]), "an event date is a datetime"),
    (17, "schedule of type int is not available"),
    (type("Workdays", (Timetable,), {})(), "the timetable Workdays is code"),
    (type("Workdays", (CronTriggerTimetable,), {})("@daily", timezone="UTC"), "EventsTimetable"),
    (type("Workdays", (), {"next_dagrun_info": None})(), "the timetable Workdays is code"),
])
def test_what_cannot_be_scheduled_is_refused_with_the_dags_name(schedule, words):
    with pytest.raises(AirflowException) as raised:
        spec_of(schedule)
    assert str(raised.value).startswith("dag 'd': ") and words in str(raised.value)


def test_a_continuous_dag_has_one_run_at_a_time():
    assert spec_of("@continuous")["max_active_runs"] == 1
    with pytest.raises(AirflowException, match="max_active_runs=1"):
        spec_of("@continuous", max_active_runs=3)


def test_airflow_2_names_the_schedule_timetable():
    with collect_dags():
        spec = dag_spec(DAG("d", timetable=OnceTimetable(), compat=2), "")
    assert spec["schedule"]["kind"] == "once"


@pytest.mark.parametrize("cron, words", [
    ("* * * * *", "every minute"), ("*/5 * * * *", "every 5 minutes"),
    ("@hourly", "every hour at :00"), ("15 */4 * * *", "every 4 hours at :15"),
    ("0 9,17 * * *", "every day at 09:00 and 17:00"), ("30 7 * * 1", "every Monday at 07:30"),
    ("30 7 * * mon,wed,7", "every Monday, Wednesday and Sunday at 07:30"),
    ("0 6 * * MON-FRI", "every Monday to Friday at 06:00"),
    ("0 0 1 * *", "on day 1 of each month at 00:00"),
    ("0 0 L * *", "on the last day of each month at 00:00"),
    ("0 0 1 1,jul *", "on day 1 of January and July at 00:00"),
    ("0 6 1-5 * 1", "cron '0 6 1-5 * 1'"), ("0 6 * * 9", "cron '0 6 * * 9'"),
    ("nonsense", "cron 'nonsense'"),
])
def test_a_cron_in_words(cron, words):
    assert cron_words(cron) == words
