# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the server and of the worker at every failpoint while they work, over and over:
nothing is lost, nothing counts twice, all that was acknowledged is there, and all runs end as they
would have without it."""

import collections
import json
import random
import signal
import sqlite3
import time
from pathlib import Path

from failpoints import all_names, used_names
from server import BIN, ApiError

# name of a failpoint: what is done so that a process comes by, beside the usual work
PROVOKED = {
    "conductor.restoring": "stop server", "conductor.restored": "stop server",
    "file.syncing": "stop server", "file.synced": "stop server", "file.renamed": "stop server",
    "worker.clearing": "stop worker", "worker.cleared": "stop worker",
    "worker.hello": "stop worker", "executor.hello": "stop worker",
    "spool.rewriting": "stop worker", "spool.rewritten": "stop worker",
    "spool.syncing": "pause server", "spool.synced": "pause server",
}
RUNS_AT_A_TIME = 4
HIT_WITHIN_S = 30
COME_BY_S = 1.5
END_WITHIN_S = 120

DAGS = """
from datetime import timedelta
from aiflow import DAG
from aiflow.operators.bash import BashOperator
from aiflow.operators.python import PythonOperator

NOTE = "echo $AIFLOW_CTX_DAG_RUN_ID $AIFLOW_CTX_TASK_ID $AIFLOW_CTX_TRY_NUMBER >> {home}/ledger; "
MANY = {{"retries": 1000, "retry_delay": timedelta(milliseconds=20)}}

def check(ti, run_id):
    with open("{home}/ledger", "a") as ledger:
        ledger.write(f"{{run_id}} b {{ti.try_number}}\\n")
    got = ti.xcom_pull(task_ids="a")
    if got != "value of " + run_id:
        raise ValueError(f"the value is {{got!r}}")
    return got

with DAG("work", max_active_runs=100):
    a = BashOperator(task_id="a", bash_command=NOTE + "echo value of $AIFLOW_CTX_DAG_RUN_ID", **MANY)
    b = PythonOperator(task_id="b", python_callable=check, **MANY)
    c = BashOperator(task_id="c", bash_command=NOTE +
                     "mkdir {home}/marks/$AIFLOW_CTX_DAG_RUN_ID && exit 1; sleep 0.1", **MANY)
    d = BashOperator(task_id="d", bash_command=NOTE + "true", **MANY)
    a >> [b, c] >> d

with DAG("stopped", max_active_runs=100):
    BashOperator(task_id="sleeper", bash_command=NOTE + "sleep 600", **MANY)
