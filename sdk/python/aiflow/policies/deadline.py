# SPDX-License-Identifier: Apache-2.0
"""Deadlines: a moment by which a run should have ended, and who is told when it has not.

Names are Airflow's. The scheduler knows when; the callback runs on a worker.
"""

from __future__ import annotations

import datetime as dt
import importlib
import warnings
from typing import Any, Callable

from aiflow.exceptions import AirflowException

DEADLINES_MAX = 16
AVERAGED_RUNS = 10
AVERAGED_RUNS_MAX = 1000


class Callback:
    """What is called: a function, or its dotted path. kwargs go along; their texts are templates."""

    def __init__(self, callback_callable: Callable | str, kwargs: dict[str, Any] | None = None):
        is_path = isinstance(callback_callable, str) and "." in callback_callable.strip(".")
        if not callable(callback_callable) and not is_path:
            raise AirflowException("a callback is a function or its dotted path, not "
                                   f"{callback_callable!r}")
        if kwargs and "context" in kwargs:
            raise AirflowException("a callback's kwargs can't have a 'context': it gets one")
        self.callback_callable = callback_callable
        self.kwargs = dict(kwargs or {})

    def resolve(self) -> Callable:
        """The function. Raises AirflowException when its path leads nowhere."""
        if callable(self.callback_callable):
            return self.callback_callable
        module, _, name = self.callback_callable.strip().rpartition(".")
        try:
            found = getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError) as error:
            raise AirflowException(f"callback '{self.callback_callable}': {error}") from error
        return found


class SyncCallback(Callback):
    """Airflow's name for one that runs on a worker."""

    def __init__(self, callback_callable: Callable | str, kwargs: dict[str, Any] | None = None,
                 executor: str | None = None):
        super().__init__(callback_callable, kwargs)
        del executor  # there is one


class AsyncCallback(Callback):
    """Airflow's name for one that is awaited; it runs on a worker too."""


class DeadlineReference:
    """What a deadline is counted from."""

    def __init__(self, name: str, at: dt.datetime | None = None, **runs: int):
        self.name, self.at, self.runs = name, at, runs

    DAGRUN_LOGICAL_DATE: DeadlineReference
    DAGRUN_QUEUED_AT: DeadlineReference

    @staticmethod
    def FIXED_DATETIME(at: dt.datetime) -> DeadlineReference:  # noqa: N802 (Airflow's name)
        """The same moment for all runs."""
        return DeadlineReference("fixed", at)

    @staticmethod
    def AVERAGE_RUNTIME(max_runs: int = 0, min_runs: int | None = None):  # noqa: N802
        """When the run was queued, and then so long as the newest successful runs took on average:
        max_runs of them (10; 1,000 at most). With fewer than min_runs (max_runs) there is no
        deadline. Raises AirflowException."""
        newest = max_runs or AVERAGED_RUNS
        fewest = newest if min_runs is None else min_runs
        if not 1 <= fewest <= newest <= AVERAGED_RUNS_MAX:
            raise AirflowException("AVERAGE_RUNTIME counts 1 to 1,000 runs, and its min_runs are not "
                                   "above its max_runs")
        return DeadlineReference("average_runtime", max_runs=newest, min_runs=fewest)


DeadlineReference.DAGRUN_LOGICAL_DATE = DeadlineReference("logical_date")
DeadlineReference.DAGRUN_QUEUED_AT = DeadlineReference("queued_at")


class DeadlineAlert:
    """A run that has not ended at reference + interval misses it, and the callback is called."""

    def __init__(self, reference: DeadlineReference, interval: dt.timedelta, callback: Any,
                 name: str | None = None):
        if not isinstance(reference, DeadlineReference):
            raise AirflowException("a deadline's reference is a DeadlineReference, not a "
                                   + type(reference).__name__)
        if not isinstance(interval, dt.timedelta):
            raise AirflowException("a deadline's interval is a timedelta, not a "
                                   + type(interval).__name__)
        self.reference, self.interval, self.name = reference, interval, name or ""
        self.callback = callback if isinstance(callback, Callback) else SyncCallback(callback)

    def spec(self) -> dict:
        """DeadlineSpec of api/dag.yaml."""
        from aiflow.timetables import utc_text

        at = self.reference.at
        return {"reference": self.reference.name, "at": None if at is None else utc_text(at),
                "interval_ms": round(self.interval.total_seconds() * 1000), "name": self.name,
                **self.reference.runs}


def warn_of_sla(what: str) -> None:
    """Of Airflow 2's argument, which Airflow 3 has no more either."""
    warnings.warn(f"{what} has no effect; DAG(deadline=DeadlineAlert(...)) tells somebody of runs "
                  "that take too long", UserWarning, stacklevel=2)


def check_deadlines(given: Any, named: str) -> list[DeadlineAlert]:
    """A DAG's `deadline` as a list. Raises AirflowException."""
    alerts = [] if given is None else list(given) if isinstance(given, (list, tuple)) else [given]
    for alert in alerts:
        if not isinstance(alert, DeadlineAlert):
            raise AirflowException(f"{named}: deadline is a DeadlineAlert or a list of them, not a "
                                   + type(alert).__name__)
    if len(alerts) > DEADLINES_MAX:
        raise AirflowException(f"{named} has {len(alerts)} deadlines; {DEADLINES_MAX} at most")
    return alerts
