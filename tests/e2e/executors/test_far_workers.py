# SPDX-License-Identifier: Apache-2.0
"""Workers on other machines: they reach the server over TCP alone and see nothing of its disk."""

import http.client
import json
import os
import re
import signal
import ssl
import subprocess
import time

import pytest

from far import FarServer, FarWorker, Wire, free_port
from product import cli
from server import BIN, ApiError

WORDS = """
import os
def shout(text):
    return text.upper()
"""

FLOW = """
from airflow.sdk import DAG, task
from airflow.providers.standard.operators.bash import BashOperator
from lib.words import shout

with DAG("far", schedule=None):
    hello = BashOperator(task_id="hello", bash_command="echo hello from bash; echo $AIFLOW_HOME")

    @task
    def loud(text):
        import os
        from aiflow import api
        seen = api.call("GET", "/api/v2/dags/far")
        print("api says", seen["dag_id"])
        print("files are in", os.path.dirname(__file__))
        return shout(text)

    @task
    def check(text):
        assert text == "A WORD", text

    hello >> check(loud("a word"))
"""

SLOW = """
import pathlib, time
from airflow.sdk import DAG, task
with DAG("slow", schedule=None):
    @task(retries={retries}, retry_delay=0)
    def work():
        here = pathlib.Path("{folder}")
        with open(here / "starts", "a") as out:
            out.write("x")
        for number in range(100000):
            print("line", number, flush=True)
            (here / "beat").touch()
            if (here / "go").exists():
                return number
            time.sleep(0.05)
    work()
"""

PLACED = """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("placed"):
    for at in range(4):
        BashOperator(task_id=f"t{at}", bash_command="sleep 60", pool="small", placement={"px": "1"})
with DAG("free"):
    BashOperator(task_id="a", bash_command="true", pool="small")
"""


@pytest.fixture
def far(tmp_path):
    """Makes servers without workers, workers elsewhere, and wires between; ends them."""
    made = []

    def server(**options):
        made.append(FarServer(tmp_path / "home", **options).start())
        return made[-1]

    def wire(to):
        made.append(Wire(to.port))
        return made[-1]

    def worker(to, port=None, name="far", scheme="http", **options):
        url = f"{scheme}://127.0.0.1:{port or to.port}"
        made.append(FarWorker(to, tmp_path / name, url=url, name=name, **options).start())
        return made[-1]

    class Makers:
        pass
    makers = Makers()
    makers.server, makers.wire, makers.worker = server, wire, worker
    yield makers
    for one in reversed(made):
        one.close() if isinstance(one, Wire) else one.stop()


def log_of(server, dag, run, task, number=1):
    path = f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/{task}/logs/{number}"
    return server.get(path)["content"]


def start_slow(server, folder, retries=0):
    server.add_dag("slow", SLOW.format(folder=folder, retries=retries))
    run = server.trigger("slow")
    server.wait_for(lambda: (folder / "starts").exists(), "the task's start")
    return run


def starts(folder):
    return (folder / "starts").read_text().count("x")


def test_a_dag_whose_files_are_on_the_server_alone_runs_elsewhere(far):
    server = far.server()
    (server.dags / "lib").mkdir()
    (server.dags / "lib/words.py").write_text(WORDS)
    server.add_dag("far", FLOW)
    worker = far.worker(server).wait()
    run = server.trigger("far")
    ended = server.wait_run("far", run)
    assert ended["state"] == "success", server.tasks("far", run)
    assert {one["hostname"] for one in server.tasks("far", run).values()} == {"far"}
    hello = log_of(server, "far", run, "hello")
    assert "hello from bash" in hello and str(worker.home) in hello and "ended: success" in hello
    loud = log_of(server, "far", run, "loud")
    assert "api says far" in loud and str(worker.home / "bundles") in loud
    assert "hello from bash" in cli(server, "tasks", "log", "far", "hello", "--run", run).stdout
    assert not list((worker.home / "outbox").iterdir())
    # A changed file is fetched anew.
    (server.dags / "lib/words.py").write_text(WORDS.replace("upper", "lower"))
    again = server.trigger("far")
    assert server.wait_run("far", again)["state"] == "failed"
    assert "AssertionError: a word" in log_of(server, "far", again, "check")