"""


class Work:
    """Runs that are always going on, and what was acknowledged of them."""

    def __init__(self, pair):
        self.pair = pair
        self.count = 0
        self.open: dict[tuple[str, str], str] = {}  # (dag, run): expected state
        self.ended = 0
        self.touched = 0
        (pair.home / "marks").mkdir()
        (pair.dags / "work.py").write_text(DAGS.format(home=pair.home))
        pair.wait_for(lambda: pair.ask("GET", "/api/v2/dags/stopped"), "the DAGs")

    def trigger(self, dag: str, expected: str) -> None:
        self.count += 1
        run = f"{dag}-{self.count}"
        answer = self.pair.ask("POST", f"/api/v2/dags/{dag}/dagRuns", {"dag_run_id": run})
        assert answer["dag_run_id"] == run
        self.open[(dag, run)] = expected

    def go_on(self) -> None:
        """A bit of everything."""
        self.touched += 1
        (self.pair.dags / "other.py").write_text(
            f"from aiflow import DAG\nwith DAG('other', tags=['{self.touched}']): pass\n")
        self.collect()
        while len(self.open) < RUNS_AT_A_TIME:
            self.trigger("work", "success")
            if all(dag != "stopped" for dag, _ in self.open):
                self.trigger("stopped", "failed")

    def collect(self) -> None:
        for (dag, run), expected in list(self.open.items()):
            state = self.pair.run_state(dag, run)
            if state in ("success", "failed"):
                assert state == expected, (dag, run, self.pair.tasks(dag, run))
                del self.open[(dag, run)]
                self.ended += 1
            elif dag == "stopped" and self.pair.tasks(dag, run)["sleeper"]["state"] == "running":
                self.mark_failed(run)

    def mark_failed(self, run: str) -> None:
        try:
            self.pair.ask("PATCH", f"/api/v2/dags/stopped/dagRuns/{run}/taskInstances/sleeper",
                          {"new_state": "failed"})
        except ApiError as error:
            assert error.status == 409, error  # it has just ended with its worker

    def finish(self) -> None:
        deadline = time.monotonic() + END_WITHIN_S
        while self.open:
            self.collect()
            left = {key: self.pair.tasks(*key) for key in self.open}
            assert time.monotonic() < deadline, f"not ended: {left} {self.pair.output('server')}"
            time.sleep(0.05)


def provoke(pair, name):
    what = PROVOKED.get(name)
    if what == "pause server":  # results wait for it, so they are worth an fsync
        pair.programs["server"].send_signal(signal.SIGSTOP)
        time.sleep(0.5)
        pair.programs["server"].send_signal(signal.SIGCONT)
    elif what:
        pair.stop(what.split()[1])


def kill_at(pair, work, name):
    """One death at this place, and the process is there again."""
    before = sum(pair.kills.values())
    pair.armed.arm(name)
    deadline = time.monotonic() + HIT_WITHIN_S
    while pair.armed.is_armed(name):
        work.go_on()
        provoke(pair, name)
        # One that was started again needs its time to come by, most of all under a sanitizer.
        patience = time.monotonic() + (COME_BY_S if name in PROVOKED else 0.02)
        while pair.armed.is_armed(name) and time.monotonic() < patience:
            time.sleep(0.02)
        assert time.monotonic() < deadline, f"no process came by {name}"
    pair.wait_for(lambda: sum(pair.kills.values()) > before, f"the death at {name}", timeout=5)


def test_every_failpoint_stands_in_the_sources_and_none_in_the_release_program():
    names = all_names()
    assert len(names) > 40 and len(set(names)) == len(names)
    assert set(used_names()) == set(names)
    assert b"conductor.committed" in (BIN / "aiflow").read_bytes()
    release = Path(__file__).resolve().parents[2] / "build/release/bin/aiflow"
    if release.exists():
        assert not [name for name in names if name.encode() in release.read_bytes()]


def test_kills_at_every_failpoint(pair, request):
    kills, seed = request.config.getoption("--kills"), request.config.getoption("--seed")
    order = random.Random(seed)
    work = Work(pair)
    began = time.monotonic()
    names = []
    hits = collections.Counter()
    while sum(pair.kills.values()) < kills or not set(all_names()) <= set(hits):
        if not names:
            names = order.sample(all_names(), len(all_names()))
        name = names.pop()
        kill_at(pair, work, name)
        hits[name] += 1
        if order.random() < 0.25:  # at no place in particular
            time.sleep(order.random() / 5)
            pair.kill(order.choice(["server", "worker"]))
    work.finish()
    print(f"\n{pair.kills} kills in {time.monotonic() - began:.0f} s, {len(hits)} failpoints, "
          f"each {min(hits.values())} times or more, {work.ended} runs; {check_all(pair, work)}")
    assert pair.trouble() == []


# What must be true afterwards ------------------------------------------------------------------

def check_all(pair, work) -> str:
    """Read from the database file while the server is down."""
    # Acknowledgements of the last results may still be on their way.
    pair.wait_for(lambda: (pair.home / "spool/reports").stat().st_size == 0, "an empty spool")
    pair.wait_for(lambda: outbox_size(pair) == 0, "an empty outbox")
    pair.kill("server")
    db = sqlite3.connect(f"file:{pair.home}/aiflow.db?mode=ro", uri=True)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    check_nothing_is_lost(db, work)
    check_history(db)
    extra = check_executions(pair)
    check_no_task_is_left(pair)
    db.close()
    return f"{extra} executions more than needed"


def outbox_size(pair) -> int:
    with sqlite3.connect(f"file:{pair.home}/aiflow.db?mode=ro", uri=True) as db:
        return db.execute("SELECT count(*) FROM outbox").fetchone()[0]


def check_nothing_is_lost(db, work):
    """Every acknowledged run is there, and it and all its tasks are as they should be."""
    states = dict(db.execute("SELECT run_id, state FROM dag_runs"))
    assert len(states) == work.count
    assert {state for run, state in states.items() if run.startswith("work-")} == {"success"}
    assert {state for run, state in states.items() if run.startswith("stopped-")} == {"failed"}
    wrong = db.execute("SELECT run_id, task_id, state FROM task_instances WHERE state !="
                       " CASE dag_id WHEN 'work' THEN 'success' ELSE 'failed' END").fetchall()
    assert wrong == []
    values = db.execute("SELECT run_id, value FROM xcoms WHERE task_id IN ('a', 'b')").fetchall()
    assert sorted(values) == sorted(
        (run, f'"value of {run}"') for run in states if run.startswith("work-") for _ in "ab")


def check_history(db):
    """Each change is told once, in order, and the last one is what the table says (S15); no attempt
    has a second result (S8)."""
    last, results = {}, collections.Counter()
    rows = db.execute("SELECT data FROM event_log WHERE kind = 'task_instance' ORDER BY id")
    for (text,) in rows:
        data = json.loads(text)
        key = (data["dag_run_id"], data["task_id"])
        before = data.get("previous_state")
        assert before is None or before == last.get(key, "no_status"), (key, data)
        last[key] = data["state"]
        if before == "running" and data["state"] in ("success", "failed", "up_for_retry"):
            results[(*key, data["epoch"] if data["state"] == "success" else data["try_number"])] += 1
    assert {count for count in results.values()} == {1}, results.most_common(3)
    table = {(run, task): state for run, task, state in
             db.execute("SELECT run_id, task_id, state FROM task_instances")}
    assert last == table


def check_executions(pair) -> int:
    """A task ran once for each of its tries, and more often only where a process was killed."""
    lines = (pair.home / "ledger").read_text().splitlines()
    per_try = collections.Counter(lines)
    again = sum(count - 1 for count in per_try.values())
    assert again <= sum(pair.kills.values()), per_try.most_common(5)
    per_task = collections.Counter(tuple(line.split()[:2]) for line in lines)
    needed = {("c", "work"): 2}  # it fails once by itself
    extra = sum(count - needed.get((task, run.split("-")[0]), 1)
                for (run, task), count in per_task.items())
    # One death takes all that runs in that worker.
    assert 0 <= extra <= pair.kills["worker"] * 4 + pair.kills["server"], per_task.most_common(5)
    return extra


def check_no_task_is_left(pair):
    mark = f"AIFLOW_ATTEMPT={pair.home}".encode()
    time.sleep(2)
    left = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in path.read_bytes() and b"sleep" in (path.parent / "cmdline").read_bytes():
                left.append(path.parent.name)
        except OSError:
            continue
    assert left == []
