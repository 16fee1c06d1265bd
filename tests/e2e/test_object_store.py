# SPDX-License-Identifier: Apache-2.0
"""Blobs in a real S3 store: the folder is a cache, and the keys stay where they belong."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from product import cli
from server import BIN

ROOT = Path(__file__).resolve().parents[2]
DAG = """
from aiflow import DAG, artifacts, task
from aiflow.operators.bash import BashOperator
with DAG("store"):
    @task
    def save():
        import os
        os.mkdir("d")
        for name in "ab":
            with open("d/" + name, "w") as file:
                file.write(name * 1000)
        return artifacts.save("d", "folder")
    BashOperator(task_id="look", inputs={"d": save()},
                 bash_command="cat $AIFLOW_INPUT_D/b | wc -c; env; cat /proc/$PPID/environ | tr '\\\\0' '\\\\n'")
"""


@pytest.fixture
def store():
    """Where an S3 server is; it ends with the test."""
    script = "env | grep ^AIFLOW_TEST_S3; echo ready; read stop"
    process = subprocess.Popen([ROOT / "tests/s3/run", "sh", "-c", script], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    found = {}
    for line in process.stdout:
        if line == "ready\n":
            break
        name, _, value = line.strip().partition("=")
        found[name.removeprefix("AIFLOW_TEST_S3").lstrip("_") or "ENDPOINT"] = value
    assert found, "the S3 server did not start"
    yield found
    process.stdin.close()
    process.wait(30)


def texts_of(folder: Path):
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield path, path.read_bytes()


def test_the_folder_is_a_cache_and_the_keys_are_nowhere(make_server, store, tmp_path):
    keys = tmp_path / "keys"
    keys.write_text(f"[default]\naws_access_key_id = {store['ACCESS_KEY']}\n"
                    f"aws_secret_access_key = {store['SECRET_KEY']}\n")
    server = make_server(extra=("--blobs", f"s3://{store['BUCKET']}/site", "--s3-endpoint",
                                store["ENDPOINT"], "--s3-keys-file", str(keys)))
    server.start()
    server.add_dag("store", DAG)
    run = server.trigger("store")
    assert server.wait_run("store", run)["state"] == "success", server.tasks("store", run)
    blobs = server.home / "blobs/sha256"
    names = {path.name for path in blobs.glob("*/*")}
    assert len(names) == 3  # two files and their tree
    shutil.rmtree(blobs)
    got = cli(server, "artifact", "get", "folder", "--dag", "store", "--run", run, "--to",
              str(tmp_path / "back"))
    assert got.returncode == 0, got.stderr
    assert (tmp_path / "back/b").read_text() == "b" * 1000
    secret = store["SECRET_KEY"].encode()
    for pid in (server.process.pid, server.worker_pid()):
        assert secret not in Path(f"/proc/{pid}/cmdline").read_bytes()
        assert secret not in Path(f"/proc/{pid}/environ").read_bytes()
    assert [path for path, text in texts_of(server.home) if secret in text] == []


def test_keys_from_the_environment_reach_no_task_and_garbage_goes_from_both(make_server, store,
                                                                           monkeypatch):
    monkeypatch.setenv("AIFLOW_S3_ACCESS_KEY", store["ACCESS_KEY"])
    monkeypatch.setenv("AIFLOW_S3_SECRET_KEY", store["SECRET_KEY"])
    server = make_server(extra=("--blobs", f"s3://{store['BUCKET']}", "--s3-endpoint",
                                store["ENDPOINT"]))
    server.start()
    server.add_dag("store", DAG)
    run = server.trigger("store")
    assert server.wait_run("store", run)["state"] == "success"
    secret = store["SECRET_KEY"].encode()
    assert [path for path, text in texts_of(server.home) if secret in text] == []
    old = time.time() - 3 * 24 * 3600
    stray = server.home / "blobs/sha256/00" / ("0" * 64)
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_text("stray")
    os.utime(stray, (old, old))
    assert "files that no row names" in cli(server, "gc").stdout
    assert not stray.exists()


def test_a_store_that_refuses_ends_the_start_with_a_reason(store, tmp_path):
    environment = {**os.environ, "AIFLOW_S3_ACCESS_KEY": store["ACCESS_KEY"],
                   "AIFLOW_S3_SECRET_KEY": "wrong-secret-of-ours"}
    done = subprocess.run([BIN / "aiflow", "serve", "--home", tmp_path / "home", "--port", "0",
                           "--blobs", f"s3://{store['BUCKET']}", "--s3-endpoint",
                           store["ENDPOINT"]], capture_output=True, text=True, timeout=60,
                          env=environment, check=False)
    assert done.returncode == 1
    assert "does not list the bucket: 403" in done.stderr
    assert "wrong-secret" not in done.stderr + done.stdout


def test_the_server_that_takes_over_finds_all_blobs_in_the_store(make_server, store, database,
                                                                 tmp_path, monkeypatch):
    monkeypatch.setenv("AIFLOW_S3_ACCESS_KEY", store["ACCESS_KEY"])
    monkeypatch.setenv("AIFLOW_S3_SECRET_KEY", store["SECRET_KEY"])
    url, password = database
    extra = ("--blobs", f"s3://{store['BUCKET']}/pair", "--s3-endpoint", store["ENDPOINT"],
             "--database", url, "--database-password-file", password)
    first = make_server(home=tmp_path / "first", extra=extra).start()
    first.add_dag("store", DAG)
    run = first.trigger("store")
    assert first.wait_run("store", run)["state"] == "success"
    first.stop()
    second = make_server(home=tmp_path / "second", extra=extra).start()
    assert not list((second.home / "blobs/sha256").glob("*/*"))
    gone = cli(second, "gc", "--json")
    assert json.loads(gone.stdout) == [], gone.stderr  # all in the store has its row
    got = cli(second, "artifact", "get", "folder", "--dag", "store", "--run", run, "--to",
              str(tmp_path / "back"))
    assert got.returncode == 0, got.stderr
    assert (tmp_path / "back/b").read_text() == "b" * 1000
