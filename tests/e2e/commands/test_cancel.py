# SPDX-License-Identifier: Apache-2.0
"""How a run is stopped, and where its tasks ran."""

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
    assert "WORKER" in listed.splitlines()[0]
