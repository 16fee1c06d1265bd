# SPDX-License-Identifier: Apache-2.0
"""DAGs written as YAML, in the DAG folder of a running server."""

FLOW = """
aiflow_dag: 1
dag_id: flow
params: {who: world}
task_groups:
  - group_id: greet
tasks:
  - task_id: hello
    operator: BashOperator
    task_group: greet
    bash_command: echo hello {{ params.who }} from {{ run_id }}
  - task_id: plain
    operator: BashOperator
    bash_command: echo 20
    dependencies: [greet]
  - task_id: bad
    operator: BashOperator
    bash_command: exit 3
  - {task_id: end, operator: EmptyOperator, dependencies: [plain, bad], trigger_rule: all_done}
"""


def test_a_yaml_dag_runs_and_a_broken_one_says_where(server):
    folder = server.dags
    (folder / "flow.yaml").write_text(FLOW)
    (folder / "settings.yaml").write_text("dag_id: of somebody's own\naiflow: true\n")
    server.wait_for(lambda: server.get("/api/v2/dags/flow"), "the DAG")
    run = server.trigger("flow", conf={"who": "edge"})
    server.wait_run("flow", run)
    tasks = server.tasks("flow", run)
    assert {name: one["state"] for name, one in tasks.items()} == {
        "greet.hello": "success", "plain": "success", "bad": "failed", "end": "success"}
    path = f"/api/v2/dags/flow/dagRuns/{run}/taskInstances"
    assert f"hello edge from {run}" in server.get(f"{path}/greet.hello/logs/1")["content"]
    assert server.get(f"{path}/plain/xcomEntries")["items"][0]["value"] == 20

    (folder / "flow.yaml").write_text(FLOW.replace("EmptyOperator", "EmptyOperatr"))
    server.wait_for(lambda: server.get("/api/v2/importErrors")["items"], "its error")
    (error,) = server.get("/api/v2/importErrors")["items"]
    assert error["line"] == 19
    assert "flow.yaml:19:30: tasks[3].operator: unknown operator" in error["message"]
