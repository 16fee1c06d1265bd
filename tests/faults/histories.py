# SPDX-License-Identifier: Apache-2.0
"""Databases of servers as they were: what is recorded, and how a history is replayed.

    AIFLOW_BIN=build/release/bin python3 tests/faults/histories.py tests/faults/histories/NAME.sql

records one with the programs of today: ended and unfinished runs, retries, mapped tasks, a clear, a
mark, and a server and a worker that were killed in the middle."""

import json
import os
import signal
import socket
import sqlite3
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).resolve().parent / "histories"
# Nothing of these belongs into a repository, and a server makes its own.
PRIVATE = ("users", "sessions", "login_failures", "api_tokens", "setup_tokens", "audit_log", "kept_values",
           "kept_answers", "settings")

DAGS = """
from datetime import timedelta
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("mixed"):
    a = BashOperator(task_id="a", bash_command="echo value")
    b = BashOperator(task_id="b", retries=1, retry_delay=timedelta(milliseconds=10),
                     bash_command="[ $AIFLOW_CTX_TRY_NUMBER = 2 ]")
    c = BashOperator(task_id="c", bash_command="exit 99")
    m = BashOperator.partial(task_id="m").expand(bash_command=["true", "exit 1", "true"])
    d = BashOperator(task_id="d", trigger_rule="all_done", bash_command="true")
    a >> [b, c, m] >> d
with DAG("open"):
    x = BashOperator(task_id="x", bash_command="[ $AIFLOW_CTX_TRY_NUMBER = 2 ] || sleep 600", retries=2,
                     retry_delay=timedelta(milliseconds=10))
    y = BashOperator(task_id="y", bash_command="true")
    x >> y
"""


def replay(db: sqlite3.Connection) -> tuple[dict, dict]:
    """The states of runs and tasks that the events, from none, lead to."""
    runs, tasks = {}, {}
    for kind, text in db.execute("SELECT kind, data FROM event_log ORDER BY id"):
        data = json.loads(text)
        if kind == "dag_run":
            runs[(data["dag_id"], data["dag_run_id"])] = data["state"]
        if kind != "task_instance":
            continue
        key = (data["dag_id"], data["dag_run_id"], data["task_id"])
        if data["map_index"] >= 0:  # expanded: the row of index -1 has become that of index 0
            tasks.pop((*key, -1), None)
        tasks[(*key, data["map_index"])] = data["state"]
    return runs, tasks


def tables(db: sqlite3.Connection) -> tuple[dict, dict]:
    runs = {(dag, run): state for dag, run, state in
            db.execute("SELECT dag_id, run_id, state FROM dag_runs")}
    tasks = {(dag, run, task, index): state for dag, run, task, index, state in
             db.execute("SELECT dag_id, run_id, task_id, map_index, state FROM task_instances")}
    return runs, tasks


def record(target: Path) -> None:
    sys.path.insert(0, str(ROOT / "bench"))
    from server import Server

    home = Path(tempfile.mkdtemp(prefix="aiflow-history-"))
    with Server(home, slots=4, keep=True) as server:
        server.add_dag("history", DAGS, first="open")
        first, second = server.trigger("mixed", dag_run_id="first"), server.trigger("mixed", dag_run_id="second")
        for run in (first, second):
            server.wait_run("mixed", run)
        server.call("POST", "/api/v2/dags/mixed/clearTaskInstances",
                    {"dag_run_id": "second", "task_ids": ["b"], "include_downstream": True})
        server.wait_run("mixed", second)
        server.call("PATCH", "/api/v2/dags/mixed/dagRuns/first/taskInstances/d", {"new_state": "failed"})
        unfinished = server.trigger("open", dag_run_id="unfinished")
        server.wait_for(lambda: server.tasks("open", unfinished)["x"]["state"] == "running", "the start")
        for pid in (server.process.pid, server.worker_pid()):
            os.kill(pid, signal.SIGKILL)
    with sqlite3.connect(home / "aiflow.db") as db:
        for table in PRIVATE:
            if db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
                db.execute(f"DELETE FROM {table}")
        pragmas = [f"PRAGMA {name} = {db.execute(f'PRAGMA {name}').fetchone()[0]};"
                   for name in ("application_id", "user_version")]
        text = "\n".join([*pragmas, *db.iterdump()]).replace(str(home), "/home/of/then")
        text = text.replace(f'"{socket.gethostname()}"', '"worker"').replace(
            f"'{socket.gethostname()}'", "'worker'").replace(f"worker ''{socket.gethostname()}''", "worker ''worker''")
    target.write_text(text + "\n")


if __name__ == "__main__":
    record(Path(sys.argv[1]))
