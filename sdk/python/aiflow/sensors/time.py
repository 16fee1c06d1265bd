# SPDX-License-Identifier: Apache-2.0
"""Sensors that wait for a time: of the day, of the calendar, after the data interval, a weekday."""

from __future__ import annotations

import datetime as dt
from typing import Any, Sequence

from aiflow.exceptions import AirflowException
from aiflow.sensors.base import BaseSensorOperator
from aiflow.triggers.temporal import DateTimeTrigger

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc)


class _MomentSensor(BaseSensorOperator):
    """Waits for a moment. deferrable: without holding a worker slot."""

    def __init__(self, *, deferrable: bool = False, end_from_trigger: bool = False,
                 start_from_trigger: bool = False, trigger_kwargs: dict | None = None, **kwargs):
        super().__init__(**kwargs)
        del end_from_trigger, start_from_trigger, trigger_kwargs  # how Airflow spares a process
        self.deferrable = deferrable

    def _moment(self, context: dict) -> dt.datetime:
        raise NotImplementedError

    def poke(self, context: dict) -> bool:
        return _now() > self._moment(context)

    def execute(self, context: dict) -> Any:
        if not self.deferrable:
            return super().execute(context)
        if not self.poke(context):
            self.defer_to(DateTimeTrigger(self._moment(context)), context)
        return None

    def execute_complete(self, context: dict, event: Any = None) -> None:
        del context, event


class DateTimeSensor(_MomentSensor):
    """Waits until target_time: a datetime, or ISO text (templates allowed). Without zone: UTC."""

    template_fields: Sequence[str] = ("target_time",)

    def __init__(self, *, target_time: str | dt.datetime, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(target_time, (str, dt.datetime)):
            raise AirflowException(f"sensor '{self.task_id}': target_time is a datetime or ISO text, "
                                   f"not a {type(target_time).__name__}")
        self.target_time = (target_time if isinstance(target_time, str)
                            else target_time.isoformat())

    def _moment(self, context: dict) -> dt.datetime:
        del context
        target = dt.datetime.fromisoformat(self.target_time.replace("Z", "+00:00"))
        return target if target.tzinfo is not None else target.replace(tzinfo=dt.timezone.utc)


class TimeSensor(_MomentSensor):
    """Waits until target_time of the day, in the DAG's time zone."""

    def __init__(self, *, target_time: dt.time, **kwargs):
        super().__init__(**kwargs)
        self.target_time = target_time

    def _moment(self, context: dict) -> dt.datetime:
        del context
        zone = self.target_time.tzinfo or self.dag.timezone
        today = _now().astimezone(zone).date()
        return dt.datetime.combine(today, self.target_time.replace(tzinfo=None), zone)


class TimeDeltaSensor(_MomentSensor):
    """Waits until delta after the end of the run's data interval (or its logical date)."""

    def __init__(self, *, delta: dt.timedelta, **kwargs):
        super().__init__(**kwargs)
        self.delta = delta

    def _moment(self, context: dict) -> dt.datetime:
        end = context.get("data_interval_end") or context.get("logical_date")
        if end is None:
            raise AirflowException("a run without a date has no interval to wait after: use "
                                   "DateTimeSensor, or trigger the run with a logical date")
        return end + self.delta


class DateTimeSensorAsync(DateTimeSensor):
    """DateTimeSensor with deferrable=True."""

    def __init__(self, *, deferrable: bool = True, **kwargs):
        super().__init__(deferrable=deferrable, **kwargs)


class TimeSensorAsync(TimeSensor):
    """TimeSensor with deferrable=True."""

    def __init__(self, *, deferrable: bool = True, **kwargs):
        super().__init__(deferrable=deferrable, **kwargs)


class TimeDeltaSensorAsync(TimeDeltaSensor):
    """TimeDeltaSensor with deferrable=True."""

    def __init__(self, *, deferrable: bool = True, **kwargs):
        super().__init__(deferrable=deferrable, **kwargs)


def weekday_names(week_day: Any, of: str) -> set[str]:
    """Days of the week in lower case, of one name or WeekDay member or several. Raises
    AirflowException that names `of`."""
    given = list(week_day) if isinstance(week_day, (list, tuple, set, frozenset)) else [week_day]
    days = {str(getattr(name, "name", name)).lower() for name in given}
    if not days or days - set(DAYS):
        raise AirflowException(f"{of}: week_day is one or more of " + ", ".join(DAYS)
                               + f", not {week_day!r}")
    return days


class DayOfWeekSensor(BaseSensorOperator):
    """Waits for a day of the week: week_day is a name or a set of them ("Monday").

    use_task_logical_date: looks at the run's logical date instead of today.
    """

    def __init__(self, *, week_day: Any, use_task_logical_date: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.week_days = weekday_names(week_day, f"sensor '{self.task_id}'")
        self.use_task_logical_date = use_task_logical_date

    def poke(self, context: dict) -> bool:
        day = context["logical_date"] if self.use_task_logical_date else _now()
        return DAYS[day.astimezone(self.dag.timezone).weekday()] in self.week_days
