# SPDX-License-Identifier: Apache-2.0
"""What deferred tasks cost the server: memory and CPU time while they wait, and the time until half
of them, which wait for a file, have their event stored. Prints one line of JSON.

    python3 bench/deferred.py [--tasks 10000] [--seconds 20]

The rows are written as the server writes them, while it is stopped: a process for each task, which
has to run before it can defer, would only measure Python. The DAG is paused, so that none goes on.
"""

import argparse
import json
import os
import sqlite3
import time

from server import Server

DAG = """
from airflow import DAG
from airflow.operators.python import PythonOperator

with DAG("many", is_paused_upon_creation=True):
    PythonOperator.partial(task_id="waits", python_callable=print).expand(op_args=[[n] for n in range({tasks})])
"""


def usage(pid: int) -> tuple[float, float]:
    """CPU seconds so far, resident MiB."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    with open(f"/proc/{pid}/statm") as file:
        pages = int(file.read().split()[1])
    ticks = os.sysconf("SC_CLK_TCK")
    return (int(fields[11]) + int(fields[12])) / ticks, pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def count(server: Server, state: str) -> int:
    with sqlite3.connect(f"file:{server.home}/aiflow.db?mode=ro", uri=True) as database:
        return database.execute("SELECT COUNT(*) FROM task_instances WHERE state = ?",
                                (state,)).fetchone()[0]


def deferral(trigger: dict) -> str:
    return json.dumps({"trigger": json.dumps(trigger), "words": "what it waits for",
                       "next_method": "go_on", "next_kwargs": "{}", "fired": False, "event": "",
                       "error": "", "timed_out": False})


def defer_all(server: Server, file: str) -> None:
    time_text = deferral({"kind": "time", "at": "2099-01-01T00:00:00Z"})
    file_text = deferral({"kind": "file", "pattern": file, "poll_ms": 60_000})
    with sqlite3.connect(server.home / "aiflow.db") as database:
        database.execute("UPDATE dag_runs SET state = 'running', start_date = queued_at")
        database.execute("UPDATE task_instances SET state = 'deferred', try_number = 1, epoch = 1,"
                         " deferral = CASE map_index % 2 WHEN 0 THEN ? ELSE ? END",
                         (time_text, file_text))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=20)
    args = parser.parse_args()
    with Server(slots=2) as server:
        go = server.home / "go"
        server.add_dag("many", DAG.replace("{tasks}", str(args.tasks)))
        server.trigger("many")
        server.stop_server()
        server.start()
        time.sleep(2)
        before = usage(server.process.pid)[1]  # the same rows, and nothing waits
        server.stop_server()
        defer_all(server, str(go))
        server.start()
        time.sleep(2)
        cpu, memory = usage(server.process.pid)
        time.sleep(args.seconds)
        waiting = usage(server.process.pid)[0] - cpu
        begun = time.monotonic()
        go.write_text("go")
        server.wait_for(lambda: count(server, "scheduled") == args.tasks // 2, "the events", 600)
        stored = time.monotonic() - begun
        print(json.dumps({
            "tasks": args.tasks, "server_mib_without_waits": round(before, 1),
            "server_mib_waiting": round(memory, 1),
            "cpu_share_waiting": round(waiting / args.seconds, 4),
            "seconds_until_events_stored": round(stored, 2)}))


if __name__ == "__main__":
    main()
