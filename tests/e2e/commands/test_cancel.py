# SPDX-License-Identifier: Apache-2.0
"""How a run is stopped, and where its tasks ran."""

import socket

from product import cli

NAPS = """
from airflow.sdk import DAG
from airflow.providers.standard.operators.bash import BashOperator
with DAG("naps"):
    a = BashOperator(task_id="a", bash_command="sleep 600")
    a >> BashOperator(task_id="b", bash_command="true")
"""

def test_a_run_is_cancelled_after_a_look_at_what_that_ends(server):
    server.add_dag("naps", NAPS)
    run = server.trigger("naps")

    def runs():
        path = f"/api/v2/dags/naps/dagRuns/{run}/taskInstances/a"
        return server.get(path)["state"] == "running"
    server.wait_for(runs, "task a")
    preview = cli(server, "runs", "cancel", "naps", run, "--dry-run").stdout
    assert "a (running): is ended" in preview
    assert "b (" in preview
    assert server.get(f"/api/v2/dags/naps/dagRuns/{run}")["state"] == "running"
    done = cli(server, "runs", "cancel", "naps", run)
    assert done.returncode == 0, done.stderr
    assert server.wait_run("naps", run)["state"] == "failed"
    again = cli(server, "runs", "cancel", "naps", run)
    assert again.returncode == 1
    assert "nothing to cancel" in again.stderr
    listed = cli(server, "tasks", "list", "naps", "--run", run).stdout
    column = listed.splitlines()[0].index("WORKER")
    row = next(line for line in listed.splitlines() if line.startswith("a "))
    worker = server.get("/api/v2/workers")["items"][0]
    assert row[column:].split()[0] == worker["worker_id"]
    assert worker["host"] == socket.gethostname()


def test_a_task_is_cancelled_and_the_others_go_on(server):
    server.add_dag("beside", NAPS.replace("naps", "beside").replace(
        "    a >>", '    BashOperator.partial(task_id="m").expand(bash_command=["sleep 600", "true"])\n    a >>'))
    run = server.trigger("beside")

    def state(task, index=""):
        return server.get(f"/api/v2/dags/beside/dagRuns/{run}/taskInstances/{task}{index}")["state"]

    for index in ("", "?map_index=0"):
        task = "m" if index else "a"
        server.wait_for(lambda: state(task, index) == "running", f"task {task}")
    server.wait_for(lambda: state("m", "?map_index=1") == "success", "the short one")
    assert "m[0] (running): is ended" in cli(server, "tasks", "cancel", "beside", "m", "--dry-run").stdout
    assert state("m", "?map_index=0") == "running"
    done = cli(server, "tasks", "cancel", "beside", "m", "--run", run)
    assert done.returncode == 0, done.stderr
    assert "m[0]" in done.stdout and "m[1]" not in done.stdout
    server.wait_for(lambda: state("m", "?map_index=0") == "failed", "its end")
    assert state("a") == "running"
    again = cli(server, "tasks", "cancel", "beside", "m")
    assert again.returncode == 1 and "nothing to cancel" in again.stderr
    assert "b has not begun" in cli(server, "tasks", "log", "beside", "b").stderr
    assert cli(server, "tasks", "cancel", "beside", "a").returncode == 0
    assert server.wait_run("beside", run)["state"] == "failed"


FAILS = """
from airflow.sdk import DAG
from airflow.providers.standard.operators.bash import BashOperator
with DAG("fails"):
    BashOperator(task_id="a", bash_command="false") >> BashOperator(task_id="b", bash_command="true")
"""

def test_a_look_at_a_mark_tells_what_would_run_again(server):
    server.add_dag("fails", FAILS)
    run = server.trigger("fails")
    assert server.wait_run("fails", run)["state"] == "failed"
    look = cli(server, "tasks", "mark", "fails", "a", "success", "--run", run, "--dry-run")
    assert look.returncode == 0, look.stderr
    marked, again = look.stdout.split("failed after it, and would run again:")
    assert "would mark success 1 task" in marked and "\n  a\n" in marked
    assert "\n  b\n" in again
    assert server.tasks("fails", run)["b"]["state"] == "upstream_failed"
    assert cli(server, "tasks", "mark", "fails", "a", "success", "--run", run).returncode == 0
    assert server.wait_run("fails", run)["state"] == "success"
