# SPDX-License-Identifier: Apache-2.0
"""Faults of the machine under a running server: processes stopped, the database locked, full, failing
and damaged, clocks that jump. The numbers are those of docs/guide/faults.md."""

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from product import not_installed
from server import BIN, ApiError

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
LEASE_S = 15

DAGS = """
from datetime import timedelta
from aiflow import DAG
from aiflow.operators.bash import BashOperator
FAST = {{"retries": 3, "retry_delay": timedelta(milliseconds=50)}}
with DAG("quick"):
    BashOperator(task_id="a", bash_command="echo fine")
with DAG("late"):
    BashOperator(task_id="result", bash_command="[ $AIFLOW_CTX_TRY_NUMBER = 2 ] || sleep 4; "
                 "echo $AIFLOW_CTX_TRY_NUMBER >> {home}/results", **FAST)
    BashOperator(task_id="tree", bash_command="[ $AIFLOW_CTX_TRY_NUMBER = 2 ] && exit; "
                 "echo $$ > {home}/pid; sleep 600 & wait", **FAST)
with DAG("steady"):
    BashOperator(task_id="a", bash_command="for i in $(seq 60); do sleep 0.1; done", retries=3)
"""


def add_dags(server):
    server.add_dag("durability", DAGS.format(home=server.home), first="quick")
    server.wait_for(lambda: server.get("/api/v2/dags/steady"), "the DAGs")


def goes_on(server):
    run = server.trigger("quick")
    assert server.wait_run("quick", run)["state"] == "success"


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] not in "ZX"
    except OSError:
        return False


def trigger_or_none(server, dag="quick"):
    """The run's id, or nothing when the server says that it could not store it."""
    try:
        return server.trigger(dag)
    except ApiError as error:
        assert error.status == 503, error
        return None


def states(server):
    """Of all runs, as the database file has them."""
    with sqlite3.connect(f"file:{server.home}/aiflow.db?mode=ro", uri=True) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return dict(db.execute("SELECT run_id, state FROM dag_runs"))


def test_4_results_of_a_worker_that_stood_still_for_longer_than_its_lease_are_refused(server):
    add_dags(server)
    run = server.trigger("late")
    server.wait_for(lambda: server.tasks("late", run)["tree"]["state"] == "running", "the start")
    server.wait_for((server.home / "pid").exists, "its process")
    worker, tree = server.worker_pid(), int((server.home / "pid").read_text())
    server.wait_for(lambda: server.tasks("late", run)["result"]["state"] == "running", "the other")
    os.kill(worker, signal.SIGSTOP)
    try:
        def given_up():
            tasks = server.tasks("late", run)
            return all(task["try_number"] == 2 or task["state"] == "up_for_retry"
                       for task in tasks.values())

        server.wait_for(given_up, "the end of the lease", timeout=LEASE_S + 10)
        assert (server.home / "results").read_text() == "1\n"  # its result waits in the pipe
    finally:
        os.kill(worker, signal.SIGCONT)
    server.wait_for(lambda: not is_alive(tree), "the end of the stale tree", timeout=5)
    assert server.wait_run("late", run)["state"] == "success"
    for task in ("result", "tree"):
        tries = server.get(f"/api/v2/dags/late/dagRuns/{run}/taskInstances/{task}/tries")["items"]
        assert [one["state"] for one in tries] == ["up_for_retry", "success"], tries
        assert "lost" in tries[0]["cause"] or "no heartbeat" in tries[0]["cause"], tries
    assert (server.home / "results").read_text() == "1\n2\n"


