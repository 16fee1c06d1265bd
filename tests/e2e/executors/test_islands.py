# SPDX-License-Identifier: Apache-2.0
"""Islands: the worker of a site goes on with its runs while it is cut off from the server, and nothing
runs twice. Every task appends a line to a file."""

import signal
import time
from datetime import UTC, datetime, timedelta

import pytest
from far import FarServer, FarWorker, Wire, free_port
from product import cli

CHAIN = """
from airflow.sdk import DAG
from airflow.providers.standard.operators.bash import BashOperator

with DAG("chain", schedule=None):
    before = None
    for name in "abcd":
        now = BashOperator(task_id=name, placement={{"island": "site-x"}},
                           bash_command="echo " + name + " >> {folder}/ran; echo said " + name + "; "
                                        "while [ ! -e {folder}/go-" + name + " ]; do sleep 0.05; done")
        if before:
            before >> now
        before = now
"""


@pytest.fixture
def site(tmp_path):
    """A server, a wire, and the worker of an island behind it."""
    made = []

    class Site:
        folder = tmp_path

        def __init__(self, **server_options):
            self.server = FarServer(tmp_path / "home", **server_options).start()
            made.append(self.server)
            self.wire = Wire(self.server.port)
            made.append(self.wire)
            self.worker = FarWorker(self.server, tmp_path / "site", name="site",
                                    url=f"http://127.0.0.1:{self.wire.port}")
            self.worker.words += ["--label", "island=site-x"]
            made.append(self.worker)
            self.worker.start().wait()

        def ran(self) -> str:
            """One letter for each start of a task, in order."""
            file = tmp_path / "ran"
            return file.read_text().replace("\n", "") if file.exists() else ""

        def go(self, *tasks: str) -> None:
            for task in tasks:
                (tmp_path / f"go-{task}").touch()

        def wait_ran(self, text: str, seconds: float = 15) -> None:
            deadline = time.monotonic() + seconds
            while self.ran() != text:
                assert text.startswith(self.ran()), self.ran()
                assert time.monotonic() < deadline, (self.ran(), self.worker.text())
                time.sleep(0.02)

        def cut(self, state: str = "off") -> None:
            self.wire.state = state
            self.worker.wait("lost")

    yield Site
    for one in reversed(made):
        one.close() if isinstance(one, Wire) else one.stop()


def log_of(server, dag, run, task, number=1):
    path = f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/{task}/logs/{number}"
    return server.get(path)["content"]


def run_to_a(place):
    """Starts the chain, of which the first task runs then -> the run."""
    place.server.add_dag("chain", CHAIN.format(folder=place.folder))
    run = place.server.trigger("chain")
    place.wait_ran("a")
    return run


def test_a_chain_goes_on_to_its_end_while_cut_off_and_merges_on_return(site):
    place = site()
    server = place.server
    run = run_to_a(place)
    place.cut()
    why = cli(server, "tasks", "explain", "chain", "a", "--run", run).stdout
    assert "leased to island 'site-x' until" in why and "it is cut off" in why
    place.go("a", "b", "c", "d")
    place.wait_ran("abcd")
    time.sleep(20)  # longer than the lease of other workers
    states = {name: one["state"] for name, one in server.tasks("chain", run).items()}
    assert states == {"a": "running", "b": "no_status", "c": "no_status", "d": "no_status"}
    returned = datetime.now(UTC)
    place.wire.state = "on"
    assert server.wait_run("chain", run, 30)["state"] == "success"
    assert place.ran() == "abcd"
    for name, one in server.tasks("chain", run).items():
        assert datetime.fromisoformat(one["start_date"]) < returned - timedelta(seconds=15)
        assert datetime.fromisoformat(one["end_date"]) < returned
        assert one["state"] == "success" and one["try_number"] == 1 and one["hostname"] == "site"
        assert f"said {name}" in log_of(server, "chain", run, name)
        assert "ended: success" in log_of(server, "chain", run, name)
    assert not list((place.worker.home / "outbox").iterdir())
    assert cli(server, "workers", "list").returncode == 0


def test_the_server_is_back_while_a_task_runs_that_it_does_not_know(site):
    place = site()
    server = place.server
    run = run_to_a(place)
    place.cut("silent")
    place.go("a", "b")
    place.wait_ran("abc")
    place.wire.state = "on"
    server.wait_for(lambda: server.tasks("chain", run)["c"]["state"] == "running", "the third task", 30)
    assert server.tasks("chain", run)["b"]["state"] == "success"
    place.cut()  # and once more, with a task that the server gave out meanwhile
    place.go("c", "d")
    place.wait_ran("abcd")
    place.wire.state = "on"
    assert server.wait_run("chain", run, 30)["state"] == "success"
    assert place.ran() == "abcd"


