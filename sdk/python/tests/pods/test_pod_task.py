# SPDX-License-Identifier: Apache-2.0
"""A task in a pod: what the server sends, and what it reads from the log afterwards."""

import hashlib
import http.server
import io
import json
import os
import ssl
import subprocess
import sys
import threading
import urllib.parse
import zipfile
import zlib
from pathlib import Path

import pytest

from aiflow.dag_files.packed import unpack
from aiflow.exceptions import AirflowException
from aiflow.pack_sdk import main as pack

SDK = Path(__file__).resolve().parents[2]
DAG = """
from airflow import DAG
from airflow.operators.python import PythonOperator
def work(ti):
    print("working")
    ti.xcom_push("more", [1])
    return {"got": ti.xcom_pull("before"), "all": ti.xcom_pull("many"), "x": "x" * 9000}
def hopes(ti):
    try:
        return ti.xcom_pull("broken")
    except Exception:
        return None
with DAG("d"):
    PythonOperator(task_id="hopes", python_callable=hopes)
    PythonOperator(task_id="work", python_callable=work)
    PythonOperator(task_id="bad", python_callable=lambda: 1 / 0)
    PythonOperator(task_id="shows", python_callable=lambda **words: None,
                   op_kwargs={"run": "{{ run_id }}", "password": "{{ ds }}"})
"""


class Api(http.server.BaseHTTPRequestHandler):
    """XComs of one run."""

    asked: list = []
    packs: dict = {}  # "NAME PATH" -> bytes

    def do_GET(self):
        self.asked.append((self.path, self.headers["Authorization"]))
        path = self.path.partition("?")[0]
        if path.startswith("/api/v2/packs/"):
            query = urllib.parse.parse_qs(self.path.partition("?")[2])
            found = self.packs.get(f"{urllib.parse.unquote(path.split('/')[4])} {query['path'][0]}")
            if found is not None:
                return self.answer_bytes(200, found[int(query["offset"][0]):][:1000])
            return self.answer(404, {"error": {"message": "no such pack"}})
        if path.endswith("/before/xcomEntries/return_value"):
            return self.answer(200, {"value": 5})
        if "/broken/" in path:
            return self.answer(500, {"error": {"message": "the disk is full"}})
        if path.endswith("/taskInstances"):
            return self.answer(200, {"items": [], "total_entries": 0})
        return self.answer(404, {"error": {"message": "no such value"}})

    def answer(self, status, body):
        self.answer_bytes(status, json.dumps(body).encode())

    def answer_bytes(self, status, data):
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def api():
    server = http.server.HTTPServer(("127.0.0.1", 0), Api)
    Api.asked, Api.packs = [], {}
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()


def pack_files(file, files):
    """As the server does it (src/uplink/bundle.h)."""
    entries, data = [], b""
    for name in sorted(files):
        text = files[name] if isinstance(files[name], bytes) else files[name].encode()
        entries.append({"path": name, "sha256": hashlib.sha256(text).hexdigest(), "size": len(text)})
        data += text
    tree = json.dumps({"aiflow_tree": 1, "entries": entries}).encode()
    file.write_bytes(zlib.compress(data + tree + len(tree).to_bytes(8, "big")))


def run(folder, task, api=None, path=SDK, more=None, dag_file="sub/d.py", pack=None, certificate=None):
    job = {"key": {"dag_id": "d", "run_id": "r", "task_id": task, "map_index": -1}, "try_number": 1,
           "epoch": 1, "operator": "python", "dag_file": dag_file, "payload": {},
           "params": {}, "conf": {}, "run_type": "manual", "log_path": "/x", "env": {}, "token": "",
           "max_tries": 1, "logical_date": "2026-01-01T00:00:00Z"}
    if pack is not None:
        job["executor_config"] = {"image": "i", "pack": pack}
    (folder / "job").write_text(json.dumps(job))
    (folder / "token").write_text("t0-token")
    pack_files(folder / "files", {"sub/d.py": DAG, **(more or {})})
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(path), "AIFLOW_TOKEN_FILE": str(folder / "token")}
    if api is not None:
        env["AIFLOW_API_URL"] = f"http{'s' if certificate else ''}://127.0.0.1:{api.server_port}"
    if certificate:
        env["AIFLOW_API_CERTIFICATE"] = certificate
    done = subprocess.run([sys.executable, "-m", "aiflow.pod_task", str(folder),
                           str(folder / "files")], env=env, capture_output=True, text=True, timeout=60)
    begin = "::aiflow:result "
    lines = done.stdout.splitlines()
    told = "".join(line.removeprefix(begin) for line in lines if line.startswith(begin))
    assert all(len(line) < 8192 for line in lines)
    return done, json.loads(told)


