# SPDX-License-Identifier: Apache-2.0
"""ExternalTaskSensor: waits for tasks, a task group or a whole run of another DAG."""

from __future__ import annotations

import datetime as dt
from typing import Any, Callable, Sequence

from aiflow import api
from aiflow.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from aiflow.sensors.base import BaseSensorOperator
from aiflow.triggers.external_task import WorkflowTrigger


class ExternalTaskSensor(BaseSensorOperator):
    """Waits for external_dag_id's run of the same logical date (or execution_delta before it, or
    the dates that execution_date_fn(logical_date) gives).

    Without task ids the run itself is looked at. allowed_states (default success) go on;
    failed_states fail the sensor, skipped_states skip it. check_existence: fails at once when the
    DAG or a task does not exist. deferrable: waits without holding a worker slot.
    """

    template_fields: Sequence[str] = ("external_dag_id", "external_task_id", "external_task_ids",
                                      "external_task_group_id")

    def __init__(self, *, external_dag_id: str, external_task_id: str | None = None,
                 external_task_ids: Sequence[str] | None = None,
                 external_task_group_id: str | None = None,
                 allowed_states: Sequence[Any] | None = None,
                 skipped_states: Sequence[Any] | None = None,
                 failed_states: Sequence[Any] | None = None,
                 execution_delta: dt.timedelta | None = None,
                 execution_date_fn: Callable | None = None, check_existence: bool = False,
                 deferrable: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.deferrable = deferrable

        def names(states: Sequence[Any] | None) -> set[str]:
            return {str(getattr(state, "value", state)) for state in states or ()}

        self.external_dag_id = external_dag_id
        self.external_task_id, self.external_task_ids = external_task_id, external_task_ids
        self.external_task_group_id = external_task_group_id
        self.allowed_states = names(allowed_states) or {"success"}
        self.skipped_states, self.failed_states = names(skipped_states), names(failed_states)
        self.execution_delta, self.execution_date_fn = execution_delta, execution_date_fn
        self.check_existence = check_existence
        ways = [external_task_id, external_task_ids, external_task_group_id]
        if sum(way is not None for way in ways) > 1:
            raise AirflowException(f"sensor '{self.task_id}': give one of external_task_id, "
                                   "external_task_ids, external_task_group_id")
        if execution_delta is not None and execution_date_fn is not None:
            raise AirflowException(f"sensor '{self.task_id}': give execution_delta or "
                                   "execution_date_fn, not both")
        overlap = ((self.allowed_states & self.failed_states)
                   | (self.allowed_states & self.skipped_states)
                   | (self.failed_states & self.skipped_states))
        if overlap:
            raise AirflowException(f"sensor '{self.task_id}': {', '.join(sorted(overlap))} is in more "
                                   "than one of allowed_states, skipped_states, failed_states")

    def execute(self, context: dict) -> Any:
        if not self.deferrable:
            return super().execute(context)
        if not self._poke_once(context):
            self.defer_to(WorkflowTrigger(
                self.external_dag_id, logical_dates=self._dates(context),
                external_task_ids=self._task_ids(),
                external_task_group_id=self.external_task_group_id,
                failed_states=self.failed_states, skipped_states=self.skipped_states,
                allowed_states=self.allowed_states), context)
        return None

    def execute_complete(self, context: dict, event: dict | None = None) -> None:
        del context
        if event is not None and event["status"] != "success":
            self._fail_or_skip([event["state"]])

    def poke(self, context: dict) -> bool:
        if self.check_existence:
            self._check_existence()
        dates = self._dates(context)
        states = [state for date in dates for state in self._states_at(date)]
        self._fail_or_skip([state for state in states if state is not None])
        return all(state in self.allowed_states for state in states)

    def _dates(self, context: dict) -> list[dt.datetime]:
        date = context.get("logical_date")
        if date is None:
            raise AirflowException("this run has no logical date to find the other DAG's run by: "
                                   "trigger it with one")
        if self.execution_date_fn is not None:
            dates = self.execution_date_fn(date)
            return list(dates) if isinstance(dates, (list, tuple, set)) else [dates]
        return [date - (self.execution_delta or dt.timedelta())]

    def _states_at(self, date: dt.datetime) -> list[str | None]:
        """Of what is waited for at one date; None: not there yet."""
        text = date.astimezone(dt.timezone.utc).isoformat()
        runs = api.call("GET", api.path_of("dags", self.external_dag_id, "dagRuns"),
                        query={"logical_date_gte": text, "logical_date_lte": text})["items"]
        if not runs:
            return [None]
        wanted = self._task_ids()
        if wanted is None and self.external_task_group_id is None:
            return [runs[0]["state"]]
        path = api.path_of("dags", self.external_dag_id, "dagRuns", runs[0]["dag_run_id"],
                           "taskInstances")
        if wanted is not None:
            return [state for task_id in wanted for state in self._states_of(path, task_id)]
        prefix = f"{self.external_task_group_id}."
        tasks = api.call("GET", path, query={"limit": 1000})["items"]
        return [task["state"] for task in tasks if task["task_id"].startswith(prefix)] or [None]

    @staticmethod
    def _states_of(path: str, task_id: str) -> list[str | None]:
        """Of all instances of a task, which may be mapped."""
        found = api.call("GET", path, query={"task_id": task_id, "limit": 1000})
        if found["total_entries"] > len(found["items"]):
            raise AirflowFailException(f"task '{task_id}' has {found['total_entries']} instances; "
                                       "a sensor looks at 1000 at most: wait for the whole run")
        return [task["state"] for task in found["items"]] or [None]

    def _task_ids(self) -> list[str] | None:
        if self.external_task_id is not None:
            return [self.external_task_id]
        return None if self.external_task_ids is None else list(self.external_task_ids)

    def _fail_or_skip(self, states: list[str]) -> None:
        what = f"dag '{self.external_dag_id}'"
        failed = self.failed_states.intersection(states)
        if failed:
            text = f"{what}: what this sensor waits for is {', '.join(sorted(failed))}"
            raise AirflowSkipException(text) if self.soft_fail else AirflowException(text)
        skipped = self.skipped_states.intersection(states)
        if skipped:
            raise AirflowSkipException(f"{what}: what this sensor waits for is "
                                       + ", ".join(sorted(skipped)))

    def _check_existence(self) -> None:
        try:
            graph = api.call("GET", api.path_of("dags", self.external_dag_id, "graph"))
        except api.ApiError as error:
            if error.status != 404:
                raise
            raise AirflowFailException(f"dag '{self.external_dag_id}' does not exist") from error
        known = {node["id"] for node in graph["nodes"]}
        missing = set(self._task_ids() or ()) - known
        if missing:
            raise AirflowFailException(f"dag '{self.external_dag_id}' has no task "
                                       + ", ".join(sorted(missing)))