VALUES = """
import pathlib, time
from airflow.sdk import DAG, task

HERE = pathlib.Path("{folder}")

def begin(name):
    with open(HERE / "ran", "a") as out:
        out.write(name)
    while not (HERE / ("go-" + name)).exists():
        time.sleep(0.05)

with DAG("values", schedule=None, default_args={{"placement": {{"island": "site-x"}}}}):
    @task
    def a():
        begin("a")
        return {{"count": 3}}

    @task
    def b(got):
        begin("b")
        return got["count"] * 7

    @task(retries=2, retry_delay=1)
    def c(got):
        begin("c")
        if not (HERE / "repaired").exists():
            raise ValueError("not yet")
        return got + 1

    @task
    def d(one, two):
        begin("d")
        assert (one, two) == (21, 22), (one, two)

    first = b(a())
    d(first, c(first))
"""


def start_values(place):
    place.server.add_dag("values", VALUES.format(folder=place.folder))
    return place.server.trigger("values")


def test_python_tasks_pass_their_values_and_are_retried_while_cut_off(site):
    place = site()
    server = place.server
    run = start_values(place)
    place.wait_ran("a")
    place.go("a")
    place.wait_ran("ab")
    place.cut()
    place.go("b", "c", "d")
    place.wait_ran("abc")
    (place.folder / "repaired").touch()
    place.wait_ran("abccd", 30)
    time.sleep(1)
    place.wire.state = "on"
    assert server.wait_run("values", run, 30)["state"] == "success"
    assert place.ran() == "abccd"
    tasks = server.tasks("values", run)
    assert {name: one["try_number"] for name, one in tasks.items()} == {"a": 1, "b": 1, "c": 2, "d": 1}
    assert "not yet" in log_of(server, "values", run, "c", 1)
    assert "ended: success" in log_of(server, "values", run, "c", 2)
    value = server.get(f"/api/v2/dags/values/dagRuns/{run}/taskInstances/c/xcomEntries/return_value")
    assert value["value"] == 22


def test_what_fails_on_the_island_fails_at_the_server(site):
    place = site()
    server = place.server
    run = start_values(place)
    place.wait_ran("a")
    place.cut()
    place.go("a", "b", "c", "d")
    place.wait_ran("abccc", 30)
    time.sleep(1)
    place.wire.state = "on"
    assert server.wait_run("values", run, 30)["state"] == "failed"
    assert {name: one["state"] for name, one in server.tasks("values", run).items()} == {
        "a": "success", "b": "success", "c": "failed", "d": "upstream_failed"}
    assert place.ran() == "abccc"


def test_a_worker_that_is_killed_while_cut_off_goes_on_where_it_was(site):
    place = site()
    server = place.server
    run = start_values(place)
    (place.folder / "repaired").touch()
    place.wait_ran("a")
    place.cut()
    place.go("a", "b")
    place.wait_ran("abc")
    place.worker.process.kill()  # with the third task
    place.worker.process.wait(10)
    place.worker.start()
    place.wait_ran("abcc", 30)  # its second try
    place.go("c", "d")
    place.wait_ran("abccd")
    time.sleep(1)
    place.wire.state = "on"
    assert server.wait_run("values", run, 30)["state"] == "success"
    assert place.ran() == "abccd"
    assert server.tasks("values", run)["c"]["try_number"] == 2


def test_the_server_restarts_while_the_island_is_alone(site):
    place = site(port=free_port())
    server = place.server
    run = start_values(place)
    (place.folder / "repaired").touch()
    place.wait_ran("a")
    server.stop_server(signal.SIGKILL)
    place.go("a", "b", "c")
    place.wait_ran("abcd")
    server.start()
    place.wire.target = server.port
    place.go("d")
    assert server.wait_run("values", run, 30)["state"] == "success"
    assert place.ran() == "abcd"


def test_the_server_takes_the_tasks_back_after_the_lease_and_the_island_has_stopped_by_then(site):
    place = site(extra=("--island-lease", "40"))
    server = place.server
    run = run_to_a(place)
    place.cut()
    cut_at = time.monotonic()
    place.go("a")
    place.wait_ran("ab")
    assert server.wait_run("chain", run, 60)["state"] == "failed"
    assert 35 < time.monotonic() - cut_at < 50
    assert "for as long as the lease" in place.worker.text()
    place.go("b", "c", "d")
    place.wire.state = "on"
    server.wait_for(lambda: "conflict: worker 'site' ran try 1" in server_log(server),
                    "word of the conflict", 30)
    time.sleep(2)
    assert place.ran() == "ab"
    assert {name: one["state"] for name, one in server.tasks("chain", run).items()} == {
        "a": "failed", "b": "upstream_failed", "c": "upstream_failed", "d": "upstream_failed"}
    assert not list((place.worker.home / "outbox").iterdir())


