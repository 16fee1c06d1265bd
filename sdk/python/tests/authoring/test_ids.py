# SPDX-License-Identifier: Apache-2.0
"""Ids of DAGs, tasks and groups: letters of any script, as in Airflow."""

import unicodedata

import pytest

from aiflow import DAG, TaskGroup
from aiflow.exceptions import AirflowException
from aiflow.operators.empty import EmptyOperator
from aiflow.parse import parse_file


def test_letters_of_any_script(tmp_path):
    path = tmp_path / "flow.py"
    path.write_text("from aiflow import DAG, TaskGroup\nfrom aiflow.operators.empty import EmptyOperator\n"
                    "with DAG('날씨_수집'):\n  with TaskGroup('größe'):\n    EmptyOperator(task_id='données.1')\n")
    [dag] = parse_file(str(path))["dags"]
    assert (dag["dag_id"], dag["tasks"][0]["task_id"]) == ("날씨_수집", "größe.données.1")


@pytest.mark.parametrize("bad, says", [
    ("a b", "may have letters"), ("a/b", "may have letters"), ("..", "may have letters"),
    ("a\n", "may have letters"), ("", "may have letters"), ("☂", "may have letters"), (3, "may have letters"),
    ("가" * 84, "has 252 bytes in UTF-8"), (unicodedata.normalize("NFD", "é"), "may have letters|NFC"),
    (unicodedata.normalize("NFD", "각"), "write it in NFC")])
def test_what_can_be_no_id(bad, says):
    with pytest.raises(AirflowException, match=says):
        DAG(bad)
    with DAG("d"):
        with pytest.raises(AirflowException, match=says):
            EmptyOperator(task_id=bad)
        with pytest.raises(AirflowException, match=says):
            TaskGroup(bad)
    DAG("가" * 83)
