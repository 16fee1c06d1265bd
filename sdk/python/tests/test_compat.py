# SPDX-License-Identifier: Apache-2.0
"""Where Airflow 2 and 3 differ, as far as the DAG file decides (docs/guide/semantics.md)."""

import datetime as dt

import pytest

from aiflow import DAG
from aiflow.assets import Asset
from aiflow.operators.bash import BashOperator
from aiflow.parse import dag_spec


def spec(**arguments):
    with DAG("d", **arguments.pop("dag", {})) as dag:
        BashOperator(task_id="a", bash_command="true", **arguments)
    return dag_spec(dag, "")


@pytest.mark.parametrize("given, catchup", [
    ({"compat": 2}, True), ({"compat": 3}, False), ({}, False),
    ({"compat": 2, "catchup": False}, False), ({"compat": 3, "catchup": True}, True)])
def test_catchup_is_on_in_2_and_off_in_3(given, catchup):
    assert spec(dag=given)["catchup"] is catchup


@pytest.mark.parametrize("compat, given, multiplier", [
    (2, True, 2), (2, 3, 2), (2, 1, 2), (2, False, 0), (2, 0, 0),
    (3, True, 2), (3, 3, 3), (3, 1, 1), (3, False, 0)])
def test_back_off_is_on_or_off_in_2_and_a_multiplier_in_3(compat, given, multiplier):
    task = spec(dag={"compat": compat}, retry_exponential_backoff=given)["tasks"][0]
    assert task["retry_exponential_backoff"] == multiplier


@pytest.mark.parametrize("compat", [2, 3])
def test_the_names_of_airflow_2_are_read(compat):
    from airflow.datasets import Dataset
    from airflow.timetables.datasets import DatasetOrTimeSchedule

    old = spec(dag={"compat": compat, "schedule_interval": dt.timedelta(hours=1), "concurrency": 3,
                    "fail_stop": True}, trigger_rule="none_failed_or_skipped")
    new = spec(dag={"compat": compat, "schedule": dt.timedelta(hours=1), "max_active_tasks": 3,
                    "fail_fast": True}, trigger_rule="none_failed_min_one_success")
    assert old == new
    assert spec(trigger_rule="dummy") == spec(trigger_rule="always")
    assert (spec(dag={"schedule": [Dataset("s3://x")]})
            == spec(dag={"schedule": [Asset(uri="s3://x")]}))
    assert DatasetOrTimeSchedule.__name__ == "AssetOrTimeSchedule"


def test_the_intervals_of_crons_are_left_to_compat():
    assert spec(dag={"schedule": "@daily", "compat": 2})["schedule"].get("data_interval") is None
