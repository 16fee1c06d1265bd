# SPDX-License-Identifier: Apache-2.0
"""Workers with a listener of their own: what crowds the one listener is not felt at the other."""

import contextlib
import hashlib
import http.client
import json
import resource
import socket
import subprocess
import time

import pytest

from far import FarServer, FarWorker
from product import cli
from server import BIN

FLOW = """
from airflow.sdk import DAG, task
with DAG("far", schedule=None):
    @task
    def ask():
        from aiflow import api
        return api.call("GET", "/api/v2/dags/far")["dag_id"]
    ask()
"""

#: Nobody needs to sign in for it, and the answers fill what the kernel keeps for a slow reader.
GREEDY = b"GET /api/v2/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 20_000


@pytest.fixture
def made():
    with contextlib.ExitStack() as ends:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
        ends.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        yield ends


def serve(made, tmp_path, *extra) -> FarServer:
    server = FarServer(tmp_path / "home", extra=extra)
    made.callback(server.stop)
    (server.dags / "far.py").write_text(FLOW)
    server.start()
    server.wait_for(lambda: server.get("/api/v2/dags/far"), "the DAG")
    return server


def join(made, server, tmp_path, port: int, **options) -> FarWorker:
    worker = FarWorker(server, tmp_path / "far", url=f"http://127.0.0.1:{port}", **options)
    made.callback(worker.stop)
    return worker.start()


def workers_port(server) -> int:
    address = json.loads((server.home / "run/server.json").read_text())
    return int(address["workers_url"].rsplit(":", 1)[1])


def ask(port: int, path: str, body: dict | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(connection):
        if body is None:
            connection.request("GET", path)
        else:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def crowd(made, port: int, count: int) -> None:
    """So many clients that ask for much and read nothing."""
    for _ in range(count):
        one = made.enter_context(socket.socket())
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.connect(("127.0.0.1", port))
        one.setblocking(False)
        with contextlib.suppress(BlockingIOError, ConnectionError):
            one.send(GREEDY)


def is_full(port: int) -> bool:
    try:
        ask(port, "/api/v2/monitor/health")
    except (OSError, http.client.HTTPException):
        return True
    return False


def fill(made, port: int, budget: int) -> None:
    """Until nobody else gets in."""
    deadline = time.monotonic() + 60
    count = budget
    while not is_full(port):
        assert time.monotonic() < deadline
        crowd(made, port, count)
        count = 16


def links(made, server, count: int) -> None:
    """So many connections of a worker that says nothing."""
    credential = "aiflow-worker.canary-5b2e"
    ask(workers_port(server), "/api/v2/workers/join", {
        "token": server.join_token(), "worker_id": "w1",
        "credential_sha256": hashlib.sha256(credential.encode()).hexdigest()})
    for _ in range(count):
        one = made.enter_context(socket.create_connection(("127.0.0.1", workers_port(server)), 30))
        one.sendall((f"GET /api/v2/workers/link HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                     f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {credential}"
                     "\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
        assert one.recv(12) == b"HTTP/1.1 101"


def test_a_crowd_of_browsers_does_not_hold_up_workers(made, tmp_path):
    server = serve(made, tmp_path, "--workers-listen", "127.0.0.1:0")
    worker = join(made, server, tmp_path, workers_port(server)).wait()
    fill(made, server.port, 512)
    # The command line and tasks of this machine are not held up either.
    assert server.wait_run("far", server.trigger("far"))["state"] == "success"
    # Neither is one that comes only now.
    worker.stop()
    second = FarWorker(server, tmp_path / "second", name="second",
                       url=f"http://127.0.0.1:{workers_port(server)}")
    made.callback(second.stop)
    second.start().wait()
    assert server.wait_run("far", server.trigger("far"))["state"] == "success"


def follow(made, port: int, token: str) -> tuple[socket.socket, int]:
    """Asks for the stream of events; what the server says to it."""
    one = made.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
    one.sendall(f"GET /api/v2/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    return one, int(one.recv(12)[9:])


def test_a_flood_of_streams_is_refused_while_a_worker_works(made, tmp_path):
    server = serve(made, tmp_path, "--workers-listen", "127.0.0.1:0")
    join(made, server, tmp_path, workers_port(server)).wait()
    tokens = []
    for n in range(7):
        server.call("POST", "/api/v2/users", {"username": f"u{n}", "role": "viewer", "password": "long enough 1"})
        tokens.append(server.call("POST", f"/api/v2/users/u{n}/tokens", {})["token"])
    opened = []
    for token in tokens[:6]:
        opened += [follow(made, server.port, token) for _ in range(64)]
        assert follow(made, server.port, token)[1] == 429
    assert {status for _, status in opened} == {200}
    assert follow(made, server.port, tokens[6])[1] == 503
    assert server.wait_run("far", server.trigger("far"))["state"] == "success"
    # Who asks for anything else is answered, and who ends a stream gives its place to another one.
    assert ask(server.port, "/api/v2/monitor/health")[0] == 200
    opened[0][0].close()
    server.wait_for(lambda: follow(made, server.port, tokens[6])[1] == 200, "a place")


def test_a_crowd_at_the_workers_address_does_not_hold_up_browsers(made, tmp_path):
    server = serve(made, tmp_path, "--workers-listen", "127.0.0.1:0")
    links(made, server, 1024)
    assert is_full(workers_port(server))
    assert ask(server.port, "/api/v2/monitor/health")[0] == 200
    assert ask(server.port, "/api/v2/openapi.json")[0] == 200
    full = [one for one in server.get("/api/v2/monitor/health")["components"]
            if one["name"] == "worker listener"]
    assert full[0]["status"] == "unhealthy" and "1024 connections" in full[0]["reason"]


def test_each_address_says_who_belongs_there(made, tmp_path):
    server = serve(made, tmp_path, "--workers-listen", "127.0.0.1:0")
    port = workers_port(server)
    assert f"Workers elsewhere join at http://127.0.0.1:{port}\n" in server.output.read_text()
    health = cli(server, "health").stdout
    assert f"worker listener  healthy    at http://127.0.0.1:{port}" in health, health

    wrong = join(made, server, tmp_path, server.port)
    server.wait_for(lambda: f"address of their own: http://127.0.0.1:{port}" in wrong.text(),
                    "the words of the other listener")
    wrong.stop()
    right = FarWorker(server, tmp_path / "far", url=f"http://127.0.0.1:{port}")
    made.callback(right.stop)
    right.start().wait()
    assert ask(port, "/")[0] == 421


def test_an_address_that_is_none_is_refused(tmp_path):
    for text, what in (("8081", "HOST:PORT"), ("0.0.0.0:x", "HOST:PORT"), ("::1:80", "HOST:PORT"),
                       ("127.0.0.1:70000", "HOST:PORT"), ("flow.local:0", "not an IP address")):
        ended = subprocess.run([BIN / "aiflow", "serve", "--home", tmp_path, "--port", "0",
                                "--no-worker", "--workers-listen", text],
                               capture_output=True, text=True, timeout=30)
        assert ended.returncode != 0 and what in ended.stderr and "--workers-listen" in ended.stderr
