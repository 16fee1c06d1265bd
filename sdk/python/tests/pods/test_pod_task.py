# SPDX-License-Identifier: Apache-2.0
"""A task in a pod: what the server sends, and what it reads from the log afterwards."""

import http.server
import json
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from aiflow.pack_sdk import main as pack

SDK = Path(__file__).resolve().parents[2]
DAG = """
from airflow import DAG
from airflow.operators.python import PythonOperator
def work(ti):
    print("working")
    ti.xcom_push("more", [1])
    return {"got": ti.xcom_pull("before"), "all": ti.xcom_pull("many"), "x": "x" * 9000}
with DAG("d"):
    PythonOperator(task_id="work", python_callable=work)
    PythonOperator(task_id="bad", python_callable=lambda: 1 / 0)
"""


class Api(http.server.BaseHTTPRequestHandler):
    """XComs of one run."""

    asked: list = []

    def do_GET(self):
        self.asked.append((self.path, self.headers["Authorization"]))
        path = self.path.partition("?")[0]
        if path.endswith("/before/xcomEntries/return_value"):
            return self.answer(200, {"value": 5})
        if path.endswith("/taskInstances"):
            return self.answer(200, {"items": [], "total_entries": 0})
        return self.answer(404, {"error": {"message": "no such value"}})

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def api():
    server = http.server.HTTPServer(("127.0.0.1", 0), Api)
    Api.asked = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()


def run(folder, task, api=None, path=SDK):
    job = {"key": {"dag_id": "d", "run_id": "r", "task_id": task, "map_index": -1}, "try_number": 1,
           "epoch": 1, "operator": "python", "dag_file": "/server/dags/d.py", "payload": {},
           "params": {}, "conf": {}, "run_type": "manual", "log_path": "/x", "env": {}, "token": "",
           "max_tries": 1, "logical_date": "2026-01-01T00:00:00Z"}
    (folder / "job").write_text(json.dumps(job))
    (folder / "token").write_text("t0")
    (folder / "dag").write_text(DAG)
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(path), "AIFLOW_TOKEN_FILE": str(folder / "token")}
    if api is not None:
        env["AIFLOW_API_URL"] = f"http://127.0.0.1:{api.server_port}"
    done = subprocess.run([sys.executable, "-m", "aiflow.pod_task", str(folder)], env=env,
                          capture_output=True, text=True, timeout=60)
    begin = "::aiflow:result "
    lines = done.stdout.splitlines()
    told = "".join(line.removeprefix(begin) for line in lines if line.startswith(begin))
    assert all(len(line) < 8192 for line in lines)
    return done, json.loads(told)


def test_a_task_tells_its_end_and_its_values(tmp_path, api):
    done, told = run(tmp_path, "work", api)
    assert done.returncode == 0, done.stderr
    assert "working\n" in done.stdout
    assert told["done"]["outcome"] == "success"
    values = {one["key"]: one["value"] for one in told["xcoms"]}
    assert values["more"] == [1]
    assert values["return_value"]["got"] == 5 and values["return_value"]["all"] is None
    assert len(values["return_value"]["x"]) == 9000
    assert Api.asked[0][1] == "Bearer t0"


def test_a_failure_has_its_cause_and_a_traceback_of_the_file(tmp_path):
    done, told = run(tmp_path, "bad")
    assert done.returncode == 1
    assert told["done"]["outcome"] == "failed"
    assert told["done"]["cause"] == "ZeroDivisionError: division by zero"
    assert "/d.py" in done.stdout + done.stderr


def test_the_packed_sdk_is_enough_and_always_the_same(tmp_path):
    pack(str(tmp_path / "a.zip"))
    pack(str(tmp_path / "b.zip"))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert "aiflow/pod_task.py" in zipfile.ZipFile(tmp_path / "a.zip").namelist()
    done, told = run(tmp_path, "bad", path=tmp_path / "a.zip")
    assert told["done"]["cause"] == "ZeroDivisionError: division by zero", done.stderr
