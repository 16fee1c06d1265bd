# SPDX-License-Identifier: Apache-2.0
"""YAML DAGs saved through the API of a running server: what the editor does, without its page."""

import json

from server import UnixConnection

FLOW = """\
aiflow_dag: 1
dag_id: made
# by hand
tasks:
  - task_id: first
    operator: BashOperator
    bash_command: echo one
  - {task_id: second, operator: BashOperator, bash_command: echo 2, dependencies: [first], pool: gpu}
"""


def ask(server, method, path, content=None, tag=None):
    """-> status, ETag, JSON."""
    connection = UnixConnection(server.home / "run/api.sock")
    try:
        headers = {"Content-Type": "application/json", **({"If-Match": tag} if tag else {})}
        body = None if content is None else json.dumps({"content": content})
        connection.request(method, f"/api/v2/{path}", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, answer.getheader("ETag"), json.loads(text) if text else None
    finally:
        connection.close()


def test_a_dag_is_checked_saved_run_changed_and_removed(server):
    status, _tag, checked = ask(server, "POST", "dagFiles", FLOW)
    assert status == 200 and checked["problems"] == []
    assert checked["steps"] == [{"tasks": ["first"]}, {"tasks": ["second"]}]
    assert checked["needs"] == [{"kind": "pool", "name": "gpu", "is_there": False, "tasks": ["second"]}]

    flow = FLOW.replace(", pool: gpu", "")
    status, _tag, saved = ask(server, "PUT", "dagFiles/made", flow)
    assert status == 200 and saved["version"] == 1
    assert (server.dags / "made.yaml").read_text() == flow
    # It is there when the answer is: no waiting for the folder to be read.
    run = server.trigger("made")
    assert server.wait_run("made", run)["state"] == "success"
    assert {name: one["state"] for name, one in server.tasks("made", run).items()} == {
        "first": "success", "second": "success"}

    _status, tag, _text = ask(server, "GET", "dagFiles/made")
    changed = flow.replace("echo one", "echo two")
    assert ask(server, "PUT", "dagFiles/made", changed, tag)[0] == 200
    assert ask(server, "PUT", "dagFiles/made", flow, tag)[0] == 412
    assert server.get("/api/v2/dagSources/made")["content"] == changed
    # The folder's own look at the file finds what was saved: no further version of the DAG.
    (server.dags / "other.yaml").write_text(flow.replace("dag_id: made", "dag_id: other"))
    server.wait_for(lambda: server.get("/api/v2/dags/other"), "a file that came later")
    assert server.get("/api/v2/dags/made")["version"] == 2
    versions = server.get("/api/v2/dagFiles/made/versions")["items"]
    assert [one["version_number"] for one in versions] == [2, 1]
    assert server.get("/api/v2/dagFiles/made/versions/1")["content"] == flow

    _status, tag, _text = ask(server, "GET", "dagFiles/made")
    assert ask(server, "DELETE", "dagFiles/made", tag=tag)[0] == 204
    assert not (server.dags / "made.yaml").exists()
    assert "made" not in [dag["dag_id"] for dag in server.get("/api/v2/dags")["items"]]
    assert server.get(f"/api/v2/dags/made/dagRuns/{run}")["state"] == "success"


def test_mistakes_are_told_where_they_are_and_nothing_is_saved(server):
    broken = FLOW.replace("dependencies: [first]", "dependencies: [frist]").replace("echo one", "{a: 1}")
    status, _tag, checked = ask(server, "POST", "dagFiles", broken)
    assert status == 200 and checked["steps"] == []
    assert [(one["path"], one["line"]) for one in checked["problems"]] == [
        (["tasks", "0", "bash_command"], 7), (["tasks", "1", "dependencies", "0"], 8)]
    assert checked["problems"][1]["message"] == "no task or group 'frist'"
    status, _tag, refused = ask(server, "PUT", "dagFiles/made", broken)
    assert status == 422 and "line 7" in refused["error"]["message"]
    assert list(server.dags.iterdir()) == []

    circle = FLOW.replace("    bash_command: echo one", "    bash_command: echo one\n    dependencies: [second]")
    _status, _tag, checked = ask(server, "POST", "dagFiles", circle)
    assert "circle" in checked["problems"][0]["message"]
    _status, _tag, checked = ask(server, "POST", "dagFiles", "aiflow_dag: 1\ntasks: [}")
    assert checked["problems"][0]["line"] == 2
    _status, _tag, checked = ask(server, "POST", "dagFiles", FLOW.replace("pool: gpu", "retries: -1"))
    assert checked["problems"][0]["message"] == "retries is at least 0, not -1"


def test_a_broken_file_of_somebody_else_can_be_mended(server):
    (server.dags / "made.yaml").write_text(FLOW.replace("BashOperator", "BashOperatr"))
    server.wait_for(lambda: server.get("/api/v2/importErrors")["items"], "its error")
    _status, tag, text = ask(server, "GET", "dagFiles/made")
    assert text["version"] == 0 and "BashOperatr" in text["content"]
    assert ask(server, "PUT", "dagFiles/made", FLOW, tag)[0] == 200
    assert server.get("/api/v2/dags/made")["has_import_errors"] is False
    assert server.get("/api/v2/importErrors")["items"] == []
    causes = [one["cause"] for one in server.get("/api/v2/dagFiles/made/versions")["items"]]
    assert causes == ["saved", "outside"]


def test_the_operators_come_from_the_sdk(server):
    found = server.get("/api/v2/operators")
    by_name = {one["name"]: one for one in found["operators"]}
    assert {"OptimizeModelOperator", "CompareModelOperator", "DeployServiceOperator",
            "WatchCameraOperator"} <= set(by_name)
    (command,) = [one for one in by_name["BashOperator"]["fields"] if one["name"] == "bash_command"]
    assert command["required"] and command["templated"] and command["kinds"][0] == "long_text"
    (retries,) = [one for one in found["common"] if one["name"] == "retries"]
    assert retries["kinds"] == ["integer"] and retries["minimum"] == 0
