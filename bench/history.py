# SPDX-License-Identifier: Apache-2.0
"""A long history in a server's database: finished runs made from one that really ran."""

import sqlite3
import statistics
import time
from pathlib import Path

DAG_IDS = [f"old{n}" for n in range(10)]
RUNS, TASKS = 100_000, 30  # runs over all DAGs; 3 million task instances
SHORT_RUNS = 500           # as many to a DAG as its pages show
MINUTE_US = 60_000_000


def _columns(db: sqlite3.Connection, table: str) -> list[str]:
    return [name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")]


def fill(path: Path, count: int, dag_ids: list[str] = DAG_IDS) -> None:
    """Copies the first run of dag_ids[0] `count` times, minute by minute into the past."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA synchronous=OFF")
    run_columns, task_columns = _columns(db, "dag_runs"), _columns(db, "task_instances")
    run = dict(zip(run_columns, db.execute("SELECT * FROM dag_runs WHERE dag_id = ?", (dag_ids[0],)).fetchone()))
    tasks = [dict(zip(task_columns, one)) for one in
             db.execute("SELECT * FROM task_instances WHERE dag_id = ?", (dag_ids[0],))]
    put_run = f"INSERT INTO dag_runs VALUES ({','.join('?' * len(run_columns))})"
    put_task = f"INSERT INTO task_instances VALUES ({','.join('?' * len(task_columns))})"
    for dag_id in dag_ids:
        runs, instances = [], []
        for n in range(count // len(dag_ids)):
            back = (n + 1) * MINUTE_US
            moved = {name: run[name] - back for name in
                     ("run_after", "queued_at", "start_date", "end_date") if run.get(name) is not None}
            runs.append({**run, **moved, "dag_id": dag_id, "run_id": f"old_{n:06}", "number": n + 10,
                         "logical_date": run["run_after"] - back})
            instances += [{**one, "dag_id": dag_id, "run_id": f"old_{n:06}"} for one in tasks]
        db.executemany(put_run, (tuple(one[c] for c in run_columns) for one in runs))
        db.executemany(put_task, (tuple(one[c] for c in task_columns) for one in instances))
        db.execute("UPDATE dags SET last_run_number = ? WHERE dag_id = ?", (count, dag_id))
        db.commit()
    db.execute("DELETE FROM run_counts")
    db.execute("INSERT INTO run_counts SELECT dag_id, state, count(*) FROM dag_runs GROUP BY dag_id, state")
    db.commit()
    db.close()


def api_times(server) -> dict[str, float]:
    """Median milliseconds of the calls that the dashboard makes."""
    dag = DAG_IDS[1]
    paths = {"dags_ms": "/api/v2/dags", "runs_ms": f"/api/v2/dags/{dag}/dagRuns?limit=25",
             "grid_ms": f"/api/v2/dags/{dag}/grid", "graph_ms": f"/api/v2/dags/{dag}/graph"}
    found = {}
    for name, path in paths.items():
        times = []
        for _ in range(30):
            begin = time.perf_counter()
            server.get(path)
            times.append((time.perf_counter() - begin) * 1000)
        found[name] = statistics.median(times)
    return found
