# SPDX-License-Identifier: Apache-2.0
"""LatestOnlyOperator: old runs of a schedule skip what comes after it."""

from __future__ import annotations

import datetime as dt

from aiflow import api
from aiflow.baseoperator import BaseOperator


class LatestOnlyOperator(BaseOperator):
    """Skips its direct downstream tasks unless this run is the latest of the schedule: a later one
    exists, or its tick has passed. A run that was triggered by hand goes on always."""

    is_branch = True
    caching = "never"

    def execute(self, context: dict) -> bool:
        if self._is_latest(context):
            print("This is the latest run: what follows is run.")
            return True
        print("A later run is there or due: what follows is skipped.")
        return False

    def outcome_fields(self, value: bool) -> dict:
        return {"branch": sorted(self.downstream_task_ids) if value else []}

    def _is_latest(self, context: dict) -> bool:
        if context["dag_run"].run_type not in ("scheduled", "backfill"):
            return True
        mine = context["logical_date"]
        after = (mine + dt.timedelta(microseconds=1)).astimezone(dt.timezone.utc).isoformat()
        later = api.call("GET", api.path_of("dags", self.dag.dag_id, "dagRuns"),
                         query={"logical_date_gte": after, "limit": 1000})["items"]
        if any(run["run_type"] == "scheduled" for run in later):
            return False
        due = api.call("GET", api.path_of("dags", self.dag.dag_id))["next_dagrun_run_after"]
        return due is None or dt.datetime.fromisoformat(due) > dt.datetime.now(dt.timezone.utc)
