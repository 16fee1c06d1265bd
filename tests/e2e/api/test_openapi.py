# SPDX-License-Identifier: Apache-2.0
"""The API as its description says: schemathesis makes requests from /api/v2/openapi.json, good and bad
ones, and looks at each answer. The same seed gives the same requests."""

import json
import subprocess

import pytest
from product import not_installed
from server import ROOT

SCHEMATHESIS = ROOT / "build/schemathesis/bin/st"
# Each answer must be none of 500, with a status, a content type and a body that the description has.
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# Answers without an end, and what ends the token in use.
LEFT_OUT = ["stream", "stream_log", "stream_server_log", "live_camera", "worker_link", "logout", "revoke_token",
            "revoke_own_token", "change_password", "reset_password", "patch_user", "delete_user"]
DAG = """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("shapes", params={"n": 1}):
    BashOperator(task_id="a", bash_command="echo 1") >> BashOperator(task_id="b", bash_command="echo 2")
"""


def run_schemathesis(server, folder, config: str, seed: int):
    """-> the process that ended."""
    if not SCHEMATHESIS.exists():
        not_installed("schemathesis")
    token = server.call("POST", "/api/v2/users/schema/tokens", {})["token"]
    access = f'[auth.openapi.bearer]\nbearer = "{token}"\n[generation]\nwith-security-parameters = false\n'
    (folder / "schemathesis.toml").write_text(access + config)
    without = [word for name in LEFT_OUT for word in ("--exclude-operation-id", name)]
    return subprocess.run(
        [SCHEMATHESIS, "--config-file", folder / "schemathesis.toml", "run", "--no-color", "--checks", CHECKS,
         "--seed", str(seed), "--max-examples", "12", "--phases", "coverage,fuzzing", "--no-shrink",
         "--request-timeout", "20", "--continue-on-failure", "--warnings", "off", "--generation-database", "none",
         "--report", "har", "--report-har-path", folder / "asked.har", *without,
         f"http://127.0.0.1:{server.http_port()}/api/v2/openapi.json"],
        capture_output=True, text=True, timeout=400, cwd=folder)


def routes_answered_well(folder) -> set[str]:
    """Operations by method and path of which at least one answer was a success."""
    entries = json.loads((folder / "asked.har").read_text())["log"]["entries"]
    return {entry["request"]["method"] + " " + entry["request"]["url"].split("?")[0].split("/", 3)[3]
            for entry in entries if entry["response"]["status"] < 300}


@pytest.fixture
def filled(server):
    """A server with a DAG, a run that has ended, and an administrator to ask as."""
    server.add_dag("shapes", DAG)
    server.call("PATCH", "/api/v2/dags/shapes", {"is_paused": False})
    run = server.trigger("shapes", dag_run_id="r1")
    server.wait_run("shapes", run)
    server.call("POST", "/api/v2/users", {"username": "schema", "role": "admin", "password": "long enough 1"})
    return server


def test_it_is_served_and_is_the_one_in_the_tree(server):
    served = server.get("/api/v2/openapi.json")
    assert served == json.loads((ROOT / "api/openapi.json").read_text())


THERE = """[parameters]
"path.dag_id" = "shapes"
"path.dag_run_id" = "r1"
"path.task_id" = "a"
"path.try_number" = 1
"path.pool_name" = "default_pool"
"""


@pytest.mark.parametrize("seed, config, well", [(1, "", 35), (2, THERE, 50)],
                         ids=["names made up", "names that are there"])
def test_every_answer_is_as_described(filled, tmp_path, seed, config, well):
    done = run_schemathesis(filled, tmp_path, config, seed)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-4000:]
    # With a token that is refused every answer would be a good 401.
    assert len(routes_answered_well(tmp_path)) >= well
    filled.get("/api/v2/monitor/health")
    assert filled.process.poll() is None
