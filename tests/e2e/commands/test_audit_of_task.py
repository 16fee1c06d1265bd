# SPDX-License-Identifier: Apache-2.0
"""The audit log of one task, as its page asks for it."""

DAG = """
from airflow.sdk import DAG
from airflow.providers.standard.operators.bash import BashOperator
with DAG("changed"):
    for name in ("one", "two"):
        BashOperator(task_id=name, bash_command="true")
"""


def test_the_audit_log_of_one_task(server):
    server.add_dag("changed", DAG)
    run = server.trigger("changed")
    server.wait_run("changed", run)
    for task in ("one", "two"):
        server.call("PATCH", f"/api/v2/dags/changed/dagRuns/{run}/taskInstances/{task}",
                    {"new_state": "success"})

    def objects(query):
        return [one["object_id"] for one in server.get(f"/api/v2/dags/changed/audit?{query}")["items"]]

    own = objects(f"dag_run_id={run}&task_id=one")
    assert own.count(f"changed/{run}/one") == 1
    assert f"changed/{run}/two" not in own
    assert f"changed/{run}/one" not in objects(f"dag_run_id={run}")
    assert f"changed/{run}/two" in objects("limit=100")
    host = server.wait_for(lambda: [one for one in server.get("/api/v2/monitor/system")["seconds"]
                                    if one.get("host_cpu") is not None], "a sample of the machine")[0]
    assert 0 <= host["host_cpu"] <= 1
    assert 0 < host["host_memory_used_bytes"] < host["host_memory_bytes"]