def test_13_a_database_locked_by_another_process_is_waited_for(server):
    add_dags(server)
    other = sqlite3.connect(server.home / "aiflow.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    begin = time.monotonic()
    run = trigger_or_none(server)
    assert time.monotonic() - begin < 30  # a bounded wait, not for ever
    other.execute("ROLLBACK")
    server.wait_for(lambda: server.get("/api/v2/monitor/health")["status"] == "healthy", "health")
    goes_on(server)
    if run is not None:
        assert server.wait_run("quick", run)["state"] == "success"
    assert server.process.poll() is None


@pytest.fixture
def small_disk(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs needs root")
    home = tmp_path / "small"
    home.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", home], check=True)
    yield home
    subprocess.run(["umount", "-l", home], check=False)


def fill(home) -> Path:
    ballast = home / "ballast"
    file = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    try:
        while os.write(file, b"x" * 4096):
            pass
    except OSError:
        return ballast
    finally:
        os.close(file)


def test_14_a_full_database_disk_refuses_and_recovers_by_itself(make_server, small_disk):
    server = make_server(home=small_disk, slots=2).start()
    add_dags(server)
    goes_on(server)
    ballast = fill(small_disk)
    taken = []
    deadline = time.monotonic() + 60
    while (run := trigger_or_none(server)) is not None:  # the log has some room left
        taken.append(run)
        assert time.monotonic() < deadline, "the disk does not get full"
    health = server.get("/api/v2/monitor/health")
    assert health["status"] == "degraded"
    assert any("full" in one["reason"] for one in health["components"]), health
    ballast.unlink()
    freed = time.monotonic()
    server.wait_for(lambda: server.get("/api/v2/monitor/health")["status"] == "healthy", "health",
                    timeout=30)
    for run in taken:
        assert server.wait_run("quick", run)["state"] == "success"
    goes_on(server)
    assert time.monotonic() - freed < 30
    assert set(taken) <= set(states(server))


def test_15_what_was_answered_while_fsync_failed_is_there_after_a_kill(make_server):
    if not shutil.which("strace"):
        not_installed("strace")
    server = make_server().start()
    add_dags(server)
    strace = subprocess.Popen(
        ["strace", "-f", "-q", "-p", str(server.process.pid), "-o", server.home / "strace.out",
         "-e", "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:error=EIO:when=1+2"])
    try:
        server.wait_for(lambda: "TracerPid:\t0" not in
                        Path(f"/proc/{server.process.pid}/status").read_text(), "strace")
        answers = [trigger_or_none(server) for _ in range(20)]
    finally:
        strace.terminate()
        strace.wait(10)
    assert None in answers, "no fsync has failed"
    assert "INJECTED" in (server.home / "strace.out").read_text()
    server.stop_server(signal.SIGKILL)
    taken = {run for run in answers if run is not None}
    assert taken <= set(states(server))
    server.start()
    for run in taken:
        assert server.wait_run("quick", run)["state"] == "success"
    goes_on(server)


def damage_page(home):
    data = bytearray((home / "aiflow.db").read_bytes())
    for at in range(4096, len(data), 4096):  # the first page stays: it is a database
        data[at:at + 64] = b"\xff" * 64
    (home / "aiflow.db").write_bytes(data)


def cut_in_half(home):
    data = (home / "aiflow.db").read_bytes()
    (home / "aiflow.db").write_bytes(data[:len(data) // 2 // 4096 * 4096])


def lose_all_but_the_wal(home):
    (home / "aiflow.db").rename(home / "aiflow.db-wal")


@pytest.mark.parametrize("damage", [damage_page, cut_in_half, lose_all_but_the_wal])
def test_16_a_damaged_database_is_refused_with_its_name_and_left_alone(make_server, damage):
    server = make_server(extra=("--no-worker",)).start(ready=False)
    server.wait_for(lambda: (server.home / "run/server.json").exists(), "the server")
    server.add_dag("quick", DAGS.format(home=server.home))
    server.stop_server()
    damage(server.home)
    before = {path.name: path.read_bytes() for path in server.home.glob("aiflow.db*")}
    done = subprocess.run([BIN / "aiflow", "serve", "--home", server.home, "--port", "0"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "aiflow.db" in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr
    after = {path.name: path.read_bytes() for path in server.home.glob("aiflow.db*")}
    for name, content in before.items():
        assert after[name] == content, name
    assert "aiflow.db" in before or "aiflow.db" not in after  # no new empty one in silence


@pytest.fixture
def clock(tmp_path, monkeypatch):
    """The wall clock of what is started from now on; monotonic time stays. Call it with an offset."""
    if not FAKETIME.exists():
        not_installed("libfaketime")
    file = tmp_path / "clock"

    def set_to(offset: str) -> None:
        waiting = file.with_suffix(".new")
        waiting.write_text(offset + "\n")
        waiting.rename(file)

    set_to("+0")
    for name, value in {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(file),
                        "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
                        "FAKETIME_NO_CACHE": "1", "FAKETIME_XRESET": "1",
                        "ASAN_OPTIONS": "verify_asan_link_order=0"}.items():
        monkeypatch.setenv(name, value)
    return set_to


SCHEDULED = """
from datetime import datetime, timedelta, timezone
from aiflow import DAG
from aiflow.operators.bash import BashOperator
START = datetime.fromtimestamp({now}, timezone.utc) - timedelta(minutes=90)
with DAG("latest", schedule=timedelta(hours=1), start_date=START, catchup=False, max_active_runs=2):
    BashOperator(task_id="a", bash_command="date")
with DAG("all", schedule=timedelta(hours=1), start_date=START, catchup=True, max_active_runs=2):
    BashOperator(task_id="a", bash_command="sleep 0.2")
"""


def runs_of(server, dag):
    return server.get(f"/api/v2/dags/{dag}/dagRuns?limit=1000")["items"]


def test_19_a_clock_that_jumps_costs_no_task_its_lease_and_makes_no_second_run(make_server, clock):
    server = make_server().start()
    add_dags(server)
    server.add_dag("scheduled", SCHEDULED.format(now=int(time.time())), first="latest")
    server.wait_for(lambda: len(runs_of(server, "latest")) == 1, "the run of the latest interval")
    run = server.trigger("steady")
    server.wait_for(lambda: server.tasks("steady", run)["a"]["state"] == "running", "the start")
    for offset in ("+2h", "-2h", "+30d", "-30d", "+0"):
        clock(offset)
        time.sleep(1)
    assert server.wait_run("steady", run)["state"] == "success"
    assert server.tasks("steady", run)["a"]["try_number"] == 1
    goes_on(server)
    dates = [one["logical_date"] for one in runs_of(server, "latest")]
    assert len(dates) == len(set(dates))
    assert len(dates) <= 4  # one for each jump ahead at most, not one for each interval passed


def most_at_once(server, dag):
    """Of its runs, by their times."""
    changes = []
    for run in runs_of(server, dag):
        changes += [(run["start_date"], 1), (run["end_date"], -1)]
    now = most = 0
    for _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most


def test_21_a_server_that_was_off_for_a_day_catches_up_as_each_dag_wants(make_server, clock):
    server = make_server().start()
    server.add_dag("scheduled", SCHEDULED.format(now=int(time.time())), first="latest")
    server.wait_for(lambda: len(runs_of(server, "latest")) == 1, "the run of the latest interval")
    # What runs at the stop would be ended, and its run would fail.
    server.wait_for(lambda: (runs := runs_of(server, "all"))
                    and all(run["state"] == "success" for run in runs), "the runs before the stop")
    before = len(runs_of(server, "all"))
    server.stop()
    clock("+1d")
    server.start()
    server.wait_for(lambda: len(runs_of(server, "all")) == before + 24, "a run for each interval")
    server.wait_for(lambda: all(run["state"] == "success" for run in runs_of(server, "all")), "the end")
    assert most_at_once(server, "all") <= 2
    dates = [run["logical_date"] for run in runs_of(server, "all")]
    assert len(set(dates)) == before + 24
    assert len(runs_of(server, "latest")) == 2  # only the last one of that day
