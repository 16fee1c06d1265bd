# SPDX-License-Identifier: Apache-2.0
"""References as values, and what Bash tasks are given. The whole way: tests/e2e/test_artifacts.py."""

import pytest

from aiflow.artifacts import Artifact, revive
from aiflow.running.values import to_json_value
from aiflow.exceptions import AirflowException
from aiflow import artifacts

REF = Artifact("model", "file", "ab" * 32, 7, "text/csv")

SOURCE = """
    from aiflow import DAG, task
    from aiflow.operators.bash import BashOperator
    with DAG("d"):
        @task
        def give(): pass
        @task
        def take(made):
            return [type(made["x"][0]).__name__, made["x"][0].name, made]
        take(give())
        BashOperator(task_id="none", outputs={"table": "no/such"}, bash_command="echo ${AIFLOW_OUTPUT_TABLE##*/}")
        BashOperator(task_id="in", inputs={"table": give.override(task_id="give2")()}, bash_command="true")
"""


def test_a_reference_travels_as_json_and_comes_back():
    value = to_json_value({"made": [REF, 1]}, "x")
    assert value["made"][0]["sha256"] == REF.sha256
    assert revive(value) == {"made": [REF, 1]}
    assert str(REF) == REF.sha256


def test_a_dict_of_somebody_else_stays_a_dict():
    assert revive({"__artifact__": 1, "other": 2}) == {"__artifact__": 1, "other": 2}
    assert revive({"__artifact__": 2, "name": "x"}) == {"__artifact__": 2, "name": "x"}


def test_a_newer_reference_with_more_fields_is_read():
    assert revive({**REF.to_json(), "colour": "red"}) == REF


def test_references_are_taken_and_given_by_tasks(supervisor):
    one = supervisor(SOURCE)
    frame, pushed, log, _ = one.run("take", {("give", "return_value"): {"x": [REF.to_json()]}})
    assert frame["outcome"] == "success", log
    assert pushed["return_value"] == ["Artifact", "model", {"x": [REF.to_json()]}]


def test_an_output_that_was_not_made_fails_the_task(supervisor):
    frame, _, log, _ = supervisor(SOURCE).run("none")
    assert frame["outcome"] == "failed"
    assert "output 'table' is missing" in frame["cause"]
    assert "such" in log


def test_an_input_that_cannot_be_fetched_fails_the_task_before_its_start(supervisor):
    frame, _, _log, _ = supervisor(SOURCE).run("in", {("give2", "return_value"): REF.to_json()})
    assert frame["outcome"] == "failed"  # no server here


def test_only_reading_is_offered():
    with pytest.raises(ValueError, match="not written"):
        with artifacts.open(REF, "w"):
            pass


def test_a_program_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(artifacts, "PROGRAM", "no-such-aiflow")
    with pytest.raises(AirflowException, match="no-such-aiflow"):
        artifacts.save("x")
