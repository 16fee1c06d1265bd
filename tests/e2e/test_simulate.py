# SPDX-License-Identifier: Apache-2.0
"""`aiflow dags simulate`: runs that really ran, and runs to come, with other limits."""

import json
from datetime import UTC, datetime, timedelta

from product import cli

#: in twelve hours: no run of its schedule comes while a test runs
HOUR = (datetime.now(UTC) + timedelta(hours=12)).hour
DAGS = f"""
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("etl", schedule="0 {HOUR} * * *"):
    for i in range(4):
        BashOperator(task_id=f"t{{i}}", bash_command="sleep 0.2")
with DAG("needs_gpu"):
    BashOperator(task_id="train", bash_command="sleep 0.1", pool="gpu")
"""


def simulated(server, *words) -> dict:
    done = cli(server, "dags", "simulate", *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_what_ran_is_played_again_with_other_limits(server):
    server.add_dag("etl", DAGS)
    runs = [server.trigger("etl") for _ in range(3)]
    server.trigger("needs_gpu")
    for run in runs:
        assert server.wait_run("etl", run)["state"] == "success"
    found = simulated(server, "--last", "10m", "--slots", "64", "--pool", "gpu=1")
    before, after = found["before"], found["after"]
    assert found["changes"].endswith("-> 64, pool gpu none -> 1")
    assert before["all"]["waiting"]["count"] == 12 and before["never_started"] == 1
    assert after["all"]["waiting"]["count"] == 13 and after["never_started"] == 0
    # 2.4 s of work through the worker's slots, and through more than there are tasks.
    assert before["all"]["waiting"]["longest_s"] > after["all"]["waiting"]["longest_s"]
    assert after["dags"][0]["runs"]["count"] == 3
    assert len(before["timeline"]) == len(after["timeline"]) == 60
    assert sum(moment["busy"] for moment in before["timeline"]) > 0

    text = cli(server, "dags", "simulate", "--last", "10m", "--slots", "64").stdout
    assert "1 tasks could never start" in text and "slots in use (full height: 64)" in text

    week = simulated(server, "--next", "7d")
    assert week["before"]["dags"][0]["name"] == "etl" and "after" not in week
    assert week["before"]["all"]["runs"]["count"] == 7
    # A task that ran takes what it usually takes: `sleep 0.2`, counted in whole milliseconds.
    assert 0.2 <= week["before"]["all"]["runs"]["median_s"] < 60


def test_what_cannot_be_simulated_is_said_in_words(server):
    server.add_dag("etl", DAGS)
    for words, code, said in [
            (["--last", "10m"], 1, "no run arrived in that time"),
            (["--last", "soon"], 2, "'soon' is no span such as 90s, 30m, 24h or 7d"),
            (["--last", "1h", "--next", "1d"], 2, "choose one of --last, --next"),
            (["--pool", "gpu"], 2, "--pool wants NAME=NUMBER, not 'gpu'"),
            (["--priority", "etl=3"], 2, "--priority wants DAG.TASK=NUMBER"),
            (["--next", "1d", "--priority", "etl.nobody=3"], 1, "dag 'etl' has no task 'nobody'"),
            (["--next", "1d", "--max-active-runs", "etl=0"], 2, "must be at least 1")]:
        done = cli(server, "dags", "simulate", *words)
        assert (done.returncode, said in done.stderr) == (code, True), (words, done.stderr)
