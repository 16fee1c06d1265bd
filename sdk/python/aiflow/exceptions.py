# SPDX-License-Identifier: Apache-2.0
"""Exceptions of the SDK. The Airflow* names are what existing DAG files raise and catch."""

from __future__ import annotations


class AirflowException(Exception):
    """Base of all errors that the SDK raises."""


class AirflowFailException(AirflowException):
    """The task fails at once: no retry."""


class AirflowSkipException(AirflowException):
    """The task ends as skipped."""


class AirflowTaskTimeout(AirflowException):
    """A time limit inside the task passed."""


class AirflowSensorTimeout(AirflowException):
    """A sensor waited longer than its timeout: fails without retry."""


class AirflowTaskTerminated(BaseException):
    """SIGTERM arrived; not an Exception, so that a bare `except Exception` lets it pass."""


class AirflowRescheduleException(AirflowException):
    """A sensor asks to be run again at `reschedule_date`, without holding a worker slot."""

    def __init__(self, reschedule_date):
        super().__init__(f"reschedule at {reschedule_date}")
        self.reschedule_date = reschedule_date


class AirflowDagCycleException(AirflowException):
    """Tasks depend on each other in a circle."""


class DuplicateTaskIdFound(AirflowException):
    """Two tasks of a DAG have the same task_id."""


class ParamValidationError(AirflowException):
    """A DAG's params do not fit their schema."""
