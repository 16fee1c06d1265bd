# SPDX-License-Identifier: Apache-2.0
"""When DAG files are read: after a change of them or of what they read, and never without one."""

import zipfile

FLOW = """
import json, os
from pathlib import Path
from aiflow import DAG
from aiflow.operators.bash import BashOperator
from steps import PREFIX
names = json.loads((Path(__file__).parent / "names.json").read_text())
with DAG("made"):
    for name in names:
        BashOperator(task_id=PREFIX + name, bash_command="true")
"""


def task_ids(server):
    return sorted(node["id"] for node in server.get("/api/v2/dags/made/graph")["nodes"])


def loads(server):
    """How often made.py was parsed."""
    return len([line for line in server.output.read_text().splitlines()
                if "DAG file loaded" in line and "made.py" in line])


def test_a_dag_follows_its_helper_module_and_its_settings(make_server):
    server = make_server()
    (server.dags / "names.json").write_text('["a", "b"]')
    (server.dags / "made.py").write_text(FLOW)
    server.start()
    [error] = server.wait_for(lambda: server.get("/api/v2/importErrors")["items"], "the missing module")
    assert "No module named 'steps'" in error["message"]
    (server.dags / "steps.py").write_text("PREFIX = 'do_'\n")
    server.wait_for(lambda: task_ids(server) == ["do_a", "do_b"], "the DAG")
    (server.dags / "names.json").write_text('["c"]')
    server.wait_for(lambda: task_ids(server) == ["do_c"], "the DAG of the new settings")
    (server.dags / "steps.py").write_text("PREFIX = 'make_'\n")
    server.wait_for(lambda: task_ids(server) == ["make_c"], "the DAG of the new module")

    # Nothing has changed: nothing is parsed. Then something has, while no server ran.
    server.stop()
    before = loads(server)
    server.start()
    server.add_dag("other", 'from aiflow import DAG\nDAG("other")\n')
    assert task_ids(server) == ["make_c"] and loads(server) == before
    server.stop()
    (server.dags / "names.json").write_text('["d"]')
    server.start()
    server.wait_for(lambda: task_ids(server) == ["make_d"], "the change of the meantime")


TEAM = """
from aiflow import DAG, task
from common.steps import work
with DAG("team"):
    task(work)()
"""


def test_files_of_sub_folders_import_from_the_dag_folder(server):
    for folder in ("common", "team"):
        (server.dags / folder).mkdir()
    (server.dags / "common/steps.py").write_text("def work(): print('of all teams')\n")
    (server.dags / "team/flow.py").write_text(TEAM)
    server.wait_for(lambda: server.get("/api/v2/dags/team"), "the DAG")
    assert server.wait_run("team", server.trigger("team"))["state"] == "success"


def test_ignored_files_have_no_dags_and_archives_have(server):
    (server.dags / ".airflowignore").write_text("drafts/\nnot_*.py  # not yet\n")
    (server.dags / "drafts").mkdir()
    for name in ("drafts/a", "not_b"):
        (server.dags / f"{name}.py").write_text("from aiflow import DAG\nDAG('hidden')\n")
    packed = server.home / "flows.zip"
    with zipfile.ZipFile(packed, "w") as out:
        out.writestr("flow.py", TEAM)
        out.writestr("common/__init__.py", "")
        out.writestr("common/steps.py", "def work(): print('from the archive')\n")
    packed.rename(server.dags / "flows.zip")
    server.wait_for(lambda: server.get("/api/v2/dags/team"), "the DAG of the archive")
    run = server.trigger("team")
    assert server.wait_run("team", run)["state"] == "success"
    assert {d["dag_id"] for d in server.get("/api/v2/dags")["items"]} == {"team"}
    (server.dags / ".airflowignore").write_text("*.zip\n")
    server.wait_for(lambda: {d["dag_id"] for d in server.get("/api/v2/dags")["items"]} == {"hidden"},
                    "what is no longer ignored")