def test_its_rendered_fields_are_told_with_its_end(tmp_path):
    done, told = run(tmp_path, "shows")
    assert done.returncode == 0, done.stdout + done.stderr
    assert told["rendered"] == {"op_kwargs": {"run": "r", "password": "***"}}


def test_a_value_that_cannot_be_read_fails_the_task_whatever_it_makes_of_it(tmp_path, api):
    done, told = run(tmp_path, "hopes", api)
    assert done.returncode == 1
    assert told["done"]["outcome"] == "failed"
    assert told["done"]["cause"] == "a value of task 'broken' cannot be read: the disk is full"


def own_certificate(folder):
    """-> (certificate, key), for a name that is not the server's."""
    made = folder / "tls.crt", folder / "tls.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-subj", "/CN=flow", "-out", made[0], "-keyout", made[1]], check=True,
                   capture_output=True)
    return made


def test_a_server_that_has_signed_its_certificate_itself_is_trusted_by_it_and_no_other(tmp_path, api):
    (tmp_path / "other").mkdir()
    certificate, key = own_certificate(tmp_path)
    other, _ = own_certificate(tmp_path / "other")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    api.socket = context.wrap_socket(api.socket, server_side=True)
    done, told = run(tmp_path, "work", api, certificate=certificate.read_text())
    assert done.returncode == 0, done.stdout + done.stderr
    assert [one["value"]["got"] for one in told["xcoms"] if one["key"] == "return_value"] == [5]
    asked = len(Api.asked)
    done, told = run(tmp_path, "work", api, certificate=other.read_text())
    assert "certificate verify failed" in told["done"]["cause"]
    assert len(Api.asked) == asked


def test_a_task_tells_its_end_and_its_values(tmp_path, api):
    done, told = run(tmp_path, "work", api)
    assert done.returncode == 0, done.stderr
    assert "working\n" in done.stdout
    assert told["done"]["outcome"] == "success"
    values = {one["key"]: one["value"] for one in told["xcoms"]}
    assert values["more"] == [1]
    assert values["return_value"]["got"] == 5 and values["return_value"]["all"] is None
    assert len(values["return_value"]["x"]) == 9000
    assert Api.asked[0][1] == "Bearer t0-token"


def test_a_failure_has_its_cause_and_a_traceback_of_the_file(tmp_path):
    done, told = run(tmp_path, "bad")
    assert done.returncode == 1
    assert told["done"]["outcome"] == "failed"
    assert told["done"]["cause"] == "ZeroDivisionError: division by zero"
    assert "/sub/d.py" in done.stdout + done.stderr


def test_modules_packages_and_templates_beside_the_dag_are_there(tmp_path):
    dag = """
import helpers, lib.deep
from airflow import DAG
from airflow.operators.python import PythonOperator
def work(text):
    print(text, helpers.WORD, lib.deep.WORD, "t0" + "-token")
    return "t0" + "-token"
with DAG("d"):
    PythonOperator(task_id="work", python_callable=work, op_args=["{% include 'say.txt' %}"])
"""
    done, told = run(tmp_path, "work", more={
        "sub/d.py": dag, "sub/helpers.py": "WORD = 'sibling'", "lib/__init__.py": "",
        "lib/deep.py": "WORD = 'package'", "sub/say.txt": "said by {{ dag.dag_id }}"})
    assert told["done"]["outcome"] == "success", done.stdout + done.stderr
    assert "said by d sibling package ***" in done.stdout
    assert [one["value"] for one in told["xcoms"]] == ["t0-token"]


def test_a_dag_in_an_archive_is_found(tmp_path):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("inside.py", DAG)
    done, told = run(tmp_path, "bad", more={"sub/d.zip": archive.getvalue()}, dag_file="sub/d.zip")
    assert told["done"]["cause"] == "ZeroDivisionError: division by zero", done.stderr


