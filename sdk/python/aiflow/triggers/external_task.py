# SPDX-License-Identifier: Apache-2.0
"""Triggers that wait for runs and tasks of other DAGs: the server knows at once when they end."""

from __future__ import annotations

import datetime as dt
from typing import Any, Sequence

from aiflow.triggers.base import ServerTrigger


def _texts(dates: Sequence[dt.datetime] | None) -> list[str]:
    return [date.astimezone(dt.timezone.utc).isoformat() for date in dates or ()]


def _names(states: Sequence[Any] | None) -> list[str]:
    return sorted(str(getattr(state, "value", state)) for state in states or ())


class WorkflowTrigger(ServerTrigger):
    """Fires when the tasks (or group, or without both the runs) are all in allowed_states, or one is
    in failed_states or skipped_states. Its event: {"status": "success" | "failed" | "skipped"}.

    Runs are named by run_ids or by their logical dates. Intervals are not used: the wait is not
    a poll.
    """

    def __init__(self, external_dag_id: str, run_ids: list[str] | None = None,
                 execution_dates: list[dt.datetime] | None = None,
                 logical_dates: list[dt.datetime] | None = None,
                 external_task_ids: Sequence[str] | None = None,
                 external_task_group_id: str | None = None,
                 failed_states: Sequence[Any] | None = None,
                 skipped_states: Sequence[Any] | None = None,
                 allowed_states: Sequence[Any] | None = None, poke_interval: float = 2.0,
                 soft_fail: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.external_dag_id = external_dag_id
        self.run_ids = list(run_ids or ())
        self.logical_dates = list(logical_dates or execution_dates or ())
        self.external_task_ids = list(external_task_ids or ())
        self.external_task_group_id = external_task_group_id
        self.failed_states, self.skipped_states = _names(failed_states), _names(skipped_states)
        self.allowed_states = _names(allowed_states) or ["success"]
        self.poke_interval, self.soft_fail = poke_interval, soft_fail

    def serialize(self) -> tuple[str, dict[str, Any]]:
        names = ("external_dag_id", "run_ids", "logical_dates", "external_task_ids",
                 "external_task_group_id", "failed_states", "skipped_states", "allowed_states",
                 "poke_interval", "soft_fail")
        return ("airflow.providers.standard.triggers.external_task.WorkflowTrigger",
                {name: getattr(self, name) for name in names})

    def server_trigger(self) -> dict:
        return {"kind": "external_task", "dag_id": self.external_dag_id, "run_ids": self.run_ids,
                "logical_dates": _texts(self.logical_dates), "task_ids": self.external_task_ids,
                "group_id": self.external_task_group_id or "", "allowed": self.allowed_states,
                "failed": self.failed_states, "skipped": self.skipped_states}


class DagStateTrigger(ServerTrigger):
    """Fires when the runs of dag_id are all in one of `states`. Its event: {"status", "state"}."""

    def __init__(self, dag_id: str, states: Sequence[Any], run_ids: list[str] | None = None,
                 execution_dates: list[dt.datetime] | None = None, poll_interval: float = 5.0,
                 **kwargs: Any):
        super().__init__(**kwargs)
        self.dag_id, self.states = dag_id, _names(states)
        self.run_ids, self.execution_dates = list(run_ids or ()), list(execution_dates or ())
        self.poll_interval = poll_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        names = ("dag_id", "states", "run_ids", "execution_dates", "poll_interval")
        return ("airflow.providers.standard.triggers.external_task.DagStateTrigger",
                {name: getattr(self, name) for name in names})

    def server_trigger(self) -> dict:
        return {"kind": "external_task", "dag_id": self.dag_id, "run_ids": self.run_ids,
                "logical_dates": _texts(self.execution_dates), "allowed": self.states}
