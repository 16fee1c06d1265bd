# SPDX-License-Identifier: Apache-2.0
"""`aiflow dags test`, `aiflow tasks test`: without a server; and words for times and instances."""

import os
import signal
import subprocess
import time
from urllib.parse import quote

import pytest
from product import cli
from server import BIN

FLOW = """
from aiflow import DAG, task
from aiflow.operators.bash import BashOperator
with DAG("flow"):
    @task
    def numbers(): return [3, 4]
    many = BashOperator.partial(task_id="many").expand(bash_command=numbers().map(lambda n: f"echo n{n}"))
    many >> BashOperator(task_id="end", bash_command="exit {{ params.get('code', 0) }} # {{ ds }}")
with DAG("slow"):
    BashOperator(task_id="sleep", bash_command="echo begun {{ ds }}; sleep 60")
"""


@pytest.fixture
def dags(tmp_path):
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags/flow.py").write_text(FLOW)
    return tmp_path


def aiflow(*words):
    return subprocess.run([BIN / "aiflow", *map(str, words)], capture_output=True, text=True, timeout=60)


def test_a_dag_and_a_task_without_a_server(dags):
    done = aiflow("dags", "test", "flow", "2026-01-31", "--home", dags)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "n4" in done.stdout and "flow: success" in done.stdout and "2026-01-31" in done.stdout
    done = aiflow("dags", "test", "flow", "--conf", '{"code": 3}', "--dags", dags / "dags")
    assert done.returncode == 1 and "end: failed" in done.stdout
    assert aiflow("tasks", "test", "flow", "end", "--home", dags).returncode == 0
    for words, code, says in (
            (("tasks", "test", "flow", "many"), 1, "name an instance by --map-index"),
            (("tasks", "test", "flow", "nothing"), 1, "has no task 'nothing'"),
            (("dags", "test", "nothing"), 1, "defines dag 'nothing'"),
            (("dags", "test", "flow", "soon"), 2, "'soon' is no date"),
            (("dags", "test", "flow", "--conf", "x"), 2, "--conf is no JSON")):
        done = aiflow(*words, "--home", dags)
        assert done.returncode == code and says in done.stderr, done
        assert len(done.stderr.splitlines()) == 1
    assert sorted(path.name for path in dags.iterdir()) == ["dags"]


def test_ctrl_c_ends_it_and_what_it_has_started(dags):
    test = subprocess.Popen([BIN / "aiflow", "dags", "test", "slow", "--home", dags], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    while "begun" not in test.stdout.readline():
        pass
    begun = time.monotonic()
    os.killpg(test.pid, signal.SIGINT)
    _out, err = test.communicate(timeout=30)
    assert test.returncode == 1 and "stopped by Ctrl-C" in err
    assert time.monotonic() - begun < 30  # the command's end of the pipe is closed: it has ended


def test_words_for_times_and_instances(server):
    server.add_dag("flow", FLOW)
    assert cli(server, "dags", "trigger", "flow", "--logical-date", "2026-01-01").returncode == 0
    [run] = server.get("/api/v2/dags/flow/dagRuns")["items"]
    assert run["logical_date"].startswith("2026-01-01T00:00:00")
    wrong = cli(server, "dags", "trigger", "flow", "--logical-date", "yesterday")
    assert wrong.returncode == 2 and "--logical-date" in wrong.stderr
    server.wait_run("flow", run["dag_run_id"])
    many = cli(server, "tasks", "log", "flow", run["dag_run_id"], "many[1]")
    assert many.returncode == 2 and "--run RUN names a run" in many.stderr and "--map-index" in many.stderr
    assert "n4" in cli(server, "tasks", "log", "flow", "many[1]").stdout
    absent = cli(server, "tasks", "log", "flow", "many[9]")
    assert absent.returncode == 1 and "many" in absent.stderr, absent
    whole = cli(server, "tasks", "log", "flow", "many")
    assert whole.returncode == 1 and "'many[0]'" in whole.stderr, whole


def test_letters_of_any_script_in_ids(server):
    server.add_dag("weather", """
from aiflow import DAG, TaskGroup
from aiflow.operators.bash import BashOperator
with DAG("날씨_수집"):
    with TaskGroup("größe"):
        BashOperator(task_id="données", bash_command="echo 서울 $AIFLOW_CTX_DAG_ID", do_xcom_push=True)
""", first=quote("날씨_수집"))
    triggered = cli(server, "dags", "trigger", "날씨_수집", "--run-id", "r1")
    assert triggered.returncode == 0, triggered
    assert server.wait_run(quote("날씨_수집"), "r1")["state"] == "success"
    log = cli(server, "tasks", "log", "날씨_수집", "größe.données")
    assert "서울 날씨_수집" in log.stdout, log
    assert "größe.données" in cli(server, "tasks", "list", "날씨_수집").stdout
    assert cli(server, "tasks", "clear", "날씨_수집", "größe.données").returncode == 0
    assert server.wait_run(quote("날씨_수집"), "r1")["state"] == "success"
    assert cli(server, "runs", "delete", "날씨_수집", "r1").returncode == 0
    local = aiflow("dags", "test", "날씨_수집", "--home", server.home)
    assert local.returncode == 0, local


def test_a_dry_run_of_a_backfill_uses_up_no_number(server):
    server.add_dag("daily", "from aiflow import DAG\nDAG('daily', schedule='@daily')\n")
    dates = ("--from", "2026-01-01", "--to", "2026-01-02")
    for _ in range(3):
        assert cli(server, "backfills", "create", "daily", *dates, "--dry-run").returncode == 0
    assert cli(server, "backfills", "create", "daily", *dates).returncode == 0
    assert [one["id"] for one in server.get("/api/v2/backfills")["items"]] == [1]