def test_a_log_is_seen_while_the_task_runs(far, tmp_path):
    server = far.server()
    far.worker(server).wait()
    run = start_slow(server, tmp_path)
    server.wait_for(lambda: "line 5" in log_of(server, "slow", run, "work"), "a line of the log", 10)
    (tmp_path / "go").touch()
    assert server.wait_run("slow", run)["state"] == "success"
    assert "ended: success" in log_of(server, "slow", run, "work")


def test_a_cut_connection_comes_back_and_nothing_runs_twice(far, tmp_path):
    server = far.server()
    wire = far.wire(server)
    worker = far.worker(server, port=wire.port).wait()
    run = start_slow(server, tmp_path)
    wire.state = "off"
    worker.wait("lost")
    why = cli(server, "tasks", "explain", "slow", "work", "--run", run).stdout
    assert "started by worker 'far', of which nothing has been heard since" in why
    (tmp_path / "go").touch()  # it ends while the worker is away
    time.sleep(1)
    wire.state = "on"
    assert server.wait_run("slow", run, 30)["state"] == "success"
    assert starts(tmp_path) == 1
    log = log_of(server, "slow", run, "work")
    numbers = [line.split(" ")[-1] for line in log.splitlines() if " line " in line]
    assert numbers == [str(n) for n in range(len(numbers))]
    assert "ended: success" in log


def test_the_server_restarts_and_the_task_goes_on(far, tmp_path):
    server = far.server(port="0")
    wire = far.wire(server)
    worker = far.worker(server, port=wire.port).wait()
    run = start_slow(server, tmp_path)
    server.stop_server(signal.SIGKILL)
    server.start()
    wire.target = server.port
    worker.wait()
    assert server.get(f"/api/v2/dags/slow/dagRuns/{run}")["state"] == "running"
    (tmp_path / "go").touch()
    assert server.wait_run("slow", run, 30)["state"] == "success"
    assert starts(tmp_path) == 1
    assert "ended: success" in log_of(server, "slow", run, "work")


@pytest.mark.parametrize("tls", [True, False], ids=["tls", "plain"])
def test_a_stop_by_plan_may_last_longer_than_the_lease(far, tmp_path, tls):
    server = far.server(port=free_port(), **({"extra": ("--tls", "self")} if tls else {}))
    worker = far.worker(server, port=server.port, **({"scheme": "https"} if tls else {})).wait()
    run = start_slow(server, tmp_path)
    assert server.stop_server() == 0
    time.sleep(18)
    assert runs(tmp_path)
    server.start()
    worker.wait()
    assert server.get(f"/api/v2/dags/slow/dagRuns/{run}")["state"] == "running"
    (tmp_path / "go").touch()
    assert server.wait_run("slow", run, 30)["state"] == "success"
    assert starts(tmp_path) == 1
    assert "300" in worker.text() and "ended: success" in log_of(server, "slow", run, "work")


def test_a_worker_that_dies_during_a_stop_by_plan_loses_its_tasks_when_it_is_back(far, tmp_path):
    """Not only when the five minutes are over for which they are left to it."""
    server = far.server(port=free_port())
    worker = far.worker(server).wait()
    run = start_slow(server, tmp_path, retries=1)
    assert server.stop_server() == 0
    worker.process.kill()
    worker.process.wait()
    server.start()
    assert server.get(f"/api/v2/dags/slow/dagRuns/{run}")["state"] == "running"
    worker.start().wait()
    server.wait_for(lambda: starts(tmp_path) == 2, "the second try", 30)
    (tmp_path / "go").touch()
    assert server.wait_run("slow", run, 30)["state"] == "success"
    assert starts(tmp_path) == 2


