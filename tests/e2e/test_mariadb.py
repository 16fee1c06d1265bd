# SPDX-License-Identifier: Apache-2.0
"""The whole system on a MariaDB server instead of the SQLite file."""

import itertools
import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from product import DATABASE_PASSWORD as PASSWORD
from server import BIN


FAN = """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("fan", max_active_tasks=4):
    first = BashOperator(task_id="first", bash_command="true")
    for i in range(30):
        first >> BashOperator(task_id=f"t{i}", bash_command="echo {{ run_id }}; sleep 0.1")
"""


@pytest.fixture
def options(database):
    url, password = database
    return {"slots": 4, "extra": ("--database", url, "--database-password-file", password)}


def succeeds(server, run):
    assert server.wait_run("fan", run)["state"] == "success"
    tasks = server.tasks("fan", run)
    assert len(tasks) == 31
    assert {task["state"] for task in tasks.values()} == {"success"}
    return tasks


def test_a_dag_runs_and_all_is_there_after_kill_9(make_server, options):
    server = make_server(**options).start()
    server.add_dag("fan", FAN)
    done = server.trigger("fan")
    succeeds(server, done)
    cut = server.trigger("fan")
    server.wait_for(lambda: server.tasks("fan", cut)["first"]["state"] == "success", "the first task")
    server.stop_server(signal.SIGKILL)
    server.start()
    for task in succeeds(server, cut).values():
        assert task["try_number"] == 1
    succeeds(server, done)
    assert not (server.home / "aiflow.db").exists()


def test_the_password_is_nowhere_to_be_seen(make_server, options, database, tmp_path):
    server = make_server(**options).start()
    server.add_dag("fan", """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("fan"):
    BashOperator(task_id="first", bash_command="env; cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>&1 || true")
""")
    run = server.trigger("fan")
    assert server.wait_run("fan", run)["state"] == "success"
    server.stop()
    # By the environment: no child sees it, nor does who looks into /proc.
    url, secret = database
    secret.unlink()
    by_env = make_server(home=tmp_path / "other", slots=1, extra=("--database", url))
    os.environ["AIFLOW_DATABASE_PASSWORD"] = PASSWORD
    try:
        by_env.start()
    finally:
        del os.environ["AIFLOW_DATABASE_PASSWORD"]
    for pid in (by_env.process.pid, by_env.worker_pid()):
        assert PASSWORD.encode() not in Path(f"/proc/{pid}/environ").read_bytes()
        assert PASSWORD.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
    by_env.stop()
    wrong = subprocess.run(
        [BIN / "aiflow", "serve", "--home", tmp_path / "wrong", "--port", "0", "--database", url],
        capture_output=True, text=True, timeout=30,
        env={**os.environ, "AIFLOW_DATABASE_PASSWORD": PASSWORD + "x"})
    assert wrong.returncode == 1 and "Access denied" in wrong.stderr
    assert PASSWORD not in wrong.stdout + wrong.stderr
    for home in (server.home, by_env.home, tmp_path / "wrong"):
        for path in home.rglob("*"):
            if path.is_file():
                assert PASSWORD.encode() not in path.read_bytes(), path


def test_a_url_with_a_password_is_refused_without_repeating_it(tmp_path):
    refused = subprocess.run(
        [BIN / "aiflow", "serve", "--home", tmp_path, "--database", "mysql://a:canary@h/b"],
        capture_output=True, text=True, timeout=30)
    assert refused.returncode == 2
    assert "--database-password-file" in refused.stderr and "canary" not in refused.stderr


def test_limits_hold_and_nothing_is_lost_when_the_database_restarts(make_server, options, mariadb):
    """Fault 18: kill -9 of MariaDB in the middle of a run, twice, then a clean restart."""
    server = make_server(**options).start()
    server.add_dag("fan", FAN)
    run = server.trigger("fan")
    for end in (mariadb.kill, mariadb.kill, mariadb.stop):
        time.sleep(0.5)
        end()
        time.sleep(0.3)
        mariadb.start()
    for task in succeeds(server, run).values():
        assert task["try_number"] == 1, task
    starts = [line for line in (server.home / "logs").rglob("t*.log")]
    assert len(starts) == 30


def test_limits_hold_under_deadlocks_lock_time_outs_and_lost_connections(
        make_server, options, mariadb, database):
    """Fault 18: sessions that lock rows for seconds, in changing order, and ends of connections."""
    server = make_server(**options).start()
    server.add_dag("fan", FAN)
    name = database[0].split("//")[1].split("@")[0]
    end = threading.Event()

    def disturb():
        orders = itertools.cycle(("task_id", "task_id DESC"))
        while not end.is_set():
            mariadb.sql(f"START TRANSACTION; SELECT task_id FROM task_instances ORDER BY {next(orders)}"
                        " FOR UPDATE; UPDATE dag_runs SET note = 'x'; DO SLEEP(0.2); ROLLBACK",
                        name, check=False)
            for pid in mariadb.sql("SELECT id FROM information_schema.processlist"
                                   f" WHERE user = '{name}' ORDER BY rand() LIMIT 1").split():
                mariadb.sql(f"KILL {pid}", check=False)
            time.sleep(0.1)

    run = server.trigger("fan")
    thread = threading.Thread(target=disturb)
    thread.start()
    most = 0
    try:
        deadline = time.monotonic() + 90
        while server.get(f"/api/v2/dags/fan/dagRuns/{run}")["state"] not in ("success", "failed"):
            running = mariadb.sql("SELECT count(*) FROM task_instances"
                                  " WHERE state IN ('running', 'queued')", name)
            most = max(most, int(running))
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        end.set()
        thread.join()
    for task in succeeds(server, run).values():
        assert task["try_number"] == 1, task
    assert 0 < most <= 4  # max_active_tasks


def certificate(folder, name):
    """One that signs itself, for localhost; its file is its authority's, too."""
    made = {"key": folder / f"{name}.key", "cert": folder / f"{name}.pem"}
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", made["key"], "-out",
                    made["cert"], "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    return made


def test_over_tls_the_certificate_has_to_be_one_for_the_host(mariadb, tmp_path):
    own, other = certificate(tmp_path, "own"), certificate(tmp_path, "other")
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    folder = tmp_path / "db"
    folder.mkdir()
    server = type(mariadb)(folder, ["--skip-networking=0", "--bind-address=127.0.0.1",
                                    f"--port={port}", f"--ssl-cert={own['cert']}",
                                    f"--ssl-key={own['key']}", "--require-secure-transport=ON"])
    server.install()
    server.start()
    try:
        server.sql("CREATE DATABASE flow; CREATE USER flow@localhost;"
                   "GRANT ALL ON flow.* TO flow@localhost")

        def upgrade(host, option=""):
            url = f"mysql://flow@{host}:{port}/flow{option}"
            return subprocess.run([BIN / "aiflow", "db", "upgrade", "--database", url],
                                  capture_output=True, text=True, timeout=60)

        assert "Access denied" in upgrade("localhost").stderr  # in the clear
        for host, authority in (("localhost", other["cert"]), ("127.0.0.1", own["cert"]),
                                ("localhost", tmp_path / "missing.pem")):
            refused = upgrade(host, f"?ssl-ca={authority}")
            assert refused.returncode == 1 and "TLS" in refused.stderr, refused.stderr
        done = upgrade("localhost", f"?ssl-ca={own['cert']}")
        assert done.returncode == 0, done.stderr
        assert "dag_runs" in server.sql("SHOW TABLES", "flow")
    finally:
        server.stop()
