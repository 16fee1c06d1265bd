# SPDX-License-Identifier: Apache-2.0
"""Branches that are operators: one's own, by time, by day of the week."""

from __future__ import annotations

import datetime as dt
from typing import Any

from aiflow.baseoperator import BaseOperator
from aiflow.exceptions import AirflowException
from aiflow.values.moments import make_aware, utcnow
from aiflow.operators.python import BranchPythonOperator
from aiflow.sensors.time import DAYS, weekday_names


class BaseBranchOperator(BaseOperator):
    """Subclasses write choose_branch(context): the task or group id(s) to follow."""

    is_branch = True
    caching = "never"
    outcome_fields = BranchPythonOperator.outcome_fields
    _resolve = BranchPythonOperator._resolve

    def choose_branch(self, context: dict) -> Any:
        """A task or group id, or a list of them; None follows nothing."""
        raise NotImplementedError(f"{type(self).__name__}.choose_branch")

    def execute(self, context: dict) -> Any:
        return self.choose_branch(context)


class _IfElse(BaseBranchOperator):
    def __init__(self, *, follow_task_ids_if_true: str | list[str],
                 follow_task_ids_if_false: str | list[str], use_task_logical_date: bool = False,
                 use_task_execution_date: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.follow_task_ids_if_true = follow_task_ids_if_true
        self.follow_task_ids_if_false = follow_task_ids_if_false
        self.use_task_logical_date = use_task_logical_date or use_task_execution_date

    def _now(self, context: dict) -> dt.datetime:
        return context["logical_date"] if self.use_task_logical_date else utcnow()

    def _holds(self, now: dt.datetime) -> bool:
        raise NotImplementedError

    def choose_branch(self, context: dict) -> Any:
        return (self.follow_task_ids_if_true if self._holds(self._now(context))
                else self.follow_task_ids_if_false)


class BranchDateTimeOperator(_IfElse):
    """Whether it is between target_lower and target_upper (each may be missing): moments, or times of
    day, where an upper one before the lower one is that of the next day."""

    def __init__(self, *, target_lower: dt.datetime | dt.time | None = None,
                 target_upper: dt.datetime | dt.time | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        if target_lower is None and target_upper is None:
            raise AirflowException(f"task '{self.task_id}': target_lower or target_upper is needed")
        self.target_lower, self.target_upper = target_lower, target_upper

    def _holds(self, now: dt.datetime) -> bool:
        lower, upper = (_on_day_of(now, bound) for bound in (self.target_lower, self.target_upper))
        if lower and upper and upper < lower and isinstance(self.target_upper, dt.time):
            upper += dt.timedelta(days=1)
        return (lower is None or lower <= now) and (upper is None or now <= upper)


def _on_day_of(now: dt.datetime, bound: dt.datetime | dt.time | None) -> dt.datetime | None:
    if isinstance(bound, dt.time):
        bound = dt.datetime.combine(now.date(), bound, tzinfo=bound.tzinfo or now.tzinfo)
    return make_aware(bound, now.tzinfo)


class BranchDayOfWeekOperator(_IfElse):
    """Whether it is one of these days: names, WeekDay members, or a set of them."""

    def __init__(self, *, week_day: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.week_day = week_day
        self._days = weekday_names(week_day, f"task '{self.task_id}'")

    def _holds(self, now: dt.datetime) -> bool:
        return DAYS[now.weekday()] in self._days
