# SPDX-License-Identifier: Apache-2.0
"""Exceptions of the SDK. The Airflow* names are what existing DAG files raise and catch."""

from __future__ import annotations

import datetime as dt


class AirflowException(Exception):
    """Base of all errors that the SDK raises."""


class AirflowNotFoundException(AirflowException, KeyError):
    """A variable or connection does not exist."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class XComNotFound(AirflowException):
    """What a task was given as an argument was never published."""

    def __init__(self, dag_id: str, task_id: str, key: str):
        super().__init__(f"task '{task_id}' of DAG '{dag_id}' has published no XCom '{key}'")
        self.dag_id, self.task_id, self.key = dag_id, task_id, key


class AirflowFailException(AirflowException):
    """The task fails at once: no retry."""


class CommandFailed(AirflowException):
    """A command ended with `exit_code`; None: a signal ended it."""

    def __init__(self, message: str, exit_code: int | None = None):
        super().__init__(message)
        self.exit_code = exit_code


class AirflowSkipException(AirflowException):
    """The task ends as skipped."""


class AirflowTaskTimeout(BaseException):
    """A time limit inside the task passed; not an Exception, so that `except Exception`, around a
    request that is tried again, does not make the task go on."""


class AirflowSensorTimeout(AirflowException):
    """A sensor waited longer than its timeout: fails without retry."""


class AirflowTaskTerminated(BaseException):
    """SIGTERM arrived; not an Exception, so that a bare `except Exception` lets it pass."""


class AirflowRescheduleException(AirflowException):
    """A sensor asks to be run again at `reschedule_date`, without holding a worker slot."""

    def __init__(self, reschedule_date):
        super().__init__(f"reschedule at {reschedule_date}")
        self.reschedule_date = reschedule_date


class TaskDeferred(BaseException):
    """The task hands its wait to `trigger` and goes on in `method_name`(context, event=, **kwargs).

    timeout: a timedelta, or seconds; then the wait fails. Not an Exception, so that a bare
    `except Exception` lets it pass.
    """

    def __init__(self, *, trigger, method_name: str, kwargs: dict | None = None, timeout=None):
        super().__init__(f"deferred to {trigger!r}")
        self.trigger, self.method_name, self.kwargs = trigger, method_name, kwargs
        number = isinstance(timeout, (int, float)) and not isinstance(timeout, bool)
        self.timeout = dt.timedelta(seconds=timeout) if number else timeout
        if self.timeout is not None and not isinstance(self.timeout, dt.timedelta):
            raise ValueError("Timeout value must be a timedelta")


class TaskDeferralError(AirflowException):
    """The trigger that a task waited for failed."""


class TaskDeferralTimeout(AirflowException):
    """The trigger that a task waited for did not fire in time."""


class AirflowDagCycleException(AirflowException):
    """Tasks depend on each other in a circle."""


class DuplicateTaskIdFound(AirflowException):
    """Two tasks of a DAG have the same task_id."""


class ParamValidationError(AirflowException):
    """A DAG's params do not fit their schema."""
