# SPDX-License-Identifier: Apache-2.0
"""Requests that mean harm, against a live server (faults 68 to 77 that concern HTTP)."""

import contextlib
import gzip
import http.client
import json
import os
import socket
import struct
import threading
import time
import urllib.parse

import pytest
from product import cli
from server import ApiError

CANARY = "canary-9d31b"
DAG = """
from aiflow import DAG
from aiflow.operators.bash import BashOperator
with DAG("plain", params={"who": "x"}):
    BashOperator(task_id="t", bash_command="echo RUN={{ run_id }} WHO=$WHO", env={"WHO": "{{ params.who }}"},
                 append_env=True)
"""


@pytest.fixture
def plain(server):
    server.add_dag("plain", DAG)
    server.call("PATCH", "/api/v2/dags/plain", {"is_paused": False})
    server.call("POST", "/api/v2/users", {"username": "ann", "role": "admin", "password": "long enough 1"})
    server.token = server.call("POST", "/api/v2/users/ann/tokens", {})["token"]
    return server


def connect(server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.http_port()), timeout=20)


def send_raw(server, data: bytes) -> bytes:
    """-> all that the server answers until it closes, or has said nothing for a second."""
    with connect(server) as peer:
        peer.sendall(data)
        peer.settimeout(1)
        out = b""
        with contextlib.suppress(TimeoutError, ConnectionResetError):
            while piece := peer.recv(65536):
                out += piece
        return out