def serve_pack(files, **manifest):
    """-> its digest"""
    text = json.dumps({"name": "words", **manifest, "files": [
        {"path": path, "size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for path, data in files.items()]}).encode()
    digest = "sha256:" + hashlib.sha256(text).hexdigest()
    for name in ("words", digest):
        Api.packs |= {f"{name} {path}": data for path, data in {**files, "pack.json": text}.items()}
    return digest


PACKED = """
from airflow import DAG
from airflow.operators.python import PythonOperator
from airflow.decorators import task
def work():
    import greeting, os
    return [greeting.TEXT, os.path.getsize(os.environ["AIFLOW_PACK"] + "/lib/data")]
with DAG("d"):
    PythonOperator(task_id="work", python_callable=work)
    @task.external_python(pack="words", task_id="other")
    def other():
        import greeting
        return greeting.TEXT
    other()
"""


def test_a_pack_is_fetched_before_the_task_begins(tmp_path, api):
    digest = serve_pack({"greeting.py": b"TEXT = 'packed'", "lib/data": b"x" * 2500})
    pack(str(tmp_path / "sdk.zip"))  # as pods have it
    for task, wanted in (("work", ["packed", 2500]), ("other", "packed")):
        done, told = run(tmp_path, task, api, path=tmp_path / "sdk.zip", more={"sub/d.py": PACKED},
                         pack="words")
        assert told["done"]["outcome"] == "success", done.stdout + done.stderr
        assert [one["value"] for one in told["xcoms"]] == [wanted]
        assert digest in done.stdout
    assert {token for _, token in Api.asked} == {"Bearer t0-token"}


@pytest.mark.parametrize("spoil, says", [
    ({"words pack.json": b'{"files": [{"path": "../out", "size_bytes": 1, "sha256": "a"}]}'},
     "'../out' leads out of it"),
    ({"DIGEST greeting.py": b"TEXT = 'evil! '"}, "'greeting.py' is not what its pack.json says"),
    ({"DIGEST greeting.py": b"TEXT"}, "'greeting.py' is not what its pack.json says"),
    ({"words pack.json": b'{"files": [{"path": "x", "size_bytes": 5000000000, "sha256": "a"}]}'},
     "has more than 4294967296 bytes"),
    ({"words pack.json": None}, "no such pack")])
def test_bytes_that_are_not_the_pack_s_fail_the_task(tmp_path, api, spoil, says):
    digest = serve_pack({"greeting.py": b"TEXT = 'packed'"})
    Api.packs |= {key.replace("DIGEST", digest): data for key, data in spoil.items()}
    done, told = run(tmp_path, "work", api, more={"sub/d.py": PACKED}, pack="words")
    assert done.returncode == 1 and told["done"]["outcome"] == "failed"
    assert told["done"]["cause"].startswith("its pack could not be fetched: ") and says in told["done"]["cause"]


def test_a_server_that_gives_another_pack_is_not_believed(tmp_path, api):
    digest = serve_pack({"greeting.py": b"TEXT = 'packed'"})
    Api.packs[f"{digest} pack.json"] = b'{"files": []}'
    _, told = run(tmp_path, "work", api, more={"sub/d.py": PACKED}, pack=digest)
    assert "the server gives another pack than sha256:" in told["done"]["cause"]


@pytest.mark.parametrize("path", ["../out.py", "/tmp/out.py", "a/../../out.py"])
def test_no_path_leads_out_of_the_folder(tmp_path, path):
    pack_files(tmp_path / "files", {path: "x"})
    with pytest.raises(AirflowException, match="damaged"):
        unpack(str(tmp_path / "files"), str(tmp_path / "to"))
    (tmp_path / "files").write_bytes(b"no zlib")
    with pytest.raises(AirflowException, match="damaged"):
        unpack(str(tmp_path / "files"), str(tmp_path / "to2"))


def test_the_packed_sdk_is_enough_and_always_the_same(tmp_path):
    pack(str(tmp_path / "a.zip"))
    pack(str(tmp_path / "b.zip"))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert "aiflow/pod_task.py" in zipfile.ZipFile(tmp_path / "a.zip").namelist()
    done, told = run(tmp_path, "bad", path=tmp_path / "a.zip")
    assert told["done"]["cause"] == "ZeroDivisionError: division by zero", done.stderr
