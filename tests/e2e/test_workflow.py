# SPDX-License-Identifier: Apache-2.0
"""DAGs through the whole system: parser, scheduler, worker, logs, XComs, restarts."""

import os
import signal
import time
from pathlib import Path

import pytest

FLOW = """
from aiflow import DAG, task
from aiflow.operators.bash import BashOperator
from aiflow.operators.empty import EmptyOperator
with DAG("flow", params={"who": "world"}):
    hello = BashOperator(task_id="hello", bash_command="echo first; echo '{\\"n\\": 20}'")
    templated = BashOperator(task_id="templated", bash_command="echo hello {{ params.who }} from {{ run_id }}")
    @task
    def double(value): return value["n"] * 2
    @task.branch
    def choose(n): return "big" if n > 30 else "small"
    n = double(hello.output)
    hello >> templated
    choose(n) >> [EmptyOperator(task_id="big"), EmptyOperator(task_id="small")]
"""


def log_of(server, dag, run, task, attempt=1):
    return server.get(f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/{task}/logs/{attempt}")["content"]


def test_bash_python_templates_xcoms_and_a_branch(server):
    server.add_dag("flow", FLOW)
    run = server.trigger("flow", conf={"who": "edge"})
    assert server.wait_run("flow", run)["state"] == "success"
    states = {name: t["state"] for name, t in server.tasks("flow", run).items()}
    assert states == {"hello": "success", "templated": "success", "double": "success",
                      "choose": "success", "big": "success", "small": "skipped"}
    assert f"hello edge from {run}" in log_of(server, "flow", run, "templated")
    xcoms = server.get(f"/api/v2/dags/flow/dagRuns/{run}/taskInstances/double/xcomEntries")["items"]
    assert [(x["key"], x["value"]) for x in xcoms] == [("return_value", 40)]


def test_retries_stop_at_the_limit_and_each_try_has_its_log(server):
    server.add_dag("retry", """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("retry"):
    BashOperator(task_id="bad", bash_command="echo trying; exit 3", retries=2, retry_delay=0.1)
    BashOperator(task_id="after", bash_command="true").set_upstream(
        BashOperator(task_id="never", bash_command="exit 1"))
""")
    run = server.trigger("retry")
    assert server.wait_run("retry", run)["state"] == "failed"
    tasks = server.tasks("retry", run)
    assert (tasks["bad"]["state"], tasks["bad"]["try_number"]) == ("failed", 3)
    assert "exit code 3" in tasks["bad"]["cause"]
    assert tasks["after"]["state"] == "upstream_failed" and "never" in tasks["after"]["cause"]
    for attempt in (1, 2, 3):
        assert "trying" in log_of(server, "retry", run, "bad", attempt)


SLOW = """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("slow"):
    a = BashOperator(task_id="a", bash_command="echo started > {mark}; sleep 3; echo once >> {mark}; echo done")
    a >> BashOperator(task_id="b", bash_command="true")
"""


def test_a_task_outlives_a_killed_server_and_runs_once(make_server, tmp_path):
    mark = tmp_path / "mark"
    server = make_server(slots=4).start()
    server.add_dag("slow", SLOW.replace("{mark}", str(mark)))
    run = server.trigger("slow")
    server.wait_for(mark.exists, "the task's start")
    server.process.kill()
    server.process.wait()
    time.sleep(3.5)  # the task ends while no server is there
    server.start()
    assert server.wait_run("slow", run)["state"] == "success"
    tasks = server.tasks("slow", run)
    assert tasks["a"]["try_number"] == 1
    assert mark.read_text() == "started\nonce\n"


def test_a_killed_worker_costs_one_try_and_leaves_no_process(make_server, tmp_path):
    mark = tmp_path / "mark"
    server = make_server(slots=4).start()
    server.add_dag("lost", f"""
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("lost"):
    BashOperator(task_id="a", bash_command="echo $$ >> {mark}; [ $(wc -l < {mark}) -gt 1 ] || sleep 600",
                 retries=1, retry_delay=0.1)
""")
    run = server.trigger("lost")
    pid = int(server.wait_for(lambda: mark.exists() and mark.read_text().strip(), "the task's start"))
    os.kill(server.worker_pid(), signal.SIGKILL)
    assert server.wait_run("lost", run, timeout=90)["state"] == "success"
    assert server.tasks("lost", run)["a"]["try_number"] == 2
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("round_number", range(3))
def test_a_trigger_that_was_answered_survives_kill_9(make_server, round_number):
    server = make_server(slots=4).start()
    server.add_dag("flow", FLOW)
    run = server.trigger("flow")
    server.process.kill()  # right after the answer
    server.process.wait()
    server.start()
    assert server.wait_run("flow", run)["state"] == "success"


def test_a_paused_dag_starts_nothing_and_goes_on_when_unpaused(server):
    server.add_dag("flow", FLOW)
    server.call("PATCH", "/api/v2/dags/flow", {"is_paused": True})
    run = server.trigger("flow")
    time.sleep(0.5)
    assert all(t["state"] in ("no_status", "scheduled") for t in server.tasks("flow", run).values())
    server.call("PATCH", "/api/v2/dags/flow", {"is_paused": False})
    assert server.wait_run("flow", run)["state"] == "success"


def test_clear_runs_a_task_and_what_follows_again(server):
    server.add_dag("flow", FLOW)
    run = server.trigger("flow")
    server.wait_run("flow", run)
    body = {"dag_run_id": run, "task_ids": ["double"], "include_downstream": True}
    preview = server.call("POST", "/api/v2/dags/flow/clearTaskInstances", {**body, "dry_run": True})
    names = {t["task_id"] for t in preview["items"]}
    assert names == {"double", "choose", "big", "small"}
    assert server.tasks("flow", run)["double"]["state"] == "success"
    server.call("POST", "/api/v2/dags/flow/clearTaskInstances", body)
    server.wait_for(lambda: server.tasks("flow", run)["double"]["try_number"] == 2, "the second try")
    assert server.wait_run("flow", run)["state"] == "success"
    assert server.tasks("flow", run)["hello"]["try_number"] == 1
