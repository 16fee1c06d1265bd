# SPDX-License-Identifier: Apache-2.0
"""`aiflow db` on both kinds of database, with real servers around it."""

import json
import signal
import sqlite3
import subprocess

import pytest

from product import DATABASE_PASSWORD
from server import BIN

FLOW = """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("flow"):
    BashOperator(task_id="a", bash_command="sleep {{ params.get('s', 0) }}", retries=1, retry_delay=0.1)
"""


class Bench:
    def __init__(self, make_server, home, extra):
        self.home, self.extra = home, [str(word) for word in extra]
        self.server = make_server(home=home, slots=2, extra=extra)

    def db(self, *words):
        return subprocess.run([BIN / "aiflow", "db", *words, "--home", self.home, *self.extra],
                              capture_output=True, text=True, timeout=60)

    def done(self, *words):
        result = self.db(*words)
        assert result.returncode == 0, result.stderr
        assert DATABASE_PASSWORD not in result.stdout + result.stderr
        return result.stdout

    def refused(self, *words):
        result = self.db(*words)
        assert result.returncode == 1, result.stdout
        assert result.stderr.startswith("error: ") and result.stderr.count("\n") == 1
        return result.stderr


@pytest.fixture(params=["sqlite", "mariadb"])
def bench(request, make_server, tmp_path):
    extra = ()
    if request.param == "mariadb":
        url, password = request.getfixturevalue("database")
        extra = ("--database", url, "--database-password-file", password)
    return Bench(make_server, tmp_path / "home", extra)


def run_flow(server):
    run = server.trigger("flow")
    assert server.wait_run("flow", run)["state"] == "success"
    return run


def test_backup_and_restore(bench, tmp_path):
    server = bench.server.start()
    server.add_dag("flow", FLOW)
    before = run_flow(server)
    backup = tmp_path / "b.db"
    assert "dag_runs" in bench.done("backup", backup)
    after = run_flow(server)
    assert "stop it first" in bench.refused("restore", backup)
    assert "exists" in bench.refused("backup", backup)
    assert "whole" in bench.done("check")
    server.stop_server()
    assert "would replace" in bench.done("restore", backup, "--dry-run")
    bench.done("restore", backup)
    assert json.loads(bench.done("check", "--json"))["problems"] == []
    server.start()
    runs = {run["dag_run_id"] for run in server.get("/api/v2/dags/flow/dagRuns")["items"]}
    assert before in runs and after not in runs
    run_flow(server)


def test_a_result_of_the_time_after_the_backup_does_not_count(bench, tmp_path):
    """The attempt was queued at the backup and is still running at the restore: it is run again."""
    server = bench.server.start()
    server.add_dag("flow", FLOW.replace("sleep {{ params.get('s', 0) }}",
                                        f"echo x >> {tmp_path}/starts; sleep 6"))
    run = server.trigger("flow")
    server.wait_for(lambda: (tmp_path / "starts").exists(), "the start of the task")
    bench.done("backup", tmp_path / "b.db")
    server.stop_server(signal.SIGTERM)
    bench.done("restore", tmp_path / "b.db")
    server.start()
    assert server.wait_run("flow", run)["state"] == "success"
    assert (tmp_path / "starts").read_text() == "x\nx\n"


def test_a_damaged_backup_is_refused_and_a_newer_schema_too(bench, tmp_path, request):
    server = bench.server.start()
    server.add_dag("flow", FLOW)
    backup = tmp_path / "b.db"
    bench.done("backup", backup)
    server.stop_server()
    content = bytearray(backup.read_bytes())
    content[4096:6144] = b"\xff" * 2048
    (tmp_path / "bad.db").write_bytes(content)
    assert "damaged" in bench.refused("restore", tmp_path / "bad.db")
    newer = ("INSERT INTO schema_version (version, name, applied_at%s) VALUES (999, 'x', 0%s)")
    if bench.extra:
        mariadb = request.getfixturevalue("mariadb")
        name = bench.extra[1].split("//")[1].split("@")[0]
        mariadb.sql(newer % (", statements_left", ", 0"), name)
    else:
        with sqlite3.connect(bench.home / "aiflow.db") as db:
            db.execute(newer % ("", ""))
    old = subprocess.run([BIN / "aiflow", "serve", "--home", bench.home, "--port", "0", *bench.extra],
                         capture_output=True, text=True, timeout=30)
    assert old.returncode == 1 and "has schema 999" in old.stderr
    assert "newer" in bench.refused("check")


def test_the_schema_goes_down_and_up(bench):
    server = bench.server.start()
    server.add_dag("flow", FLOW)
    run = run_flow(server)
    assert "stop it first" in bench.refused("downgrade", "--to", "2")
    server.stop_server()
    needed = json.loads(bench.done("check", "--json"))["schema_needed"]
    plan = bench.done("downgrade", "--to", "2", "--dry-run")
    assert "DROP COLUMN" in plan and "0003_return_length" in plan
    assert json.loads(bench.done("check", "--json"))["schema"] == needed
    bench.done("downgrade", "--to", "2")
    assert "aiflow db upgrade" in bench.refused("check")
    assert "0003_return_length" in bench.done("upgrade", "--dry-run")
    bench.done("upgrade")
    server.start()
    assert server.get(f"/api/v2/dags/flow/dagRuns/{run}")["state"] == "success"
    run_flow(server)