def runs(folder):
    """Whether the slow task is at work."""
    before = (folder / "beat").stat().st_mtime_ns
    time.sleep(0.5)
    return (folder / "beat").stat().st_mtime_ns != before


def test_a_partitioned_worker_ends_its_task_at_the_lease_and_another_takes_it(far, tmp_path):
    """Fault 5: no packet gets through, and nobody tells the worker so."""
    server = far.server()
    wire = far.wire(server)
    worker = far.worker(server, port=wire.port).wait()
    run = start_slow(server, tmp_path, retries=1)
    other = far.worker(server, name="other").wait()
    wire.state = "silent"
    cut_at = time.monotonic()
    server.wait_for(lambda: starts(tmp_path) == 2, "the second try", 40)
    # The first had ended before the second began.
    assert "for as long as the lease" in worker.text()
    assert time.monotonic() - cut_at < 15 + 2 + 3
    (tmp_path / "go").touch()
    assert server.wait_run("slow", run, 30)["state"] == "success"
    assert server.tasks("slow", run)["work"]["hostname"] == "other"
    wire.state = "on"
    worker.wait("connected")
    assert server.get(f"/api/v2/dags/slow/dagRuns/{run}")["state"] == "success"
    assert starts(tmp_path) == 2
    assert other.process.poll() is None


def test_what_waits_for_the_last_worker_of_its_place_goes_back_when_that_is_gone(far):
    server = far.server()
    assert cli(server, "pools", "set", "small", "4").returncode == 0
    worker = far.worker(server, name="placed", slots=2, extra=("--label", "px=1")).wait()
    far.worker(server, name="other").wait()
    server.add_dag("placed", PLACED)
    run = server.trigger("placed")
    states = lambda: sorted(one["state"] for one in server.tasks("placed", run).values())
    server.wait_for(lambda: states() == ["queued", "queued", "running", "running"], "two to wait")
    worker.process.kill()
    worker.process.wait()
    server.wait_for(lambda: states() == ["failed", "failed", "scheduled", "scheduled"], "its lease", 30)
    waiting = next(name for name, one in server.tasks("placed", run).items() if one["state"] == "scheduled")
    why = cli(server, "tasks", "explain", "placed", waiting, "--run", run).stdout
    assert "no connected worker serves label px=1" in why
    # The pool's room is for who can run.
    assert cli(server, "pools", "set", "small", "1").returncode == 0
    assert server.wait_run("free", server.trigger("free"))["state"] == "success"


def test_a_stopped_worker_ends_its_task_within_a_second_and_its_late_result_is_refused(far, tmp_path):
    """Fault 4."""
    server = far.server()
    worker = far.worker(server).wait()
    run = start_slow(server, tmp_path)
    os.kill(worker.process.pid, signal.SIGSTOP)
    assert server.wait_run("slow", run, 40)["state"] == "failed"
    assert runs(tmp_path)  # nobody could end it
    os.kill(worker.process.pid, signal.SIGCONT)
    time.sleep(1)
    assert not runs(tmp_path)
    worker.wait("connected")
    assert server.get(f"/api/v2/dags/slow/dagRuns/{run}")["state"] == "failed"


def ends_with(worker, code=1):
    assert worker.process.wait(20) == code
    return worker.text()