def test_what_a_user_decides_meanwhile_holds_and_the_conflict_is_told(site):
    place = site()
    server = place.server
    run = run_to_a(place)
    place.cut()
    assert cli(server, "tasks", "mark", "chain", "c", "failed", "--run", run).returncode == 0
    place.go("a", "b", "c", "d")
    place.wait_ran("abcd")
    time.sleep(1)
    place.wire.state = "on"
    assert server.wait_run("chain", run, 30)["state"] == "failed"
    server.wait_for(lambda: server_log(server).count("conflict: worker 'site' ran try 1") == 2,
                    "word of two conflicts", 30)
    assert {name: one["state"] for name, one in server.tasks("chain", run).items()} == {
        "a": "success", "b": "success", "c": "failed", "d": "upstream_failed"}
    assert place.ran() == "abcd"


def test_what_a_user_decides_before_the_cut_holds_in_it(site):
    place = site()
    server = place.server
    run = run_to_a(place)
    assert cli(server, "dags", "pause", "chain").returncode == 0
    time.sleep(1)
    place.cut()
    place.go("a", "b", "c", "d")
    server.wait_for(lambda: '"end"' in (place.worker.home / "island/journal").read_text("latin1"),
                    "the end of the first task", 15)
    time.sleep(2)
    assert place.ran() == "a"  # as the server would
    place.wire.state = "on"
    server.wait_for(lambda: server.tasks("chain", run)["a"]["state"] == "success", "its end", 30)
    assert place.ran() == "a"
    (place.folder / "go-b").unlink()
    assert cli(server, "dags", "unpause", "chain").returncode == 0
    place.wait_ran("ab")
    assert cli(server, "tasks", "mark", "chain", "c", "failed", "--run", run).returncode == 0
    time.sleep(1)
    place.cut()
    place.go("b")
    time.sleep(3)
    assert place.ran() == "ab"
    place.wire.state = "on"
    assert server.wait_run("chain", run, 30)["state"] == "failed"
    assert "conflict" not in server_log(server)


def test_another_worker_of_the_island_gets_nothing_of_it_after_the_server_restarts(site):
    place = site(port=free_port())
    server = place.server
    run = run_to_a(place)
    place.cut()
    place.go("a")
    place.wait_ran("ab")
    server.stop_server(signal.SIGKILL)
    server.start()
    spare = FarWorker(server, place.folder / "spare", name="spare",
                      url=f"http://127.0.0.1:{server.port}")
    spare.words += ["--label", "island=site-x"]
    try:
        spare.start().wait()
        time.sleep(17)  # past the lease of other workers
        assert place.ran() == "ab"
        place.wire.state = "on"
        place.go("b", "c", "d")
        assert server.wait_run("chain", run, 60)["state"] == "success"
        assert place.ran() == "abcd"
        assert {one["hostname"] for one in server.tasks("chain", run).values()} == {"site"}
    finally:
        spare.stop()


CALLS = """
import pathlib, time
from aiflow import DAG, api, task

HERE = pathlib.Path("{folder}")

with DAG("calls", schedule=None, default_args={{"placement": {{"island": "site-x"}}}}):
    @task(retries=2, retry_delay=1)
    def a():
        with open(HERE / "ran", "a") as out:
            out.write("a")
        tries = len((HERE / "ran").read_text())
        while not (HERE / ("go-" + str(tries))).exists():
            time.sleep(0.05)
        if tries < 3:
            raise ValueError("not yet")
        return api.call("GET", "/api/v2/services")["items"]

    a()
"""


def test_a_retry_that_was_begun_alone_may_ask_the_server_when_that_is_back(site):
    place = site()
    server = place.server
    server.add_dag("calls", CALLS.format(folder=place.folder))
    run = server.trigger("calls")
    place.wait_ran("a")
    place.cut()
    place.go("1", "2")
    place.wait_ran("aaa", 30)
    place.wire.state = "on"
    server.wait_for(lambda: server.tasks("calls", run)["a"]["try_number"] == 3, "the third try", 30)
    place.go("3")
    assert server.wait_run("calls", run, 30)["state"] == "success"
    path = f"/api/v2/dags/calls/dagRuns/{run}/taskInstances/a/xcomEntries/return_value"
    assert server.get(path)["value"] == []
    assert place.ran() == "aaa"


def server_log(server) -> str:
    return (server.home / "logs/server.log").read_text()
