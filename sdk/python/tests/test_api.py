# SPDX-License-Identifier: Apache-2.0
"""The API client of tasks: what it repeats while a server restarts, and what not."""

import socket
import threading

import pytest

from aiflow import api
from aiflow.exceptions import AirflowException

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\n{"n": 123}'
BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def whole_request(peer: socket.socket) -> bytes:
    """Head and body: a close with unread input would reset the connection under our answer."""
    with peer.makefile("rb") as stream:
        head = b"".join(iter(stream.readline, b"\r\n"))
        length = [line for line in head.splitlines() if line.lower().startswith(b"content-length:")]
        return head + stream.read(int(length[0].split(b":")[1]) if length else 0)


@pytest.fixture
def serve(tmp_path, monkeypatch):
    """serve(*answers): one connection each; b"" hangs up without an answer."""
    path = tmp_path / "api.sock"
    (tmp_path / "token").write_text("secret\n")
    monkeypatch.setenv("AIFLOW_API_SOCKET", str(path))
    monkeypatch.setenv("AIFLOW_TOKEN_FILE", str(tmp_path / "token"))
    listener = socket.socket(socket.AF_UNIX)
    heard = []

    def make(*answers):
        listener.bind(str(path))
        listener.listen()

        def loop():
            for answer in answers:
                peer, _ = listener.accept()
                with peer:
                    heard.append(whole_request(peer))
                    peer.sendall(answer)

        threading.Thread(target=loop, daemon=True).start()
        return heard

    yield make
    listener.close()


def test_a_read_is_repeated_until_the_server_is_back(serve):
    heard = serve(b"", BUSY, ANSWER)
    assert api.call("GET", "/x", query={"a": 1, "b": None}) == {"n": 123}
    assert len(heard) == 3 and heard[0].startswith(b"GET /x?a=1 ")
    assert b"Bearer secret" in heard[0]


def test_a_write_is_repeated_only_under_a_key(serve):
    heard = serve(b"", b"", ANSWER)
    with pytest.raises(AirflowException, match="does not answer"):
        api.call("POST", "/x", {})
    assert api.call("POST", "/x", {}, key="k") == {"n": 123}
    assert len(heard) == 3 and b"Idempotency-Key: k" in heard[2]


def test_outside_of_a_task_it_says_so(monkeypatch):
    monkeypatch.delenv("AIFLOW_API_SOCKET", raising=False)
    with pytest.raises(AirflowException, match="inside a running task only"):
        api.call("GET", "/x")
