# SPDX-License-Identifier: Apache-2.0
"""Two servers on one MariaDB: one leads, the other takes over. Fault 2 of the reliability catalogue."""

import signal
import threading
import time

import pytest

from far import FarServer, FarWorker, free_port
from server import ApiError

LEASE_S = 10
TAKEOVER_S = LEASE_S + 2

FAN = """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("fan", max_active_tasks=4):
    for i in range(40):
        BashOperator(task_id=f"t{i}", bash_command="sleep 0.3", retries=2, retry_delay=0.1)
"""


@pytest.fixture
def pair(make_server, tmp_path, database):
    """A leader with the DAG `fan`, and one on standby with the same DAG files."""
    dags = tmp_path / "dags"
    dags.mkdir()
    (dags / "fan.py").write_text(FAN)
    url, password = database
    extra = ("--database", url, "--database-password-file", password, "--dags", dags)
    first = make_server(home=tmp_path / "first", slots=4, extra=extra).start()
    first.wait_for(lambda: first.get("/api/v2/dags/fan"), "the dag")
    second = make_server(home=tmp_path / "second", slots=4, extra=extra).start(ready=False)
    wait_until(lambda: "on standby" in second.output.read_text(), 20)
    return first, second


def wait_until(check, seconds):
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)


def answers(server):
    try:
        return server.get("/api/v2/monitor/health")["version"]
    except (ApiError, OSError):
        return None


def holder(mariadb, url):
    name = url.split("//")[1].split("@")[0]
    return tuple(mariadb.sql("SELECT epoch, holder FROM leader", name).split())


def all_ran_once(server, mariadb, url, run):
    """Every task has ended with success and no attempt has two accepted results."""
    assert server.wait_run("fan", run, timeout=120)["state"] == "success"
    tasks = server.tasks("fan", run)
    assert len(tasks) == 40
    assert {task["state"] for task in tasks.values()} == {"success"}
    name = url.split("//")[1].split("@")[0]
    doubled = mariadb.sql("SELECT task_id, count(*) FROM task_tries WHERE state = 'success'"
                          " GROUP BY dag_id, run_id, task_id HAVING count(*) <> 1", name)
    assert doubled == ""


def test_the_one_on_standby_names_the_leader_and_takes_over_when_it_is_killed(
        pair, mariadb, database):
    first, second = pair
    for method, path in (("GET", "/api/v2/dags"), ("POST", "/api/v2/dags/fan/dagRuns"),
                         ("GET", "/api/v2/monitor/health")):
        with pytest.raises(ApiError) as refused:
            second.call(method, path, {} if method == "POST" else None)
        assert refused.value.status == 503
        message = refused.value.body["error"]["message"]
        assert "standby" in message and holder(mariadb, database[0])[1] in message
        assert "http://127.0.0.1:" in message
    run = first.trigger("fan")
    first.wait_for(lambda: any(t["state"] == "success" for t in first.tasks("fan", run).values()),
                   "the first end")
    first.stop_server(signal.SIGKILL)
    begin = time.monotonic()
    wait_until(lambda: answers(second), TAKEOVER_S)
    print(f"taken over after {time.monotonic() - begin:.1f} s")
    all_ran_once(second, mariadb, database[0], run)
    # The first one comes back, on standby.
    first.start(ready=False)
    wait_until(lambda: "on standby" in first.output.read_text(), 20)


def test_a_clean_stop_hands_over_at_once(pair, mariadb, database):
    first, second = pair
    run = first.trigger("fan")
    first.stop_server(signal.SIGTERM)
    wait_until(lambda: answers(second), 5)
    all_ran_once(second, mariadb, database[0], run)


def test_a_leader_that_was_stopped_for_longer_than_its_lease_can_change_nothing(
        pair, mariadb, database):
    first, second = pair
    run = first.trigger("fan")
    first.process.send_signal(signal.SIGSTOP)
    late = []

    def ask():  # waits in the stopped server's socket until it goes on
        try:
            late.append(first.call("POST", "/api/v2/dags/fan/dagRuns", {"dag_run_id": "late"}))
        except (ApiError, OSError) as error:
            late.append(error)

    asker = threading.Thread(target=ask)
    try:
        asker.start()
        wait_until(lambda: answers(second), TAKEOVER_S + 5)  # + a transaction that stood still
    finally:
        first.process.send_signal(signal.SIGCONT)
    asker.join(60)
    assert isinstance(late[0], (ApiError, OSError)), late
    all_ran_once(second, mariadb, database[0], run)
    with pytest.raises(ApiError) as missing:
        second.get("/api/v2/dags/fan/dagRuns/late")
    assert missing.value.status == 404
    wait_until(lambda: "on standby" in first.output.read_text(), 20)
    epoch, _ = holder(mariadb, database[0])
    assert epoch == "2"
    assert first.process.poll() is None


LONG = """
import pathlib, time
from airflow.sdk import DAG, task
with DAG("long", schedule=None):
    @task(retries=0)
    def slow():
        from aiflow import api
        here = pathlib.Path("{folder}")
        with open(here / "starts", "a") as out:
            out.write("x")
        for number in range(100000):
            if number % 20 == 0:
                print("line", number, flush=True)
            if (here / "go").exists():
                print("api says", api.call("GET", "/api/v2/dags/long")["dag_id"])
                return number
            time.sleep(0.05)
    slow()
"""


def test_a_worker_elsewhere_goes_to_the_server_that_leads_and_loses_no_task(tmp_path, database):
    dags = tmp_path / "dags"
    dags.mkdir()
    (dags / "long.py").write_text(LONG.format(folder=tmp_path))
    url, password = database
    ports = [free_port(), free_port()]
    extra = ("--database", url, "--database-password-file", password, "--dags", dags)
    first, second = (FarServer(tmp_path / name, port=port, extra=extra)
                     for name, port in zip(("first", "second"), ports, strict=True))
    servers = [f"http://127.0.0.1:{port}" for port in reversed(ports)]  # the standby's first
    worker = None
    try:
        first.start()
        first.wait_for(lambda: first.get("/api/v2/dags/long"), "the dag")
        second.start(ready=False)
        wait_until(lambda: "on standby" in second.output.read_text(), 20)
        worker = FarWorker(first, tmp_path / "far", url=servers[0])
        worker.words += ["--server", servers[1]]
        worker.start().wait()
        run = first.trigger("long")
        first.wait_for(lambda: (tmp_path / "starts").exists(), "the task's start")
        first.stop_server(signal.SIGKILL)
        wait_until(lambda: answers(second), TAKEOVER_S)
        worker.server = second
        worker.wait(timeout=5)
        (tmp_path / "go").touch()
        ended = second.wait_run("long", run, timeout=30)
        assert ended["state"] == "success", (second.tasks("long", run), worker.text())
        assert (tmp_path / "starts").read_text() == "x"
        log = second.get(f"/api/v2/dags/long/dagRuns/{run}/taskInstances/slow/logs/1")["content"]
        assert "line 0" in log and "api says long" in log
        # And back again, by a clean stop; the credential is good at both.
        first.start(ready=False)
        wait_until(lambda: "on standby" in first.output.read_text().rsplit("AIflow", 1)[-1], 20)
        second.stop_server(signal.SIGTERM)
        wait_until(lambda: answers(first), TAKEOVER_S)
        worker.server = first
        worker.wait(timeout=5)
        assert first.wait_run("long", first.trigger("long"), timeout=30)["state"] == "success"
    finally:
        if worker is not None:
            worker.stop()
        first.stop()
        second.stop()
