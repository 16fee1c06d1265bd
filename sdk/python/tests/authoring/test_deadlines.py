# SPDX-License-Identifier: Apache-2.0
"""Deadlines as the scheduler is told of them."""

import datetime as dt

import pytest

from aiflow.exceptions import AirflowException
from aiflow.policies.deadline import DeadlineAlert, DeadlineReference


def spec(reference):
    return DeadlineAlert(reference, dt.timedelta(seconds=5), print, name="n").spec()


def test_the_mean_of_earlier_runs():
    assert spec(DeadlineReference.AVERAGE_RUNTIME()) == {
        "reference": "average_runtime", "at": None, "interval_ms": 5000, "name": "n", "max_runs": 10,
        "min_runs": 10}
    found = spec(DeadlineReference.AVERAGE_RUNTIME(max_runs=5, min_runs=2))
    assert (found["max_runs"], found["min_runs"]) == (5, 2)
    assert "max_runs" not in spec(DeadlineReference.DAGRUN_QUEUED_AT)


@pytest.mark.parametrize("max_runs, min_runs", [(5, 0), (5, 6), (1001, 1), (-1, None)])
def test_numbers_of_runs_that_mean_nothing_are_refused(max_runs, min_runs):
    with pytest.raises(AirflowException, match="1 to 1,000 runs"):
        DeadlineReference.AVERAGE_RUNTIME(max_runs, min_runs)
