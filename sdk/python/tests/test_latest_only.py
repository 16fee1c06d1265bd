# SPDX-License-Identifier: Apache-2.0
"""LatestOnlyOperator: which runs go on."""

import datetime as dt
from types import SimpleNamespace

import pytest

from aiflow import DAG, api
from aiflow.dag import collect_dags
from aiflow.operators.empty import EmptyOperator
from aiflow.operators.latest_only import LatestOnlyOperator
from airflow.operators.latest_only import LatestOnlyOperator as Shim

DATE = dt.datetime(2026, 11, 1, tzinfo=dt.timezone.utc)


def iso(hours: float) -> str:
    return (dt.datetime.now(dt.timezone.utc) + dt.timedelta(hours=hours)).isoformat()


@pytest.fixture
def decide(monkeypatch):
    def run(run_type="scheduled", later=(), due=None):
        """What the operator follows, by the answers the server would give."""
        def call(_method, path, *, query=None):
            if path.endswith("/dagRuns"):
                assert query["logical_date_gte"] == "2026-11-01T00:00:00.000001+00:00"
                return {"items": [{"run_type": kind} for kind in later]}
            return {"next_dagrun_run_after": due}

        monkeypatch.setattr(api, "call", call)
        with collect_dags(), DAG("d", schedule="@daily", start_date=DATE):
            latest = LatestOnlyOperator(task_id="latest")
            latest >> [EmptyOperator(task_id="b"), EmptyOperator(task_id="a")]
        context = {"dag_run": SimpleNamespace(run_type=run_type), "logical_date": DATE}
        return latest.outcome_fields(latest.execute(context))["branch"]

    return run


def test_the_latest_run_goes_on(decide):
    assert decide(due=iso(1)) == ["a", "b"]
    assert decide(due=None) == ["a", "b"]
    assert decide(later=["manual"], due=iso(1)) == ["a", "b"]


def test_an_old_run_skips_what_follows(decide):
    assert decide(due=iso(-1)) == []
    assert decide(later=["manual", "scheduled"], due=iso(1)) == []
    assert decide(run_type="backfill", later=["scheduled"], due=iso(1)) == []


def test_a_run_by_hand_goes_on(decide):
    assert decide(run_type="manual", later=["scheduled"], due=iso(-1)) == ["a", "b"]


def test_airflows_name_is_the_same_class():
    assert Shim is LatestOnlyOperator