def ask(server, method: str, path: str, body: bytes | None = None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.http_port(), timeout=60)
    with contextlib.closing(connection):
        connection.request(method, path, body, {"Authorization": f"Bearer {server.token}",
                                                "Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")


def resident_mb(server) -> float:
    with open(f"/proc/{server.process.pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6


def everything_kept(server) -> bytes:
    """All files of the data directory, and the arguments of all processes."""
    found = b""
    for path in server.home.rglob("*"):
        if path.is_file():
            found += path.read_bytes()
    for process in os.listdir("/proc"):
        if process.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{process}/cmdline", "rb") as file:
                found += file.read()
    return found


def test_69_four_hundred_subscribers_that_do_not_read_cost_little_and_hold_up_nobody(plain):
    tokens = []
    for n in range(7):  # a user has 64 of them, all together 384
        plain.call("POST", "/api/v2/users", {"username": f"u{n}", "role": "viewer", "password": "long enough 1"})
        tokens.append(plain.call("POST", f"/api/v2/users/u{n}/tokens", {})["token"])
    before = resident_mb(plain)
    with contextlib.ExitStack() as stack:
        for n in range(400):
            peer = stack.enter_context(connect(plain))
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            peer.sendall(b"GET /api/v2/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                         + tokens[n // 64].encode() + b"\r\n\r\n")
            assert peer.recv(12) == (b"HTTP/1.1 200" if n < 384 else b"HTTP/1.1 503"), n
        for n in range(5):
            begin = time.monotonic()
            plain.wait_run("plain", plain.trigger("plain", dag_run_id=f"r{n}"))
            assert time.monotonic() - begin < 15
        assert resident_mb(plain) - before < 150
        assert ask(plain, "GET", "/api/v2/monitor/health")[0] == 200


def test_71_half_sent_headers_and_bodies_keep_nobody_out(plain):
    begins = [b"", b"G", b"GET /api/v2/dags HTTP/1.1\r\nX-Slow: ",
              b"POST /api/v2/dags/plain/dagRuns HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
              b"Content-Length: 100\r\nAuthorization: Bearer " + plain.token.encode() + b"\r\n\r\n{",
              b"POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
              b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"]
    with contextlib.ExitStack() as stack:
        peers = []
        for n in range(800):  # more than the server's connections
            peers.append(stack.enter_context(connect(plain)))
            with contextlib.suppress(OSError):
                peers[-1].sendall(begins[n % len(begins)])
            if n % 100 == 99:
                begin = time.monotonic()
                assert ask(plain, "GET", "/api/v2/monitor/health")[0] == 200
                assert time.monotonic() - begin < 5
        plain.wait_run("plain", plain.trigger("plain", dag_run_id="beside"))


def test_71_a_flood_of_tiny_chunks_ends_at_the_limit_of_a_body(plain):
    head = (b"POST /api/v2/pools HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer "
            + plain.token.encode() + b"\r\nTransfer-Encoding: chunked\r\n\r\n")
    before = resident_mb(plain)
    with connect(plain) as peer:
        peer.sendall(head)
        answer = b""
        with contextlib.suppress(OSError):
            for _ in range(1200):
                peer.sendall(b"1\r\nx\r\n" * 1000)
        peer.settimeout(10)
        with contextlib.suppress(OSError):
            answer = peer.recv(65536)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 413 ")
    assert resident_mb(plain) - before < 50
    assert ask(plain, "GET", "/api/v2/monitor/health")[0] == 200


@pytest.mark.parametrize("body", [
    b"[" * 400_000, b'{"a":' * 100_000, b'{"conf":' + b"[" * 1000 + b"]" * 1000 + b"}",
    # Over the limit by less than the server still reads, so that its answer is not lost with the rest.
    b"{" + b",".join(b'"k%d":1' % n for n in range(110_000)) + b"}", b'{"conf": {"n": 1' + b"0" * 500_000 + b"}}",
    b'{"dag_run_id": "one", "dag_run_id": "two"}', b'{"conf": {"x": NaN}}', b'{"dag_run_id": "\\ud800"}',
    b"\xff\xfe{}", b'{"conf": {}} trailing', b""], ids=lambda body: repr(body[:12]))
def test_72_json_bombs_are_refused_in_linear_time(plain, body):
    begin, before = time.monotonic(), resident_mb(plain)
    status, _text = ask(plain, "POST", "/api/v2/dags/plain/dagRuns", body)
    assert status in (400, 413)
    assert time.monotonic() - begin < 3
    assert resident_mb(plain) - before < 100


def test_72_very_many_keys_are_a_run_like_any_other(plain):
    conf = b",".join(b'"k%d":1' % n for n in range(80_000))
    begin = time.monotonic()
    status, text = ask(plain, "POST", "/api/v2/dags/plain/dagRuns", b'{"dag_run_id":"keys","conf":{' + conf + b"}}")
    assert status == 200, text
    assert ask(plain, "GET", "/api/v2/monitor/health")[0] == 200
    assert time.monotonic() - begin < 3
    assert plain.wait_run("plain", "keys")["state"] == "success"


def test_72_a_packed_body_is_not_unpacked(plain):
    bomb = gzip.compress(b" " * 50_000_000)
    before = resident_mb(plain)
    assert ask(plain, "POST", "/api/v2/dags/plain/dagRuns", bomb, **{"Content-Encoding": "gzip"})[0] == 400
    assert resident_mb(plain) - before < 20


@pytest.mark.parametrize("request_text", [
    b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n",
    b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde", b"Content-Length: +4\r\n\r\nabcd",
    b"Content-Length: 0x4\r\n\r\nabcd", b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", b"X: a\x00b\r\n\r\n", b"X\x7f: a\r\n\r\n", b": empty\r\n\r\n",
    b"X: " + b"a" * 20_000 + b"\r\n\r\n", b"".join(b"X-%d: a\r\n" % n for n in range(3000)) + b"\r\n",
    b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\nx"],
    ids=lambda text: repr(text[:30]))
def test_73_what_two_servers_could_read_differently_is_refused(plain, request_text):
    answer = send_raw(plain, b"POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + request_text)
    status = answer.split(b"\r\n")[0]
    assert answer.count(b"HTTP/1.1 ") <= 1, "a second request was read out of the first one's body"
    assert not status.startswith(b"HTTP/1.1 2"), status
    assert ask(plain, "GET", "/api/v2/monitor/health")[0] == 200


def test_73_a_name_cannot_add_a_header(plain):
    for path in ("/api/v2/dags/a%0d%0aSet-Cookie:%20x=1", "/api/v2/dags/a%0aX-Injected:%201"):
        answer = send_raw(plain, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
                                 f"{plain.token}\r\n\r\n".encode())
        head = answer.split(b"\r\n\r\n")[0].lower()
        assert head.startswith(b"http/1.1 400")
        assert b"set-cookie" not in head and b"x-injected" not in head


SQL = ["' OR '1'='1", "'; DROP TABLE dags; --", "x' UNION SELECT hash FROM users --", '" OR 1=1 --', "%' OR '%'='",
       "1; ATTACH DATABASE '/tmp/x' AS x"]


@pytest.mark.parametrize("text", SQL)
def test_74_sql_in_filters_names_sorting_and_cursors_is_text(plain, text):
    plain.trigger("plain", dag_run_id="r1")
    word = urllib.parse.quote(text, safe="")
    for path in (f"/api/v2/dags/{word}", f"/api/v2/dags/plain/dagRuns/{word}", f"/api/v2/pools/{word}"):
        assert ask(plain, "GET", path)[0] in (400, 404)
    for path, parameter in (("/api/v2/audit", "user"), ("/api/v2/assets/events", "name"), ("/api/v2/events", "camera_id"),
                            ("/api/v2/artifacts", "name"), ("/api/v2/backfills", "dag_id"), ("/api/v2/tokens", "username"),
                            ("/api/v2/resultCache", "key"), ("/api/v2/reports", "model")):
        status, answer = ask(plain, "GET", f"{path}?{parameter}={word}")
        assert status in (400, 404) or json.loads(answer)["items"] == [], path
    for path, parameter, wanted in (("/api/v2/dags/plain/dagRuns", "order_by", 422),
                                    ("/api/v2/dags/plain/dagRuns/r1/taskInstances", "order_by", 422),
                                    ("/api/v2/dags/plain/dagRuns", "cursor", 400),
                                    ("/api/v2/dags/plain/dagRuns", "state", 400),
                                    ("/api/v2/audit", "outcome", 400)):
        assert ask(plain, "GET", f"{path}?{parameter}={word}")[0] == wanted, (path, parameter)
    assert ask(plain, "GET", "/api/v2/dags/plain")[0] == 200


def log_of(server, run: str) -> str:
    return server.get(f"/api/v2/dags/plain/dagRuns/{urllib.parse.quote(run, safe='')}/taskInstances/t/logs/1")["content"]


def test_75_and_76_templates_and_shell_words_in_conf_and_names_stay_text(plain, tmp_path):
    made = tmp_path / "made"
    nasty = f"$(touch {made}) `touch {made}`; touch {made} #{{{{7*7}}}}"
    plain.wait_run("plain", plain.trigger("plain", dag_run_id="conf", conf={"who": nasty}, note="{{7*7}}"))
    log = log_of(plain, "conf")
    # The folder of this test may well have a 49 in its name.
    assert "49" not in log.split("WHO=")[1].splitlines()[0].replace(str(made), "")
    assert "{{7*7}}" in log
    assert plain.get("/api/v2/dags/plain/dagRuns/conf")["note"] == "{{7*7}}"
    for run in (f"$(touch {made})", "a; touch b", "`id`", "{{7*7}}", "../../etc/passwd", "a\nb", "a'b", "a|b"):
        with contextlib.suppress(ApiError):
            plain.wait_run("plain", plain.trigger("plain", dag_run_id=run))
            assert "RUN=49" not in log_of(plain, run)
    assert not made.exists()
    assert not list(plain.home.rglob("passwd"))


class Catcher:
    """Counts who connects to it."""

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(0.2)
        self.port, self.caught, self.over = self.listener.getsockname()[1], 0, False
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()
        return self

    def listen(self):
        while not self.over:
            with contextlib.suppress(TimeoutError):
                self.listener.accept()[0].close()
                self.caught += 1

    def __exit__(self, *_exc):
        self.over = True
        self.thread.join()
        self.listener.close()


def test_77_no_address_in_a_request_is_followed(plain):
    with Catcher() as catcher:
        at = f"127.0.0.1:{catcher.port}"
        for url in (f"http://{at}/x", f"rtsp://{at}/x", f"file://{at}/etc/passwd", f"concat:http://{at}/a|/etc/passwd",
                    f"http://[::ffff:127.0.0.1]:{catcher.port}/x", "/etc/passwd", "gopher://" + at, "data:,x"):
            status, text = ask(plain, "POST", "/api/v2/cameras", json.dumps(
                {"camera_id": "c1", "source": url, "service": "none", "rules": []}).encode())
            # Pictures come by rtsp and http alone, and only once there is a service for them.
            assert status == (404 if url.startswith(("http:", "rtsp:", "/")) else 400), (url, status, text)
        for header in ("Host", "X-Forwarded-Host", "X-Forwarded-For", "Origin", "Referer"):
            assert ask(plain, "GET", "/api/v2/dags", None, **{header: at})[0] in (200, 400)
        ask(plain, "GET", f"http://{at}/api/v2/dags")
        time.sleep(0.5)
        assert catcher.caught == 0


def test_68_a_cameras_password_is_told_nobody(plain):
    url = f"rtsp://ann:{CANARY}@127.0.0.1:1/live"
    status, text = ask(plain, "POST", "/api/v2/cameras", json.dumps(
        {"camera_id": "c1", "source": url, "service": "none", "rules": []}).encode())
    assert status >= 400 and CANARY not in text
    assert CANARY.encode() not in everything_kept(plain)
    assert CANARY not in cli(plain, "audit", "list", "--json").stdout


def frame(opcode: int, payload: bytes, final: bool = True) -> bytes:
    head = bytes([opcode | (0x80 if final else 0)])
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size) if size < 65536 else \
        b"\xff" + struct.pack(">Q", size)
    return head + length + b"\0\0\0\0" + payload


def test_70_a_web_socket_is_for_who_may(plain):
    for path in ("/api/v2/cameras/none/live", "/api/v2/workers/link"):
        answer = send_raw(plain, f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                          .encode() + frame(1, b"x" * 100_000))
        assert not answer.startswith(b"HTTP/1.1 101")
