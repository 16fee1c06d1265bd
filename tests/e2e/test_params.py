# SPDX-License-Identifier: Apache-2.0
"""Params with a JSON Schema, from the DAG file to the task, by API, command line and operator."""

import json

import pytest
from product import cli
from server import ApiError

PARAMS = """
from aiflow import DAG, Param, task
from aiflow.operators.trigger_dagrun import TriggerDagRunOperator
with DAG("limited", params={
        "threshold": Param(0.5, "where to cut", type="number", minimum=0, maximum=1),
        "who": Param(type="string", pattern="^[a-z]+$"), "free": None}):
    @task
    def seen(params, dag_run): return [params, dag_run.conf]
    seen()
    seen.override(task_id="own", params={"threshold": 0.25})()
with DAG("starter"):
    TriggerDagRunOperator(task_id="start", trigger_dag_id="limited", conf={"who": "Bob"})
"""
REFUSAL = ("param 'threshold': 1.5 is greater than the maximum 1; "
           "param 'who' has no default: it must be given")


def test_a_run_is_checked_against_the_schema_of_its_params(server):
    server.add_dag("limited", PARAMS)
    with pytest.raises(ApiError) as refused:
        server.trigger("limited", conf={"threshold": 1.5})
    assert refused.value.status == 400
    assert refused.value.body["error"]["message"] == REFUSAL
    assert server.get("/api/v2/dags/limited/dagRuns")["items"] == []
    run = server.trigger("limited", conf={"who": "ann", "more": [1]})
    assert server.wait_run("limited", run)["state"] == "success"
    xcoms = {task: server.get(f"/api/v2/dags/limited/dagRuns/{run}/taskInstances/{task}/xcomEntries")
             ["items"][0]["value"] for task in ("seen", "own")}
    given = {"who": "ann", "more": [1]}
    assert xcoms == {"seen": [{"threshold": 0.5, "free": None, **given}, given],
                     "own": [{"threshold": 0.25, "free": None, **given}, given]}
    started = server.trigger("starter")
    assert server.wait_run("starter", started)["state"] == "failed"
    cause = server.tasks("starter", started)["start"]["cause"]
    assert "param 'who': \"Bob\" does not match the pattern ^[a-z]+$" in cause


def test_params_on_the_command_line(server):
    server.add_dag("limited", PARAMS)
    table = cli(server, "dags", "params", "limited").stdout
    assert [line.split()[0] for line in table.splitlines()[2:]] == ["threshold", "who", "free",
                                                                    "threshold"]
    assert "where to cut" in table and "(task own)" in table
    listed = json.loads(cli(server, "dags", "params", "limited", "--json").stdout)
    assert [(p["name"], p["required"]) for p in listed[:3]] == [
        ("threshold", False), ("who", True), ("free", False)]
    for words, said in [
            (["--param", "threshold=high"], "--param threshold: 'high' is not a number"),
            (["--param", "treshold=1"], "has no param 'treshold'; it has free, threshold, who ("),
            (["--param", "who"], "--param is NAME=VALUE"),
            (["--param", "threshold=1.5"], REFUSAL)]:
        done = cli(server, "dags", "trigger", "limited", *words)
        assert done.returncode == 2 and said in done.stderr, done
    done = cli(server, "dags", "trigger", "--conf", '{"who": "bob", "threshold": 1}', "--param",
               "threshold=0.75", "--param", "who=eve", "limited", "--json")
    assert done.returncode == 0, done
    assert json.loads(done.stdout)["conf"] == {"who": "eve", "threshold": 0.75}


def test_a_default_that_breaks_its_schema_is_an_import_error_only_with_a_schedule(server):
    source = """
from aiflow import DAG, Param
from aiflow.operators.empty import EmptyOperator
with DAG("wrong", schedule=SCHEDULE, params={"n": Param("x", type="integer")}):
    EmptyOperator(task_id="a")
"""
    server.add_dag("wrong", source.replace("SCHEDULE", "None"))
    (server.home / "dags" / "wrong.py").write_text(source.replace("SCHEDULE", "'@daily'"))
    errors = server.wait_for(lambda: server.get("/api/v2/importErrors")["items"], "the import error")
    assert errors[0]["message"].startswith(
        "dag 'wrong': param 'n': the default: \"x\" is not a whole number")
