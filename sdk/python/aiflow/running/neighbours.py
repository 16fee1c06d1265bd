# SPDX-License-Identifier: Apache-2.0
"""Airflow 2's members for the dates before and after a run's (compat=2)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from aiflow.running.dag_run import DagRunView
from aiflow.running.moments import moment

_DAY, _WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)
_PRESETS = {"@hourly": dt.timedelta(hours=1), "@daily": _DAY, "@midnight": _DAY, "@weekly": _WEEK}
_ONCE_A_DAY = re.compile(r"\d+ \d+ \* \* \*")
_ONCE_A_WEEK = re.compile(r"\d+ \d+ \* \* \d")
_ONCE_AN_HOUR = re.compile(r"\d+ \* \* \* \*")


def dates_of_airflow_2(run: DagRunView, dag: Any) -> dict[str, Any]:
    """yesterday_ds, prev_ds, next_execution_date and the like. A run by hand has its own date for
    both neighbours, as in Airflow 2. What the schedule does not tell is left out."""
    date = run.logical_date
    members: dict[str, Any] = {}
    _add(members, "yesterday_ds", date - _DAY)
    _add(members, "tomorrow_ds", date + _DAY)
    before, after = _neighbours(run, dag)
    for name, value in (("prev", before), ("next", after)):
        if value is not None:
            members[f"{name}_execution_date"] = value
            _add(members, f"{name}_ds", value)
    return members


def _add(members: dict, name: str, date: dt.datetime) -> None:
    members[name] = date.strftime("%Y-%m-%d")
    members[name + "_nodash"] = date.strftime("%Y%m%d")


def _neighbours(run: DagRunView, dag: Any) -> tuple[dt.datetime | None, dt.datetime | None]:
    """The dates of the runs before and after by the schedule, as far as they are known."""
    date = run.logical_date
    if run.run_type not in ("scheduled", "backfill"):
        return date, date
    start, end = run.data_interval_start, run.data_interval_end
    after = end if start is not None and end is not None and end > start else None
    period = _period(dag.schedule)
    if period is None:
        return None, after
    # Days are those of the DAG's zone: one of them may have 23 hours.
    zone = dag.timezone if period >= _DAY and isinstance(dag.schedule, str) else dt.timezone.utc
    local = dt.datetime.fromtimestamp(date.timestamp(), zone)
    return moment((local - period).astimezone(dt.timezone.utc)), after


def _period(schedule: Any) -> dt.timedelta | None:
    """The time between two runs, when it is always the same."""
    if isinstance(schedule, dt.timedelta):
        return schedule
    if not isinstance(schedule, str):
        return None
    text = " ".join(schedule.split())
    for pattern, period in ((_ONCE_A_DAY, _DAY), (_ONCE_A_WEEK, _WEEK),
                            (_ONCE_AN_HOUR, dt.timedelta(hours=1))):
        if pattern.fullmatch(text):
            return period
    return _PRESETS.get(text)