def test_who_may_join_and_who_is_shut_out(far, tmp_path):
    server = far.server()
    said = ends_with(far.worker(server, name="liar", token="aiflow-join.nonsense"))
    assert "the join token is unknown, used up or over" in said
    said = ends_with(far.worker(server, name="odd", token="hunter2"), code=2)
    assert "holds no join token" in said and "hunter2" not in said
    token = server.join_token()
    first = far.worker(server, name="first", token=token).wait()
    assert "used up" in ends_with(far.worker(server, name="second", token=token))
    # The name is taken.
    twin = FarWorker(server, tmp_path / "twin", url=f"http://127.0.0.1:{server.port}", name="first")
    assert "another worker has joined as 'first'" in ends_with(twin.start())
    # A restart needs no token.
    first.stop()
    (first.home / "join.token").unlink()
    first.words = [word for word in first.words if str(word) not in
                   ("--token-file", str(first.home / "join.token"))]
    first.start().wait()
    assert (first.home / "worker.json").stat().st_mode & 0o777 == 0o600
    assert "first" in cli(server, "workers", "joined").stdout
    # Shut out.
    assert cli(server, "workers", "revoke", "first").returncode == 0
    said = ends_with(first)
    assert "the server refuses this worker" in said and "revoked" in said
    assert "no worker has joined" in cli(server, "workers", "joined").stdout
    for secret in (token, "aiflow-worker."):
        for place in (server.home / "logs/server.log", server.output, first.output):
            assert secret not in place.read_text()


def test_a_clone_of_the_servers_machine_does_not_take_the_name_of_its_worker(server, tmp_path):
    """Of two workers with one name each ended the other's connection, and so its tasks."""
    token = cli(server, "workers", "token").stdout.strip()
    url = re.search(r"http://127\.0\.0\.1:\d+", server.output.read_text()).group()
    clone = FarWorker(server, tmp_path / "clone", url=url, name=os.uname().nodename, token=token)
    assert "the server's own worker is called" in ends_with(clone.start())
    other = FarWorker(server, tmp_path / "other", url=url, name="other", token=token).start()
    try:
        other.wait()
    finally:
        other.stop()


def test_a_task_of_a_revoked_worker_says_that_it_was_revoked(far, tmp_path):
    server = far.server()
    worker = far.worker(server).wait()
    run = start_slow(server, tmp_path)
    assert cli(server, "workers", "revoke", "far").returncode == 0
    ends_with(worker)
    # Nobody tells the server when the task has ended: it waits for the lease.
    assert server.wait_run("slow", run, 40)["state"] == "failed"
    cause = server.tasks("slow", run)["work"]["cause"]
    assert "worker lost: the credential of worker 'far' was revoked" in cause


def test_a_worker_credential_opens_nothing_but_its_own_route(far):
    server = far.server()
    worker = far.worker(server).wait()
    credential = json.loads((worker.home / "worker.json").read_text())["credential"]
    for path in ("/api/v2/dags", "/api/v2/users", "/api/v2/workers", "/api/v2/workers/credentials"):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("GET", path, headers={"Authorization": "Bearer " + credential})
        assert connection.getresponse().status == 403, path
    with pytest.raises(ApiError) as refused:
        server.get("/api/v2/workers/link")
    assert refused.value.status == 403


def test_a_server_that_is_not_there_yet_is_waited_for_and_named_once(far, tmp_path):
    server = far.server(port="0")
    wire = far.wire(server)
    token = server.join_token()
    wire.state = "off"
    worker = far.worker(server, port=wire.port, token=token)
    time.sleep(2)
    assert worker.process.poll() is None
    assert worker.text().count("the server is not there") == 1
    wire.state = "on"
    worker.wait()


def test_an_answer_that_is_lost_joins_once(far):
    """Connection cut after the request: the token has one use, and asking again is not a second."""
    server = far.server()
    wire = far.wire(server)
    wire.cut_after = 1
    far.worker(server, port=wire.port).wait()
    assert wire.cut_after is None


def test_a_worker_does_not_live_in_a_servers_home_or_in_that_of_another_worker(far, tmp_path):
    server = far.server()
    first = far.worker(server, name="first").wait()
    server.wait_for(lambda: "worker starts" in first.text(), "the lock")
    before = first.text()
    for home, owner, pid in ((server.home, "a server", server.process.pid),
                             (first.home, "another worker", first.process.pid)):
        for place in (("--server", f"http://127.0.0.1:{server.port}", "--token-file", home / "join.token"),
                      ("--broker", "redis://127.0.0.1:1")):
            said = subprocess.run([BIN / "aiflow", "worker", "--home", home, *place], timeout=20,
                                  capture_output=True, text=True).stderr
            assert f"belongs to {owner} (process {pid})" in said and "--home" in said, said
    assert first.text() == before  # and it was left alone


