# SPDX-License-Identifier: Apache-2.0
"""Web sockets that bring too much, or whose other end is gone without a word (faults 69, 70)."""

import contextlib
import ctypes
import hashlib
import json
import os
import re
import socket
import subprocess
import threading

import pytest
from web_socket import (TEXT, TOO_LARGE, accept_web_socket, close_code, head, message,
                        open_web_socket, read_exactly, read_head)

from far import FarServer, FarWorker
from server import UnixConnection

#: As src/uplink/carrier.h: the longest frame between a worker and its server.
FRAME_MAX = 12 << 20
CREDENTIAL = "aiflow-worker.canary-5b2e"


def join(server) -> None:
    server.call("POST", "/api/v2/workers/join",
                {"token": server.join_token(), "worker_id": "w1",
                 "credential_sha256": hashlib.sha256(CREDENTIAL.encode()).hexdigest()})


@pytest.fixture
def far_server(tmp_path):
    server = FarServer(tmp_path / "home").start()
    yield server
    server.stop()


def gauge(server, name: str) -> int:
    with contextlib.closing(UnixConnection(server.home / "run/api.sock")) as local:
        local.request("GET", "/metrics")
        return int(re.search(rf"^{name} (\d+)$", local.getresponse().read().decode(), re.M)[1])


def end_of(peer: socket.socket) -> int | None:
    """The code with which the other end closes; None when it does so without one."""
    try:
        return close_code(peer)
    except (EOFError, ConnectionError):
        return None


@pytest.mark.parametrize("length", [FRAME_MAX + 1, 1 << 62])
def test_70_a_worker_that_sends_too_much_is_told_so(far_server, length):
    join(far_server)
    with open_web_socket(far_server.port, "/api/v2/workers/link", CREDENTIAL) as peer:
        peer.sendall(head(TEXT, length, True))
        assert end_of(peer) == TOO_LARGE
    # The longest that is allowed is read, and found to be no frame.
    with open_web_socket(far_server.port, "/api/v2/workers/link", CREDENTIAL) as peer:
        with contextlib.suppress(ConnectionError):
            peer.sendall(message(TEXT, b"x" * FRAME_MAX, True))
        assert end_of(peer) != TOO_LARGE


def test_70_a_server_that_sends_too_much_is_told_so_and_asked_again(far_server, tmp_path):
    codes, links = [], []
    answer = json.dumps({"worker_id": "far"}).encode()

    def serve(listener: socket.socket) -> None:
        while len(codes) < 2:
            peer, _ = listener.accept()
            peer.settimeout(60)
            with peer:
                request = read_head(peer)
                length = re.search(rb"(?i)content-length: (\d+)", request)
                if length:
                    read_exactly(peer, int(length[1]))
                if b"/workers/join " in request:
                    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                                 + str(len(answer)).encode() + b"\r\n\r\n" + answer)
                elif b"/workers/link " in request:
                    accept_web_socket(peer, request)
                    links.append(request)
                    peer.sendall(head(TEXT, FRAME_MAX + 1, False))
                    codes.append(close_code(peer))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        worker = FarWorker(far_server, tmp_path / "far",
                           url=f"http://127.0.0.1:{listener.getsockname()[1]}").start()
        try:
            thread.join(60)
            assert codes == [TOO_LARGE, TOO_LARGE], worker.text()
            assert worker.process.poll() is None
        finally:
            worker.stop()


class OwnNetwork:
    """A network of this thread's own, with loopback alone; programs that it starts are in it."""

    CLONE_NEWNET = 0x40000000

    def __enter__(self):
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        if self._libc.unshare(self.CLONE_NEWNET) != 0:
            os.close(self._before)
            raise OSError(ctypes.get_errno(), "no network of its own")
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return self

    def silence(self, port: int) -> None:
        """Nothing from or to that port arrives any more."""
        for side in ("--sport", "--dport"):
            subprocess.run(["iptables", "-A", "INPUT", "-p", "tcp", side, str(port), "-j", "DROP"], check=True)

    def __exit__(self, *_):
        self._libc.setns(self._before, self.CLONE_NEWNET)
        os.close(self._before)


def test_69_who_is_gone_without_a_word_is_let_go_of(tmp_path):
    """Else the kernel keeps trying for a quarter of an hour, and streams and sockets pile up."""
    with OwnNetwork() as network:
        server = FarServer(tmp_path / "home").start()
        try:
            join(server)
            server.call("POST", "/api/v2/users",
                        {"username": "ann", "role": "viewer", "password": "long enough 1"})
            token = server.call("POST", "/api/v2/users/ann/tokens", {})["token"]
            with (socket.create_connection(("127.0.0.1", server.port), timeout=30) as stream,
                  open_web_socket(server.port, "/api/v2/workers/link", CREDENTIAL) as link,
                  socket.create_connection(("127.0.0.1", server.port), timeout=30) as other):
                for peer in (stream, other):
                    peer.sendall(b"GET /api/v2/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                                 + token.encode() + b"\r\n\r\n")
                    assert read_head(peer).startswith(b"HTTP/1.1 200")
                link.sendall(message(TEXT, b'{"type":"Hello","worker_id":"w1","slots":1,"pid":1,'
                                           b'"version":"x","running":[]}', True))
                server.wait_for(lambda: gauge(server, "aiflow_event_streams") == 2, "two streams")
                assert gauge(server, "aiflow_http_connections") == 4  # and the one that asks
                for peer in (stream, link):
                    network.silence(peer.getsockname()[1])
                server.wait_for(lambda: gauge(server, "aiflow_event_streams") == 1,
                                "the end of the silent stream", timeout=150)
                server.wait_for(lambda: gauge(server, "aiflow_http_connections") == 2,
                                "the end of the silent link", timeout=150)
                other.settimeout(60)
                assert read_exactly(other, 1)  # it still gets its events
        finally:
            server.stop()
