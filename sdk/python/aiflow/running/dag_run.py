# SPDX-License-Identifier: Apache-2.0
"""`dag_run` in the context, and the successful run before it."""

from __future__ import annotations

import datetime as dt
import functools

from aiflow import api
from aiflow.running.moments import parse_time

#: Runs come by the time at which they were due, which is not always the order of their dates.
_RUNS_LOOKED_AT = 100


class DagRunView:
    """The run of a job. What the job does not say is asked of the server when it is used, once:
    it is what the run was then. Raises AirflowException when the server can't be asked."""

    def __init__(self, job: dict):
        self.dag_id = job["key"]["dag_id"]
        self.run_id = job["key"]["run_id"]
        self.run_type = job["run_type"]
        self.conf = (job.get("params") if job.get("conf") is None else job["conf"]) or {}
        self.logical_date = self.execution_date = parse_time(job.get("logical_date"))
        self.data_interval_start = parse_time(job.get("data_interval_start"))
        self.data_interval_end = parse_time(job.get("data_interval_end"))

    @classmethod
    def of_stored(cls, dag_id: str, run_id: str) -> DagRunView:
        """Another run, as the server has it now. Raises AirflowException."""
        stored = api.call("GET", api.path_of("dags", dag_id, "dagRuns", run_id))
        made = cls({**stored, "key": {"dag_id": dag_id, "run_id": run_id}, "conf": stored["conf"] or {}})
        made.__dict__["_stored"] = stored
        return made

    @functools.cached_property
    def _stored(self) -> dict:
        return api.call("GET", api.path_of("dags", self.dag_id, "dagRuns", self.run_id))

    @property
    def state(self) -> str:
        return self._stored["state"]

    @property
    def note(self) -> str | None:
        return self._stored["note"] or None

    @property
    def queued_at(self) -> dt.datetime | None:
        return parse_time(self._stored.get("queued_at"))

    @property
    def start_date(self) -> dt.datetime | None:
        return parse_time(self._stored.get("start_date"))

    @property
    def end_date(self) -> dt.datetime | None:
        """None until the run has ended."""
        return parse_time(self._stored.get("end_date"))

    @functools.cached_property
    def _previous_success(self) -> dict:
        """As the server shows it; empty without one, and for a run without a logical date."""
        if self.logical_date is None:
            return {}
        before = (self.logical_date - dt.timedelta(microseconds=1)).astimezone(dt.timezone.utc)
        found = api.call("GET", api.path_of("dags", self.dag_id, "dagRuns"), query={
            "state": "success", "logical_date_lte": before.isoformat(),
            "limit": _RUNS_LOOKED_AT})["items"]
        return max(found, key=lambda run: parse_time(run["logical_date"]), default={})

    def time_of_previous_success(self, name: str) -> dt.datetime | None:
        """A time of the newest earlier run of the DAG, by logical date, that succeeded."""
        return parse_time(self._previous_success.get(name))
