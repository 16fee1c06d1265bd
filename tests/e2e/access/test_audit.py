# SPDX-License-Identifier: Apache-2.0
"""Who changed what, as the command line tells, and at kill -9."""

import json
import os
import signal
import sqlite3
import threading

from product import cli

CANARY = "canary-5d1c7b"
DAG = """
from airflow.sdk import DAG
from airflow.providers.standard.operators.bash import BashOperator
with DAG("etl", schedule=None):
    BashOperator(task_id="t", bash_command="true")
"""


def entries(server, *filters):
    shown = cli(server, "audit", "list", "--json", *filters)
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)


def test_changes_are_listed_and_exported(server):
    server.add_dag("etl", DAG)
    assert cli(server, "dags", "trigger", "etl", "--run-id", "r1").returncode == 0
    assert cli(server, "user", "add", "mina", "--role", "operator").returncode == 0
    assert cli(server, "user", "add", "mina").returncode == 1
    (run,) = entries(server, "--action", "trigger_dag_run")
    assert (run["object_kind"], run["object_id"], run["dag_id"]) == ("run", "etl/r1", "etl")
    assert (run["kind"], run["address"], run["outcome"]) == ("local", f"unix:{os.geteuid()}", "done")
    made = entries(server, "--object", "user:mina")
    assert [entry["outcome"] for entry in made] == ["failed", "done"]
    assert entries(server, "--dag", "etl", "--since", "2020-01-01", "--until", "2020-01-02") == []
    assert [entry["id"] for entry in entries(server, "--dag", "etl")] == [run["id"]]
    table = cli(server, "audit", "list").stdout
    assert "run etl/r1" in table and "failed (409)" in table
    csv = cli(server, "audit", "export").stdout.splitlines()
    assert csv[0].startswith("id,at,kind,user,") and len(csv) == 4
    lines = cli(server, "audit", "export", "--format", "ndjson", "--dag", "etl").stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [run["id"]]


def test_nothing_of_a_request_is_kept(server):
    server.add_dag("etl", DAG)
    password = f"{CANARY}-password"
    server.call("POST", "/api/v2/users", {"username": "mina", "role": "user", "password": password})
    server.call("POST", "/api/v2/dags/etl/dagRuns", {"conf": {"key": f"{CANARY}-conf"}})
    for user, secret in (("mina", f"{CANARY}-wrong"), (f"{CANARY}-user", "x")):
        try:
            server.call("POST", "/auth/login", {"username": user, "password": secret})
        except Exception:
            continue
        raise AssertionError("a wrong password was taken")
    token = server.call("POST", "/api/v2/users/mina/tokens", {"days": 1})["token"]
    assert len(entries(server)) == 5
    assert CANARY not in cli(server, "audit", "export", "--format", "ndjson").stdout
    server.stop()
    with sqlite3.connect(server.home / "aiflow.db") as db:
        rows = repr(db.execute("SELECT * FROM audit_log").fetchall())
        dump = "".join(db.iterdump())
    assert CANARY not in rows
    assert password not in dump and token not in dump


def test_no_run_without_an_entry_at_kill_9(make_server):
    server = make_server()
    server.start()
    server.add_dag("etl", DAG)
    begun = threading.Event()

    def trigger(worker):
        for number in range(1000):
            try:
                server.call("POST", "/api/v2/dags/etl/dagRuns", {"dag_run_id": f"r{worker}-{number}"})
            except Exception:  # the server was killed
                return
            begun.set()

    threads = [threading.Thread(target=trigger, args=(one,)) for one in range(4)]
    for thread in threads:
        thread.start()
    assert begun.wait(30)
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    for thread in threads:
        thread.join()
    with sqlite3.connect(server.home / "aiflow.db") as db:
        runs = db.execute("SELECT count(*) FROM dag_runs").fetchone()[0]
        asked = db.execute(
            "SELECT count(*) FROM audit_log WHERE action = 'trigger_dag_run'"
            " AND outcome IN ('done', 'unknown')").fetchone()[0]
    assert 0 < runs <= asked
