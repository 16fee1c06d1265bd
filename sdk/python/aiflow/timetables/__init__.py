# SPDX-License-Identifier: Apache-2.0
"""When a DAG runs: Airflow's timetables, as data for the scheduler.

    DAG("d", schedule=CronTriggerTimetable("0 9 * * mon-fri", timezone="Asia/Seoul"))

Each knows its ScheduleSpec (api/dag.yaml). Code of a DAG file never runs in the scheduler, so a
timetable with code of its own is refused.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Iterable

from aiflow.exceptions import AirflowException
from aiflow.timetables.words import PRESETS, cron_words, interval_words
from aiflow.timetables.zones import zone_name

_NO_TIME = dt.timedelta(0)


def _ms(delta: dt.timedelta) -> int:
    return round(delta.total_seconds() * 1000)


def utc_text(value: dt.datetime) -> str:
    """RFC 3339 in UTC; a time without a zone is UTC, as in Airflow's default."""
    aware = value if value.tzinfo else value.replace(tzinfo=dt.timezone.utc)
    return aware.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _split_delta(delta: Any, what: str) -> tuple[dt.timedelta, int]:
    """A timedelta, or dateutil's relativedelta, as a fixed part and calendar months."""
    if isinstance(delta, dt.timedelta):
        return delta, 0
    if type(delta).__name__ != "relativedelta":
        raise AirflowException(f"{what} is a timedelta or a relativedelta, not {delta!r}")
    absolute = ("year", "month", "day", "weekday", "hour", "minute", "second", "microsecond")
    if any(getattr(delta, name) is not None for name in absolute) or delta.leapdays:
        raise AirflowException(f"{what}: of a relativedelta only lengths are available (months=1), "
                               "no dates (day=1); use a cron text for those")
    rest = dt.timedelta(days=delta.days, hours=delta.hours, minutes=delta.minutes,
                        seconds=delta.seconds, microseconds=delta.microseconds)
    return rest, delta.years * 12 + delta.months


class Timetable:
    """Base of all timetables. A class of your own is refused when its DAG is read."""

    def schedule_spec(self, of: str) -> dict:
        """ScheduleSpec; `of` names the DAG in errors."""
        raise AirflowException(
            f"{of}: the timetable {type(self).__name__} is code, which the scheduler does not run; "
            "list its dates in an EventsTimetable, or use MultipleCronTriggerTimetable")


def is_timetable(value: Any) -> bool:
    """Whether `value` is one of these, or of a class with Airflow's interface."""
    return isinstance(value, Timetable) or hasattr(value, "next_dagrun_info")


class NullTimetable(Timetable):
    """Never; runs are started by hand."""

    def schedule_spec(self, of: str) -> dict:
        return {"kind": "none", "text": "never; started by hand"}


class OnceTimetable(Timetable):
    """One run, at the start date."""

    def schedule_spec(self, of: str) -> dict:
        return {"kind": "once", "text": "once"}


class ContinuousTimetable(Timetable):
    """One run after the other."""

    def schedule_spec(self, of: str) -> dict:
        return {"kind": "continuous", "text": "one run after the other"}


class _CronTimetable(Timetable):
    def __init__(self, crons: Iterable[str], zone: Any):
        self.crons = [PRESETS.get(cron, cron) for cron in crons]
        if not self.crons:
            raise AirflowException(f"{type(self).__name__} needs a cron text")
        self.zone = zone

    def schedule_spec(self, of: str) -> dict:
        zone = zone_name(self.zone, of)
        words = "; ".join(cron_words(cron) for cron in self.crons)
        spec = {"kind": "cron", "cron": self.crons[0], "timezone": zone, "text": f"{words} ({zone})"}
        return {**spec, "more_crons": self.crons[1:]} if len(self.crons) > 1 else spec


class CronDataIntervalTimetable(_CronTimetable):
    """A run covers the time from one tick to the next, and starts at its end."""

    def __init__(self, cron: str, timezone: Any):
        super().__init__([cron], timezone)

    def schedule_spec(self, of: str) -> dict:
        return {**super().schedule_spec(of), "data_interval": True}


class MultipleCronTriggerTimetable(_CronTimetable):
    """A run at each tick of each cron, covering `interval` before it. `run_immediately`: without a
    start date, whether a tick in the past is run (a timedelta: if it is that long ago at most)."""

    def __init__(self, *crons: str, timezone: Any, interval: Any = _NO_TIME,
                 run_immediately: bool | dt.timedelta = False):
        super().__init__(crons, timezone)
        self.interval = interval
        self.run_immediately = run_immediately

    def schedule_spec(self, of: str) -> dict:
        spec = {**super().schedule_spec(of), "data_interval": False, "span_ms": _span(self, of)}
        if self.run_immediately is True:
            return {**spec, "run_immediately_ms": -1}
        if isinstance(self.run_immediately, dt.timedelta):
            return {**spec, "run_immediately_ms": _ms(self.run_immediately)}
        return spec


