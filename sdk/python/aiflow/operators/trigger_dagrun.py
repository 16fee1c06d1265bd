# SPDX-License-Identifier: Apache-2.0
"""TriggerDagRunOperator: starts a run of another DAG, and may wait for its end."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from typing import Any, Sequence

from aiflow import api
from aiflow.baseoperator import BaseOperator
from aiflow.exceptions import AirflowException, AirflowSkipException
from aiflow.triggers.external_task import DagStateTrigger

RUN_STATES = ("queued", "running", "success", "failed")


def _text(time: str | dt.datetime | None) -> str | None:
    return time.isoformat() if isinstance(time, dt.datetime) else time


class TriggerDagRunOperator(BaseOperator):
    """Triggers trigger_dag_id; its run id is the XCom trigger_run_id.

    A repeat of this task's try finds the run that it made before. wait_for_completion: ends when the
    run is in one of allowed_states, fails when it is in one of failed_states.
    run_after: the run waits until then; one with a logical_date to come waits for that.
    deferrable: it waits without holding a worker slot. skip_when_already_exists: a run of that id ends the task as skipped.
    """

    caching = "never"
    template_fields: Sequence[str] = ("trigger_dag_id", "trigger_run_id", "logical_date", "run_after",
                                      "conf", "note")

    def __init__(self, *, trigger_dag_id: str, trigger_run_id: str | None = None,
                 conf: dict[str, Any] | None = None, logical_date: str | dt.datetime | None = None,
                 execution_date: str | dt.datetime | None = None,
                 run_after: str | dt.datetime | None = None, note: str | None = None,
                 wait_for_completion: bool = False, poke_interval: float = 60,
                 allowed_states: Sequence[Any] | None = None,
                 failed_states: Sequence[Any] | None = None,
                 skip_when_already_exists: bool = False, deferrable: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.deferrable = deferrable
        self.trigger_dag_id, self.trigger_run_id = trigger_dag_id, trigger_run_id
        self.conf, self.note = conf, note
        date = logical_date if logical_date is not None else execution_date
        self.logical_date, self.run_after = _text(date), _text(run_after)
        self.wait_for_completion = wait_for_completion
        self.poke_interval = float(poke_interval)
        self.allowed_states = self._states(allowed_states, "success")
        self.failed_states = self._states(failed_states, "failed")
        self.skip_when_already_exists = skip_when_already_exists

    def _states(self, given: Sequence[Any] | None, otherwise: str) -> set[str]:
        names = {otherwise} if given is None else {str(getattr(s, "value", s)) for s in given}
        if names - set(RUN_STATES):
            raise AirflowException(f"task '{self.task_id}': states of a run are "
                                   + ", ".join(RUN_STATES))
        return names

    def execute(self, context: dict) -> None:
        run_id = self._trigger(context)
        print(f"triggered {self.trigger_dag_id}, run {run_id}", flush=True)
        context["ti"].xcom_push("trigger_run_id", run_id)
        if self.wait_for_completion and self.deferrable:
            self.defer(trigger=DagStateTrigger(self.trigger_dag_id,
                                               self.allowed_states | self.failed_states, [run_id]),
                       method_name="execute_complete", kwargs={"run_id": run_id})
        while self.wait_for_completion:
            state = api.call("GET", api.path_of("dags", self.trigger_dag_id, "dagRuns",
                                                run_id))["state"]
            if self._is_done(run_id, state):
                return
            time.sleep(self.poke_interval)

    def execute_complete(self, context: dict, event: dict, run_id: str) -> None:
        del context, event  # the state has to be the run's newest one
        state = api.call("GET", api.path_of("dags", self.trigger_dag_id, "dagRuns",
                                            run_id))["state"]
        self._is_done(run_id, state)

    def _is_done(self, run_id: str, state: str) -> bool:
        if state in self.failed_states:
            raise AirflowException(f"run {run_id} of dag '{self.trigger_dag_id}' is {state}")
        return state in self.allowed_states

    def _trigger(self, context: dict) -> str:
        ti = context["ti"]
        body = {"dag_run_id": self.trigger_run_id, "conf": self.conf, "note": self.note,
                "logical_date": self.logical_date, "run_after": self.run_after}
        key = hashlib.sha256(f"{ti.key_str}#{ti.map_index}#{ti.try_number}".encode()).hexdigest()
        try:
            run = api.call("POST", api.path_of("dags", self.trigger_dag_id, "dagRuns"),
                           {name: value for name, value in body.items() if value is not None},
                           key=key)
        except api.ApiError as error:
            if error.status == 409 and self.skip_when_already_exists:
                raise AirflowSkipException(str(error)) from error
            raise api.ApiError(error.status, f"dag '{self.trigger_dag_id}' cannot be triggered: "
                                             f"{error}") from error
        return run["dag_run_id"]