def get_by(context, port, path="/api/v2/monitor/health"):
    """One GET over TLS."""
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_with_a_certificate_of_its_own_the_server_is_known_by_its_key(far, tmp_path):
    server = far.server(extra=("--tls", "self"))
    (server.dags / "lib").mkdir()
    (server.dags / "lib/words.py").write_text(WORDS)
    server.add_dag("far", FLOW)
    assert (server.home / "tls.key").stat().st_mode & 0o777 == 0o600
    # A browser that was told to trust it; the API's calls of tasks; the worker.
    assert get_by(ssl.create_default_context(cafile=server.home / "tls.crt"), server.port) == 200
    with pytest.raises(ssl.SSLCertVerificationError):
        get_by(ssl.create_default_context(), server.port)
    wire = far.wire(server)
    worker = far.worker(server, port=wire.port, scheme="https").wait()
    run = server.trigger("far")
    assert server.wait_run("far", run)["state"] == "success", server.tasks("far", run)
    assert "api says far" in log_of(server, "far", run, "loud")
    # The token is of this server: not for plain HTTP, and not for another key.
    said = ends_with(far.worker(server, name="plain"), code=2)
    assert "--server begins with https://" in said
    other = FarServer(tmp_path / "other", extra=("--tls", "self")).start()
    try:
        said = ends_with(far.worker(server, port=other.port, name="fooled", scheme="https"))
        assert "shows another key" in said
        # One that has joined keeps away from another key too, and comes back to the right one.
        wire.state, wire.target = "off", other.port
        worker.wait("lost")
        wire.state = "on"
        server.wait_for(lambda: "shows another key" in worker.text(), "the worker's word")
        assert worker.process.poll() is None
        wire.target = server.port
        worker.wait("connected")
    finally:
        other.stop()


def test_a_server_with_a_certificate_of_an_authority_is_trusted_as_the_system_does(far, tmp_path):
    """A private authority, which the worker's machine trusts by SSL_CERT_FILE."""
    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=tmp_path)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            "ca.key", "-out", "ca.crt", "-subj", "/CN=Test authority", "-days", "1")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            "server.key", "-out", "server.csr", "-subj", "/CN=server")
    (tmp_path / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", "server.crt", "-days", "1", "-extfile", "names")
    server = far.server(extra=("--tls-cert", str(tmp_path / "server.crt"),
                               "--tls-key", str(tmp_path / "server.key")))
    token = server.join_token(uses=2)
    assert token.count(".") == 1  # no key in it
    said = ends_with(far.worker(server, scheme="https", token=token, name="unknowing"))
    assert "not one that this machine trusts" in said
    far.worker(server, scheme="https", token=token, name="trusting",
               environment={"SSL_CERT_FILE": str(tmp_path / "ca.crt")}).wait()


LOUD = """
from airflow.sdk import DAG
from airflow.providers.standard.operators.bash import BashOperator
with DAG("loud", schedule=None):
    BashOperator(task_id="much", bash_command="echo begin; seq 200000; echo end")
"""


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 KiB for the worker's logs."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs needs root")
    folder = tmp_path / "far/outbox"
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_for_logs_costs_the_end_of_the_log_and_not_the_task(small_disk, far):
    """Fault 30, at the worker."""
    server = far.server()
    server.add_dag("loud", LOUD)
    worker = far.worker(server).wait()
    run = server.trigger("loud")
    assert server.wait_run("loud", run)["state"] == "success"
    log = log_of(server, "loud", run, "much")
    assert "begin" in log and "ended: success" not in log
    assert "log truncated" in worker.text()
    assert not list(small_disk.iterdir())  # sent, and room again
    again = server.trigger("loud")
    assert server.wait_run("loud", again)["state"] == "success"