class CronTriggerTimetable(MultipleCronTriggerTimetable):
    """A run at each tick of a cron."""

    def __init__(self, cron: str, *, timezone: Any, interval: Any = _NO_TIME,
                 run_immediately: bool | dt.timedelta = False):
        super().__init__(cron, timezone=timezone, interval=interval,
                         run_immediately=run_immediately)


def _span(timetable: Any, of: str) -> int:
    """The data interval of a trigger timetable."""
    span, months = _split_delta(timetable.interval, f"{of}: interval")
    if months or span < _NO_TIME:
        raise AirflowException(f"{of}: interval is a timedelta of 0 or more, not "
                               f"{timetable.interval!r}")
    return _ms(span)


class DeltaDataIntervalTimetable(Timetable):
    """A run covers one delta, and starts at its end."""

    def __init__(self, delta: Any):
        self.delta = delta

    def schedule_spec(self, of: str) -> dict:
        rest, months = _split_delta(self.delta, f"{of}: the schedule interval")
        if months < 0 or rest < _NO_TIME or (rest == _NO_TIME and months == 0):
            raise AirflowException(f"{of}: the schedule interval must be positive")
        spec = {"kind": "interval", "interval_ms": _ms(rest), "data_interval": True,
                "text": interval_words(rest, months)}
        return {**spec, "interval_months": months} if months else spec


class DeltaTriggerTimetable(DeltaDataIntervalTimetable):
    """A run at the start of each delta, covering `interval` before it."""

    def __init__(self, delta: Any, *, interval: Any = _NO_TIME):
        super().__init__(delta)
        self.interval = interval

    def schedule_spec(self, of: str) -> dict:
        return {**super().schedule_spec(of), "data_interval": False, "span_ms": _span(self, of)}


class EventsTimetable(Timetable):
    """A run at each of the dates. With `restrict_to_events` a run by hand takes the latest one's."""

    def __init__(self, event_dates: Iterable[dt.datetime], restrict_to_events: bool = False,
                 presorted: bool = False, description: str | None = None):
        self.event_dates = list(event_dates)
        self.restrict_to_events = restrict_to_events
        self.description = description

    def schedule_spec(self, of: str) -> dict:
        for date in self.event_dates:
            if not isinstance(date, dt.datetime):
                raise AirflowException(f"{of}: an event date is a datetime, not {date!r}")
        events = sorted({utc_text(date) for date in self.event_dates})
        text = self.description or (f"at {len(events)} given dates" if events else "no dates given")
        return {"kind": "events", "events": events, "restrict_to_events": self.restrict_to_events,
                "text": text}


def schedule_spec(dag: Any) -> dict:
    """ScheduleSpec of a DAG's `schedule`. Raises AirflowException that names the DAG."""
    from aiflow.assets import as_condition, condition_spec

    of, value = f"dag '{dag.dag_id}'", dag.schedule
    condition = as_condition(value)
    if condition is not None:
        return condition_spec(condition)
    if type(value).__name__ == "AssetOrTimeSchedule" and isinstance(value, Timetable):
        return value.schedule_spec(of)
    plain = {None: NullTimetable, "@none": NullTimetable, "@once": OnceTimetable,
             "@continuous": ContinuousTimetable}
    if value is None or (isinstance(value, str) and value in plain):
        return plain[value]().schedule_spec(of)
    if isinstance(value, Timetable) and type(value).__module__ == __name__:
        return value.schedule_spec(of)
    if is_timetable(value):
        return Timetable.schedule_spec(value, of)
    if isinstance(value, str):
        return {"kind": "cron", "cron": PRESETS.get(value, value),
                "text": f"{cron_words(value)} ({dag_zone(dag)})"}
    if isinstance(value, dt.timedelta) or type(value).__name__ == "relativedelta":
        spec = DeltaDataIntervalTimetable(value).schedule_spec(of)
        return {key: spec[key] for key in spec if key != "data_interval"}
    raise AirflowException(f"{of}: schedule of type {type(value).__name__} is not available; use a "
                           "cron text, a preset such as @daily, a timedelta or a timetable of "
                           "aiflow.timetables")


def nested_spec(timetable: Any, of: str) -> dict:
    """ScheduleSpec of a timetable inside of another. Raises AirflowException."""
    if not isinstance(timetable, Timetable) or type(timetable).__module__ != __name__:
        raise AirflowException(f"{of}: {timetable!r} is no timetable of aiflow.timetables")
    return timetable.schedule_spec(of)


def dag_zone(dag: Any) -> str:
    """The zone of the DAG: its start date's."""
    return zone_name(dag.timezone, f"dag '{dag.dag_id}'", dag.start_date)


def run_limit(dag: Any, schedule: dict) -> int:
    """max_active_runs; a continuous DAG has one run at a time, as in Airflow."""
    if schedule["kind"] != "continuous":
        return dag.max_active_runs
    if dag.max_active_runs not in (1, 16):  # 16 is the default
        raise AirflowException(f"dag '{dag.dag_id}': schedule '@continuous' needs "
                               "max_active_runs=1")
    return 1
